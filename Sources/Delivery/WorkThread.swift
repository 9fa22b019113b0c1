internal import Foundation
internal import Synchronization

/// A thread that works for its owner and lets go of it before it says that it has ended: whoever waits for
/// the end may count on what the owner held, such as the state file, being let go of too.
final class WorkThread: Sendable {
    /// Hands the owner over, so that the thread's own block does not hold it.
    private final class Holder<Owner: Sendable>: Sendable {
        private let owner: Mutex<Owner?>

        init(_ owner: Owner) { self.owner = Mutex(owner) }

        func take() -> Owner? {
            owner.withLock { owner in
                defer { owner = nil }
                return owner
            }
        }
    }

    private enum Phase {
        case idle, running, ended
    }

    private let phase = Mutex(Phase.idle)

    /// Whether nothing runs: it has ended, or was never started.
    var isOver: Bool { phase.withLock { $0 != .running } }

    /// - Parameters:
    ///   - work: the thread's whole life.
    ///   - ended: called after it, when the owner is let go of.
    func start<Owner: AnyObject & Sendable>(
        _ name: String, of owner: Owner, _ work: @escaping @Sendable (Owner) -> Void,
        ended: @escaping @Sendable () -> Void
    ) {
        phase.withLock { $0 = .running }
        let holder = Holder(owner)
        let thread = Thread { [self] in
            if let owner = holder.take() { work(owner) }
            phase.withLock { $0 = .ended }
            ended()
        }
        thread.name = name
        thread.start()
    }
}
