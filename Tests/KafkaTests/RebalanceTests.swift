import Kafka
import Testing

/// A member that deals with messages as a pipeline does: it commits what it has read before it gives
/// partitions up.
private final class Member {
    let consumer: KafkaConsumer
    private(set) var messages: [Received] = []
    private(set) var events: [KafkaEvent] = []
    /// Places where an offset did not follow the one before it although the partition was ours all the
    /// time.
    private(set) var gaps: [String] = []
    private var next: [TopicPartition: Int64] = [:]
    private var uncommitted: [TopicPartition: TopicPartitionOffset] = [:]

    init(_ consumer: KafkaConsumer) { self.consumer = consumer }

    func step() throws {
        let batch = try self.consumer.poll(max: 50, timeout: .milliseconds(20))
        batch.forEach { message in
            let received = Received(message)
            if let next = self.next[received.topicPartition], next != received.offset {
                self.gaps.append("\(received.topicPartition): \(received.offset) instead of \(next)")
            }
            self.next[received.topicPartition] = received.offset + 1
            self.messages.append(received)
        }
        for place in batch.positions { self.uncommitted[place.topicPartition] = place }
        self.events += batch.events
        for event in batch.events {
            guard case .revoked(let partitions, let isLost) = event else { continue }
            let places = partitions.compactMap { self.uncommitted.removeValue(forKey: $0) }
            if !isLost { try self.commitUnlessRebalancing(places) }
            for partition in partitions { self.next[partition] = nil }
        }
    }

    /// The embedded broker refuses commits while a group of the eager protocol settles; Kafka takes them.
    private func commitUnlessRebalancing(_ places: [TopicPartitionOffset]) throws {
        do {
            try self.consumer.commit(places, within: patience)
        } catch {
            guard error.code == .rebalanceInProgress else { throw error }
        }
    }

    func commitAndLeave() throws {
        try self.commitUnlessRebalancing(Array(self.uncommitted.values))
        try self.consumer.close(within: patience)
    }
}

/// Two members come and go while messages keep coming; checks that none is lost or skipped.
///
/// - Parameter topic: has four partitions and is empty.
func shareWithoutLoss(_ cluster: some KafkaCluster, topic: String, group: String, strategy: String) throws {
    let producer = try cluster.producer([("linger.ms", "1")])
    var sent = 0
    func sendSome() throws {
        for _ in 0..<40 {
            try producer.send(KafkaRecord(topic, key: "\(sent)", value: "\(sent)"))
            sent += 1
        }
        _ = producer.takeReports()
    }
    let properties: KafkaProperties = [("partition.assignment.strategy", strategy)]
    let first = Member(try cluster.consumer(group, properties))
    try first.consumer.subscribe(to: [topic])
    try repeatUntil({ first.messages.count > 500 }) {
        try sendSome()
        try first.step()
    }
    #expect(first.consumer.assignment.count == 4)

    let second = Member(try cluster.consumer(group, properties))
    try second.consumer.subscribe(to: [topic])
    try repeatUntil({ second.messages.count > 500 && first.consumer.assignment.count == 2 }) {
        try sendSome()
        try first.step()
        try second.step()
    }
    #expect(second.consumer.assignment.count == 2)
    #expect(Set(first.consumer.assignment).isDisjoint(with: second.consumer.assignment))
    #expect(first.events.compactMap(\.revocation).first?.isEmpty == false)

    // The second leaves in order; the first gets everything back.
    try second.commitAndLeave()
    try repeatUntil({ first.consumer.assignment.count == 4 }) {
        try sendSome()
        try first.step()
    }
    try producer.flush(within: patience)
    try repeatUntil({ Set(numbers(first.messages + second.messages)).count == sent }) { try first.step() }
    #expect(first.gaps == [])
    #expect(second.gaps == [])
    #expect(Set(numbers(first.messages + second.messages)) == Set(0..<sent))
    try first.commitAndLeave()
}

@Suite(.ownThreads, .timeLimit(.minutes(5))) struct RebalanceTests {
    @Test(arguments: ["range", "cooperative-sticky"])
    func twoMembersShareAndNothingIsLost(strategy: String) throws {
        let cluster = try TestCluster()
        try cluster.broker.createTopic("t", partitions: 4)
        try shareWithoutLoss(cluster, topic: "t", group: "g", strategy: strategy)
    }

    @Test func aMemberWithoutPartitionHasNoBacklog() throws {
        let cluster = try TestCluster()
        try cluster.broker.createTopic("t", partitions: 1)
        let members = [Member(try cluster.consumer()), Member(try cluster.consumer())]
        for member in members { try member.consumer.subscribe(to: ["t"]) }
        try repeatUntil({ members.allSatisfy { $0.consumer.isBacklogRead } }) {
            for member in members { try member.step() }
        }
        #expect(members.map(\.consumer.assignment.count).sorted() == [0, 1])
        for member in members { try member.commitAndLeave() }
    }
}
