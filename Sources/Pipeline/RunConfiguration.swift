public import Delivery
import Engine
public import Feeds

/// What `bellwether.yaml` says.
public struct RunConfiguration: Sendable {
    /// Where the Kafka cluster is.
    public enum Bootstrap: Sendable, Equatable {
        /// librdkafka's own broker in this process: for trying things out.
        case embedded
        /// `host:port,host:port`.
        case servers(String)
    }

    public struct TradeTopic: Sendable {
        public var name: String
        public var fields: FieldMapping

        public init(name: String, fields: FieldMapping = .standard) {
            self.name = name
            self.fields = fields
        }
    }

    /// Files and directories.
    public var rules: [String] = ["rules"]
    /// nil: beside the rules.
    public var notifiers: String?
    public var bootstrap: Bootstrap
    public var group = "bellwether"
    /// Passed through to librdkafka, in this order.
    public var properties: [(name: String, value: String)] = []
    public var trades: [TradeTopic]
    public var rates: String?
    public static let deadLetters = "bellwether-dead-letters"
    public var deadLetters = RunConfiguration.deadLetters
    /// How late a trade may come, milliseconds (LANGUAGE 2.2).
    public var lateness: Int64 = 250
    /// After how long without input the clock moves time on, milliseconds; nil: never, for replays.
    public var idle: Int64? = 1000
    /// For how long a record waits for the other partitions, milliseconds (`PartitionMerge.grace`).
    public var grace: Int64 = 0
    /// Notifications waiting to be sent beyond which reading pauses.
    public var outboxCapacity = 10_000
    /// The directory of the state file; nil: what waits to be sent is forgotten at the end.
    public var state: String? = RunConfiguration.state
    public static let state = "state"
    public var console = ConsoleSettings()
    /// Points of one symbol that are kept; beyond, its windows are unknown (LANGUAGE 4.5).
    public var pointsPerSymbol = EngineOptions.defaultPointCap
    /// Notifiers that are told of alerts about the engine itself.
    public var engineNotify: [String] = []
    public var engineBounds = EngineAlertBounds()
    /// What alerts mute others, and who is told of those that go on firing.
    public var mutes = MutePolicy()

    public init(bootstrap: Bootstrap, trades: [TradeTopic]) {
        self.bootstrap = bootstrap
        self.trades = trades
    }
}
