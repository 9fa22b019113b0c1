import Diagnostics
import RuleSyntax

/// A program with one number or duration shifted a little.
struct Mutant: Sendable {
    /// The rule, `let`, table or template that it stands in.
    var item: String
    /// Its tests are enough to look at; nil where any rule may use the item.
    var rule: String?
    var span: SourceSpan
    /// What stands there instead: `16m30s`.
    var shifted: String
    var files: [RuleFile]
}

/// Finds every threshold, window and duration of conditions and timings, and shifts each a tenth up and down.
struct MutantFinder {
    private let files: [RuleFile]
    private(set) var mutants: [Mutant] = []

    init(_ files: [RuleFile]) {
        self.files = files
        for (file, tree) in files.enumerated() {
            for item in tree.items.indices { find(file, item) }
        }
    }

    private mutating func find(_ file: Int, _ index: Int) {
        let item = files[file].items[index]
        switch item.kind {
        case .rule(let name, let target, let clauses):
            find(clauses, name.text, rule: name.text) { changed in
                (file, index, .rule(name: name, target: target, clauses: changed))
            }
        case .template(let name, let parameters, let clauses):
            find(clauses, name.text, rule: nil) { changed in
                (file, index, .template(name: name, parameters: parameters, clauses: changed))
            }
        case .constant(let name, let parameters, let body):
            find(body, name.text) { changed in
                (file, index, .constant(name: name, parameters: parameters, body: changed))
            }
        case .series(let name, let body):
            find(body, name.text) { (file, index, .series(name: name, expression: $0)) }
        case .table(let name, let parameters, let rows):
            for (row, cells) in rows.enumerated() {
                for (column, value) in cells.values.enumerated() {
                    find(value, name.text) { changed in
                        var rows = rows
                        rows[row].values[column] = changed
                        return (file, index, .table(name: name, parameters: parameters, rows: rows))
                    }
                }
            }
        case .list, .session: break
        }
    }

    private typealias Rebuilt = (file: Int, item: Int, kind: Item.Kind)

    private mutating func find(
        _ body: Expression, _ name: String, rebuild: (Expression) -> Rebuilt
    ) {
        for shift in ExpressionShifts(body).shifts {
            append(shift, (name, nil), rebuild(shift.result))
        }
    }

    private mutating func find(
        _ clauses: [Clause], _ name: String, rule: String?, rebuild: ([Clause]) -> Rebuilt
    ) {
        for (index, clause) in clauses.enumerated() {
            for shift in clause.shifts {
                var changed = clauses
                changed[index].kind = shift.result
                append(shift, (name, rule), rebuild(changed))
            }
        }
    }

    private mutating func append<Result>(
        _ shift: Shift<Result>, _ owner: (name: String, rule: String?), _ rebuilt: Rebuilt
    ) {
        var changed = files
        changed[rebuilt.file].items[rebuilt.item].kind = rebuilt.kind
        mutants.append(
            Mutant(
                item: owner.name, rule: owner.rule, span: shift.span, shifted: shift.text, files: changed))
    }
}

/// One literal changed in a tree.
struct Shift<Result> {
    var span: SourceSpan
    /// What stands there instead.
    var text: String
    var result: Result

    func map<Other>(_ transform: (Result) -> Other) -> Shift<Other> {
        Shift<Other>(span: span, text: text, result: transform(result))
    }
}

extension Clause {
    /// The clause with each of its literals shifted; what only decorates an alert is left alone.
    var shifts: [Shift<Clause.Kind>] {
        switch kind {
        case .when(let condition): return ExpressionShifts(condition).shifts.map { $0.map { .when($0) } }
        case .until(let condition): return ExpressionShifts(condition).shifts.map { $0.map { .until($0) } }
        case .unless(let condition): return ExpressionShifts(condition).shifts.map { $0.map { .unless($0) } }
        case .escalate(let level, let condition):
            return ExpressionShifts(condition).shifts.map { $0.map { .escalate(level: level, when: $0) } }
        case .then(let within, let condition):
            return within.shifts.map { $0.map { .then(within: $0, condition) } }
                + ExpressionShifts(condition).shifts.map { $0.map { .then(within: within, $0) } }
        case .holdFor(let length): return length.shifts.map { $0.map { .holdFor($0) } }
        case .cooldown(let length): return length.shifts.map { $0.map { .cooldown($0) } }
        case .repeats(let length): return length.shifts.map { $0.map { .repeats($0) } }
        case .during(let session, let after):
            return (after?.shifts ?? []).map { $0.map { .during(session: session, after: $0) } }
        case .holdForTrades(let count):
            return countShifts(count).map {
                Shift(span: span, text: "\($0) trades", result: .holdForTrades($0))
            }
        case .use(let template, let arguments):
            return argumentShifts(arguments).map { $0.map { .use(template: template, arguments: $0) } }
        case .unknown, .severity, .labels, .notify, .runbook, .message: return []
        }
    }
}

extension DurationText {
    var shifts: [Shift<DurationText>] {
        guard case .literal(let milliseconds, let span) = self else { return [] }
        return durationShifts(milliseconds).map { shifted in
            Shift(
                span: span, text: canonicalDuration(shifted),
                result: .literal(milliseconds: shifted, span))
        }
    }
}

/// A tenth up and down, at least one.
func countShifts(_ count: Int) -> [Int] {
    let step = max(1, (count + 5) / 10)
    return [count + step, count - step].filter { $0 > 0 }
}

/// A tenth up and down, in whole milliseconds.
func durationShifts(_ milliseconds: Int64) -> [Int64] {
    let step = max(1, milliseconds / 10)
    return [milliseconds + step, milliseconds - step].filter { $0 > 0 }
}
