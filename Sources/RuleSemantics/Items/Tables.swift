import Diagnostics
import RuleSyntax

/// Tables (LANGUAGE 8.8): constants by symbol, read as `NAME.column`.
extension Checker {
    /// A table's rows against the types of its columns; each column is kept for those that read it.
    func checkTable(
        _ definition: Definitions.Definition, _ parameters: [Parameter], _ rows: [TableRow]
    ) {
        let types = placeholders(parameters, areColumns: true)
        var columns = parameters.map { ColumnDraft(parameter: $0) }
        for index in columns.indices {
            let name = parameters[index].name.text
            columns[index].isWhole = types[name]?.isMistaken == false
            if types[name]?.type == .symbol {
                columns[index].isWhole = false
                report(Fault.symbolColumn(parameters[index]))
            }
        }
        var seen: [String: TableRow] = [:]
        for row in rows {
            let name = row.symbol?.text ?? "else"
            if let first = seen[name] {
                report(Fault.rowTwice(name, row.symbol?.span ?? row.span, first: first.span))
            }
            seen[name] = seen[name] ?? row
            guard row.values.count == parameters.count else {
                report(Fault.rowLength(row, parameters))
                for index in columns.indices { columns[index].isWhole = false }
                continue
            }
            for (index, value) in row.values.enumerated() where columns[index].isWhole {
                columns[index].set(constant(value, parameters[index], definition), for: row.symbol?.text)
            }
        }
        guard definitions.isFirst(definition) else { return }
        let table = definition.name.text
        tables[table] = columns.reduce(into: [:]) { kept, column in
            let name = column.parameter.name.text
            // A column without its values is mistaken: what reads it is silent.
            if kept[name] == nil { kept.updateValue(column.finished(table), forKey: name) }
        }
    }

    private struct ColumnDraft {
        var parameter: Parameter
        var rows: [String: Double] = [:]
        var otherwise: Double?
        var isWhole = true

        /// Of two rows for one symbol the first counts; the second is reported.
        mutating func set(_ value: Double?, for symbol: String?) {
            guard let value else {
                isWhole = false
                return
            }
            if let symbol { rows[symbol] = rows[symbol] ?? value } else { otherwise = otherwise ?? value }
        }

        func finished(_ table: String) -> TableColumn? {
            guard isWhole else { return nil }
            return TableColumn(
                name: "\(table).\(parameter.name.text)", rows: rows, otherwise: otherwise,
                type: ParameterType(rawValue: parameter.type.text)?.valueType ?? .mistaken)
        }
    }

    /// A row's literal as a value of its column's type; nil, and reported, where it does not fit.
    private func constant(
        _ value: Expression, _ parameter: Parameter, _ definition: Definitions.Definition
    ) -> Double? {
        let argument = Argument(kind: .expression(value, by: nil, ending: nil), span: value.span)
        let scope = Scope(key: .deferred, place: .definition)
        let bound = bindArguments(
            [parameter], [argument], definition: definition.name.text, word: "column", in: scope)
        guard let term = bound?[parameter.name.text] else { return nil }
        if case .bool(let value) = term.expression { return value ? 1 : 0 }
        return term.constant
    }

    /// `limits.upper`: the value in the row of the symbol that the scope speaks of.
    func tableTerm(
        _ whole: Expression, table name: Name, column: Name, _ arguments: [Argument]?, in scope: Scope
    ) -> Term {
        guard let definition = definitions.find(name.text, in: .value),
            case .table(let parameters, let rows) = definition.meaning
        else {
            if !isRefused(name.text) {
                let tables = definitions.all.filter { $0.meaning.word == "table" }.map(\.name.text)
                report(Fault.unknownOwner(name, column, tables + scope.parameters.keys.sorted()), in: scope)
            }
            return .mistaken(whole)
        }
        markUsed(name.text, in: .value)
        guard let parameter = parameters.first(where: { $0.name.text == column.text }) else {
            report(Fault.unknownColumn(column, of: name, parameters.map(\.name.text)), in: scope)
            return .mistaken(whole)
        }
        if arguments != nil {
            report(Fault.bracketsNotHere(column, "it is a column of a table"), in: scope)
            return .mistaken(whole)
        }
        guard hasRows(definition, rows, for: name, in: scope),
            let type = ParameterType(rawValue: parameter.type.text)?.valueType
        else { return .mistaken(whole) }
        return lookup(whole, name.text, column.text, type, in: scope)
    }

    private func lookup(
        _ whole: Expression, _ table: String, _ column: String, _ type: ValueType, in scope: Scope
    ) -> Term {
        if scope.key == .deferred {
            var later = Term(type == .bool ? .bool(false) : .number(0), type, surface: whole)
            later.isPlaceholder = true
            return later
        }
        guard let values = tables[table]?[column] ?? nil else { return .mistaken(whole) }
        guard case .symbol(let symbol) = scope.key else {
            return Term(.lookup(values), type, surface: whole)
        }
        guard let value = values.value(for: symbol) else { return .mistaken(whole) }
        guard let quantity = type.quantity else { return Term(.bool(value == 1), .bool, surface: whole) }
        return .constant(value, quantity, surface: whole, isLiteral: false)
    }

    /// A table needs `else` or a row for each symbol that uses it.
    private func hasRows(
        _ table: Definitions.Definition, _ rows: [TableRow], for name: Name, in scope: Scope
    ) -> Bool {
        if case .absent = scope.key {
            report(Fault.tableWithoutSymbol(name), in: scope)
            return false
        }
        guard table.item.isComplete, !rows.contains(where: { $0.symbol == nil }) else { return true }
        let listed = Set(rows.compactMap(\.symbol?.text))
        var missing: [String] = []
        if case .symbol(let symbol) = scope.key { missing = [symbol] }
        if scope.key == .instance, let target = scope.target {
            if target.selectsUnlisted {
                report(Fault.tableNeedsElse(name, table.name), in: scope)
                return false
            }
            missing = target.listedSymbols
        }
        missing.removeAll(where: listed.contains)
        if !missing.isEmpty { report(Fault.tableLacks(missing, name, table.name), in: scope) }
        return missing.isEmpty
    }
}
