/// A piecewise linear function of time; constant before its first knot and after its last.
///
/// ```text
///   value        .--.
///               /    \            knots: (t0, a) (t1, b) (t2, b) (t3, a)
///   a --------.'      '-------    a jump is two knots one millisecond apart
///             t0 t1  t2 t3
/// ```
///
/// - Invariant: times ascend.
struct Curve: Sendable {
    struct Knot: Sendable {
        var time: Int64
        var value: Double
    }

    private let knots: [Knot]

    /// The same value at all times.
    static let one = Curve([])

    init(_ knots: [Knot]) {
        precondition(zip(knots, knots.dropFirst()).allSatisfy { $0.time < $1.time }, "knots must ascend")
        self.knots = knots
    }

    var isConstant: Bool { knots.isEmpty }
    var knotTimes: [Int64] { knots.map(\.time) }

    func value(at time: Int64) -> Double {
        guard let first = knots.first else { return 1 }
        if time <= first.time { return first.value }
        var left = first
        for right in knots.dropFirst() {
            if time < right.time {
                let share = Double(time - left.time) / Double(right.time - left.time)
                return left.value + (right.value - left.value) * share
            }
            left = right
        }
        return left.value
    }
}
