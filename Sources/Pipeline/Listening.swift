import FlyingFox
import FlyingSocks
import Synchronization

extension HTTPServer {
    /// Begins to serve on a task of its own, which ends with `stop`.
    ///
    /// - Returns: the port, which the system has chosen where 0 was asked for.
    /// - Throws: `.failure` when the address is not to be had.
    func listen(at place: String) async throws(CommandFailure) -> UInt16 {
        let begun = Once()
        Task {
            do { try await run() } catch { begun.settle(.failure(error)) }
        }
        Task {
            // FlyingFox gives up after five seconds, which a busy machine may need.
            do {
                try await waitUntilListening(timeout: 60)
                begun.settle(.success(()))
            } catch { begun.settle(.failure(error)) }
        }
        do { try await begun.value } catch {
            throw CommandFailure(.failure, "cannot listen on \(place): \(error)")
        }
        switch listeningAddress {
        case .ip4(_, let port), .ip6(_, let port): return port
        case .unix, nil: throw CommandFailure(.failure, "cannot listen on \(place)")
        }
    }
}

/// The first of several results.
private final class Once: Sendable {
    private enum State: Sendable {
        case open
        case awaited(CheckedContinuation<Void, any Error>)
        case settled(Result<Void, any Error>)
    }

    private let state = Mutex(State.open)

    func settle(_ result: Result<Void, any Error>) {
        let waiting = state.withLock { state -> CheckedContinuation<Void, any Error>? in
            if case .settled = state { return nil }
            defer { state = .settled(result) }
            if case .awaited(let continuation) = state { return continuation }
            return nil
        }
        waiting?.resume(with: result)
    }

    var value: Void {
        get async throws {
            try await withCheckedThrowingContinuation { continuation in
                let known = state.withLock { state -> Result<Void, any Error>? in
                    if case .settled(let result) = state { return result }
                    state = .awaited(continuation)
                    return nil
                }
                if let known { continuation.resume(with: known) }
            }
        }
    }
}
