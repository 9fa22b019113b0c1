import Kafka
import Testing

@Suite(.ownThreads, .timeLimit(.minutes(5))) struct GroupTests {
    @Test func aSecondMemberGoesOnWhereTheFirstCommitted() throws {
        let cluster = try TestCluster()
        try cluster.broker.createTopic("t", partitions: 1)
        try cluster.send(0..<100, to: "t")
        let first = try cluster.consumer()
        try first.subscribe(to: ["t"])
        #expect(numbers(try first.read(100)) == Array(0..<100))
        let place = TopicPartitionOffset("t", 0, .at(40), metadata: "window:7")
        try first.commit([place], within: patience)
        #expect(try first.committed([TopicPartition("t", 0)], within: patience) == [place])
        try first.close(within: patience)

        let second = try cluster.consumer()
        try second.subscribe(to: ["t"])
        let messages = try second.read(60)
        #expect(numbers(messages) == Array(40..<100))
        #expect(messages.first?.offset == 40)
        #expect(second.isBacklogRead)
        try second.close(within: patience)
    }

    @Test func withoutCommitEverythingComesAgain() throws {
        let cluster = try TestCluster()
        try cluster.broker.createTopic("t", partitions: 1)
        try cluster.send(0..<10, to: "t")
        for _ in 0..<2 {
            let consumer = try cluster.consumer()
            try consumer.subscribe(to: ["t"])
            #expect(numbers(try consumer.read(10)) == Array(0..<10))
            #expect(
                try consumer.committed([TopicPartition("t", 0)], within: patience)
                    == [TopicPartitionOffset("t", 0, .committed)])
            try consumer.close(within: patience)
        }
    }

    @Test func aRequestedCommitReportsItsOutcomeAsAnEvent() throws {
        let cluster = try TestCluster()
        try cluster.broker.createTopic("t", partitions: 1)
        try cluster.send(0..<10, to: "t")
        let consumer = try cluster.consumer()
        try consumer.subscribe(to: ["t"])
        _ = try consumer.read(10)
        try consumer.requestCommit([TopicPartitionOffset("t", 0, .at(10))])
        var messages: [Received] = []
        var events: [KafkaEvent] = []
        try repeatUntil({ events.contains { $0.commit != nil } }) {
            try consumer.poll(into: &messages, &events)
        }
        let (offsets, error) = try #require(events.compactMap(\.commit).first)
        #expect(offsets == [TopicPartitionOffset("t", 0, .at(10))])
        #expect(error == nil)
        try consumer.close(within: patience)
    }

    @Test func aCallerCanChooseWhereToStart() throws {
        let cluster = try TestCluster()
        try cluster.broker.createTopic("t", partitions: 2)
        try cluster.send(0..<10, to: "t", partition: 0)
        try cluster.send(10..<20, to: "t", partition: 1)
        let consumer = try cluster.consumer()
        try consumer.subscribe(to: ["t"])
        var messages: [Received] = []
        var events: [KafkaEvent] = []
        try repeatUntil({ events.contains { $0.assignment != nil } }) {
            try consumer.poll(into: &messages, &events)
        }
        #expect(messages.isEmpty)
        consumer.acceptRebalance(startingAt: [TopicPartitionOffset("t", 1, .at(7))])
        try repeatUntil({ consumer.isBacklogRead }) { try consumer.poll(into: &messages, &events) }
        #expect(numbers(messages).sorted() == Array(0..<10) + [17, 18, 19])
        try consumer.close(within: patience)
    }

    @Test func theEndOfThePartitionsEndsTheBacklogEvenWhenTheyAreEmpty() throws {
        let cluster = try TestCluster()
        try cluster.broker.createTopic("t", partitions: 3)
        try cluster.send(0..<5, to: "t", partition: 1)
        let consumer = try cluster.consumer()
        #expect(!consumer.isBacklogRead)
        try consumer.subscribe(to: ["t"])
        var messages: [Received] = []
        var events: [KafkaEvent] = []
        try repeatUntil({ consumer.isBacklogRead }) { try consumer.poll(into: &messages, &events) }
        #expect(numbers(messages) == Array(0..<5))
        #expect(consumer.unreadBacklog == [])
        #expect(consumer.assignment.count == 3)
        try repeatUntil({ events.compactMap(\.end).count == 3 }) {
            try consumer.poll(into: &messages, &events)
        }
        #expect(Set(events.compactMap(\.end)).contains(TopicPartitionOffset("t", 1, .at(5))))
        try consumer.close(within: patience)
    }

    @Test func seekingReadsAgain() throws {
        let cluster = try TestCluster()
        try cluster.broker.createTopic("t", partitions: 1)
        try cluster.send(0..<10, to: "t")
        let consumer = try cluster.consumer()
        try consumer.subscribe(to: ["t"])
        _ = try consumer.read(10)
        try consumer.seek([TopicPartitionOffset("t", 0, .at(4))], within: patience)
        #expect(numbers(try consumer.read(6)) == Array(4..<10))
        try consumer.close(within: patience)
    }

    @Test func tooMuchMetadataIsRefusedBeforeKafkaLosesIt() throws {
        let consumer = try KafkaConsumer(properties: [("group.id", "g")])
        let place = TopicPartitionOffset("t", 0, .at(1), metadata: String(repeating: "é", count: 2_049))
        let error = try #require(throws: KafkaError.self) { try consumer.commit([place], within: patience) }
        #expect(error.description.contains("4098 bytes"))
    }

    @Test func aCommitOfAMemberThatTheGroupNoLongerKnowsIsRefused() throws {
        let cluster = try TestCluster()
        try cluster.broker.createTopic("t", partitions: 1)
        try cluster.send(0..<1, to: "t")
        let consumer = try cluster.consumer()
        try consumer.subscribe(to: ["t"])
        _ = try consumer.read(1)
        cluster.broker.inject([.illegalGeneration], into: .offsetCommit)
        let error = try #require(throws: KafkaError.self) {
            try consumer.commit([TopicPartitionOffset("t", 0, .at(1))], within: patience)
        }
        #expect(error.code == .illegalGeneration)
        #expect(!error.isRetriable)
        try consumer.close(within: patience)
    }

    @Test func aMemberThatWasNotClosedIsDroppedWithoutWaiting() throws {
        let cluster = try TestCluster()
        try cluster.broker.createTopic("t", partitions: 1)
        try cluster.send(0..<5, to: "t")
        do {
            let abandoned = try cluster.consumer()
            try abandoned.subscribe(to: ["t"])
            let batch = try abandoned.poll(max: 10, timeout: .zero)
            let count = batch.count
            #expect(count == 0)
        }
        // A batch outlives its consumer: it keeps the handle.
        func lastBatch() throws -> [Int] {
            let consumer = try cluster.consumer("other")
            try consumer.subscribe(to: ["t"])
            var found: [Int] = []
            try repeatUntil({ !found.isEmpty }) {
                let batch = try consumer.poll(max: 10, timeout: .milliseconds(50))
                try consumer.close(ifNotEmpty: batch)
                batch.forEach { found.append(Int(Received($0).text) ?? -1) }
            }
            return found
        }
        #expect(try lastBatch().first == 0)
    }

    @Test func aWokenPollReturns() throws {
        let cluster = try TestCluster()
        let consumer = try cluster.consumer()
        let waker = consumer.waker
        waker.wake()
        // Ten hours, unless it is woken.
        let batch = try consumer.poll(max: 1, timeout: .seconds(36_000))
        let count = batch.count
        #expect(count == 0)
        try consumer.close(within: patience)
    }
}

extension KafkaConsumer {
    fileprivate func close(ifNotEmpty batch: borrowing KafkaBatch) throws {
        if !batch.isEmpty { try self.close(within: patience) }
    }
}
