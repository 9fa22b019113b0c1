import AllocationCount
import Foundation
import Kafka
import Pipeline
import Synchronization

/// `bellwether run` on a topic that holds all its records already, and the same consumer that decodes
/// nothing.
///
/// Both are timed from their first batch to their last record, so that joining the group is left out. Runs
/// take turns, and each has a group of its own.
struct LiveStage {
    /// The embedded broker keeps 5 MiB a partition.
    static let greatestTrades = 1_000_000
    static let partitions = 16
    static let rules = 100

    let options: BenchmarkOptions
    let cluster: LiveCluster
    private let topic: String
    private let trades: Int
    private let console = Console(output: MemorySink(), status: MemorySink())

    /// One run.
    struct Sample {
        var wall = 0.0
        var processor = 0.0
        var broker = 0.0
        var allocations = 0.0
    }

    struct Short: Error {
        let records: Int
        let status: String
    }

    init(_ options: BenchmarkOptions, _ cluster: LiveCluster) throws {
        self.options = options
        self.cluster = cluster
        trades = min(options.trades, LiveStage.greatestTrades)
        topic = try cluster.topic("trades", partitions: LiveStage.partitions)
        try cluster.fill(
            topic, partitions: LiveStage.partitions, try BenchmarkInput(options).market, count: trades)
    }

    func run() throws {
        var raw: [Sample] = []
        var live: [Sample] = []
        for run in 0..<options.runs {
            raw.append(try readRaw(cluster.group(2 * run)))
            live.append(try runLive(cluster.group(2 * run + 1)))
        }
        let table = LiveTable(raw: raw, live: live, trades: trades, cluster: cluster.name)
        print(table.text)
        // Apart, since counting takes time.
        bw_count_allocations(1)
        let rawCount = try readRaw(cluster.group(2 * options.runs), from: trades / 2).allocations
        let liveCount = try runLive(cluster.group(2 * options.runs + 1), from: trades / 2).allocations
        bw_count_allocations(0)
        print(
            String(
                format: "allocations a record in the second half, librdkafka's threads aside: "
                    + "consumer alone %.4f, bellwether run %.4f",
                rawCount, liveCount))
    }

    private func configuration(_ group: String) throws -> RunConfiguration {
        let files = try LiveConfiguration(
            "\(options.cache)/live", rules: RuleTexts.manyOnAll(LiveStage.rules),
            bootstrap: cluster.bootstrap, topic: topic, group: group,
            properties: cluster.properties,
            settings: "idle: off")
        return try files.read(console)
    }

    private func readRaw(_ group: String, from first: Int = 0) throws -> Sample {
        let properties = try configuration(group).consumerProperties(cluster.bootstrap)
        let consumer = try KafkaConsumer(properties: properties)
        try consumer.subscribe(to: [topic])
        var watch = Stopwatch(cluster)
        var records = 0
        let deadline = ProcessorTime.wall + 60
        while records < trades, ProcessorTime.wall < deadline {
            records += try consumer.poll(max: 4096, timeout: .milliseconds(20)).count
            if records > first { watch.start(at: records) }
        }
        let sample = watch.stop(at: records)
        try consumer.close(within: .seconds(10))
        guard records == trades else { throw Short(records: records, status: "raw") }
        return sample
    }

    /// - Parameter first: records that are not counted.
    private func runLive(_ group: String, from first: Int = 0) throws -> Sample {
        let counters = LiveCounters()
        let stop = StopSignal()
        let status = MemorySink()
        // Each run begins with an empty one; the last run's may still be open.
        try? FileManager.default.removeItem(atPath: "\(options.cache)/live/state")
        let run = LiveRun(
            try configuration(group), environment: [:],
            console: Console(output: MemorySink(), status: status), stop: stop, counters: counters)
        let end = DispatchSemaphore(value: 0)
        Task {
            do { _ = try await run.run() } catch { status.write("\(error)") }
            end.signal()
        }
        var watch = Stopwatch(cluster)
        let deadline = ProcessorTime.wall + 60
        var evaluated = 0
        while evaluated < trades, ProcessorTime.wall < deadline {
            // Seldom: each look takes a core from the run for a moment.
            usleep(2000)
            let snapshot = counters.snapshot
            evaluated = snapshot.evaluated
            if snapshot.evaluated > first || first == 0 && snapshot.records > 0 {
                watch.start(at: first == 0 ? snapshot.records : snapshot.evaluated)
            }
        }
        let sample = watch.stop(at: evaluated)
        stop.request()
        end.wait()
        guard evaluated == trades, counters.snapshot.late == 0 else {
            throw Short(records: evaluated, status: status.text)
        }
        return sample
    }

    /// From the first batch to the last record; a record's share of it.
    private struct Stopwatch {
        private let cluster: LiveCluster
        private var records = 0
        private var begin = Sample()

        init(_ cluster: LiveCluster) { self.cluster = cluster }

        private var now: Sample {
            Sample(
                wall: ProcessorTime.wall, processor: ProcessorTime.own,
                broker: cluster.broker?.processorSeconds ?? 0, allocations: Double(bw_allocations()))
        }

        mutating func start(at count: Int) {
            if records > 0 { return }
            records = count
            begin = now
        }

        func stop(at count: Int) -> Sample {
            let end = now
            let share = 1 / Double(max(1, count - records))
            return Sample(
                wall: (end.wall - begin.wall) * share, processor: (end.processor - begin.processor) * share,
                broker: (end.broker - begin.broker) * share,
                allocations: (end.allocations - begin.allocations) * share)
        }
    }
}

/// Raw beside live, a record's share of each.
struct LiveTable {
    let raw: [LiveStage.Sample]
    let live: [LiveStage.Sample]
    let trades: Int
    let cluster: String

    static let goal = 0.8

    var text: String {
        var lines = [
            "live, \(cluster); \(trades) records, \(LiveStage.rules) rules; "
                + "medians of \(raw.count) runs in turn",
            "                          records/s    wall ns     cpu ns   broker's cpu ns",
        ]
        for (name, samples) in [("consumer alone", raw), ("bellwether run", live)] {
            let wall = median(samples, \.wall)
            lines.append(
                name.padding(toLength: 22, withPad: " ", startingAt: 0)
                    + String(
                        format: "%10.0f k %10.0f %10.0f %17.0f", 1e-3 / wall, 1e9 * wall,
                        1e9 * median(samples, \.processor), 1e9 * median(samples, \.broker)))
        }
        // Neighbours in time: what disturbs one disturbs the other.
        let ratios = zip(raw, live).map { $0.wall / $1.wall }
        lines.append(
            String(
                format: "%.0f %% of the consumer alone (goal: %.0f %%); its own work %.0f ns a record",
                100 * Measurement.median(ratios), 100 * LiveTable.goal,
                1e9 * (median(live, \.processor) - median(raw, \.processor))))
        return lines.joined(separator: "\n")
    }

    private func median(_ samples: [LiveStage.Sample], _ field: KeyPath<LiveStage.Sample, Double>) -> Double {
        Measurement.median(samples.map { $0[keyPath: field] })
    }
}
