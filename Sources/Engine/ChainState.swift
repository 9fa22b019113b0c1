/// `when c1 then within d2 c2 then within d3 c3 ...`: which steps have matched (LANGUAGE 6).
///
/// A step matches when its condition rises to true; step k + 1 at t only if step k matched in [t - d, t), of
/// which the latest match is kept. When the last step matches, all matches are forgotten and the chain's
/// value is the last condition's until that is false.
struct ChainState: ~Copyable {
    private struct Step {
        let condition: Int
        let within: Int64
        var matchedAt = Int64.min
        var wasTrue = false
    }

    static let stepBytes = MemoryLayout<Step>.stride

    private let steps: UnsafeMutablePointer<Step>
    private let count: Int
    private(set) var isComplete = false

    /// Of each step but the last: its latest match that still counts.
    var matches: [Int64?] {
        (0..<count - 1).map { steps[$0].matchedAt == Int64.min ? nil : steps[$0].matchedAt }
    }

    init(first: Int, _ chain: [ChainStep]) {
        count = chain.count + 1
        steps = .allocate(capacity: count)
        steps.initialize(to: Step(condition: first, within: 0))
        for (index, step) in chain.enumerated() {
            (steps + index + 1).initialize(to: Step(condition: Int(step.condition), within: step.within))
        }
    }

    deinit { steps.deallocate() }

    /// Whether a step has matched, or was true when it was looked at last.
    var hasMoved: Bool {
        isComplete || (0..<count).contains { steps[$0].wasTrue || steps[$0].matchedAt != Int64.min }
    }

    func write(to writer: inout StateWriter) {
        writer.append(isComplete)
        for index in 0..<count {
            writer.append(steps[index].matchedAt)
            writer.append(steps[index].wasTrue)
        }
    }

    mutating func read(from reader: inout StateReader) throws(CheckpointError) {
        isComplete = try reader.flag()
        for index in 0..<count {
            steps[index].matchedAt = try reader.int64()
            steps[index].wasTrue = try reader.flag()
        }
    }

    /// One instant.
    ///
    /// - Returns: the chain's value: 1, 0, or NaN for unknown.
    mutating func step(at t: Int64, _ registers: UnsafeMutablePointer<Double>) -> Double {
        var completes = false
        // From the last step back, so that a match of this instant serves no later step.
        for index in stride(from: count - 1, through: 0, by: -1) {
            let isTrue = registers[steps[index].condition] == 1
            let rises = isTrue && !steps[index].wasTrue
            steps[index].wasTrue = isTrue
            guard rises, index == 0 || follows(index, t) else { continue }
            if index == count - 1 { completes = true } else { steps[index].matchedAt = t }
        }
        if completes {
            isComplete = true
            for index in 0..<count { steps[index].matchedAt = Int64.min }
        }
        let last = registers[steps[count - 1].condition]
        if last == 0 { isComplete = false }
        return isComplete ? last : 0
    }

    private func follows(_ index: Int, _ t: Int64) -> Bool {
        let before = steps[index - 1].matchedAt
        return before != Int64.min && before < t && before >= t &- steps[index].within
    }
}
