import MarketModel

/// What each rule said, for the summary at the end.
struct RuleTally: Sendable {
    private struct Row {
        var firing = 0
        var resolved = 0
        var other = 0
        var keys: Set<String> = []
        /// The first time it fired.
        var first: Timestamp?
    }

    private var names: [String]
    private var rows: [String: Row] = [:]
    private(set) var transitions = 0

    /// - Parameter rules: in the order in which they are listed.
    init(rules: [String]) { names = rules }

    /// Lists these from now on; what others have said stays.
    mutating func list(_ rules: [String]) { names = rules }

    var ruleCount: Int { names.count }
    /// Alerts that fired.
    var alerts: Int { rows.values.reduce(0) { $0 + $1.firing } }

    mutating func add(_ transition: Transition) {
        transitions += 1
        var row = rows[transition.rule] ?? Row()
        switch transition.kind {
        case .firing:
            row.firing += 1
            if row.first == nil { row.first = transition.at }
        case .resolved: row.resolved += 1
        case .pending, .dropped, .escalated, .repeated: row.other += 1
        }
        row.keys.insert(transition.key)
        rows[transition.rule] = row
    }

    /// A table, one line a rule, silent rules too, and one for each alert of the engine itself that fired.
    var lines: [String] {
        let names = self.names + Set(rows.keys).subtracting(self.names).sorted()
        let width = max(4, names.map(\.count).max() ?? 0)
        func cell(_ text: String, _ width: Int) -> String {
            String(repeating: " ", count: max(0, width - text.count)) + text
        }
        func name(_ text: String) -> String { text + String(repeating: " ", count: width - text.count) }
        let header =
            "\(name("rule"))  \(cell("fired", 8))  \(cell("resolved", 8))  \(cell("symbols", 8))  first"
        return [header]
            + names.map { rule in
                let row = rows[rule] ?? Row()
                return "\(name(rule))  \(cell(row.firing.grouped, 8))  "
                    + "\(cell(row.resolved.grouped, 8))  "
                    + "\(cell(row.keys.count.grouped, 8))  \(row.first?.description ?? "-")"
            }
    }
}
