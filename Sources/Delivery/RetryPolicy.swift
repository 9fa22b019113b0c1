internal import MarketModel

/// How one attempt ended.
public enum AttemptResult: Sendable, Equatable {
    case accepted
    /// The receiver will not take it, now or later.
    case refused(reason: String)
    /// It may take it later, and not before `retryAfter` when it said so.
    case failed(reason: String, retryAfter: Duration?)
}

/// When a failed attempt is made again: exponential back-off with full jitter, bounded by a deadline.
///
/// - SeeAlso: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog (2015): the delay is
///   uniform in (0, min(greatest, first * 2^failures)).
public struct RetryPolicy: Sendable {
    public var firstDelay: Duration
    public var greatestDelay: Duration
    /// No delay is shorter: a lucky draw must not become a hot loop.
    public var leastDelay: Duration

    public init(
        firstDelay: Duration = .seconds(1), greatestDelay: Duration = .seconds(60),
        leastDelay: Duration = .milliseconds(100)
    ) {
        self.firstDelay = firstDelay
        self.greatestDelay = greatestDelay
        self.leastDelay = leastDelay
    }

    /// - Parameters:
    ///   - failures: attempts that failed in a row, from 1.
    ///   - fraction: uniform in [0, 1).
    func delay(failures: Int, fraction: Double) -> Duration {
        let doublings = Double(1 << min(max(0, failures - 1), 40))
        let first = Double(firstDelay.milliseconds)
        let ceiling = min(Double(greatestDelay.milliseconds), first * doublings)
        return max(leastDelay, .milliseconds(Int64(ceiling * fraction)))
    }

    enum Next: Equatable {
        case retry(at: Timestamp)
        /// The last attempt, at the deadline itself.
        case lastRetry(at: Timestamp)
        case giveUp
    }

    struct Failure {
        var at: Timestamp
        /// The back-off.
        var delay: Duration
        /// What the receiver asked for.
        var retryAfter: Duration?
        var deadline: Timestamp
        var wasLastTry = false
    }

    /// What follows a failed attempt.
    func next(after failure: Failure) -> Next {
        if failure.wasLastTry || failure.at >= failure.deadline { return .giveUp }
        // An attempt before the receiver's own time would be in vain.
        let earliest = failure.at.advanced(by: failure.retryAfter ?? .zero)
        if earliest > failure.deadline { return .giveUp }
        let at = max(earliest, failure.at.advanced(by: failure.delay))
        return at < failure.deadline ? .retry(at: at) : .lastRetry(at: failure.deadline)
    }
}

/// SplitMix64: a seed gives the same numbers in every run.
///
/// - SeeAlso: G. L. Steele, D. Lea, C. H. Flood, "Fast splittable pseudorandom number generators" (2014).
struct SeededRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    mutating func fraction() -> Double { Double(next() >> 11) * 0x1p-53 }
}

extension Duration {
    var milliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }
}

extension Timestamp {
    func advanced(by duration: Duration) -> Timestamp {
        Timestamp(milliseconds: milliseconds.addingReportingOverflow(duration.milliseconds).partialValue)
    }
}
