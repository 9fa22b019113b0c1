import Foundation
import Kafka
import Pipeline

/// From the produce of the trade that completes a condition to the first byte of the webhook request that
/// it leads to, at a steady pace: the binary `bellwether run` between a broker and a receiver.
///
///     this process                     its own process         its own process
///     producer ----------------------> broker ---------------> bellwether run
///     receiver <---------------------------------------------- courier
///
/// One partition and lateness 0: an instant is closed by the first trade after it, which at this pace comes
/// within a millisecond. The first second warms up and is not counted.
struct LatencyStage {
    static let goal = 0.010
    static let perSecond = 10_000
    static let seconds = 11
    static let symbols = 400
    /// What jumps once and makes one alert each, one every 25 ms.
    static let spacing = 250

    let options: BenchmarkOptions
    let cluster: LiveCluster
    private let topic: String
    private let directory: String

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private struct Alert: Decodable {
        var rule: String
        var key: String
        var kind: String
    }

    init(_ options: BenchmarkOptions, _ cluster: LiveCluster) throws {
        self.options = options
        self.cluster = cluster
        directory = "\(options.cache)/latency"
        topic = try cluster.topic("latency", partitions: 1)
    }

    private static let rules = """
        rule ready on READY
          when price > 0
          notify bench

        rule jump on all
          when change(price, 100ms) >= 2%
            and volume(100ms) > 0
          notify bench

        """

    /// Prints nothing but the reason when the binary is missing.
    func run() throws {
        guard let binary = Sibling.bellwether else {
            return print("no latency: the binary bellwether is not beside this one; `make bench` builds it")
        }
        let sink = try WebhookSink()
        defer { sink.stop() }
        let files = try LiveConfiguration(
            directory, rules: LatencyStage.rules, bootstrap: cluster.bootstrap, topic: topic,
            group: cluster.group(0), properties: cluster.properties + waits, settings: "lateness: 0s",
            webhook: sink.url)
        let process = try start(binary, files)
        defer {
            process.terminate()
            process.waitUntilExit()
        }
        let producer = try KafkaProducer(
            properties: [("bootstrap.servers", cluster.bootstrap), ("linger.ms", "1")] + cluster.properties)
        try awaitReadiness(producer, sink)
        let before = ProcessorTime.seconds(of: process.processIdentifier)
        let sent = try play(producer)
        let used = ProcessorTime.seconds(of: process.processIdentifier) - before
        usleep(500_000)
        report(sent, sink, processor: used)
    }

    /// The embedded broker answers a fetch that finds nothing only after its whole wait; a real one as soon
    /// as something comes.
    private var waits: KafkaProperties { cluster.broker == nil ? [] : [("fetch.wait.max.ms", "1")] }

    private func start(_ binary: URL, _ files: LiveConfiguration) throws -> Process {
        let log = "\(directory)/run.log"
        _ = FileManager.default.createFile(atPath: log, contents: nil)
        let process = Process()
        process.executableURL = binary
        process.arguments = ["run", "--config", files.path]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle(forWritingAtPath: log)
        try process.run()
        return process
    }

    private func awaitReadiness(_ producer: KafkaProducer, _ sink: WebhookSink) throws {
        let deadline = ProcessorTime.wall + 30
        while sink.arrivals.isEmpty {
            guard ProcessorTime.wall < deadline else {
                throw Failure(description: "bellwether run was not ready; see \(directory)/run.log")
            }
            try send(producer, "READY", "1", at: LiveRun.wallClock())
            usleep(100_000)
        }
    }

    private func send(_ producer: KafkaProducer, _ symbol: String, _ price: String, at time: Int64) throws {
        let json = "{\"p\":\(price),\"s\":\"\(symbol)\",\"t\":\(time),\"v\":100}"
        try producer.send(KafkaRecord(topic, key: symbol, value: json), within: .seconds(1))
    }

    /// - Returns: when each symbol's jump was produced, seconds of the monotonic clock.
    private func play(_ producer: KafkaProducer) throws -> [String: Double] {
        var sent: [String: Double] = [:]
        var prices = [Int](repeating: 100, count: LatencyStage.symbols)
        let start = ProcessorTime.wall
        let count = LatencyStage.perSecond * LatencyStage.seconds
        var next = 0
        while next < count {
            let due = min(count, Int((ProcessorTime.wall - start) * Double(LatencyStage.perSecond)))
            if due == next { usleep(50) }
            for number in next..<due {
                var index = number % LatencyStage.symbols
                if number >= LatencyStage.perSecond, number % LatencyStage.spacing == 0 {
                    index = number / LatencyStage.spacing % LatencyStage.symbols
                    prices[index] = prices[index] == 100 ? 110 : 100
                    if prices[index] == 110 { sent["S\(index)"] = ProcessorTime.wall }
                }
                try send(producer, "S\(index)", "\(prices[index])", at: LiveRun.wallClock())
            }
            next = due
            _ = producer.takeReports()
        }
        try producer.flush(within: .seconds(10))
        return sent
    }

    private func report(_ sent: [String: Double], _ sink: WebhookSink, processor: Double) {
        var latencies: [Double] = []
        for arrival in sink.arrivals {
            guard let alert = try? JSONDecoder().decode(Alert.self, from: arrival.body),
                alert.rule == "jump", alert.kind == "firing", let time = sent[alert.key]
            else { continue }
            latencies.append(arrival.at - time)
        }
        latencies.sort()
        func at(_ share: Double) -> Double {
            if latencies.isEmpty { return 0 }
            return 1e3 * latencies[min(latencies.count - 1, Int(share * Double(latencies.count)))]
        }
        print(
            """
            alert latency, \(cluster.name); \(LatencyStage.perSecond) trades/s, lateness 0, \
            \(latencies.count) of \(sent.count) alerts
            p50 p90 p99 max, ms
            """)
        print(
            String(
                format: "%.1f %.1f %.1f %.1f   (goal: p99 < %.0f ms)   bellwether run used %.0f %% of a core",
                at(0.5), at(0.9), at(0.99), at(1), 1e3 * LatencyStage.goal,
                100 * processor / Double(LatencyStage.seconds)))
    }
}

/// Binaries of the same build.
enum Sibling {
    static var bellwether: URL? {
        let own = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        let path = own.deletingLastPathComponent().appendingPathComponent("bellwether")
        return FileManager.default.isExecutableFile(atPath: path.path) ? path : nil
    }
}
