import Feeds
import Kafka
import MarketModel

/// What a live source is made of.
struct LiveSourceParts {
    var consumer: any RecordConsumer
    var inputs: TopicInputs
    var deadLetters: DeadLetters
    var counters: LiveCounters
    var notices: LiveNotices
    /// The wall clock, milliseconds since the epoch.
    var now: @Sendable () -> Int64
    var isHeldUp: @Sendable () -> Bool
    /// Records taken in one poll; by default a few milliseconds' work.
    var greatestPoll = 4096
}

/// Records of a poll that were no trades.
struct DroppedRecords {
    var ignored: [IgnoredRecord: Int] = [:]
    var refused = 0
    var warnings: [String] = []

    mutating func note(_ outcome: DecodeOutcome) {
        switch outcome {
        case .decoded: break
        case .ignored(let kind): ignored[kind, default: 0] += 1
        case .feedWarning(let text): warnings.append(text)
        case .refused: refused += 1
        }
    }
}
