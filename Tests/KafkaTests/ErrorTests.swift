import Kafka
import Testing

@Suite(.ownThreads, .timeLimit(.minutes(5))) struct ErrorTests {
    private func refusal(_ properties: KafkaProperties) throws -> KafkaError {
        try #require(throws: KafkaError.self) {
            _ = try KafkaConsumer(properties: properties)
        }
    }

    @Test func anUnknownPropertyIsNamedWithLibrdkafkasExplanation() throws {
        let error = try self.refusal([("group.id", "g"), ("bootstrap.serers", "localhost:1")])
        #expect(error.subject == .property("bootstrap.serers"))
        #expect(error.code == .invalidArgument)
        #expect(!error.isRetriable)
        #expect(error.description.contains("No such configuration property: \"bootstrap.serers\""))
        #expect(error.description.contains("CONFIGURATION.md"))
        #expect(knownKafkaProperties().contains("bootstrap.servers"))
        #expect(knownKafkaProperties().contains("compression.type"))
        #expect(!knownKafkaProperties().contains("error_cb"))
    }

    @Test func aWrongValueIsNamed() throws {
        let error = try self.refusal([("group.id", "g"), ("session.timeout.ms", "soon")])
        #expect(error.subject == .property("session.timeout.ms"))
        #expect(error.description.contains("Invalid value for configuration property \"session.timeout.ms\""))
    }

    @Test func aSecretIsNeverRepeated() throws {
        let error = try self.refusal([("group.id", "g"), ("sasl.passwrd", "hunter2")])
        #expect(!error.description.contains("hunter2"))
    }

    @Test func propertiesThatContradictEachOtherAreRefusedTogether() throws {
        let error = try #require(throws: KafkaError.self) {
            _ = try KafkaProducer(properties: [("enable.idempotence", "true"), ("acks", "1")])
        }
        #expect(error.description.contains("acks"))
    }

    @Test func aGroupIsRequiredAndCommitsAreOurs() throws {
        #expect(try self.refusal([]).subject == .property("group.id"))
        let error = try self.refusal([("group.id", "g"), ("enable.auto.commit", "true")])
        #expect(error.subject == .property("enable.auto.commit"))
        #expect(error.description.contains("it must be 'false'"))
        _ = try KafkaConsumer(properties: [("group.id", "g"), ("enable.auto.commit", "false")])
    }

    /// Port 1 of loopback: nobody listens there.
    @Test func anUnreachableBrokerIsReportedWithItsAddressAndAdvice() throws {
        let properties: KafkaProperties = [("bootstrap.servers", "127.0.0.1:1")]
        let errors = [
            try #require(throws: KafkaError.self) {
                try KafkaConnection(properties: properties).ensureReachable(within: .milliseconds(500))
            },
            try #require(throws: KafkaError.self) {
                _ = try KafkaConnection(properties: properties).topic("t", within: .milliseconds(500))
            },
            try #require(throws: KafkaError.self) {
                _ = try TopicReader(topic: "t", properties: properties, within: .milliseconds(500))
            },
        ]
        for error in errors {
            #expect(error.isRetriable)
            #expect(!error.isFatal)
            #expect(error.subject == .brokers("127.0.0.1:1"))
            #expect(error.description.contains("cannot use Kafka at 127.0.0.1:1"))
            #expect(error.description.contains("Connection refused"))
            #expect(error.description.contains("bootstrap.servers"))
        }
    }

    @Test func aHostWithoutAddressIsReported() throws {
        let error = try #require(throws: KafkaError.self) {
            let connection = try KafkaConnection(properties: [
                ("bootstrap.servers", "no-such-host.invalid:9092")
            ])
            try connection.ensureReachable(within: .seconds(2))
        }
        #expect(error.isRetriable)
        #expect(error.description.contains("no-such-host.invalid:9092"))
        #expect(error.description.contains("resolve"))
    }

    @Test func aGroupMemberSeesThatNoBrokerAnswers() throws {
        let consumer = try KafkaConsumer(properties: [
            ("bootstrap.servers", "127.0.0.1:1"), ("group.id", "g"),
        ])
        try consumer.subscribe(to: ["t"])
        var messages: [Received] = []
        var events: [KafkaEvent] = []
        try repeatUntil({ events.contains { $0.allBrokersDown != nil } }) {
            try consumer.poll(into: &messages, &events)
        }
        let down = try #require(events.compactMap(\.brokerDown).first)
        #expect(down.isRetriable)
        #expect(down.description.contains("127.0.0.1:1"))
        #expect(!consumer.isBacklogRead)
        // Nothing is there to leave: it ends at once instead of waiting for the limit.
        try consumer.close(within: patience)
        #expect(throws: KafkaError.self) { _ = try consumer.poll(max: 1, timeout: .zero) }
    }

    @Test func anUndeliverableMessageIsReportedAndFlushSaysHowManyAreLeft() throws {
        let producer = try KafkaProducer(properties: [
            ("bootstrap.servers", "127.0.0.1:1"), ("message.timeout.ms", "1000"),
        ])
        try producer.send(KafkaRecord("t", key: nil, value: "x"), tag: 7)
        let error = try #require(throws: KafkaError.self) { try producer.flush(within: .milliseconds(200)) }
        #expect(error.isRetriable)
        #expect(error.description.contains("1 messages are not delivered"))
        #expect(error.description.contains("127.0.0.1:1"))
        try producer.flush(within: patience)
        let report = try #require(producer.takeReports().first)
        #expect(report.tag == 7)
        #expect(report.error?.code == .messageTimedOut)
    }

    @Test func aTopicThatIsNotThereIsReported() throws {
        let cluster = try TestCluster()
        cluster.broker.setError(.unknownTopicOrPartition, ofTopic: "nowhere")
        let error = try #require(throws: KafkaError.self) {
            _ = try TopicReader(topic: "nowhere", properties: cluster.properties, within: patience)
        }
        #expect(error.code == .unknownTopicOrPartition)
        #expect(error.subject == .topic("nowhere"))
        #expect(error.description.contains("Create the topic"))
        let consumer = try cluster.consumer()
        try consumer.subscribe(to: ["nowhere"])
        var messages: [Received] = []
        var events: [KafkaEvent] = []
        try repeatUntil({ events.contains { $0.error?.code == .unknownTopicOrPartition } }) {
            try consumer.poll(into: &messages, &events)
        }
        #expect(events.compactMap(\.error).first?.subject == .topic("nowhere"))
        try consumer.close(within: patience)
    }

    @Test(arguments: [
        (KafkaErrorCode.brokerTransportFailure, true), (.queueFull, true), (.notLeader, true),
        (.rebalanceInProgress, true), (.illegalGeneration, false), (.topicAuthorizationFailed, false),
        (.messageTooLarge, false), (.fatal, false), (.unknownTopicOrPartition, true),
    ])
    func retriableIsAsInKafkasTable(code: KafkaErrorCode, isRetriable: Bool) {
        #expect(code.isRetriable == isRetriable)
    }

    @Test func codesHaveLibrdkafkasNames() {
        #expect(KafkaErrorCode.brokerTransportFailure.name == "_TRANSPORT")
        #expect(KafkaErrorCode.unknownTopicOrPartition.name == "UNKNOWN_TOPIC_OR_PART")
        #expect(KafkaErrorCode.pollTooLate.name == "_MAX_POLL_EXCEEDED")
        #expect(KafkaErrorCode.fenced.name == "_FENCED")
        #expect(KafkaErrorCode.authenticationFailure.name == "_AUTHENTICATION")
        #expect(KafkaErrorCode.tlsFailure.name == "_SSL")
        #expect(KafkaErrorCode.hostNotResolved.name == "_RESOLVE")
        #expect(KafkaErrorCode.wrongState.name == "_STATE")
        #expect(KafkaErrorCode.noOffset.name == "_NO_OFFSET")
        #expect(KafkaErrorCode.clusterAuthorizationFailed.name == "CLUSTER_AUTHORIZATION_FAILED")
        #expect(KafkaErrorCode.saslAuthenticationFailed.name == "SASL_AUTHENTICATION_FAILED")
    }
}
