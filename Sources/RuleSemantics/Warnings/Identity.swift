extension CheckedExpression {
    /// The same text for the same meaning, places left out.
    ///
    /// Written out case by case: what interpolation makes of an enum comes from its metadata and takes a
    /// hundred times as long.
    var identity: String {
        var text = ""
        appendIdentity(to: &text)
        return text
    }

    fileprivate func appendIdentity(to text: inout String) {
        switch self {
        case .number(let value): text += value.description
        case .bool(let value): text += value ? "true" : "false"
        case .symbol(let owner):
            text += "symbol "
            owner.appendIdentity(to: &text)
        case .series(let reference): reference.appendIdentity(to: &text)
        case .lookup(let column): text += column.name
        case .call(let call): call.appendIdentity(to: &text)
        case .negate(let inner): text.append("-", inner)
        case .not(let inner): text.append("not ", inner)
        case .arithmetic(let symbol, let left, let right): text.append(left, symbol.rawValue, right)
        case .comparison(let symbol, let left, let right): text.append(left, symbol.rawValue, right)
        case .and(let left, let right): text.append(left, "and", right)
        case .or(let left, let right): text.append(left, "or", right)
        case .between(let value, let low, let high):
            text.append(value, "in", low)
            text.append("..", high)
        case .crosses(let direction, let left, let right):
            text.append(left, "crosses", right)
            text += direction.rawValue
        }
    }
}

extension String {
    fileprivate mutating func append(_ prefix: String, _ inner: CheckedExpression) {
        self += prefix
        self += "("
        inner.appendIdentity(to: &self)
        self += ")"
    }

    fileprivate mutating func append(_ left: CheckedExpression, _ word: String, _ right: CheckedExpression) {
        append("", left)
        append(" \(word) ", right)
    }
}

extension BuiltinCall {
    fileprivate func appendIdentity(to text: inout String) {
        text += builtin.rawValue
        text += " "
        owner.appendIdentity(to: &text)
        for argument in arguments {
            text += " ("
            argument.appendIdentity(to: &text)
            text += ")"
        }
    }
}

extension CheckedArgument {
    fileprivate func appendIdentity(to text: inout String) {
        switch self {
        case .expression(let inner): inner.appendIdentity(to: &text)
        case .series(let reference):
            text += "series "
            reference.appendIdentity(to: &text)
        case .window(.time(let length, let ending, let step)):
            text += "window \(length) \(ending) \(step ?? 0)"
        case .window(.trades(let count)): text += "window of \(count)"
        case .duration(let length, let step): text += "duration \(length) \(step ?? 0)"
        case .rate(let index): text += "rate \(index)"
        case .rule(let name): text += "rule \(name)"
        }
    }
}

extension SeriesReference {
    fileprivate func appendIdentity(to text: inout String) {
        switch self {
        case .market(let series, let owner):
            text += series.rawValue
            text += " of "
            owner.appendIdentity(to: &text)
        case .named(let index): text += "named \(index)"
        }
    }
}

extension SymbolOwner {
    fileprivate func appendIdentity(to text: inout String) {
        switch self {
        case .key: text += "key"
        case .symbol(let name): text += "\"\(name)\""
        }
    }
}
