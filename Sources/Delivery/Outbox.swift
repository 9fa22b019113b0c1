public import MarketModel
public import StateStore

/// What became of a notice that was offered to the outbox.
public enum Enqueued: Sendable, Equatable {
    case queued
    /// The receiver has or had a notice of this id.
    case duplicate
    /// The receiver's queue is full.
    case full
}

/// What is to be sent now: a notice, or several as one message.
public struct Ticket: Sendable, Equatable {
    public var receiver: String
    /// The order of queueing at this receiver, ascending.
    public var sequences: [Int64]
    /// By the order of `sequences`; never empty.
    public var notices: [Notice]
    /// When the first of them was queued.
    public var enqueuedAt: Timestamp
    /// This attempt's number, from 1.
    public var attempt: Int

    public init(
        receiver: String, sequences: [Int64], notices: [Notice], enqueuedAt: Timestamp, attempt: Int
    ) {
        self.receiver = receiver
        self.sequences = sequences
        self.notices = notices
        self.enqueuedAt = enqueuedAt
        self.attempt = attempt
    }

    /// The first one.
    public var notice: Notice { notices[0] }
    public var sequence: Int64 { sequences[0] }
    var message: Message { Message(notices) }
}

public enum OutboxStep: Sendable, Equatable {
    case send(Ticket)
    /// Its deadline passed while the receiver was failing; it has left the queue.
    case expired(Ticket, reason: String)
    case wait(until: Timestamp)
    /// Nothing is queued.
    case idle
}

/// What an attempt's result meant for its notice.
public enum Disposition: Sendable, Equatable {
    case delivered
    case retrying(at: Timestamp, reason: String)
    /// Refused for good.
    case dropped(reason: String)
    /// Not delivered by its deadline.
    case dead(reason: String)
}

public struct DeliveryCounters: Sendable, Equatable {
    public var queued = 0
    public var delivered = 0
    /// Messages that were not taken, whatever became of them.
    public var failures = 0
    public var retries = 0
    public var dropped = 0
    public var dead = 0
    /// Taken out of the queue by hand.
    public var discarded = 0
    public var refusedFull = 0
    public var duplicates = 0
    /// Below the notifier's least severity.
    public var belowSeverity = 0
    /// Bodies that were sent plain because the rich one could not be made.
    public var plainBodies = 0
    /// Messages that told of several notices.
    public var digests = 0
    public var circuitOpenings = 0

    public init() {}
}

/// A notice for one receiver.
public struct OutboxEntry: Sendable, Equatable {
    public var notice: Notice
    public var receiver: String

    public init(_ notice: Notice, for receiver: String) {
        self.notice = notice
        self.receiver = receiver
    }
}

/// What is to be remembered in one step: all of it or nothing.
public struct OutboxBatch: Sendable {
    /// The alerts' past; what is known already changes nothing.
    public var transitions: [Transition] = []
    public var entries: [OutboxEntry] = []
    /// How the alerts that fire change; for a file.
    public var firing: [FiringChange] = []
    /// The state of whoever made the transitions, with them in it.
    public var checkpoint: Checkpoint?
    /// How far they go since the checkpoint.
    public var progress: Checkpoint?

    public init(
        transitions: [Transition] = [], entries: [OutboxEntry] = [], firing: [FiringChange] = [],
        checkpoint: Checkpoint? = nil, progress: Checkpoint? = nil
    ) {
        self.transitions = transitions
        self.entries = entries
        self.firing = firing
        self.checkpoint = checkpoint
        self.progress = progress
    }

    var isEmpty: Bool { transitions.isEmpty && entries.isEmpty && firing.isEmpty && checkpoint == nil }
}

/// What an outbox found when it looked after itself.
public struct OutboxTending: Sendable, Equatable {
    /// Receivers whose queue somebody else has changed.
    public var changed: [String] = []
    /// Dead letters that were too old to keep.
    public var forgottenLetters = 0

    public init() {}
}

/// Queues of notices by receiver: in memory (`MemoryOutbox`), or in a file beside it (`DurableOutbox`), which
/// keeps the same promises across runs.
///
/// - Invariant: of one alert's notices to one receiver, a later one is not sent before an earlier one
///   has left the queue. An id is accepted once a receiver.
public protocol Outbox: Sendable {
    /// Before a receiver's first use; again when its notifier says something else.
    func open(receiver: String, retryFor: Duration, pace: ReceiverPace)
    /// Takes what there is room for. With a checkpoint, or with alerts that fire, it takes all or nothing:
    /// where one queue has no room, each entry is `full`.
    ///
    /// - Returns: by the order of the entries.
    /// - Throws: it could not be written, and nothing of it is taken.
    func enqueue(_ batch: OutboxBatch, at now: Timestamp) throws(StateError) -> [Enqueued]
    /// At most one ticket of a receiver is out at a time: `record` gives it back.
    func next(for receiver: String, at now: Timestamp) -> OutboxStep
    func record(_ result: AttemptResult, of ticket: Ticket, at now: Timestamp) -> Disposition
    /// Queued or being sent.
    func pending(for receiver: String) -> Int
    func counters(of receiver: String) -> DeliveryCounters
    func circuit(of receiver: String) -> Circuit
    /// Why the last change could not be written; nil when it was.
    var trouble: StateError? { get }
    /// Whether `tend` is to be called about once a second.
    var needsTending: Bool { get }
    func tend(at now: Timestamp) -> OutboxTending
    /// Of each alert the last fire that is known from before.
    func lastFires() throws(StateError) -> [LastFire]
    /// What people have said about alerts, as of the last `tend`; nil where that is this revision still.
    func orders(newerThan revision: Int) -> StandingOrders?
}

extension Outbox {
    public func open(receiver: String, retryFor: Duration) {
        open(receiver: receiver, retryFor: retryFor, pace: ReceiverPace())
    }
    public var trouble: StateError? { nil }
    public var needsTending: Bool { false }
    public func tend(at now: Timestamp) -> OutboxTending { OutboxTending() }
    public func lastFires() throws(StateError) -> [LastFire] { [] }
    public func orders(newerThan revision: Int) -> StandingOrders? { nil }
}
