import Foundation

/// Starts the real binary.
///
/// - Returns: the process, and what it says, line by line.
func startedBellwether(
    _ arguments: [String], in place: TemporaryDirectory, environment: [String: String] = [:]
) throws -> (process: Foundation.Process, lines: AsyncStream<String>) {
    let run = Foundation.Process()
    run.executableURL = Executable.url
    run.arguments = arguments
    run.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    run.currentDirectoryURL = URL(fileURLWithPath: place.path)
    let output = Pipe()
    run.standardOutput = output
    run.standardError = output
    try run.run()
    let (lines, arrived) = AsyncStream.makeStream(of: String.self)
    let reader = Thread {
        var rest = Foundation.Data()
        while case let more = output.fileHandleForReading.availableData, !more.isEmpty {
            rest += more
            while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                arrived.yield(String(decoding: rest[..<end], as: UTF8.self))
                rest = rest[rest.index(after: end)...]
            }
        }
        arrived.finish()
    }
    reader.start()
    return (run, lines)
}
