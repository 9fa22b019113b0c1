import Feeds
import MarketModel
import Synchronization

/// How a live run stands now, beside what it has done so far (`LiveCounters`). The run's thread writes it
/// about once a second, the console's endpoints read it.
final class LiveStatus: Sendable {
    enum Phase: String, Sendable, Equatable {
        /// The cluster is asked, the rates are read.
        case starting
        /// It has joined the group and waits for partitions.
        case joining
        /// What was evaluated before the start is read once more, for the windows.
        case readingBack = "reading back"
        case reading
        /// What was read is evaluated, sent and committed.
        case stopping
        case failed
    }

    /// How far reading is behind in a partition.
    struct Lag: Sendable, Equatable {
        var topic: String
        var partition: Int32
        /// Records between the next one to read and the partition's end; nil until the broker has said.
        var records: Int64?
    }

    /// What is known of a rate series.
    struct Series: Sendable, Equatable {
        var name: String
        var observations = 0
        /// When the newest value was published; milliseconds, nil while there is none.
        var publishedAt: Int64?

        mutating func note(_ rate: RateObservation) {
            observations += 1
            publishedAt = max(publishedAt ?? .min, rate.knownAt.milliseconds)
        }
    }

    struct Snapshot: Sendable, Equatable {
        var phase = Phase.starting
        /// Why it failed.
        var failure = ""
        var lags: [Lag] = []
        var series: [Series] = []
        var symbols = 0
        /// Instants before it are evaluated, milliseconds.
        var watermark: Int64?
        /// When the run's thread last wrote this; milliseconds of the wall clock, as all below.
        var lookedAt: Int64?
        /// When records were last read or trades evaluated.
        var progressAt: Int64?
        /// Since when brokers cannot be reached.
        var cutOffSince: Int64?
        /// Records read and trades evaluated until then.
        fileprivate var progress = 0

        /// Of all partitions together.
        var lag: Int64 { lags.reduce(0) { $0 + ($1.records ?? 0) } }
        /// Whether something is to be read, or may be.
        var isBehind: Bool { lags.contains { $0.records != 0 } }
    }

    /// What the run's thread sees when it looks.
    struct Look: Sendable {
        var at: Int64
        var progress: Int
        var lags: [Lag]
        var series: [Series]
        var symbols: Int
        var watermark: Int64?
        var isCutOff: Bool
    }

    private let state = Mutex(Snapshot())

    var snapshot: Snapshot { state.withLock { $0 } }

    func enter(_ phase: Phase) { state.withLock { $0.phase = phase } }

    func fail(_ reason: String) {
        state.withLock {
            $0.phase = .failed
            $0.failure = reason
        }
    }

    func note(_ look: Look) {
        state.withLock { state in
            state.lags = look.lags
            if state.progressAt == nil || state.progress != look.progress || !state.isBehind {
                state.progress = look.progress
                state.progressAt = look.at
            }
            state.series = look.series
            state.symbols = look.symbols
            state.watermark = look.watermark
            state.lookedAt = look.at
            state.cutOffSince = look.isCutOff ? state.cutOffSince ?? look.at : nil
        }
    }
}
