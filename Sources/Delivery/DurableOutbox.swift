public import MarketModel
public import StateStore
internal import Synchronization

/// The outbox that forgets nothing: every queue stands in a file too, and is written there first.
///
/// ```text
///  enqueue   file, on the disk itself  ─>  queue in memory       a crash between: taken up at the next start
///  record    queue in memory  ─>  file                           a crash between: sent again, same id
///  tend      file changed by somebody else  ─>  queue            `bellwether outbox retry` and `drop`
/// ```
///
/// What an attempt changed and the file could not take is kept and written with the next change.
public final class DurableOutbox: Outbox {
    private struct State {
        var queues: [String: ReceiverQueue] = [:]
        /// In the file, of receivers that are not open.
        var strangers: [String: [QueuedNotice]] = [:]
        var unsettled: [Settlement] = []
        var trouble: StateError?
        var changeCount = 0
        var orders = StandingOrders()
        var lastForgotten: Timestamp?
    }

    private let file: StateFile
    private let state: Mutex<State>
    private let settings: ReceiverQueue.Settings

    /// - Parameters:
    ///   - limit: notices of a receiver that may wait.
    ///   - seed: of the back-off's jitter.
    public init(
        _ file: StateFile, limit: Int = 10_000, policy: RetryPolicy = .init(), seed: UInt64 = 0
    ) throws(StateError) {
        self.file = file
        settings = .init(limit: limit, policy: policy, seed: seed)
        var state = State()
        state.changeCount = try file.changeCount()
        state.orders = try StandingOrders(file, revision: 1)
        state.strangers = Dictionary(grouping: try file.queued(), by: \.receiver)
        self.state = Mutex(state)
    }

    public func open(receiver: String, retryFor: Duration, pace: ReceiverPace) {
        state.withLock { state in
            guard state.queues[receiver] == nil else {
                state.queues[receiver]?.adopt(retryFor: retryFor, pace: pace)
                return
            }
            var settings = settings
            settings.retryFor = retryFor
            settings.pace = pace
            settings.seed &+= UInt64(state.queues.count)
            state.queues[receiver] = ReceiverQueue(name: receiver, settings: settings)
            let waiting = state.strangers.removeValue(forKey: receiver) ?? []
            for row in waiting { take(row, &state) }
            write(&state)
        }
    }

    /// What waits for receivers that no notifier is called.
    public var strangers: [String: Int] { state.withLock { $0.strangers.mapValues(\.count) } }

    private func take(_ row: QueuedNotice, _ state: inout State) {
        guard let notice = NoticeRecord(text: row.text)?.notice else {
            let reason = "its record in the state file cannot be read"
            state.unsettled.append(
                .dead(sequence: row.sequence, at: row.queuedAt, attempts: row.attempts, reason: reason))
            return
        }
        let stored = StoredNotice(
            sequence: row.sequence, notice: notice, enqueuedAt: row.queuedAt, triedFrom: row.triedFrom,
            attempts: row.attempts)
        state.queues[row.receiver]?.take(stored, isNew: false)
    }

    public func enqueue(_ batch: OutboxBatch, at now: Timestamp) throws(StateError) -> [Enqueued] {
        var outcome: Result<[Enqueued], StateError> = .success([])
        state.withLock { state in
            do throws(StateError) {
                outcome = .success(try enqueue(batch, at: now, &state))
                state.trouble = nil
            } catch {
                state.trouble = error
                outcome = .failure(error)
            }
        }
        return try outcome.get()
    }

    private func enqueue(
        _ batch: OutboxBatch, at now: Timestamp, _ state: inout State
    ) throws(StateError) -> [Enqueued] {
        var fresh: [String: Int] = [:]
        let fits = batch.entries.map { entry in
            guard let queue = state.queues[entry.receiver] else {
                preconditionFailure("open a receiver before its use")
            }
            let number = fresh[entry.receiver, default: 0] + 1
            guard queue.hasRoom(for: number) else { return false }
            fresh[entry.receiver] = number
            return true
        }
        if batch.checkpoint != nil || !batch.firing.isEmpty, fits.contains(false) {
            return batch.entries.map { state.queues[$0.receiver]?.refuseFull() ?? .full }
        }
        let entries = zip(batch.entries, fits).filter(\.1).map(\.0)
        let commit = StateCommit(
            transitions: batch.transitions,
            notices: entries.map {
                NewNotice(
                    receiver: $0.receiver, id: $0.notice.id, text: NoticeRecord($0.notice).text)
            }, firing: batch.firing, checkpoint: batch.checkpoint, progress: batch.progress)
        var accepted = try file.commit(commit, at: now)[...]
        return zip(batch.entries, fits).map { entry, fits in
            guard fits else { return state.queues[entry.receiver]?.refuseFull() ?? .full }
            guard case .queued(let sequence)? = accepted.popFirst() else {
                return state.queues[entry.receiver]?.refuseDuplicate() ?? .duplicate
            }
            let stored = StoredNotice(
                sequence: sequence, notice: entry.notice, enqueuedAt: now, triedFrom: now)
            state.queues[entry.receiver]?.take(stored, isNew: true)
            return .queued
        }
    }

    public func next(for receiver: String, at now: Timestamp) -> OutboxStep {
        state.withLock { state in
            guard let step = state.queues[receiver]?.next(at: now) else {
                preconditionFailure("open a receiver before its use")
            }
            if case .expired(let ticket, let reason) = step {
                settle(.dead(reason: reason), ticket, attempts: ticket.attempt - 1, at: now, &state)
            }
            return step
        }
    }

    public func record(_ result: AttemptResult, of ticket: Ticket, at now: Timestamp) -> Disposition {
        state.withLock { state in
            guard let disposition = state.queues[ticket.receiver]?.record(result, of: ticket, at: now) else {
                preconditionFailure("open a receiver before its use")
            }
            settle(disposition, ticket, attempts: ticket.attempt, at: now, &state)
            return disposition
        }
    }

    private func settle(
        _ disposition: Disposition, _ ticket: Ticket, attempts: Int, at now: Timestamp, _ state: inout State
    ) {
        for sequence in ticket.sequences {
            let settlement: Settlement =
                switch disposition {
                case .delivered: .delivered(sequence: sequence)
                case .retrying: .failed(sequence: sequence, attempts: attempts)
                case .dropped(let reason):
                    .dead(sequence: sequence, at: now, attempts: attempts, reason: "refused: \(reason)")
                case .dead(let reason):
                    .dead(
                        sequence: sequence, at: now, attempts: attempts,
                        reason: "not delivered in time: \(reason)")
                }
            state.unsettled.append(settlement)
        }
        write(&state)
    }

    private func write(_ state: inout State) {
        guard !state.unsettled.isEmpty else { return }
        do {
            try file.settle(state.unsettled)
            state.unsettled = []
            state.trouble = nil
        } catch {
            state.trouble = error
        }
    }

    public func pending(for receiver: String) -> Int {
        state.withLock { $0.queues[receiver]?.pending ?? 0 }
    }

    public func counters(of receiver: String) -> DeliveryCounters {
        state.withLock { $0.queues[receiver]?.counters ?? DeliveryCounters() }
    }

    public func circuit(of receiver: String) -> Circuit {
        state.withLock { $0.queues[receiver]?.circuit ?? .closed }
    }

    public var trouble: StateError? { state.withLock { $0.trouble } }
    /// Alerts of these rules that fire, as far as is known from before; in the order of (rule, key).
    public func openAlerts(of rules: [String]) throws(StateError) -> [LastFire] {
        try file.openAlerts(of: rules)
    }
    public func lastFires() throws(StateError) -> [LastFire] { try file.lastFires() }
    public func orders(newerThan revision: Int) -> StandingOrders? {
        state.withLock { $0.orders.revision > revision ? $0.orders : nil }
    }

    /// A stage that goes on where an earlier run's ended.
    public func muteStage(_ policy: MutePolicy) throws(StateError) -> MuteStage {
        MuteStage(
            policy, orders: state.withLock { $0.orders }, firing: try file.firing(),
            decided: Set(try file.lastTransitionIDs()))
    }

    // MARK: What changes without a caller

    public var needsTending: Bool { true }

    /// Milliseconds between two looks for what is too old.
    private static let forgetsEvery: Int64 = 3_600_000

    public func tend(at now: Timestamp) -> OutboxTending {
        // A log that cannot be moved now grows, and is moved later; what it holds is safe.
        try? file.moveLog()
        return state.withLock { state in
            var found = OutboxTending()
            write(&state)
            do throws(StateError) {
                let count = try file.changeCount()
                if count != state.changeCount, state.unsettled.isEmpty {
                    found.changed = try reload(&state)
                    state.orders = try StandingOrders(file, revision: state.orders.revision + 1)
                    state.changeCount = count
                }
                let last = state.lastForgotten?.milliseconds ?? Int64.min / 2
                if now.milliseconds - last >= Self.forgetsEvery {
                    found.forgottenLetters = try file.forget(at: now)
                    state.lastForgotten = now
                }
            } catch {
                state.trouble = error
            }
            return found
        }
    }

    /// Brings the queues to what the file holds now.
    private func reload(_ state: inout State) throws(StateError) -> [String] {
        let rows = Dictionary(grouping: try file.queued(), by: \.receiver)
        state.strangers = rows.filter { state.queues[$0.key] == nil }
        var changed: [String] = []
        for receiver in state.queues.keys.sorted() {
            let known = state.queues[receiver]?.sequences ?? []
            let there = rows[receiver] ?? []
            let gone = known.subtracting(there.map(\.sequence))
            let new = there.filter { !known.contains($0.sequence) }
            if !gone.isEmpty { state.queues[receiver]?.discard(gone) }
            for row in new { take(row, &state) }
            if !gone.isEmpty || !new.isEmpty { changed.append(receiver) }
        }
        write(&state)
        return changed
    }
}
