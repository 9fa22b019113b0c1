/// Which points of its stream an input keeps from being dropped.
extension InputState {
    /// The oldest position that the input still needs; `Int.max` for none.
    var lowestNeeded: Int {
        switch kind {
        case .window, .lastPoints, .gridPoints: lower
        case .lag: max(0, upper - 1)
        case .buckets: buckets.pointee.consumed
        case .samples: samples.pointee.consumed
        case .decay: decay.pointee.consumed
        case .deadline, .rate, .firing: Int.max
        }
    }

    /// For how long after a point's time the input may read it; milliseconds.
    var reach: Int64 {
        switch kind {
        case .window: length + ending
        case .gridPoints: length + ending + step
        case .lag: length
        case .lastPoints, .buckets, .samples, .decay, .deadline, .rate, .firing: 0
        }
    }

    /// The oldest position that the input will need if it begins at `t` or later.
    ///
    /// - Complexity: O(log points).
    func lowestNeeded(from t: Int64) -> Int {
        switch kind {
        case .window: stream.pointee.firstPosition(after: t &- length &- ending)
        case .gridPoints: stream.pointee.firstPosition(after: t &- length &- ending &- step)
        case .lastPoints: stream.pointee.tail - Int(length)
        case .lag: max(0, stream.pointee.firstPosition(after: t &- length) - 1)
        case .buckets, .samples, .decay: lowestNeeded
        case .deadline, .rate, .firing: Int.max
        }
    }
}
