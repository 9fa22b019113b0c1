import Feeds
import Kafka
import Logging

/// Sends records that are no trades to the dead-letter topic, as they came, with where from and why.
///
/// | header | value |
/// |---|---|
/// | `bellwether.topic`, `.partition`, `.offset` | where the record stands |
/// | `bellwether.kind` | the counter that it is under: `price missing or not a number` |
/// | `bellwether.reason` | one sentence; of several, one a line |
///
/// Sending never holds the loop up: librdkafka's own threads do it, and a letter that cannot be queued is
/// counted.
final class DeadLetters {
    private let producer: KafkaProducer
    private var isSettled = true
    private let topic: String
    private let counters: LiveCounters
    private let notices: LiveNotices
    private(set) var lost = 0
    private(set) var tally = RefusalTally()

    init(producer: KafkaProducer, topic: String, counters: LiveCounters, notices: LiveNotices) {
        self.producer = producer
        self.topic = topic
        self.counters = counters
        self.notices = notices
    }

    func add(_ message: borrowing KafkaMessage, _ refusals: [DecodeRefusal]) {
        guard let first = refusals.first else { return }
        let place = "\(message.topic)[\(message.partition)]@\(message.offset)"
        for refusal in refusals { tally.add(refusal.kind.rawValue, example: "\(place): \(refusal.reason)") }
        notices.say(
            "refused: \(place): \(first.reason)", .warning, event: "record_refused",
            [
                "topic": "\(message.topic)", "partition": .stringConvertible(Int(message.partition)),
                "offset": .stringConvertible(Int(message.offset)), "kind": "\(first.kind.rawValue)",
            ])
        let source = message.topic
        counters.update {
            for refusal in refusals {
                $0.refusals[.init(topic: source, kind: refusal.kind.rawValue), default: 0] += 1
            }
        }
        var letter = KafkaRecord(
            topic, key: message.key.map { Array($0) }, value: message.value.map { Array($0) })
        letter.timestamp = message.timestamp
        letter.headers =
            message.headers + [
                KafkaHeader("bellwether.topic", message.topic),
                KafkaHeader("bellwether.partition", String(message.partition)),
                KafkaHeader("bellwether.offset", String(message.offset)),
                KafkaHeader("bellwether.kind", first.kind.rawValue),
                KafkaHeader("bellwether.reason", refusals.map(\.reason).joined(separator: "\n")),
            ]
        do {
            try producer.send(letter)
            isSettled = false
        } catch {
            lose()
            notices.say(
                "dead letter of \(place) was not sent: \(error.description)", .error,
                event: "dead_letter_lost")
        }
    }

    private func lose() {
        lost += 1
        counters.update { $0.lostLetters += 1 }
    }

    /// Takes the producer's reports.
    func check() {
        for report in producer.takeReports() {
            guard let error = report.error else { continue }
            lose()
            notices.say("dead letter: \(error.description)", .error, event: "dead_letter_lost")
        }
    }

    /// Waits until the broker has what was sent.
    ///
    /// - Returns: false when it has not within five seconds.
    func settle() -> Bool {
        if isSettled { return true }
        do {
            try producer.flush(within: .seconds(5))
            isSettled = true
        } catch {
            notices.say("dead letters: \(error.description)", .warning, event: "dead_letters_unsettled")
        }
        check()
        return isSettled
    }

    func close() {
        do { try producer.flush(within: .seconds(5)) } catch {
            notices.say("dead letters: \(error.description)", .error, event: "dead_letter_lost")
        }
        check()
    }
}
