import Glibc

/// The times of one stage over several runs, each over the same number of trades.
struct Measurement {
    let name: String
    let trades: Int
    private(set) var wall: [Double] = []
    private(set) var processor: [Double] = []

    /// Runs `body` once to warm caches, then `runs` times.
    ///
    /// - Parameter body: returns the number of trades that it worked on.
    init(_ name: String, runs: Int, warmsUp: Bool = true, _ body: () throws -> Int) rethrows {
        self.name = name
        var trades = warmsUp ? try body() : 0
        for _ in 0..<runs {
            let start = (Measurement.read(CLOCK_MONOTONIC), Measurement.read(CLOCK_PROCESS_CPUTIME_ID))
            trades = try body()
            wall.append(Measurement.read(CLOCK_MONOTONIC) - start.0)
            processor.append(Measurement.read(CLOCK_PROCESS_CPUTIME_ID) - start.1)
        }
        self.trades = trades
    }

    /// Median nanoseconds a trade, by the clock on the wall.
    var nanoseconds: Double { Measurement.median(wall) * 1e9 / Double(max(1, trades)) }
    /// Median nanoseconds a trade, of the processor: what is left where other programs run beside.
    var processorNanoseconds: Double { Measurement.median(processor) * 1e9 / Double(max(1, trades)) }
    var perSecond: Double { 1e9 / nanoseconds }
    /// (slowest - fastest) / median.
    var spread: Double {
        guard let least = wall.min(), let greatest = wall.max() else { return 0 }
        return (greatest - least) / Measurement.median(wall)
    }

    static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        guard !sorted.isEmpty else { return 0 }
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }

    private static func read(_ clock: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}
