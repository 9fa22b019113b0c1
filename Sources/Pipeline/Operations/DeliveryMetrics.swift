import Delivery
import Synchronization

/// Stages 8 and 9 on the page of metrics, by receiver.
extension LiveMetrics {
    private struct Row {
        var receiver: String
        var counters: DeliveryCounters
        var circuit: Circuit
        var waiting: Int
    }

    func addDelivery(_ page: inout MetricsText) {
        let courier = delivery.courier
        let pending = courier.pending
        let rows = courier.receivers.map { receiver in
            Row(
                receiver: receiver, counters: courier.counters(of: receiver) ?? DeliveryCounters(),
                circuit: courier.circuit(of: receiver) ?? .closed, waiting: pending[receiver] ?? 0)
        }
        func add(_ name: String, _ help: String, _ count: KeyPath<DeliveryCounters, Int>) {
            page.add(
                name, .counter, help,
                rows.map { MetricsText.Sample($0.counters[keyPath: count], [("receiver", $0.receiver)]) })
        }
        func add(
            _ name: String, _ help: String, reasons: [(name: String, count: KeyPath<DeliveryCounters, Int>)]
        ) {
            page.add(
                name, .counter, help,
                rows.flatMap { row in
                    reasons.map { reason in
                        MetricsText.Sample(
                            row.counters[keyPath: reason.count],
                            [("receiver", row.receiver), ("reason", reason.name)])
                    }
                })
        }
        add("bellwether_notifications_queued_total", "Notifications queued for a receiver.", \.queued)
        add("bellwether_notifications_sent_total", "Notifications that a receiver has taken.", \.delivered)
        add(
            "bellwether_notification_failures_total",
            "Messages that a receiver did not take, whatever became of them.", \.failures)
        add("bellwether_notification_retries_total", "Of them, those that are tried again.", \.retries)
        add(
            "bellwether_notifications_dead_lettered_total",
            "Notifications that were given up: refused for good, or not taken by their deadline.",
            reasons: [("refused", \.dropped), ("deadline", \.dead)])
        add(
            "bellwether_notifications_dropped_total",
            "Notifications that were not queued, or were taken out of the queue by hand.",
            reasons: [
                ("below_severity", \.belowSeverity), ("duplicate", \.duplicates),
                ("queue_full", \.refusedFull),
                ("discarded", \.discarded),
            ])
        add(
            "bellwether_notification_digests_total", "Messages that told of several notifications.", \.digests
        )
        add(
            "bellwether_notification_plain_bodies_total",
            "Messages sent in plain words because the wanted form could not be made.", \.plainBodies)
        add("bellwether_receiver_circuit_openings_total", "Times that a circuit opened.", \.circuitOpenings)
        addMutes(counters.snapshot, &page)
        addQueues(rows, &page)
    }

    private func addMutes(_ counted: LiveCounters.Snapshot, _ page: inout MetricsText) {
        page.add(
            "bellwether_notifications_withheld_total", .counter,
            "Notifications that were not made: silenced, inhibited, or of an alert that their receiver was "
                + "not told of.",
            [("silence", counted.silenced), ("inhibition", counted.inhibited), ("untold", counted.untold)]
                .map { MetricsText.Sample($0.1, [("reason", $0.0)]) })
        page.counter(
            "bellwether_notifications_caught_up_total",
            "Notifications made when a mute ended, of alerts that fired under it and still fired.",
            counted.caughtUp)
        page.counter(
            "bellwether_notifications_escalated_total",
            "Notifications to others because an alert went on firing.", counted.escalatedByAge)
    }

    private func addQueues(_ rows: [Row], _ page: inout MetricsText) {
        page.add(
            "bellwether_notification_queue_length", .gauge, "Notifications that wait, or are being sent.",
            rows.map { MetricsText.Sample($0.waiting, [("receiver", $0.receiver)]) })
        page.gauge(
            "bellwether_notification_queue_capacity", "How many may wait at a receiver.",
            Double(delivery.capacity))
        page.add(
            "bellwether_receiver_circuit", .gauge,
            "Whether a receiver is sent to: 1 for the state that it is in, 0 for the others.",
            rows.flatMap { row in
                ["closed", "open", "half_open"].map { state in
                    MetricsText.Sample(
                        row.circuit.word == state ? 1 : 0, [("receiver", row.receiver), ("state", state)])
                }
            })
        page.histogram(
            "bellwether_notification_latency_seconds",
            "From queueing to the receiver's answer, of those taken.",
            delivery.latencies.all, by: "receiver")
    }
}

extension Circuit {
    /// `half_open`
    var word: String {
        switch self {
        case .closed: "closed"
        case .open: "open"
        case .halfOpen: "half_open"
        }
    }
}

/// By receiver, how long notifications took from queueing to the answer.
final class DeliveryLatencies: Sendable {
    /// Seconds.
    private static let bounds = [0.01, 0.05, 0.1, 0.5, 1, 5, 30, 60, 300, 600]

    private let state: Mutex<[String: Histogram]>

    init(_ receivers: [String]) {
        let empty = Histogram(bounds: DeliveryLatencies.bounds)
        state = Mutex(Dictionary(receivers.map { ($0, empty) }, uniquingKeysWith: { first, _ in first }))
    }

    /// Takes note of receivers that a reload has brought.
    func know(_ receivers: [String]) {
        state.withLock { state in
            for name in receivers where state[name] == nil {
                state[name] = Histogram(bounds: DeliveryLatencies.bounds)
            }
        }
    }

    func add(_ report: DeliveryReport) {
        state.withLock { $0[report.receiver]?.add(Double(report.elapsed) / 1000) }
    }

    var all: [(label: String, Histogram)] {
        state.withLock { $0 }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}
