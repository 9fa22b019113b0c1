import Foundation

/// Waits for what another thread or a process brings about, two minutes at most; true when it came.
///
/// The one place of these tests where real time passes: sockets and processes have no other.
func eventually(_ condition: @escaping @Sendable () -> Bool) async -> Bool {
    await onThread {
        let end = ContinuousClock().now.advanced(by: .seconds(120))
        while !condition() {
            if ContinuousClock().now > end { return false }
            Thread.sleep(forTimeInterval: 0.005)
        }
        return true
    }
}
