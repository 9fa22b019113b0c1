import Kafka
import SampleMarket
import Synchronization

/// Plays the sample market into a topic at an even pace, event times kept.
///
/// The embedded broker keeps 5 MiB a partition and then drops the oldest silently, so what is published stays
/// ahead of what is consumed by a bounded number of trades.
final class DemoPublisher: Sendable {
    /// Published and not yet consumed: about 3 MB, should all lie in one partition.
    static let greatestBacklog = 15_000
    static let partitions = 4

    private let producer: KafkaProducer
    private let topic: String
    private let published = Atomic(0)
    private let isOver = Atomic(false)

    init(bootstrap: String, topic: String) throws(KafkaError) {
        // A short linger makes batches: thousands of records a second, one request each few milliseconds.
        producer = try KafkaProducer(properties: [("bootstrap.servers", bootstrap), ("linger.ms", "5")])
        self.topic = topic
    }

    var publishedCount: Int { published.load(ordering: .acquiring) }
    /// Whether nothing more will be published.
    var hasEnded: Bool { isOver.load(ordering: .acquiring) }

    func publish(_ rates: [SampleRate], to topic: String) throws(KafkaError) {
        for rate in rates { try producer.send(KafkaRecord(topic, value: rate.json), within: .seconds(10)) }
        try producer.flush(within: .seconds(10))
    }

    /// Blocks until all is published or `stop` says so.
    ///
    /// - Parameters:
    ///   - perSecond: trades.
    ///   - consumed: how many trades the other end has taken.
    ///   - now: a clock that only goes forward.
    func play(
        _ trades: [SampleTrade], perSecond: Double, consumed: @Sendable () -> Int, stop: () -> Bool,
        now: @Sendable () -> Duration, pause: (Duration) -> Void
    ) throws(KafkaError) {
        defer { isOver.store(true, ordering: .releasing) }
        let start = now()
        var next = 0
        while next < trades.count, !stop() {
            let due = min(trades.count, Int((now() - start).seconds * perSecond))
            let room = consumed() + DemoPublisher.greatestBacklog - next
            let end = min(due, next + max(0, room))
            if end <= next {
                try checkReports()
                pause(.milliseconds(5))
                continue
            }
            for trade in trades[next..<end] { try send(trade) }
            next = end
            published.store(next, ordering: .releasing)
            try checkReports()
        }
        try producer.flush(within: .seconds(10))
    }

    private func checkReports() throws(KafkaError) {
        for report in producer.takeReports() {
            if let error = report.error { throw error }
        }
    }

    private func send(_ trade: SampleTrade) throws(KafkaError) {
        var json: [UInt8] = []
        json.reserveCapacity(160)
        TradeText.appendEnrichedJSON(trade, to: &json)
        try producer.send(
            KafkaRecord(topic, key: Array(trade.symbol.utf8), value: json), within: .seconds(10))
    }
}
