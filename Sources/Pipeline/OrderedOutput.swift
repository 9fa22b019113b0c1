import MarketModel

/// Holds transitions back until nothing can come before them, so that the output of a dry-run is in the
/// order (at, rule, key) also where feeds are closed to different instants.
struct OrderedOutput {
    private var held: [Transition] = []

    mutating func add(_ transitions: some Sequence<Transition>) { held.append(contentsOf: transitions) }

    /// Takes out what lies before `bound` milliseconds (nil: everything), in order.
    mutating func take(before bound: Int64?) -> [Transition] {
        var taken: [Transition] = []
        if let bound {
            var kept: [Transition] = []
            for transition in held {
                if transition.at.milliseconds < bound {
                    taken.append(transition)
                } else {
                    kept.append(transition)
                }
            }
            held = kept
        } else {
            swap(&taken, &held)
        }
        return taken.sorted(by: OrderedOutput.precedes)
    }

    /// (at, rule, key) by Unicode scalar values, which is the order of UTF-8 bytes.
    static func precedes(_ left: Transition, _ right: Transition) -> Bool {
        if left.at != right.at { return left.at < right.at }
        if left.rule != right.rule { return left.rule.utf8.lexicographicallyPrecedes(right.rule.utf8) }
        return left.key.utf8.lexicographicallyPrecedes(right.key.utf8)
    }
}
