public enum Severity: String, Sendable, CaseIterable, Comparable {
    case info, warning, critical

    public static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }

    private var rank: Int {
        switch self {
        case .info: 0
        case .warning: 1
        case .critical: 2
        }
    }
}

/// One step in the life of an alert (LANGUAGE 6), as the outbox, the `alerts` topic and the dry-run see it.
public struct Transition: Sendable, Equatable {
    public enum Kind: String, Sendable, CaseIterable {
        case pending, dropped, firing, escalated, repeated, resolved
    }

    /// A value that the rule read at that instant, under its text in the rule: `change(price, 5m)`.
    public struct Value: Sendable, Equatable {
        public var name: String
        /// nil when unknown.
        public var value: Double?

        public init(name: String, value: Double?) {
            self.name = name
            self.value = value
        }
    }

    public struct Label: Sendable, Equatable {
        public var name: String
        public var value: String

        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    public var rule: String
    /// The symbol of the instance; empty for a rule without `on`.
    public var key: String
    public var kind: Kind
    public var at: Timestamp
    public var severity: Severity
    /// Rendered at `at`.
    public var message: String
    public var labels: [Label]
    public var values: [Value]

    public init(
        rule: String, key: String, kind: Kind, at: Timestamp, severity: Severity = .warning,
        message: String = "", labels: [Label] = [], values: [Value] = []
    ) {
        self.rule = rule
        self.key = key
        self.kind = kind
        self.at = at
        self.severity = severity
        self.message = message
        self.labels = labels
        self.values = values
    }

    /// The same for the same (rule, key, kind, instant), in every run: 32 hexadecimal digits.
    ///
    /// - SeeAlso: FNV-1a, 128 bits (Fowler, Noll, Vo, 1991).
    public var id: String {
        var hash: UInt128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d
        func mix(_ text: some Sequence<UInt8>) {
            for byte in text { hash = (hash ^ UInt128(byte)) &* 0x0000_0000_0100_0000_0000_0000_0000_013b }
            hash = (hash ^ 0xff) &* 0x0000_0000_0100_0000_0000_0000_0000_013b
        }
        mix(rule.utf8)
        mix(key.utf8)
        mix(kind.rawValue.utf8)
        mix(String(at.milliseconds).utf8)
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 32 - digits.count) + digits
    }

    /// The id of the alert itself, the same for all its transitions (LANGUAGE 6: identity is rule and key).
    public var alertName: String { key.isEmpty ? rule : "\(rule)/\(key)" }
}
