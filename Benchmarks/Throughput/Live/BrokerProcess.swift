import Foundation
import Kafka

/// librdkafka's broker in a process of its own: what it costs is not counted as ours, though it runs on the
/// same cores.
///
/// It is this program again, with `serve-broker TOPIC:PARTITIONS...`: it says where it listens, and ends
/// with its standard input, so also when we are killed.
final class BrokerProcess {
    static let command = "serve-broker"

    let bootstrap: String
    private let process = Process()
    private let input = Pipe()

    struct Silent: Error {}

    init(topics: [(name: String, partitions: Int)]) throws {
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = [BrokerProcess.command] + topics.map { "\($0.name):\($0.partitions)" }
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        bootstrap = line.trimmingCharacters(in: .whitespacesAndNewlines)
        if bootstrap.isEmpty { throw Silent() }
    }

    deinit { stop() }

    func stop() {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }

    /// What it has used so far, in the kernel's ticks of 10 ms.
    var processorSeconds: Double { ProcessorTime.seconds(of: process.processIdentifier) }

    /// The child's part.
    static func serve(_ topics: ArraySlice<String>) throws {
        let broker = try EmbeddedBroker()
        for topic in topics {
            let parts = topic.split(separator: ":")
            try broker.createTopic(String(parts[0]), partitions: parts.last.flatMap { Int($0) } ?? 1)
        }
        print(broker.bootstrap)
        fflush(nil)
        while readLine() != nil {}
        withExtendedLifetime(broker) {}
    }
}

enum ProcessorTime {
    /// Of this process and all its threads.
    static var own: Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }

    /// Of another process; 0 when it is gone.
    static func seconds(of process: Int32) -> Double {
        guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
            let end = text.lastIndex(of: ")")
        else { return 0 }
        // proc(5): utime and stime are the 14th and 15th field, and the name is the second.
        let fields = text[text.index(after: end)...].split(separator: " ")
        guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else {
            return 0
        }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    static var wall: Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}
