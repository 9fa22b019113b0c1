internal import MarketModel

/// One receiver's queue and retry state: a pure state machine, time and randomness are passed in.
///
/// ```text
///  alert A   A1 ─ A2 ─ A3      only a chain's head may be sent, so a resolve never overtakes its fire
///  alert B   B1                of the heads that are due the oldest goes first
///  gate      closed until t    after a failure the whole receiver waits: back-off or its Retry-After
/// ```
///
/// When the gate opens after a failure, another alert's head is tried before the one that failed: one
/// notice that the receiver cannot digest (500 for this body alone) holds nobody else up. A success
/// opens the gate at once. Where several alerts had failed it was the receiver's outage, and all of them are
/// due again, the oldest first; where it was one alone, that one keeps its own back-off.
struct ReceiverQueue: Sendable {
    struct Item: Sendable {
        var sequence: Int64
        var notice: Notice
        var enqueuedAt: Timestamp
        /// From when the deadline counts: `enqueuedAt`, unless it was sent on its way again by hand.
        var triedFrom: Timestamp
        var failures = 0
        var notBefore: Timestamp
        var isLastTry = false
        /// Its ticket is out.
        var isOut = false
        /// Taken out of the outbox by hand while its ticket was out.
        var isDiscarded = false
    }

    struct Settings: Sendable {
        /// Notices that may wait.
        var limit = 10_000
        var policy = RetryPolicy()
        /// From the queueing to the deadline.
        var retryFor = Duration.seconds(600)
        /// Of the back-off's jitter.
        var seed: UInt64 = 0
    }

    private let name: String
    private let settings: Settings
    private var random: SeededRandom
    private var chains: [String: [Item]] = [:]
    private var count = 0
    private var nextSequence: Int64 = 0
    private var seen: RecentIDs
    private var gate = Timestamp(milliseconds: .min)
    private var failuresInARow = 0
    private var lastFailure: (alert: String, reason: String)?
    /// Since the last answer more than one alert failed.
    private var severalFailed = false
    private(set) var counters = DeliveryCounters()

    init(name: String, settings: Settings) {
        self.name = name
        self.settings = settings
        random = SeededRandom(seed: settings.seed)
        seen = RecentIDs(limit: max(settings.limit, DeliveryLimits.rememberedIDs))
    }

    var pending: Int { count }

    mutating func enqueue(_ notice: Notice, at now: Timestamp) -> Enqueued {
        guard !seen.contains(notice.id) else { return refuseDuplicate() }
        guard hasRoom(for: 1) else { return refuseFull() }
        seen.insert(notice.id)
        insert(
            Item(sequence: nextSequence, notice: notice, enqueuedAt: now, triedFrom: now, notBefore: now))
        nextSequence += 1
        counters.queued += 1
        return .queued
    }

    func hasRoom(for more: Int) -> Bool { count + more <= settings.limit }

    mutating func refuseDuplicate() -> Enqueued {
        counters.duplicates += 1
        return .duplicate
    }

    mutating func refuseFull() -> Enqueued {
        counters.refusedFull += 1
        return .full
    }

    /// Takes a notice that a store holds, at the place that its sequence gives it.
    mutating func take(_ stored: StoredNotice, isNew: Bool) {
        if isNew { counters.queued += 1 }
        insert(
            Item(
                sequence: stored.sequence, notice: stored.notice, enqueuedAt: stored.enqueuedAt,
                triedFrom: stored.triedFrom, failures: stored.attempts, notBefore: stored.triedFrom))
    }

    private mutating func insert(_ item: Item) {
        let alert = item.notice.transition.alertName
        var chain = chains[alert] ?? []
        let place = chain.lastIndex { $0.sequence < item.sequence }.map { $0 + 1 } ?? 0
        chain.insert(item, at: place)
        chains[alert] = chain
        count += 1
    }

    /// The sequences of all that is queued or being sent.
    var sequences: Set<Int64> { Set(chains.values.joined().map(\.sequence)) }

    /// Takes out what somebody has taken out of the store; what is being sent goes when its answer is there.
    mutating func discard(_ gone: Set<Int64>) {
        for (alert, chain) in chains where chain.contains(where: { gone.contains($0.sequence) }) {
            var kept = chain
            for index in kept.indices where gone.contains(kept[index].sequence) {
                kept[index].isDiscarded = true
            }
            kept.removeAll { $0.isDiscarded && !$0.isOut }
            count -= chain.count - kept.count
            counters.dropped += chain.count - kept.count
            chains[alert] = kept.isEmpty ? nil : kept
        }
    }

    /// - Complexity: O(alerts queued), beside which a request over the network is long.
    mutating func next(at now: Timestamp) -> OutboxStep {
        if failuresInARow > 0, let expired = removeExpired(at: now) { return expired }
        guard count > 0 else { return .idle }
        if gate > now { return .wait(until: gate) }
        var best: (alert: String, item: Item)?
        var earliest: Timestamp?
        for (alert, chain) in chains {
            guard let head = chain.first else { continue }
            if head.notBefore > now {
                earliest = min(earliest ?? head.notBefore, head.notBefore)
            } else if best.map({ comesBefore(alert, head, $0.alert, $0.item) }) ?? true {
                best = (alert, head)
            }
        }
        if let best {
            chains[best.alert]?[0].isOut = true
            return .send(ticket(best.item))
        }
        return earliest.map { .wait(until: $0) } ?? .idle
    }

    private func comesBefore(_ alert: String, _ item: Item, _ other: String, _ otherItem: Item) -> Bool {
        let failed = lastFailure?.alert
        if (alert == failed) != (other == failed) { return other == failed }
        return item.sequence < otherItem.sequence
    }

    private func ticket(_ item: Item) -> Ticket {
        Ticket(
            receiver: name, sequence: item.sequence, notice: item.notice,
            enqueuedAt: item.enqueuedAt, attempt: item.failures + 1)
    }

    mutating func record(_ result: AttemptResult, of ticket: Ticket, at now: Timestamp) -> Disposition {
        let alert = ticket.notice.transition.alertName
        // A notice that was sent on its way again by hand may have come in before it.
        guard let index = chains[alert]?.firstIndex(where: { $0.sequence == ticket.sequence }),
            var item = chains[alert]?[index], item.isOut
        else { preconditionFailure("a ticket is given back once") }
        chains[alert]?[index].isOut = false
        item.isOut = false
        switch result {
        case .accepted:
            if severalFailed { endOutage(at: now) }
            answered()
            remove(alert, at: index)
            counters.delivered += 1
            return .delivered
        case .refused(let reason):
            answered()
            remove(alert, at: index)
            counters.dropped += 1
            return .dropped(reason: reason)
        case .failed where item.isDiscarded:
            remove(alert, at: index)
            counters.dropped += 1
            return .dropped(reason: "taken out of the outbox by hand")
        case .failed(let reason, let retryAfter):
            item.failures += 1
            failuresInARow += 1
            if let last = lastFailure, last.alert != alert { severalFailed = true }
            lastFailure = (alert, reason)
            return retry(item, at: (alert, index), reason, retryAfter, at: now)
        }
    }

    private mutating func retry(
        _ failed: Item, at place: (alert: String, index: Int), _ reason: String, _ retryAfter: Duration?,
        at now: Timestamp
    ) -> Disposition {
        var item = failed
        let fraction = random.fraction()
        let pause = settings.policy.delay(failures: failuresInARow, fraction: fraction)
        gate = now.advanced(by: max(pause, retryAfter ?? .zero))
        let failure = RetryPolicy.Failure(
            at: now, delay: settings.policy.delay(failures: item.failures, fraction: fraction),
            retryAfter: retryAfter, deadline: item.triedFrom.advanced(by: settings.retryFor),
            wasLastTry: item.isLastTry)
        switch settings.policy.next(after: failure) {
        case .retry(let at): item.notBefore = at
        case .lastRetry(let at):
            item.notBefore = at
            item.isLastTry = true
            // The receiver's longer pause would make the last try come too late.
            gate = min(gate, at)
        case .giveUp:
            remove(place.alert, at: place.index)
            counters.dead += 1
            return .dead(reason: reason)
        }
        chains[place.alert]?[place.index] = item
        counters.retries += 1
        return .retrying(at: max(gate, item.notBefore), reason: reason)
    }

    private mutating func endOutage(at now: Timestamp) {
        for alert in chains.keys {
            guard let head = chains[alert]?.first, head.notBefore > now else { continue }
            chains[alert]?[0].notBefore = now
            chains[alert]?[0].isLastTry = false
        }
    }

    private mutating func answered() {
        failuresInARow = 0
        severalFailed = false
        lastFailure = nil
        gate = Timestamp(milliseconds: .min)
    }

    private mutating func remove(_ alert: String, at index: Int) {
        chains[alert]?.remove(at: index)
        if chains[alert]?.isEmpty ?? false { chains[alert] = nil }
        count -= 1
    }

    /// While the receiver fails, what is past its deadline leaves without an attempt of its own: the
    /// receiver's failures were its attempts, and an old alert is worth less than a slot. The oldest first.
    private mutating func removeExpired(at now: Timestamp) -> OutboxStep? {
        var oldest: (alert: String, item: Item)?
        for (alert, chain) in chains {
            guard let head = chain.first, !head.isLastTry,
                head.triedFrom.advanced(by: settings.retryFor) < now
            else {
                continue
            }
            if oldest.map({ head.sequence < $0.item.sequence }) ?? true { oldest = (alert, head) }
        }
        guard let (alert, item) = oldest else { return nil }
        remove(alert, at: 0)
        counters.dead += 1
        return .expired(ticket(item), reason: lastFailure?.reason ?? "the receiver fails")
    }
}

/// The last ids that were taken; the older half is forgotten when there are too many.
struct RecentIDs: Sendable {
    private var newer: Set<UInt128> = []
    private var older: Set<UInt128> = []
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    func contains(_ id: String) -> Bool {
        guard let number = UInt128(id, radix: 16) else { return false }
        return newer.contains(number) || older.contains(number)
    }

    /// - Parameter id: 128 bits as hexadecimal digits, as `Transition.id` makes them.
    mutating func insert(_ id: String) {
        guard let number = UInt128(id, radix: 16) else { return }
        newer.insert(number)
        if newer.count >= limit {
            older = newer
            newer = []
        }
    }
}
