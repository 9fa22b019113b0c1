internal import CRdKafka
internal import Synchronization

/// Where librdkafka's callbacks leave what they were told, until the caller's own call takes it.
///
/// A configuration's opaque pointer leads here. The connection owns it and outlives the handle, so the
/// pointer is good in every callback.
/// - Invariant: rebalances are never dropped; of the rest the newest `capacity` are kept.
final class ClientInbox: Sendable {
    private struct Content {
        var events: [KafkaEvent] = []
        var dropped = 0
        var rebalances: [Rebalance] = []
        var reports: [DeliveryReport] = []
        /// The newest complaint about each broker, for the text of an unreachable cluster.
        var transportFailures: [String: String] = [:]
        var denial: KafkaError?
        /// During close: rebalances are answered at once because no further poll comes.
        var isClosing = false
    }

    static let capacity = 1_024
    private let content = Mutex(Content())

    static func of(_ opaque: UnsafeMutableRawPointer?) -> ClientInbox? {
        opaque.map { Unmanaged<ClientInbox>.fromOpaque($0).takeUnretainedValue() }
    }

    func post(_ event: KafkaEvent) {
        self.content.withLock {
            if $0.events.count == Self.capacity {
                $0.events.removeFirst(Self.capacity / 2)
                $0.dropped += Self.capacity / 2
            }
            $0.events.append(event)
        }
    }

    func post(_ report: DeliveryReport) { self.content.withLock { $0.reports.append(report) } }

    /// Keeps a rebalance for the caller, or answers false when the client is closing.
    func post(_ rebalance: Rebalance) -> Bool {
        self.content.withLock {
            guard !$0.isClosing else { return false }
            $0.rebalances.append(rebalance)
            return true
        }
    }

    func beginClosing() { self.content.withLock { $0.isClosing = true } }

    func note(transportFailure text: String, of broker: String) {
        self.content.withLock { $0.transportFailures[broker] = text }
    }

    func note(denial: KafkaError) { self.content.withLock { $0.denial = denial } }

    func takeEvents() -> [KafkaEvent] {
        self.content.withLock { content in
            defer { content.events = [] }
            return content.events
        }
    }

    func takeReports() -> [DeliveryReport] {
        self.content.withLock { content in
            defer { content.reports = [] }
            return content.reports
        }
    }

    func takeRebalance() -> Rebalance? {
        self.content.withLock { $0.rebalances.isEmpty ? nil : $0.rebalances.removeFirst() }
    }

    var droppedEvents: Int { self.content.withLock { $0.dropped } }
    var denial: KafkaError? { self.content.withLock { $0.denial } }

    /// What the brokers' connections said last, sorted.
    var transportFailures: [String] {
        self.content.withLock { content in
            content.transportFailures.sorted { $0.key < $1.key }.map(\.value)
        }
    }
}
