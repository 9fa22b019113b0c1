internal import Synchronization

/// The newest report, handed from a receiver's thread to the one that waits.
final class LastReport: Sendable {
    private let box = Mutex<DeliveryReport?>(nil)

    func set(_ report: DeliveryReport) { box.withLock { $0 = report } }
    var report: DeliveryReport? { box.withLock { $0 } }
}
