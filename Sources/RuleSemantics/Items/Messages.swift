import Diagnostics
import RuleSyntax

extension Checker {
    /// A message with its slots checked; it cannot fail at run time (LANGUAGE 10).
    func message(_ text: MessageText, in scope: Scope) -> [MessageSegment] {
        var scope = scope
        scope.place = .message
        var segments: [MessageSegment] = []
        var collected: [CheckedValue] = []
        for part in text.parts {
            switch part {
            case .text(let text): segments.append(.text(text))
            case .slot(let expression, let format):
                if let segment = slot(expression, format, in: scope) { segments.append(segment) }
                for value in reads where !collected.contains(where: { $0.text == value.text }) {
                    collected.append(value)
                }
            }
        }
        reads = collected
        return segments
    }

    private func slot(_ expression: Expression, _ format: Name?, in scope: Scope) -> MessageSegment? {
        reads = []
        if case .name(nil, let name, nil) = expression.kind, scope.parameters[name.text] == nil,
            let word = wordSlot(name, in: scope)
        {
            if let format { reportFormat(format, "`\(name.text)` is a word") }
            return word
        }
        let term = topTerm(expression, in: scope)
        switch term.type {
        case .mistaken: return nil
        case .symbol:
            if case .symbol = expression.kind {
                report(Fault.symbolAsValue(term), in: scope)
                return nil
            }
            if let format { reportFormat(format, "it is a symbol") }
            if case .symbol(.symbol(let name)) = term.expression { return .text(name) }
            return .symbol
        case .bool:
            if let format { reportFormat(format, "it is a condition, `true` or `false`") }
            return .value(term.expression, NumberFormat(unit: .bool))
        case .quantity(let quantity):
            let standard = NumberFormat.standard(for: quantity, of: term.expression)
            guard let format else { return .value(term.expression, standard) }
            guard let chosen = NumberFormat(text: format.text) else {
                report(Fault.unknownFormat(format))
                return nil
            }
            if let misfit = chosen.misfit(quantity) {
                report(Fault.formatForType(format, misfit.reason, help: misfit.help))
                return nil
            }
            return .value(term.expression, chosen)
        }
    }

    private func reportFormat(_ format: Name, _ reason: String) {
        report(Fault.formatForType(format, reason, help: "leave `:\(format.text)` out"))
    }

    /// `{rule}`, `{symbol}`, `{severity}`.
    private func wordSlot(_ name: Name, in scope: Scope) -> MessageSegment? {
        switch name.text {
        case "rule": return .rule
        case "severity": return .severity
        case "symbol":
            if case .absent = scope.key { report(Fault.slotWithoutSymbol(name.span)) }
            return .symbol
        default: return nil
        }
    }
}

extension NumberFormat {
    /// `0.00`, `,0`, `+0.00%`, `+0.0bp`; nil for anything else.
    init?(text: String) {
        var rest = Substring(text)
        self.init()
        if rest.first == "+" {
            showsPlus = true
            rest.removeFirst()
        }
        if rest.first == "," {
            groupsThousands = true
            rest.removeFirst()
        }
        if rest.last == "%" {
            unit = .percent
            rest.removeLast()
        } else if rest.hasSuffix("bp") {
            unit = .basisPoints
            rest.removeLast(2)
        }
        guard rest.first == "0" else { return nil }
        rest.removeFirst()
        decimals = 0
        if rest.isEmpty { return }
        guard rest.first == ".", rest.count > 1, rest.count <= 13, rest.dropFirst().allSatisfy({ $0 == "0" })
        else {
            return nil
        }
        decimals = rest.count - 1
    }

    /// What a value looks like without a format: a price with its symbol's own decimals, a ratio in percent.
    static func standard(for quantity: Quantity, of expression: CheckedExpression) -> NumberFormat {
        switch (quantity.dimension, quantity.tag) {
        case (.none, .ratio): NumberFormat(decimals: 2, unit: .percent)
        case (.none, .count): NumberFormat(decimals: 0)
        case (.time, _): NumberFormat(unit: .duration)
        case (.money, _): NumberFormat(decimals: 2, groupsThousands: true)
        case (.price, _) where expression.readsOnlyKey: NumberFormat(symbolDecimals: .price)
        case (.size, _) where expression.readsOnlyKey: NumberFormat(symbolDecimals: .size)
        default: NumberFormat()
        }
    }

    /// Why the format does not suit a quantity, and what does; nil where it suits.
    func misfit(_ quantity: Quantity) -> (reason: String, help: String)? {
        if quantity.dimension == .time {
            return (
                "a duration prints in its own units",
                "leave the format out, or divide it: `{age(price) / 1s:0}`"
            )
        }
        guard unit != .plain, !quantity.dimension.isNone else { return nil }
        let sign = unit == .percent ? "`%`" : "`bp`"
        return ("\(sign) shows a ratio, and it is \(ValueType.quantity(quantity))", "leave \(sign) out")
    }
}
