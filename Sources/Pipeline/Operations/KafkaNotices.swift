import Kafka
import Logging

/// Counts and says what a consumer reports beside records.
struct KafkaNotices: Sendable {
    let counters: LiveCounters
    let notices: LiveNotices

    /// - Parameter held: partitions that the consumer has before it takes or gives up those of the event.
    func note(_ event: KafkaEvent, held: Int) {
        switch event {
        case .assigned(let partitions):
            counters.update { $0.rebalances[.assigned, default: 0] += 1 }
            counters.status.enter(.reading)
            notices.say(
                "reading \((held + partitions.count).counted("partition"))", event: "partitions_assigned",
                ["partitions": KafkaNotices.list(partitions)])
        case .revoked(let partitions, let isLost):
            counters.update { $0.rebalances[isLost ? .lost : .revoked, default: 0] += 1 }
            if partitions.count >= held { counters.status.enter(.joining) }
            let count = partitions.count.counted("partition")
            notices.say(
                isLost ? "\(count) lost to other members" : "\(count) given back to the group",
                isLost ? .warning : .info, event: isLost ? "partitions_lost" : "partitions_revoked",
                ["partitions": KafkaNotices.list(partitions)])
        case .allBrokersDown(let error): say(error, .allBrokersDown)
        case .brokerDown(let error): say(error, .brokerDown)
        case .error(let error): say(error, .error)
        case .committed(_, let error):
            guard let error else { return }
            counters.update { $0.commitFailures += 1 }
            notices.say(
                "commit: \(error.description)", .warning, event: "commit_failed", ["code": "\(error.name)"])
        case .throttled(let broker, let milliseconds):
            counters.update { $0.kafkaFaults[.throttled, default: 0] += 1 }
            notices.say(
                "Kafka: \(broker) slows this client down", .warning, event: "kafka_throttled",
                ["broker": "\(broker)", "milliseconds": .stringConvertible(milliseconds)])
        case .log(let line):
            notices.say(
                "librdkafka: \(line.text)", .debug, event: "kafka_log",
                ["facility": "\(line.facility)", "syslog_level": .stringConvertible(line.level)])
        case .endOfPartition, .statistics: break
        }
    }

    /// The partitions that are read back first, before what follows them.
    func note(back partitions: [TopicPartition]) {
        counters.status.enter(.readingBack)
        notices.say(
            "reading \(partitions.count.counted("partition")), first back over what windows need",
            event: "reading_back", ["partitions": KafkaNotices.list(partitions)])
    }

    private func say(_ error: KafkaError, _ fault: LiveCounters.KafkaFault) {
        counters.update { $0.kafkaFaults[fault, default: 0] += 1 }
        notices.say(
            "Kafka: \(error.description)", .warning, event: "kafka_\(fault.rawValue)",
            ["code": "\(error.name)"])
    }

    private static func list(_ partitions: [TopicPartition]) -> Logger.Metadata.Value {
        .array(partitions.map { "\($0.topic)[\($0.partition)]" })
    }
}
