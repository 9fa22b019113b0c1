import Foundation

/// Runs something that blocks on a thread of its own, off Swift's cooperative pool, and waits for it without
/// blocking.
func onThread<Value: Sendable>(
    _ name: String, _ body: @escaping @Sendable () throws(CommandFailure) -> Value
) async throws(CommandFailure) -> Value {
    let result: Result<Value, CommandFailure> = await withCheckedContinuation { continuation in
        let thread = Thread {
            do throws(CommandFailure) {
                continuation.resume(returning: .success(try body()))
            } catch {
                continuation.resume(returning: .failure(error))
            }
        }
        thread.name = name
        thread.stackSize = 4 << 20
        thread.start()
    }
    return try result.get()
}
