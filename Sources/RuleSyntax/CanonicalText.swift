extension Expression {
    /// The expression on one line in the canonical format (LANGUAGE 10): `change(price, 5m)`.
    /// Reading it gives this tree back; brackets are added only where a tree that was not parsed needs them.
    public var canonicalText: String {
        switch kind {
        case .number(let text, _): text
        case .percent(let text, _): "\(text)%"
        case .basisPoints(let text, _): "\(text)bp"
        case .duration(let milliseconds): canonicalDuration(milliseconds)
        case .bool(let value): value ? "true" : "false"
        case .symbol(let name): canonicalSymbol(name)
        case .parenthesised(let inner): "(\(inner.canonicalText))"
        case .name(let owner, let name, let arguments):
            (owner.map { "\($0.canonicalText)." } ?? "") + name.text
                + (arguments.map { "(\($0.map(\.canonicalText).joined(separator: ", ")))" } ?? "")
        case .negate(let inner): "-\(inner.text(atLeast: .unary))"
        case .not(let inner): "not \(inner.text(atLeast: .not))"
        case .binary(let symbol, let left, let right, _):
            left.text(atLeast: symbol.leftFloor) + " \(symbol.rawValue) "
                + right.text(atLeast: symbol.precedence.tighter)
        case .between(let value, let low, let high, _):
            "\(value.text(atLeast: .sum)) in \(low.text(atLeast: .sum))..\(high.text(atLeast: .sum))"
        case .crosses(let word, let left, let right, _):
            "\(left.text(atLeast: .sum)) \(word.canonicalText) \(right.text(atLeast: .sum))"
        }
    }

    /// Bracketed where it binds less tightly than its place asks for.
    func text(atLeast floor: Precedence) -> String {
        precedence < floor ? "(\(canonicalText))" : canonicalText
    }

    private var precedence: Precedence {
        switch kind {
        case .binary(let symbol, _, _, _): symbol.precedence
        case .between, .crosses: .comparison
        case .not: .not
        default: .unary
        }
    }
}

extension BinaryOperator {
    /// What may stand on the left without brackets: comparisons do not chain, all others do.
    var leftFloor: Precedence { precedence == .comparison ? .sum : precedence }
}

extension CrossesWord {
    var canonicalText: String {
        switch self {
        case .above: "crosses above"
        case .below: "crosses below"
        case .either: "crosses"
        }
    }
}

extension Owner {
    var canonicalText: String {
        switch self {
        case .symbol(let name): canonicalSymbol(name.text)
        case .name(let name): name.text
        }
    }
}

extension DurationText {
    public var canonicalText: String {
        switch self {
        case .literal(let milliseconds, _): canonicalDuration(milliseconds)
        case .name(let name): name.text
        }
    }
}

extension Argument {
    public var canonicalText: String {
        switch kind {
        case .trades(let count): "\(count) trades"
        case .within(let length): "within \(length.canonicalText)"
        case .expression(let expression, let step, let shift):
            expression.canonicalText + (step.map { " by \($0.canonicalText)" } ?? "")
                + (shift.map { " ending \($0.canonicalText) ago" } ?? "")
        }
    }
}

/// A symbol as a rule file writes it: in back-quotes unless LANGUAGE 10's SYMBOL spells it.
public func canonicalSymbol(_ name: String) -> String {
    var mayEnd = false
    for byte in name.utf8 {
        if mayEnd {
            if Lexer.isSeparator(byte) { mayEnd = false } else if !isPart(byte) { return "`\(name)`" }
        } else {
            guard byte.isUpper || byte.isDigit else { return "`\(name)`" }
            mayEnd = true
        }
    }
    return mayEnd && name.utf8.first.map(\.isUpper) == true ? name : "`\(name)`"
}

private func isPart(_ byte: UInt8) -> Bool { byte.isUpper || byte.isDigit || byte == UInt8(ascii: "_") }
