import Engine
import Feeds
import Kafka
import MarketModel

/// The rates topic: read from its beginning before the first trade, then followed (LANGUAGE 7).
///
/// Every instance needs all of it, so it is read without a group and nothing is committed.
final class RateFollower {
    /// For how long the topic's backlog may take, and the broker its first answer.
    static let patience = Duration.seconds(30)

    private let reader: TopicReader
    private let decoder: RateDecoder
    private let indexOfSeries: [String: Int]
    /// What is known of the series that rules read, in the program's order.
    private(set) var series: [LiveStatus.Series]
    private let counters: LiveCounters
    private let deadLetters: DeadLetters
    /// Takes note of what is accepted; nil: nobody asks.
    var history: RecentHistory?

    /// - Parameter series: the series that rules read, in the program's order; others are passed over.
    /// - Throws: `.failure` when the topic is not there.
    init(
        topic: String, properties: KafkaProperties, series: [String], counters: LiveCounters,
        deadLetters: DeadLetters
    ) throws(CommandFailure) {
        do {
            reader = try TopicReader(topic: topic, properties: properties, within: .seconds(10))
        } catch {
            throw CommandFailure(.failure, error.description)
        }
        decoder = RateDecoder()
        self.series = series.map { LiveStatus.Series(name: $0) }
        indexOfSeries = Dictionary(
            series.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        self.counters = counters
        self.deadLetters = deadLetters
    }

    /// Reads what the topic holds.
    ///
    /// - Throws: `.failure` when it takes longer than `patience`.
    func readBacklog(
        into engine: ShardedEngine, now: @Sendable () -> Int64, stop: StopSignal
    ) throws(CommandFailure) {
        let deadline = now() + Int64(RateFollower.patience.seconds * 1000)
        while !reader.isBacklogRead, !stop.isRequested {
            try poll(into: engine, timeout: .milliseconds(100))
            if now() > deadline {
                throw CommandFailure(
                    .failure, "the rates topic \(reader.topic) was not read within 30 s",
                    help: "is its broker reachable? without rates remove `rates:` from the configuration")
            }
        }
    }

    /// Takes what has come since.
    func follow(into engine: ShardedEngine) throws(CommandFailure) { try poll(into: engine, timeout: .zero) }

    private func poll(into engine: ShardedEngine, timeout: Duration) throws(CommandFailure) {
        do {
            let batch = try reader.poll(max: 1000, timeout: timeout)
            if !batch.isEmpty { batch.forEach { take($0, into: engine) } }
        } catch {
            throw CommandFailure(.failure, error.description)
        }
    }

    /// The series that rules read, in the program's order.
    var names: [String] { indexOfSeries.sorted { $0.value < $1.value }.map(\.key) }
    /// The next record of each partition.
    private(set) var offsets: [Int32: Int64] = [:]
    /// What the engine knows from a checkpoint.
    private var known: (offsets: [Int32: Int64], series: Set<String>) = ([:], [])

    /// Has records before these offsets passed over: the engine has taken up their values, of these series.
    func skip(before offsets: [Int32: Int64], of series: some Sequence<String>) {
        known = (offsets, Set(series))
    }

    private func take(_ message: borrowing KafkaMessage, into engine: ShardedEngine) {
        offsets[message.partition] = message.offset + 1
        let isKnown = message.offset < known.offsets[message.partition] ?? 0
        var rates: [RateObservation] = []
        let value = message.value ?? UnsafeRawBufferPointer(start: nil, count: 0)
        let outcome = decoder.decode(value: value, key: message.key, into: &rates)
        if case .refused(let refusals, _) = outcome {
            deadLetters.add(message, refusals)
            counters.update { $0.deadLettered += 1 }
        }
        for rate in rates {
            guard let series = indexOfSeries[rate.series] else { continue }
            self.series[series].note(rate)
            if isKnown, known.series.contains(rate.series) {
                // In effect since it was taken first; for who asks why, since it was known.
                history?.add(rate, effective: rate.knownAt.milliseconds)
                continue
            }
            let effective = engine.appendRate(
                series: series, date: rate.date, ratio: rate.ratio, knownAt: rate.knownAt.milliseconds)
            history?.add(rate, effective: effective)
            counters.update { $0.rates += 1 }
        }
    }
}
