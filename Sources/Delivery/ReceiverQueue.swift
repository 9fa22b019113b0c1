internal import MarketModel

/// One receiver's queue and retry state: a pure state machine, time and randomness are passed in.
///
/// ```text
///  alert A   A1 ─ A2 ─ A3      only a chain's head may be sent, so a resolve never overtakes its fire
///  alert B   B1                of the heads that are due the oldest goes first
///  digest    A1 A2 B1          a prefix of each chain; it stays together until the receiver has answered
///  gate      closed until t    after a failure the whole receiver waits: back-off or its Retry-After
/// ```
///
/// When the gate opens after a failure, another alert's head is tried before the one that failed: one
/// notice that the receiver cannot digest (500 for this body alone) holds nobody else up. A success
/// opens the gate at once. Where several alerts had failed it was the receiver's outage, and all of them are
/// due again, the oldest first; where it was one alone, that one keeps its own back-off.
///
/// What has failed by itself goes on by itself; a digest that is refused is taken apart.
struct ReceiverQueue: Sendable {
    struct Settings: Sendable {
        /// Notices that may wait.
        var limit = 10_000
        var policy = RetryPolicy()
        /// From the queueing to the deadline.
        var retryFor = Duration.seconds(600)
        /// Of the back-off's jitter.
        var seed: UInt64 = 0
        var pace = ReceiverPace()
    }

    let name: String
    private(set) var settings: Settings
    var chains: [String: [QueueItem]] = [:]
    private var random: SeededRandom
    private var count = 0
    private var nextSequence: Int64 = 0
    private var seen: RecentIDs
    private var breaker = CircuitBreaker()
    private var rate: RateGate?
    private var lastFailure: (alert: String, reason: String)?
    /// Since the last answer more than one alert failed.
    private var severalFailed = false
    private var counted = DeliveryCounters()

    init(name: String, settings: Settings) {
        self.name = name
        self.settings = settings
        random = SeededRandom(seed: settings.seed)
        seen = RecentIDs(limit: max(settings.limit, DeliveryLimits.rememberedIDs))
        rate = settings.pace.limit.map { RateGate($0) }
    }

    /// Its notifier says something else from now on. Whoever was sending has ended, and gives nothing back.
    mutating func adopt(retryFor: Duration, pace: ReceiverPace) {
        for (alert, chain) in chains {
            for index in chain.indices where chain[index].isOut { chains[alert]?[index].isOut = false }
        }
        settings.retryFor = retryFor
        if settings.pace == pace { return }
        settings.pace = pace
        rate = pace.limit.map { RateGate($0) }
    }

    var pending: Int { count }
    var circuit: Circuit { breaker.circuit }
    var counters: DeliveryCounters {
        var counters = counted
        counters.circuitOpenings = breaker.openings
        return counters
    }

    // MARK: In

    mutating func enqueue(_ notice: Notice, at now: Timestamp) -> Enqueued {
        guard !seen.contains(notice.id) else { return refuseDuplicate() }
        guard hasRoom(for: 1) else { return refuseFull() }
        seen.insert(notice.id)
        insert(
            QueueItem(sequence: nextSequence, notice: notice, enqueuedAt: now, triedFrom: now, notBefore: now)
        )
        nextSequence += 1
        counted.queued += 1
        return .queued
    }

    func hasRoom(for more: Int) -> Bool { count + more <= settings.limit }

    mutating func refuseDuplicate() -> Enqueued {
        counted.duplicates += 1
        return .duplicate
    }

    mutating func refuseFull() -> Enqueued {
        counted.refusedFull += 1
        return .full
    }

    /// Takes a notice that a store holds, at the place that its sequence gives it.
    mutating func take(_ stored: StoredNotice, isNew: Bool) {
        if isNew { counted.queued += 1 }
        insert(
            QueueItem(
                sequence: stored.sequence, notice: stored.notice, enqueuedAt: stored.enqueuedAt,
                triedFrom: stored.triedFrom, failures: stored.attempts, notBefore: stored.triedFrom))
    }

    private mutating func insert(_ item: QueueItem) {
        let alert = item.notice.transition.alertName
        var chain = chains[alert] ?? []
        let place = chain.lastIndex { $0.sequence < item.sequence }.map { $0 + 1 } ?? 0
        // What comes in before a digest's member must go before it.
        let overtaken = Set(chain[place...].compactMap(\.digest))
        chain.insert(item, at: place)
        chains[alert] = chain
        count += 1
        takeApart(overtaken)
    }

    /// The sequences of all that is queued or being sent.
    var sequences: Set<Int64> { Set(chains.values.joined().map(\.sequence)) }

    /// Takes out what somebody has taken out of the store; what is being sent goes when its answer is there.
    mutating func discard(_ gone: Set<Int64>) {
        var touched: Set<Int64> = []
        for (alert, chain) in chains where chain.contains(where: { gone.contains($0.sequence) }) {
            var kept = chain
            for index in kept.indices where gone.contains(kept[index].sequence) {
                kept[index].isDiscarded = true
                if let digest = kept[index].digest { touched.insert(digest) }
            }
            kept.removeAll { $0.isDiscarded && !$0.isOut }
            count -= chain.count - kept.count
            counted.discarded += chain.count - kept.count
            chains[alert] = kept.isEmpty ? nil : kept
        }
        takeApart(touched)
    }

    /// Digests that are not being sent are none any more: with other members they would be other messages.
    private mutating func takeApart(_ digests: Set<Int64>) {
        if digests.isEmpty { return }
        for (alert, chain) in chains {
            for index in chain.indices where !chain[index].isOut {
                if let digest = chain[index].digest, digests.contains(digest) {
                    chains[alert]?[index].digest = nil
                }
            }
        }
    }

    // MARK: Out

    /// - Complexity: O(notices queued), beside which a request over the network is long.
    mutating func next(at now: Timestamp) -> OutboxStep {
        if breaker.isFailing, let expired = removeExpired(at: now) { return expired }
        guard count > 0 else { return .idle }
        if breaker.gate > now { return .wait(until: breaker.gate) }
        if let opening = rate?.opening(after: now) { return .wait(until: opening) }
        let starts = groupStarts(at: now)
        var best: (alert: String, item: QueueItem)?
        var earliest: Timestamp?
        for (alert, chain) in chains {
            guard let head = chain.first, !head.isOut, head.digest == nil || head.digest == head.sequence
            else { continue }
            let due = dueTime(of: head, starts)
            if due > now {
                earliest = min(earliest ?? due, due)
            } else if best.map({ comesBefore(alert, head, $0.alert, $0.item) }) ?? true {
                best = (alert, head)
            }
        }
        guard let best else { return earliest.map { .wait(until: $0) } ?? .idle }
        rate?.take(at: now)
        breaker.noteSending()
        let members = members(with: best.item, at: now)
        for member in members {
            change(member) {
                $0.isOut = true
                if members.count > 1 { $0.digest = best.item.sequence }
            }
        }
        return .send(ticket(best.item, members))
    }

    private func comesBefore(
        _ alert: String, _ item: QueueItem, _ other: String, _ otherItem: QueueItem
    ) -> Bool {
        let failed = lastFailure?.alert
        if (alert == failed) != (other == failed) { return other == failed }
        return item.sequence < otherItem.sequence
    }

    private func ticket(_ first: QueueItem, _ members: [QueueItem]) -> Ticket {
        Ticket(
            receiver: name, sequences: members.map(\.sequence), notices: members.map(\.notice),
            enqueuedAt: first.enqueuedAt, attempt: first.failures + 1)
    }

    mutating func record(_ result: AttemptResult, of ticket: Ticket, at now: Timestamp) -> Disposition {
        let members = zip(ticket.sequences, ticket.notices).map { sequence, notice in
            guard let item = item(sequence, of: notice.transition.alertName), item.isOut else {
                preconditionFailure("a ticket is given back once")
            }
            return item
        }
        for member in members { change(member) { $0.isOut = false } }
        switch result {
        case .accepted:
            if severalFailed { endOutage(at: now) }
            answered()
            remove(members)
            counted.delivered += members.count
            if members.count > 1 { counted.digests += 1 }
            return .delivered
        case .refused(let reason):
            counted.failures += 1
            answered()
            // Each by itself may be taken.
            if members.count > 1 { return split(members, reason, at: now) }
            remove(members)
            counted.dropped += 1
            return .dropped(reason: reason)
        case .failed(let reason, let retryAfter):
            return fail(members, reason, retryAfter, at: now)
        }
    }

    private mutating func split(
        _ members: [QueueItem], _ reason: String, at now: Timestamp
    ) -> Disposition {
        for member in members {
            change(member) {
                $0.digest = nil
                $0.isAlone = true
            }
        }
        counted.retries += 1
        return .retrying(at: now, reason: "\(reason), as a digest; now one by one")
    }

    private mutating func fail(
        _ members: [QueueItem], _ reason: String, _ retryAfter: Duration?, at now: Timestamp
    ) -> Disposition {
        let alert = members[0].notice.transition.alertName
        if let last = lastFailure, last.alert != alert { severalFailed = true }
        lastFailure = (alert, reason)
        counted.failures += 1
        let fraction = random.fraction()
        breaker.noteFailure(
            reason, retryAfter: retryAfter, policy: settings.policy, fraction: fraction, at: now)
        let gone = members.filter(\.isDiscarded)
        remove(gone)
        counted.discarded += gone.count
        let kept = members.filter { !$0.isDiscarded }
        guard let first = kept.first else { return .dropped(reason: "taken out of the outbox by hand") }
        let tried = kept.map(\.triedFrom).max() ?? now
        let failure = RetryPolicy.Failure(
            at: now, delay: settings.policy.delay(failures: first.failures + 1, fraction: fraction),
            retryAfter: retryAfter, deadline: tried.advanced(by: settings.retryFor),
            wasLastTry: first.isLastTry)
        let next: Timestamp
        switch settings.policy.next(after: failure) {
        case .retry(let at): next = at
        case .lastRetry(let at):
            next = at
            // The receiver's longer pause would make the last try come too late.
            breaker.open(notAfter: at)
        case .giveUp:
            remove(kept)
            counted.dead += kept.count
            return .dead(reason: reason)
        }
        let isLast = next == failure.deadline
        for member in kept {
            change(member) {
                $0.failures += 1
                $0.notBefore = next
                $0.isLastTry = isLast
                if !gone.isEmpty { $0.digest = nil }
            }
        }
        counted.retries += 1
        return .retrying(at: max(breaker.gate, next), reason: reason)
    }

    private mutating func endOutage(at now: Timestamp) {
        for alert in chains.keys {
            guard let head = chains[alert]?.first, head.notBefore > now else { continue }
            chains[alert]?[0].notBefore = now
            chains[alert]?[0].isLastTry = false
        }
    }

    private mutating func answered() {
        severalFailed = false
        lastFailure = nil
        breaker.noteAnswer()
    }

    /// While the receiver fails, what is past its deadline leaves without an attempt of its own: the
    /// receiver's failures were its attempts, and an old alert is worth less than a slot. The oldest first.
    private mutating func removeExpired(at now: Timestamp) -> OutboxStep? {
        var oldest: QueueItem?
        for chain in chains.values {
            guard let head = chain.first, !head.isLastTry, !head.isOut, head.digest == nil,
                head.triedFrom.advanced(by: settings.retryFor) < now
            else { continue }
            if oldest.map({ head.sequence < $0.sequence }) ?? true { oldest = head }
        }
        guard let oldest else { return nil }
        remove([oldest])
        counted.dead += 1
        return .expired(ticket(oldest, [oldest]), reason: lastFailure?.reason ?? "the receiver fails")
    }

    // MARK: Items

    private func item(_ sequence: Int64, of alert: String) -> QueueItem? {
        chains[alert]?.first { $0.sequence == sequence }
    }

    private mutating func change(_ item: QueueItem, _ body: (inout QueueItem) -> Void) {
        let alert = item.notice.transition.alertName
        guard let index = chains[alert]?.firstIndex(where: { $0.sequence == item.sequence }) else { return }
        body(&chains[alert]![index])
    }

    private mutating func remove(_ items: [QueueItem]) {
        for item in items {
            let alert = item.notice.transition.alertName
            chains[alert]?.removeAll { $0.sequence == item.sequence }
            if chains[alert]?.isEmpty ?? false { chains[alert] = nil }
            count -= 1
        }
    }
}
