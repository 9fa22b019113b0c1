internal import Foundation

/// The system's wall clock: milliseconds since 1970-01-01T00:00:00Z.
func currentMilliseconds() -> Int64 { Int64(Date().timeIntervalSince1970 * 1000) }
