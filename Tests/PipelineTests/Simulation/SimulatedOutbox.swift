import Delivery
import MarketModel
import StateStore

@testable import Pipeline

/// The outbox of the process under test: a `DurableOutbox`, each call a step at which the process may end.
/// The courier's threads get nothing to do: `SimulatedReceivers` sends, in the order that the seed gives.
final class SimulatedOutbox: Outbox, @unchecked Sendable {
    private let world: SimulatedWorld
    private let capacity: Int
    private(set) var inner: DurableOutbox?

    init(_ inner: DurableOutbox, _ world: SimulatedWorld, capacity: Int) {
        self.inner = inner
        self.world = world
        self.capacity = capacity
    }

    /// Lets go of the file.
    func end() { inner = nil }

    func open(receiver: String, retryFor: Duration, pace: ReceiverPace) {
        inner?.open(receiver: receiver, retryFor: retryFor, pace: pace)
    }

    func enqueue(_ batch: OutboxBatch, at now: Timestamp) throws(StateError) -> [Enqueued] {
        guard let inner, world.mayAct() else { throw .other(file: "", detail: "killed") }
        let outcome = try inner.enqueue(batch, at: now)
        for receiver in SimulatedCase.receivers where inner.pending(for: receiver) > capacity {
            world.fail("\(inner.pending(for: receiver)) notices wait for \(receiver) of \(capacity)")
        }
        guard world.mayAct() else { throw .other(file: "", detail: "killed") }
        return outcome
    }

    func next(for receiver: String, at now: Timestamp) -> OutboxStep { .idle }

    func record(_ result: AttemptResult, of ticket: Ticket, at now: Timestamp) -> Disposition {
        preconditionFailure("no lane sends")
    }

    func pending(for receiver: String) -> Int { inner?.pending(for: receiver) ?? 0 }
    func counters(of receiver: String) -> DeliveryCounters {
        inner?.counters(of: receiver) ?? DeliveryCounters()
    }
    func circuit(of receiver: String) -> Circuit { inner?.circuit(of: receiver) ?? .closed }
    var trouble: StateError? { inner?.trouble }
    func lastFires() throws(StateError) -> [LastFire] { try inner?.lastFires() ?? [] }
    func orders(newerThan revision: Int) -> StandingOrders? { inner?.orders(newerThan: revision) }
}

/// What is left out or done in the wrong order on purpose: a checker must find each of them.
enum Mutation: String, CaseIterable {
    case forgetsProgress
    case forgetsLateTrades
    /// The offsets are committed, the checkpoint is not written.
    case commitsBeforeCheckpoint
    /// The offsets of the new checkpoint beside the engine of the one before.
    case keepsAnOlderEngine
    /// A notice is settled before its receiver has it.
    case settlesBeforeSending
    case forgetsAcceptedIDs
}

/// The outbox that the path is given: `CourierOutbox`, with somebody who takes notes, and mutations.
struct WatchedOutbox: TransitionOutbox, @unchecked Sendable {
    /// What was seen of all processes.
    final class Notes {
        /// The late ones of the history that counts.
        var late: Set<ReadingPlace.LateTrade> = []
        var watermark: Int64?
        var transitions = 0
    }

    var inner: CourierOutbox
    let notes: Notes
    let mutation: Mutation?
    private var lastEngine: [UInt8]?

    private let world: SimulatedWorld

    init(_ inner: CourierOutbox, _ notes: Notes, _ mutation: Mutation?, _ world: SimulatedWorld) {
        (self.inner, self.notes, self.mutation, self.world) = (inner, notes, mutation, world)
    }

    var hasTakenAll: Bool { inner.hasTakenAll }
    var keepsCheckpoints: Bool { inner.keepsCheckpoints }

    mutating func accept(_ transitions: [RenderedTransition]) throws(CommandFailure) {
        notes.transitions += transitions.count
        for each in transitions {
            let transition = each.transition
            let at = transition.at.milliseconds - SimulatedCase.base
            world.trace("\(transition.rule) \(transition.key) \(transition.kind) at \(at)")
        }
        inner.accept(transitions)
    }

    mutating func note(late trades: [Trade]) {
        for trade in trades {
            notes.late.insert(ReadingPlace.LateTrade(trade))
            world.trace("late: \(trade.origin.index)@\(trade.sequence) of \(trade.time - SimulatedCase.base)")
        }
        inner.note(late: trades)
    }

    mutating func begin(forgotten: Set<String>, closedBefore watermark: Int64?) {
        inner.begin(forgotten: forgotten, closedBefore: watermark)
    }

    mutating func settle(closedBefore watermark: Int64?) {
        notes.watermark = watermark
        inner.settle(closedBefore: watermark)
    }

    mutating func reach(_ place: ReadingPlace) throws(CommandFailure) {
        world.trace("reached \(place.summary)")
        var place = place
        switch mutation {
        case .forgetsProgress: return
        case .forgetsLateTrades: place.late = []
        default: break
        }
        try inner.reach(place)
    }

    mutating func keep(_ checkpoint: RunCheckpoint) throws(CommandFailure) -> Bool {
        world.trace("keeps \(checkpoint.header.place.summary)")
        var checkpoint = checkpoint
        if mutation == .commitsBeforeCheckpoint { return true }
        if mutation == .forgetsLateTrades { checkpoint.header.place.late = [] }
        if mutation == .keepsAnOlderEngine {
            let engine = checkpoint.engine
            checkpoint.engine = lastEngine ?? engine
            lastEngine = engine
        }
        return try inner.keep(checkpoint)
    }
}

extension ReadingPlace {
    /// In a line.
    var summary: String {
        let places = records.sorted { $0.key < $1.key }.map { "\($0)@\($1.offset)+\($1.taken)" }
        let marks = watermarks.map { "\($1 - SimulatedCase.base)" }
        let late = late.map { "\($0.lane)@\($0.offset)" }
        return "\(places), watermark \(marks), late \(late)"
    }
}
