/// What was refused, by reason, with where it was first seen.
struct RefusalTally: Sendable {
    /// Enough to find the fault, not so many that they hide the rest.
    static let examplesShown = 3

    private(set) var counts: [(reason: String, count: Int, examples: [String])] = []

    var total: Int { counts.reduce(0) { $0 + $1.count } }

    /// - Parameter example: where and what: `day.csv:17: price "NaN" is not a finite number`.
    mutating func add(_ reason: String, count: Int = 1, example: @autoclosure () -> String?) {
        let index =
            counts.firstIndex { $0.reason == reason }
            ?? {
                counts.append((reason, 0, []))
                return counts.count - 1
            }()
        counts[index].count += count
        if counts[index].examples.count < RefusalTally.examplesShown, let example = example() {
            counts[index].examples.append(example)
        }
    }

    /// Most frequent first.
    func lines(_ noun: String) -> [String] {
        let sorted = counts.sorted { ($1.count, $0.reason) < ($0.count, $1.reason) }
        return sorted.flatMap { entry in
            ["refused: \(entry.count.counted(noun)), \(entry.reason)"]
                + entry.examples.map { "  \($0)" }
        }
    }
}
