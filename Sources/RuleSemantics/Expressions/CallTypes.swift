import RuleSyntax

extension Checker {
    /// The type of a call's value; nil, and reported, where the arguments do not go together.
    func resultType(of row: Builtin, _ parts: [CheckedPart], _ name: Name, in scope: Scope) -> ValueType? {
        let terms = parts.compactMap(\.term)
        switch row.result {
        case .price: return .quantity(.price)
        case .size: return .quantity(.size)
        case .money: return .quantity(.money)
        case .number: return number(row, terms, in: scope)
        case .ratio: return ratio(row, terms, name, in: scope)
        case .count: return .quantity(.count)
        case .duration: return .quantity(.duration)
        case .bool: return .bool
        // A rank beside a series is a number of its own.
        case .same: return same(row.hasSeries ? Array(terms.prefix(1)) : terms, name, in: scope)
        case .square:
            return terms.first?.type.quantity.map {
                .quantity(Quantity(dimension: $0.dimension * $0.dimension))
            }
        case .perTime:
            return terms.first?.type.quantity.map {
                .quantity(Quantity(dimension: $0.dimension / .time))
            }
        case .squareRoot:
            guard let term = terms.first, let quantity = term.type.quantity else { return nil }
            if let root = quantity.dimension.squareRoot { return .quantity(Quantity(dimension: root)) }
            report(Fault.noSuchRoot(term, "sqrt"), in: scope)
            return nil
        }
    }

    private func number(_ row: Builtin, _ terms: [Term], in scope: Scope) -> ValueType? {
        guard row.meaning == .function(.ln), let term = terms.first, let quantity = term.type.quantity else {
            return .quantity(.number)
        }
        if quantity.dimension.isNone { return .quantity(.number) }
        report(Fault.noSuchRoot(term, "ln"), in: scope)
        return nil
    }

    private func ratio(_ row: Builtin, _ terms: [Term], _ name: Name, in scope: Scope) -> ValueType? {
        if row.meaning == .function(.deviation) {
            let meeting = Meeting(.compare, at: name.span)
            guard terms.count == 2, common(meeting, terms[0], terms[1], in: scope) != nil else { return nil }
        }
        return .quantity(.ratio)
    }

    /// The first argument's type, or what all values have in common.
    private func same(_ terms: [Term], _ name: Name, in scope: Scope) -> ValueType? {
        guard var result = terms.first else { return nil }
        if terms.allSatisfy({ $0.type == .bool }) { return .bool }
        if terms.count == 1 { return quantity(result, in: scope).map { .quantity($0) } }
        for term in terms.dropFirst() {
            guard let quantity = common(Meeting(.choose, at: name.span), result, term, in: scope) else {
                return nil
            }
            let isBare = result.isBare && term.isBare
            if result.isBare { result = term }
            result.type = .quantity(quantity)
            result.isBare = isBare
        }
        return result.type
    }
}
