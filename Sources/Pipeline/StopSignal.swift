import Dispatch
import Foundation
import Synchronization

/// Asks a running loop to end after its current batch.
public final class StopSignal: Sendable {
    private let requested = Atomic(false)

    public init() {}

    public var isRequested: Bool { requested.load(ordering: .acquiring) }
    public func request() { requested.store(true, ordering: .releasing) }
}

/// While it lives, the first SIGINT or SIGTERM makes the request; a second one ends the program at once, so
/// that nobody is held up by a peer that does not answer.
public final class TerminationSignals {
    private let sources: [any DispatchSourceSignal]

    public init(_ stop: StopSignal) {
        sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                stop.request()
                signal(number, SIG_DFL)
            }
            source.resume()
            return source
        }
    }

    deinit {
        for source in sources { source.cancel() }
    }
}
