import MarketModel
import SampleMarket

@testable import Kafka
@testable import Pipeline

/// What the broker keeps: records by partition, and what the group has committed.
final class SimulatedBroker: @unchecked Sendable {
    let topic: String
    let records: [[(value: [UInt8], arrival: Int64)]]
    private(set) var committed: [Int64]

    init(topic: String, records: [[(value: [UInt8], arrival: Int64)]]) {
        self.topic = topic
        self.records = records
        committed = Array(repeating: 0, count: records.count)
    }

    var partitions: [TopicPartition] { records.indices.map { TopicPartition(topic, Int32($0)) } }

    /// The offset of the next record to come.
    func end(of partition: Int, at time: Int64) -> Int64 {
        let records = records[partition]
        var low = 0
        var high = records.count
        while low < high {
            let middle = (low + high) / 2
            if records[middle].arrival > time { high = middle } else { low = middle + 1 }
        }
        return Int64(low)
    }

    func commit(_ partition: Int, _ offset: Int64) { committed[partition] = offset }
}

/// A member of the group, as `KafkaConsumer` behaves; a poll lets the world's time pass.
final class SimulatedConsumer: RecordConsumer {
    private let broker: SimulatedBroker
    private let world: SimulatedWorld
    private let hasRebalances: Bool
    /// Is told of each commit before the broker is.
    private let onCommit: (Int, Int64) -> Void
    /// What else happens while a poll waits.
    private let onPoll: () -> Void
    private var positions: [Int64]
    private var knownEnds: [Int64?]
    private var saidEnd: [Bool]
    private var paused: Set<Int> = []
    private var assigned: Set<Int> = []
    private var pending: KafkaEvent?
    private var pollsUntilAssigned: Int? = 0

    init(
        _ broker: SimulatedBroker, _ world: SimulatedWorld, hasRebalances: Bool,
        onPoll: @escaping () -> Void, onCommit: @escaping (Int, Int64) -> Void
    ) {
        self.broker = broker
        self.world = world
        self.hasRebalances = hasRebalances
        self.onPoll = onPoll
        self.onCommit = onCommit
        positions = broker.committed
        knownEnds = positions.map { _ in nil }
        saidEnd = positions.map { _ in false }
        pollsUntilAssigned = Int(world.below(3))
    }

    var partitions: [TopicPartition] { broker.partitions }
    var assignment: [TopicPartition] { assigned.sorted().map { broker.partitions[$0] } }
    var endProbe: EndProbe { EndProbe { [broker] in broker.end(of: Int($0.partition), at: .max) } }

    /// Whether the process has been given everything.
    var isReadThrough: Bool {
        positions.indices.allSatisfy { positions[$0] == broker.end(of: $0, at: .max) }
    }

    func subscribe(to topics: [String]) {}

    func lastKnownEnd(of partition: TopicPartition) -> Int64? { knownEnds[Int(partition.partition)] }

    func range(of partition: TopicPartition) -> (low: Int64, high: Int64) {
        (0, broker.end(of: Int(partition.partition), at: world.milliseconds))
    }

    func acceptRebalance(startingAt offsets: [TopicPartitionOffset]) {
        switch pending {
        case .assigned(let partitions):
            for partition in partitions.map({ Int($0.partition) }) {
                assigned.insert(partition)
                positions[partition] = broker.committed[partition]
                (saidEnd[partition], knownEnds[partition]) = (false, nil)
            }
            move(offsets)
        case .revoked(let partitions, _):
            for partition in partitions.map({ Int($0.partition) }) {
                assigned.remove(partition)
                paused.remove(partition)
            }
            pollsUntilAssigned = Int(world.below(4))
        default: break
        }
        pending = nil
    }

    private func move(_ offsets: [TopicPartitionOffset]) {
        for place in offsets {
            guard case .at(let offset) = place.offset else { continue }
            positions[Int(place.topicPartition.partition)] = offset
            saidEnd[Int(place.topicPartition.partition)] = false
        }
    }

    func committedOffset(of partition: TopicPartition) -> Int64? {
        broker.committed[Int(partition.partition)]
    }

    func seek(_ offsets: [TopicPartitionOffset], within limit: Duration) { move(offsets) }

    func pause(_ partitions: [TopicPartition]) { paused.formUnion(partitions.map { Int($0.partition) }) }
    func resume(_ partitions: [TopicPartition]) { paused.subtract(partitions.map { Int($0.partition) }) }

    func commit(_ offsets: [TopicPartitionOffset], within limit: Duration) { requestCommit(offsets) }

    func requestCommit(_ offsets: [TopicPartitionOffset]) {
        for place in offsets {
            guard case .at(let offset) = place.offset, world.mayAct() else { continue }
            let partition = Int(place.topicPartition.partition)
            onCommit(partition, offset)
            broker.commit(partition, offset)
            _ = world.mayAct()
        }
    }

    func close(within limit: Duration) {}

    // MARK: Polls

    func poll(max: Int, timeout: Duration) -> KafkaBatch {
        acceptRebalance(startingAt: [])
        onPoll()
        var events: [KafkaEvent] = []
        var records: [(source: Int, offset: Int64, value: [UInt8])] = []
        guard world.mayAct() else { return batch(records, events) }
        if let polls = pollsUntilAssigned {
            pollsUntilAssigned = polls > 0 ? polls - 1 : nil
            if polls == 0 {
                pending = .assigned(broker.partitions.filter { !assigned.contains(Int($0.partition)) })
            }
        } else {
            fetch(max, &records, &events)
            if hasRebalances, world.chance(2) {
                let leaves = assignment.filter { _ in world.chance(70) }
                if !leaves.isEmpty { pending = .revoked(leaves, isLost: false) }
            }
        }
        if let pending { events.append(pending) }
        if !records.isEmpty || pending != nil {
            world.trace(
                "polled \(records.map { "\($0.source)@\($0.offset)" })\(pending.map { " \($0)" } ?? "")")
        }
        _ = world.mayAct()
        return batch(records, events)
    }

    private func batch(
        _ records: [(source: Int, offset: Int64, value: [UInt8])], _ events: [KafkaEvent]
    ) -> KafkaBatch { KafkaBatch(made: records, events: events, partitions: broker.partitions) }

    /// Partitions in any order, of each a stretch of any length.
    private func fetch(
        _ max: Int, _ records: inout [(source: Int, offset: Int64, value: [UInt8])],
        _ events: inout [KafkaEvent]
    ) {
        var order = assigned.subtracting(paused).sorted()
        while !order.isEmpty {
            let partition = order.remove(at: Int(world.below(UInt64(order.count))))
            // A fetch that is still under way.
            if world.chance(25) { continue }
            let end = broker.end(of: partition, at: world.milliseconds)
            knownEnds[partition] = end
            let room = Int64(world.below(UInt64(max + 1)))
            while positions[partition] < end, records.count < max,
                Int64(records.count) < room || world.chance(50)
            {
                let offset = positions[partition]
                records.append((partition, offset, broker.records[partition][Int(offset)].value))
                positions[partition] += 1
                saidEnd[partition] = false
            }
            if positions[partition] == end, !saidEnd[partition], world.chance(80) {
                saidEnd[partition] = true
                events.append(
                    .endOfPartition(TopicPartitionOffset(broker.partitions[partition], .at(end))))
            }
        }
    }
}
