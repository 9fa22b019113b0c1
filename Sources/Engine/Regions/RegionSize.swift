/// How large a region a block should try for next: what ended the last one doubles, and all halves when
/// nothing can be proved.
struct RegionSize {
    /// Prices may move by this power of two of a price.
    private(set) var band = -9
    /// Arrivals, as a power of two.
    private(set) var arrivals = 4
    /// Milliseconds, as a power of two.
    private(set) var horizon = 12
    /// The rule that the last failure was due to, and is looked at first.
    var suspect = 0
    private var withArrivals = Backoff()
    private var withoutArrivals = Backoff()

    private static let greatestBand = -3
    private static let leastBand = -20
    private static let greatestArrivals = 10
    private static let greatestHorizon = 36
    private static let leastHorizon = 4

    mutating func isDue(takesArrivals: Bool) -> Bool {
        takesArrivals ? withArrivals.isDue() : withoutArrivals.isDue()
    }

    mutating func ended(_ reason: RegionEnd) {
        switch reason {
        case .time: horizon = min(horizon + 1, RegionSize.greatestHorizon)
        case .arrivals: arrivals = min(arrivals + 1, RegionSize.greatestArrivals)
        case .bounds: band = min(band + 1, RegionSize.greatestBand)
        }
    }

    mutating func shrink() {
        band = max(band - 2, RegionSize.leastBand)
        arrivals = max(arrivals - 2, 0)
        horizon = max(horizon - 2, RegionSize.leastHorizon)
    }

    mutating func succeeded(takesArrivals: Bool) {
        if takesArrivals { withArrivals.failures = 0 }
        withoutArrivals.failures = 0
    }

    mutating func failed(takesArrivals: Bool) {
        if takesArrivals { withArrivals.fail() } else { withoutArrivals.fail() }
    }

    /// Waits longer after each failure in a row.
    private struct Backoff {
        var failures = 0
        /// Evaluations to go before the next attempt.
        private var rest = 0

        mutating func isDue() -> Bool {
            if rest == 0 { return true }
            rest -= 1
            return false
        }

        mutating func fail() {
            failures = min(failures + 1, 6)
            rest = (1 << failures) - 1
        }
    }
}

/// What brought the end of a region.
enum RegionEnd {
    case time, arrivals, bounds
}
