/// Which points of its stream an input keeps from being dropped.
extension InputState {
    /// The oldest position that the input still needs; `Int.max` for none.
    var lowestNeeded: Int {
        switch kind {
        case .window: lower
        case .lag: max(0, upper - 1)
        case .deadline, .rate: Int.max
        }
    }

    /// The oldest position that the input will need if it begins at `t` or later.
    ///
    /// - Complexity: O(log points).
    func lowestNeeded(from t: Int64) -> Int {
        switch kind {
        case .window: stream.pointee.firstPosition(after: t &- length &- ending)
        case .lag: max(0, stream.pointee.firstPosition(after: t &- length) - 1)
        case .deadline, .rate: Int.max
        }
    }
}
