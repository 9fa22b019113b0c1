/// Why a rule did, or did not, fire at an instant: all that was asked of the engine. Instants are
/// milliseconds since the epoch; what is unknown has no value.
public struct WhyAnswer: Codable, Sendable, Equatable {
    public var rule: String
    /// Empty for a rule without `on`.
    public var key: String
    public var at: Int64
    /// `2025-03-10T14:03:11.220Z`.
    public var time: String
    /// `firing`, `not firing`, `pending`, `held back`.
    public var outcome: String
    /// Why it is so, the first reason first.
    public var reasons: [String]
    public var life: Life
    public var conditions: [Condition]
    public var windows: [Window]
    /// Empty where the alert fires or is about to.
    public var nearest: [Nearest]
    /// What a transition at that instant would carry.
    public var severity: String
    public var message: String
    public var values: [Value]
    /// What limits the answer.
    public var notes: [String]

    /// A clause with a condition.
    public struct Condition: Codable, Sendable, Equatable {
        /// `when`, `then within 5m`, `until`, `unless`, `escalate critical when`.
        public var clause: String
        public var tree: Part
    }

    /// A part of a condition with its value at the instant.
    public struct Part: Codable, Sendable, Equatable {
        public var text: String
        /// true is 1 and false is 0.
        public var value: Double?
        /// As a message prints it; `unknown`.
        public var shown: String
        /// Of a comparison: what it needs.
        public var needs: String?
        /// Why it is unknown.
        public var reason: String?
        /// A number or duration of the rule's text.
        public var isLiteral: Bool
        public var parts: [Part]
    }

    public struct Window: Codable, Sendable, Equatable {
        public var series: String
        public var window: String
        /// The points later than `from` and not later than `to`; nil for a number of trades.
        public var from: Int64?
        public var to: Int64?
        public var points: Int?
        public var first: Point?
        public var last: Point?
        public var least: String?
        public var greatest: String?
        /// What `change`, `move` and `ago` compare with.
        public var ago: Point?
        /// Why it says nothing.
        public var reason: String?
    }

    public struct Point: Codable, Sendable, Equatable {
        public var at: Int64?
        public var value: String
        /// Of a trade.
        public var size: String?
    }

    /// Where the alert's life stands after the instant.
    public struct Life: Codable, Sendable, Equatable {
        /// `idle`, `pending`, `firing`.
        public var phase: String
        /// Since when; nil where it has never changed.
        public var since: Int64?
        /// One line for each clock and clause: `during us: open until 20:00:00.000`.
        public var lines: [String]
        /// The last transitions, the newest last, with those of the instant itself.
        public var transitions: [Step]
    }

    public struct Step: Codable, Sendable, Equatable {
        public var at: Int64
        public var kind: String
        public var severity: String
        public var message: String
    }

    /// The nearest miss of one condition.
    public struct Nearest: Codable, Sendable, Equatable {
        public var clause: String
        /// From where on it was looked for.
        public var since: Int64
        /// The condition was true then; nil where it never was since the search began.
        public var lastTrue: Int64?
        /// The instant at which the whole came nearest; nil where no instant was in reach.
        public var at: Int64?
        /// The comparisons at that instant.
        public var then: [Miss]
        /// Each comparison where it came nearest by itself.
        public var alone: [Miss]
    }

    public struct Miss: Codable, Sendable, Equatable {
        public var text: String
        public var needed: String
        public var best: String
        /// Exactly; nil where the comparison has no single one.
        public var neededValue: Double?
        public var bestValue: Double?
        public var at: Int64
        /// It was true there.
        public var isMet: Bool
        /// It kept the whole from being true.
        public var isDecisive: Bool
    }

    public struct Value: Codable, Sendable, Equatable {
        public var name: String
        public var value: Double?
    }
}
