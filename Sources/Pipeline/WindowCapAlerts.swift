import Engine
import MarketModel

/// The alert that a symbol has more trades than its windows may hold: raised at the first one that there is
/// no room for, resolved when no window reaches what was dropped.
///
/// Both instants follow from the trades alone, so that live and dry-run tell the same.
struct WindowCapAlerts {
    static let rule = "engine.window_cap"

    /// By symbol: from when its windows are whole again, milliseconds.
    private(set) var firing: [String: Int64] = [:]

    /// - Parameter firing: as an earlier run left it.
    init(firing: [String: Int64] = [:]) { self.firing = firing }

    /// - Parameter watermark: instants before it are closed; nil: nothing is.
    mutating func settle(_ losses: [WindowLoss], closedBefore watermark: Int64?) -> [Transition] {
        if losses.isEmpty, firing.isEmpty { return [] }
        var transitions: [Transition] = []
        for loss in losses {
            if let wholeFrom = firing[loss.name], wholeFrom < loss.at {
                transitions.append(resolved(loss.name, wholeFrom))
                firing[loss.name] = nil
            }
            if firing[loss.name] == nil {
                transitions.append(
                    Transition(
                        rule: WindowCapAlerts.rule, key: loss.name, kind: .firing,
                        at: Timestamp(milliseconds: loss.at),
                        message: "\(loss.name): more points than its windows may hold; those that reach "
                            + "back to what was dropped are unknown: shorten them, or give them a step "
                            + "(`1h by 1m`)",
                        values: [Transition.Value(name: "points", value: Double(loss.kept))]))
            }
            firing[loss.name] = max(firing[loss.name] ?? loss.wholeFrom, loss.wholeFrom)
        }
        for (name, wholeFrom) in firing where wholeFrom < watermark ?? Int64.min {
            transitions.append(resolved(name, wholeFrom))
            firing[name] = nil
        }
        return transitions
    }

    private func resolved(_ name: String, _ at: Int64) -> Transition {
        Transition(
            rule: WindowCapAlerts.rule, key: name, kind: .resolved, at: Timestamp(milliseconds: at),
            message: "\(name): its windows hold all their points again")
    }
}
