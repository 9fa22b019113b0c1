import Kafka
import Testing

@Suite(.ownThreads, .timeLimit(.minutes(5))) struct FaultTests {
    @Test func errorsWhileProducingAreTriedAgain() throws {
        let cluster = try TestCluster()
        try cluster.broker.createTopic("t", partitions: 1)
        cluster.broker.inject(
            [.notLeader, .requestTimedOut, .brokerTransportFailure, .leaderNotAvailable], into: .produce)
        try cluster.send(0..<50, to: "t")
        let reader = try TopicReader(topic: "t", properties: cluster.properties, within: patience)
        #expect(Set(numbers(try reader.readBacklog())) == Set(0..<50))
    }

    @Test func anErrorThatTryingAgainWouldNotMendIsReportedPerMessage() throws {
        let cluster = try TestCluster()
        try cluster.broker.createTopic("t", partitions: 1)
        cluster.broker.inject([.topicAuthorizationFailed], into: .produce)
        let producer = try cluster.producer()
        try producer.send(KafkaRecord("t", key: nil, value: "x"), tag: 3)
        try producer.flush(within: patience)
        let error = try #require(producer.takeReports().first?.error)
        #expect(error.code == .topicAuthorizationFailed)
        #expect(error.subject == .topic("t"))
        #expect(!error.isRetriable)
    }

    @Test func errorsWhileFetchingJoiningAndCommittingAreTriedAgain() throws {
        let cluster = try TestCluster()
        try cluster.broker.createTopic("t", partitions: 1)
        try cluster.send(0..<50, to: "t")
        cluster.broker.inject([.coordinatorNotAvailable], into: .findCoordinator)
        cluster.broker.inject([.coordinatorLoading], into: .joinGroup)
        cluster.broker.inject([.notLeader, .brokerTransportFailure], into: .fetch)
        let consumer = try cluster.consumer()
        try consumer.subscribe(to: ["t"])
        #expect(numbers(try consumer.read(50)) == Array(0..<50))
        cluster.broker.inject([.coordinatorLoading, .coordinatorNotAvailable], into: .offsetCommit)
        try consumer.commit([TopicPartitionOffset("t", 0, .at(50))], within: patience)
        #expect(
            try consumer.committed([TopicPartition("t", 0)], within: patience)
                == [TopicPartitionOffset("t", 0, .at(50))])
        try consumer.close(within: patience)
    }

    @Test func aBrokerThatGoesAndComesBackIsAnEventAndReadingGoesOn() throws {
        let cluster = try TestCluster()
        try cluster.broker.createTopic("t", partitions: 1)
        try cluster.send(0..<10, to: "t")
        let consumer = try cluster.consumer()
        try consumer.subscribe(to: ["t"])
        var messages: [Received] = []
        var events: [KafkaEvent] = []
        try repeatUntil({ messages.count == 10 }) { try consumer.poll(into: &messages, &events) }
        cluster.broker.takeDown()
        try repeatUntil({ events.contains { $0.allBrokersDown != nil } }) {
            try consumer.poll(into: &messages, &events)
        }
        let down = try #require(events.compactMap(\.brokerDown).first)
        #expect(down.isRetriable)
        #expect(down.description.contains("127.0.0.1"))
        cluster.broker.bringUp()
        try cluster.send(10..<20, to: "t")
        try repeatUntil({ Set(numbers(messages)).count == 20 }) {
            try consumer.poll(into: &messages, &events)
        }
        #expect(numbers(messages) == Array(0..<20))
        try consumer.close(within: patience)
    }

    @Test func aLeaderThatMovesIsFollowed() throws {
        let cluster = try TestCluster(brokers: 3)
        try cluster.broker.createTopic("t", partitions: 1)
        let partition = TopicPartition("t", 0)
        try cluster.broker.setLeader(1, of: partition)
        let reader = try TopicReader(topic: "t", properties: cluster.properties, within: patience)
        try cluster.send(0..<10, to: "t")
        try cluster.broker.setLeader(2, of: partition)
        try cluster.send(10..<20, to: "t")
        var messages: [Received] = []
        try repeatUntil({ messages.count >= 20 }) {
            try reader.poll(max: 100, timeout: .milliseconds(50)).forEach { messages.append(Received($0)) }
        }
        #expect(numbers(messages) == Array(0..<20))
        #expect(try reader.connection.topic("t", within: patience).partitions.map(\.leader) == [2])
    }

    @Test func leavingWhileTheBrokerIsAwayEndsWithinTheLimit() throws {
        let cluster = try TestCluster()
        try cluster.broker.createTopic("t", partitions: 1)
        try cluster.send(0..<10, to: "t")
        let consumer = try cluster.consumer()
        try consumer.subscribe(to: ["t"])
        _ = try consumer.read(10)
        cluster.broker.takeDown()
        #expect(throws: KafkaError.self) {
            try consumer.commit([TopicPartitionOffset("t", 0, .at(10))], within: .milliseconds(200))
        }
        // Whether it still gets through depends on how far the client noticed; it must come back either
        // way.
        do { try consumer.close(within: .seconds(1)) } catch { #expect(error.code == .timedOut) }
        #expect(consumer.isClosed)
    }

    @Test func aSlowBrokerIsWaitedFor() throws {
        let cluster = try TestCluster()
        try cluster.broker.createTopic("t", partitions: 1)
        try cluster.broker.setRoundTrip(.milliseconds(300))
        let connection = try KafkaConnection(properties: cluster.properties)
        #expect(try connection.ensureReachable(within: patience).count == 1)
        #expect(try connection.topic("t", within: patience).partitions.count == 1)
    }
}
