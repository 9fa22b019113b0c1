public import MarketModel
public import StateStore

/// Alerts of which nobody is told for a time, because somebody said so.
public struct Silence: Sendable, Equatable {
    public var number: Int64
    public var matcher: AlertMatcher
    public var startsAt: Timestamp
    /// The first instant at which it is over.
    public var endsAt: Timestamp
    public var author: String
    public var comment: String

    /// nil for a row whose matcher this version cannot read.
    public init?(_ row: StoredSilence) {
        guard let matcher = AlertMatcher(json: row.matcher) else { return nil }
        number = row.number
        self.matcher = matcher
        startsAt = row.startsAt
        endsAt = row.endsAt
        author = row.author
        comment = row.comment
    }

    /// Whether it mutes what happens at `time`.
    func covers(_ time: Timestamp) -> Bool { startsAt <= time && time < endsAt }
}

/// What people have said about alerts, as the state file has it.
public struct StandingOrders: Sendable, Equatable {
    /// Another one after each change.
    public var revision = 0
    /// Also those that are over: what is evaluated again after a crash is decided again.
    public var silences: [Silence] = []
    /// Incidents that somebody looks after.
    public var acknowledged: Set<String> = []

    public init() {}

    public init(revision: Int = 1, silences: [StoredSilence], acknowledgements: [Acknowledgement] = []) {
        self.revision = revision
        self.silences = silences.compactMap { Silence($0) }
        acknowledged = Set(acknowledgements.map(\.incident))
    }

    init(_ file: StateFile, revision: Int) throws(StateError) {
        self.init(
            revision: revision, silences: try file.silences(),
            acknowledgements: try file.acknowledgements())
    }

    /// The silence that mutes an alert, as it is, at `time`; of several the one that ends last.
    public func silencing(_ latest: Transition, at time: Timestamp) -> MuteCause? {
        silencing(AlertFace(latest), at: time)
    }

    func silencing(_ face: AlertFace, at time: Timestamp) -> MuteCause? {
        var last: Silence?
        for silence in silences where silence.covers(time) && silence.matcher.matches(face) {
            if last.map({ $0.endsAt < silence.endsAt }) ?? true { last = silence }
        }
        return last.map { .silence($0.number) }
    }

    func silence(_ number: Int64) -> Silence? { silences.first { $0.number == number } }
}
