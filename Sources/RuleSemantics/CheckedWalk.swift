extension CheckedExpression {
    /// The expressions directly below, arguments of calls included.
    var children: [CheckedExpression] {
        switch self {
        case .number, .bool, .symbol, .series, .lookup: []
        case .call(let call):
            call.arguments.compactMap { if case .expression(let inner) = $0 { inner } else { nil } }
        case .negate(let inner), .not(let inner): [inner]
        case .arithmetic(_, let left, let right), .comparison(_, let left, let right),
            .and(let left, let right), .or(let left, let right), .crosses(_, let left, let right):
            [left, right]
        case .between(let value, let low, let high): [value, low, high]
        }
    }

    /// Visits every node, operands before what follows them.
    func visit(_ body: (CheckedExpression) -> Void) {
        body(self)
        for child in children { child.visit(body) }
    }

    /// Every call, in order of appearance.
    public var calls: [BuiltinCall] {
        var calls: [BuiltinCall] = []
        visit { if case .call(let call) = $0 { calls.append(call) } }
        return calls
    }

    /// The named series that it reads itself, as indices into `CheckedProgram.series`.
    var namedSeries: [Int] {
        var found: [Int] = []
        func note(_ reference: SeriesReference) {
            if case .named(let index) = reference { found.append(index) }
        }
        visit { node in
            if case .series(let reference) = node { note(reference) }
            if case .call(let call) = node {
                for case .series(let reference) in call.arguments { note(reference) }
            }
        }
        return found
    }

    /// True where every symbol that it reads is the instance's own, and it reads one.
    var readsOnlyKey: Bool {
        var owners: Set<SymbolOwner?> = []
        func note(_ reference: SeriesReference) {
            if case .market(_, let owner) = reference { owners.insert(owner) } else { owners.insert(nil) }
        }
        visit { node in
            switch node {
            case .series(let reference): note(reference)
            case .call(let call):
                if BuiltinTable.row(named: call.builtin.rawValue)?.readsTrades ?? false {
                    owners.insert(call.owner)
                }
                for case .series(let reference) in call.arguments { note(reference) }
            default: break
            }
        }
        return owners == [.key]
    }

    /// Whether any market data or rate is read.
    var readsAnything: Bool {
        var found = false
        visit { node in
            switch node {
            case .series: found = true
            case .call(let call):
                let row = BuiltinTable.row(named: call.builtin.rawValue)
                if !(row?.isScalar ?? true), call.builtin != .deviation { found = true }
            default: break
            }
        }
        return found
    }
}

extension BuiltinCall {
    /// How far back its windows reach, milliseconds; nil without a window in time.
    var reach: Int64? {
        arguments.compactMap { argument -> Int64? in
            switch argument {
            case .window(.time(let length, let ending, _)): length + ending
            case .duration(let length, _) where builtin != .rate && builtin != .ewma: length
            default: nil
            }
        }.max()
    }
}
