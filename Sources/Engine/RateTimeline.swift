/// The values of one rate series in the order in which they take effect (LANGUAGE 2.7 and 7).
struct RateTimeline {
    struct Step {
        /// When the engine takes it: its known-at, or the first open instant after it came if that is later.
        var effective: Int64
        var knownAt: Int64
        /// Days since the epoch; of several known at once the latest date prevails.
        var date: Int64
        var ratio: Double
    }

    private var steps: [Step] = []
    /// The step that prevails once steps 0...i are in effect.
    private var prevailing: [Step] = []

    var count: Int { steps.count }

    func effective(_ index: Int) -> Int64 { steps[index].effective }

    /// What prevails when the first `count` steps are in effect.
    func prevailing(after count: Int) -> Step? { count == 0 ? nil : prevailing[count - 1] }

    func write(to writer: inout StateWriter) {
        writer.append(unsigned: UInt64(steps.count))
        for step in steps {
            writer.append(step.effective)
            writer.append(step.knownAt)
            writer.append(step.date)
            writer.append(step.ratio)
        }
    }

    mutating func read(from reader: inout StateReader) throws(CheckpointError) {
        for _ in 0..<(try reader.count()) {
            insert(
                Step(
                    effective: try reader.int64(), knownAt: try reader.int64(), date: try reader.int64(),
                    ratio: try reader.double()))
        }
    }

    mutating func insert(_ step: Step) {
        var index = steps.count
        while index > 0, steps[index - 1].effective > step.effective { index -= 1 }
        steps.insert(step, at: index)
        prevailing.removeSubrange(index...)
        for step in steps[index...] {
            if let last = prevailing.last, (last.knownAt, last.date) > (step.knownAt, step.date) {
                prevailing.append(last)
            } else {
                prevailing.append(step)
            }
        }
    }
}
