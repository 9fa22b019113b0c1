internal import MarketModel

/// A notice in a receiver's queue.
struct QueueItem: Sendable {
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
    /// The first sequence of the digest that it went with, until the receiver has answered.
    var digest: Int64?
    /// It was in a digest that was refused.
    var isAlone = false

    /// What it goes together with in any case.
    var batch: String? { notice.occasion.batch }

    /// Whether it may go in a digest that is being made.
    func mayJoin(at now: Timestamp) -> Bool {
        failures == 0 && !isAlone && !isOut && digest == nil && notBefore <= now
    }
}

/// What goes together.
extension ReceiverQueue {
    /// What goes with an item that is due: the rest of its digest; the rest of its batch; all that waits,
    /// when that is much; its group; or nothing.
    func members(with first: QueueItem, at now: Timestamp) -> [QueueItem] {
        if first.digest != nil {
            return chains.values.joined().filter { $0.digest == first.digest }
                .sorted { $0.sequence < $1.sequence }
        }
        guard first.mayJoin(at: now) else { return [first] }
        var joined: [QueueItem] = []
        if let batch = first.batch, settings.pace.takesDigests { joined = joinable(at: now, batch: batch) }
        if joined.isEmpty, let above = settings.pace.digestAbove {
            joined = joinable(at: now)
            if joined.count <= above { joined = [] }
        }
        if joined.isEmpty, let group = group(of: first) {
            joined = joinable(at: now).filter { self.group(of: $0) == group }
        }
        if joined.isEmpty { return [first] }
        return Array(
            joined.sorted { $0.sequence < $1.sequence }.prefix(DeliveryLimits.digestNotices))
    }

    /// Of each chain what stands before the first that must go by itself.
    private func joinable(at now: Timestamp, batch: String? = nil) -> [QueueItem] {
        chains.values.flatMap { chain in chain.prefix { $0.mayJoin(at: now) && $0.batch == batch } }
    }

    /// What an item waits for others under; nil where nothing is grouped.
    private func group(of item: QueueItem) -> String? {
        if item.batch != nil { return nil }
        return switch settings.pace.grouping?.by {
        case .rule: item.notice.transition.rule
        case .symbol: item.notice.transition.key
        case .all: ""
        case nil: nil
        }
    }

    /// When the first of each group came.
    func groupStarts(at now: Timestamp) -> [String: Timestamp] {
        guard settings.pace.grouping != nil else { return [:] }
        var starts: [String: Timestamp] = [:]
        for item in chains.values.compactMap(\.first) where item.mayJoin(at: now) {
            guard let group = group(of: item) else { continue }
            starts[group] = min(starts[group] ?? item.triedFrom, item.triedFrom)
        }
        return starts
    }

    /// When a head may be sent: after its back-off, and when its group has waited.
    func dueTime(of head: QueueItem, _ starts: [String: Timestamp]) -> Timestamp {
        guard let grouping = settings.pace.grouping, let group = group(of: head), let start = starts[group],
            head.failures == 0, !head.isAlone, head.digest == nil
        else { return head.notBefore }
        return max(head.notBefore, start.advanced(by: grouping.wait))
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
