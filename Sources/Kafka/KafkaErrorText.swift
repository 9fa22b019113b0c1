extension KafkaError: CustomStringConvertible {
    /// One or two sentences: what failed and why; what to do.
    public var description: String {
        "\(self.failure): \(self.explanation)\(self.code.suffix). \(self.advice)"
    }

    /// The same as `description`, under the name that callers of other errors use.
    public var message: String { self.description }

    private var failure: String {
        switch self.subject {
        case .property(let name): "Kafka property '\(name)' is refused"
        case .brokers(let addresses): "cannot use Kafka at \(addresses)"
        case .topic(let name): "Kafka topic '\(name)'"
        case .partition(let partition): "Kafka topic '\(partition.topic)', partition \(partition.partition)"
        case .group(let name): "Kafka consumer group '\(name)'"
        case .client: "Kafka client"
        }
    }

    /// What a person, or the caller, does next.
    public var advice: String {
        if self.isFatal { return "This client cannot go on: close it and start again." }
        if case .property = self.subject {
            return "Correct or remove it; names and values are those of librdkafka's CONFIGURATION.md."
        }
        switch self.code {
        case .brokerTransportFailure, .allBrokersDown, .timedOut, .messageTimedOut:
            return "Check that the broker runs, that bootstrap.servers names it "
                + "and that this machine may connect to it."
        case .hostNotResolved: return "Check the host's spelling in bootstrap.servers and this machine's DNS."
        case .tlsFailure:
            return "Check security.protocol and ssl.ca.location: is the broker's port a TLS port, "
                + "and is its certificate trusted?"
        case .authenticationFailure, .saslAuthenticationFailed:
            return "Check security.protocol, sasl.mechanism, sasl.username and sasl.password."
        case .topicAuthorizationFailed: return "Ask the cluster's owner to grant this user the topic."
        case .groupAuthorizationFailed: return "Ask the cluster's owner to grant this user the group."
        case .clusterAuthorizationFailed: return "Ask the cluster's owner to grant this user the operation."
        case .unknownTopic, .unknownTopicOrPartition, .unknownPartition:
            return "Create the topic or correct its name."
        case .queueFull: return "Serve delivery reports until there is room, then send again."
        case .messageTooLarge:
            return "Raise message.max.bytes here and max.message.bytes on the topic, or send less."
        case .illegalGeneration, .unknownMember:
            return
                "The partition belongs to another member by now; what was not committed is read there again."
        case .pollTooLate:
            return "Poll more often, or raise max.poll.interval.ms; the next poll joins the group again."
        default: return self.isRetriable ? "It may pass: try again." : "Trying again will not help."
        }
    }
}

extension KafkaErrorCode {
    fileprivate var suffix: String { " (\(self.name))" }
}
