import Engine

/// What becomes of the rules, for people: one line a rule that does not simply stay.
struct RulePlan {
    let changes: [RuleChange]

    private func count(_ kind: RuleChange.Kind) -> Int { changes.count { $0.kind == kind } }

    /// `3 kept, 1 reset, 2 added, 0 removed`.
    var summary: String {
        "\(count(.kept).grouped) kept, \(count(.reset).grouped) reset, \(count(.added).grouped) added, "
            + "\(count(.removed).grouped) removed"
    }

    /// In the order of what hurts most.
    var lines: [String] {
        let order: [RuleChange.Kind] = [.removed, .reset, .added, .kept]
        return order.flatMap { kind in
            changes.filter { $0.kind == kind && (kind != .kept || !$0.forgotten.isEmpty) }.map(RulePlan.line)
        }
    }

    private static func line(_ change: RuleChange) -> String {
        let what =
            switch change.kind {
            case .kept: "kept: its alerts and windows go on"
            case .reset: "reset: it means something else now, and begins anew"
            case .added: "added"
            case .removed: "removed"
            }
        if change.forgotten.isEmpty { return "\(change.name): \(what)" }
        let keys = change.forgotten.prefix(5).map { $0.isEmpty ? "(no key)" : $0 }.joined(separator: ", ")
        let more = change.forgotten.count > 5 ? " and \(change.forgotten.count - 5) more" : ""
        return "\(change.name): \(what); resolved, for it fires now: \(keys)\(more)"
    }
}
