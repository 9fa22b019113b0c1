import Glibc

/// All values that a register can have for a while: the known ones between `low` and `high`, and perhaps
/// unknown. A bool is between 0 and 1. No known value at all is `low > high`.
///
/// The evaluator's own operations are monotonic, and so is their rounding: bounds that go through the same
/// operations enclose every value that the evaluator can compute.
///
/// - SeeAlso: R. E. Moore, "Interval Analysis" (1966).
struct Interval: Equatable {
    var low: Double
    var high: Double
    var mayBeUnknown: Bool

    static let any = Interval(low: -.infinity, high: .infinity, mayBeUnknown: true)
    static let unknown = Interval(low: .infinity, high: -.infinity, mayBeUnknown: true)

    @inline(__always)
    init(low: Double, high: Double, mayBeUnknown: Bool = false) {
        self.low = low
        self.high = high
        self.mayBeUnknown = mayBeUnknown
    }

    /// One value; NaN is unknown.
    @inline(__always)
    init(_ value: Double) {
        self = value.isNaN ? .unknown : Interval(low: value, high: value)
    }

    /// What a condition can be: true, false.
    @inline(__always)
    init(canBeTrue: Bool, canBeFalse: Bool, mayBeUnknown: Bool) {
        self.init(
            low: canBeFalse ? 0 : canBeTrue ? 1 : .infinity,
            high: canBeTrue ? 1 : canBeFalse ? 0 : -.infinity,
            mayBeUnknown: mayBeUnknown)
    }

    /// The greatest magnitude of a known value.
    @inline(__always) var reach: Double { hasKnown ? max(low.magnitude, high.magnitude) : 0 }

    /// Whether a register of this value cannot have another one; NaN is unknown.
    @inline(__always)
    func isOnly(_ value: Double) -> Bool {
        value.isNaN ? !hasKnown : low == value && high == value && !mayBeUnknown
    }

    @inline(__always) var hasKnown: Bool { low <= high }
    @inline(__always) var canBeTrue: Bool { hasKnown && high >= 1 }
    @inline(__always) var canBeFalse: Bool { hasKnown && low <= 0 }
    @inline(__always) var isCertainlyTrue: Bool { low >= 1 && high >= 1 && hasKnown && !mayBeUnknown }

    /// Bounds that went through other operations than the evaluator's: room for their roundings.
    @inline(__always)
    func widened(by magnitude: Double) -> Interval {
        guard hasKnown else { return self }
        let room = magnitude * 0x1p-40
        return Interval(low: low - room, high: high + room, mayBeUnknown: mayBeUnknown)
    }

    @inline(__always)
    func union(_ other: Interval) -> Interval {
        Interval(
            low: min(low, other.low), high: max(high, other.high),
            mayBeUnknown: mayBeUnknown || other.mayBeUnknown)
    }

    /// Infinite bounds stand for values that are unknown (LANGUAGE 3.3).
    @inline(__always)
    private static func made(_ low: Double, _ high: Double, _ mayBeUnknown: Bool) -> Interval {
        if low.isNaN || high.isNaN { return .any }
        return Interval(
            low: low, high: high, mayBeUnknown: mayBeUnknown || !low.isFinite || !high.isFinite)
    }

    @inline(__always)
    private func with(_ other: Interval, _ bounds: () -> (Double, Double)) -> Interval {
        let mayBeUnknown = mayBeUnknown || other.mayBeUnknown
        guard hasKnown, other.hasKnown else { return .unknown }
        let (low, high) = bounds()
        return Interval.made(low, high, mayBeUnknown)
    }

    func adding(_ other: Interval) -> Interval { with(other) { (low + other.low, high + other.high) } }

    func subtracting(_ other: Interval) -> Interval { with(other) { (low - other.high, high - other.low) } }

    func multiplied(by other: Interval) -> Interval {
        with(other) {
            let (a, b) = (low * other.low, low * other.high)
            let (c, d) = (high * other.low, high * other.high)
            if a.isNaN || b.isNaN || c.isNaN || d.isNaN { return (.nan, .nan) }
            return (min(min(a, b), min(c, d)), max(max(a, b), max(c, d)))
        }
    }

    func divided(by other: Interval) -> Interval {
        guard hasKnown, other.hasKnown else { return .unknown }
        if other.low <= 0, other.high >= 0 { return .any }
        return with(other) {
            let (a, b) = (low / other.low, low / other.high)
            let (c, d) = (high / other.low, high / other.high)
            if a.isNaN || b.isNaN || c.isNaN || d.isNaN { return (.nan, .nan) }
            return (min(min(a, b), min(c, d)), max(max(a, b), max(c, d)))
        }
    }

    /// `(x - y) / y` where y is positive throughout; rounded once by the evaluator.
    func relativeDifference(to base: Interval) -> Interval {
        guard hasKnown, base.hasKnown else { return .unknown }
        guard base.low > 0, base.high.isFinite, low.isFinite, high.isFinite else { return .any }
        let least = low / (low < 0 ? base.low : base.high) - 1
        let greatest = high / (high < 0 ? base.high : base.low) - 1
        let room = 1 + max(least.magnitude, greatest.magnitude)
        return Interval(
            low: least, high: greatest, mayBeUnknown: mayBeUnknown || base.mayBeUnknown
        ).widened(by: room)
    }

    var negated: Interval { Interval(low: -high, high: -low, mayBeUnknown: mayBeUnknown) }

    var magnitude: Interval {
        guard hasKnown else { return self }
        let greatest = max(low.magnitude, high.magnitude)
        let least = low <= 0 && high >= 0 ? 0 : min(low.magnitude, high.magnitude)
        return Interval(low: least, high: greatest, mayBeUnknown: mayBeUnknown)
    }

    var squareRoot: Interval {
        guard hasKnown, high >= 0 else { return .unknown }
        return Interval(
            low: max(0, low).squareRoot(), high: high.squareRoot(), mayBeUnknown: mayBeUnknown || low < 0)
    }

    var logarithm: Interval {
        guard hasKnown, high > 0 else { return .unknown }
        guard low > 0, high.isFinite else { return .any }
        return Interval(low: log(low), high: log(high), mayBeUnknown: mayBeUnknown)
            .widened(by: 1 + log(low).magnitude + log(high).magnitude)
    }

    func least(_ other: Interval) -> Interval { with(other) { (min(low, other.low), min(high, other.high)) } }

    func greatest(_ other: Interval) -> Interval {
        with(other) { (max(low, other.low), max(high, other.high)) }
    }

    // MARK: Conditions (Kleene)

    func isLess(than other: Interval) -> Interval {
        compared(other, canBeTrue: low < other.high, canBeFalse: high >= other.low)
    }

    func isLessOrEqual(to other: Interval) -> Interval {
        compared(other, canBeTrue: low <= other.high, canBeFalse: high > other.low)
    }

    func isEqual(to other: Interval) -> Interval {
        compared(
            other, canBeTrue: low <= other.high && other.low <= high,
            canBeFalse: !(low == high && self.low == other.low && other.low == other.high))
    }

    private func compared(_ other: Interval, canBeTrue: Bool, canBeFalse: Bool) -> Interval {
        guard hasKnown, other.hasKnown else { return .unknown }
        return Interval(
            canBeTrue: canBeTrue, canBeFalse: canBeFalse, mayBeUnknown: mayBeUnknown || other.mayBeUnknown)
    }

    func and(_ other: Interval) -> Interval {
        Interval(
            canBeTrue: canBeTrue && other.canBeTrue, canBeFalse: canBeFalse || other.canBeFalse,
            mayBeUnknown: mayBeUnknown || other.mayBeUnknown)
    }

    func or(_ other: Interval) -> Interval {
        Interval(
            canBeTrue: canBeTrue || other.canBeTrue, canBeFalse: canBeFalse && other.canBeFalse,
            mayBeUnknown: mayBeUnknown || other.mayBeUnknown)
    }

    var inverted: Interval {
        Interval(canBeTrue: canBeFalse, canBeFalse: canBeTrue, mayBeUnknown: mayBeUnknown)
    }

    var known: Interval {
        Interval(canBeTrue: hasKnown, canBeFalse: mayBeUnknown, mayBeUnknown: false)
    }

    func coalesced(with other: Interval) -> Interval {
        guard mayBeUnknown else { return self }
        guard hasKnown else { return other }
        guard other.hasKnown else { return self }
        return Interval(
            low: min(low, other.low), high: max(high, other.high), mayBeUnknown: other.mayBeUnknown)
    }
}
