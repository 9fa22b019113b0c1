import Delivery
import Feeds
import Foundation
import Logging
import MarketModel

/// The page `/metrics`: what every part of a live run counts, under Prometheus' names.
///
/// A counter belongs to where the thing happens (`LiveCounters`, the courier's queues, the console); here
/// they are only collected. docs/OPERATIONS.md lists them.
struct LiveMetrics: Sendable {
    let counters: LiveCounters
    let delivery: LiveDelivery
    /// The start of the run, milliseconds.
    let startedAt: Int64
    /// Requests that the console has answered.
    let requests: ConsoleRequests
    let notices: LiveNotices
    let now: @Sendable () -> Int64

    var text: String {
        var page = MetricsText()
        let counted = counters.snapshot
        let status = counters.status.snapshot
        addProcess(&page)
        addInput(counted, &page)
        addProgress(counted, status, &page)
        addEvaluation(counted, status, &page)
        addDelivery(&page)
        addState(&page)
        page.add(
            "bellwether_log_lines_total", .counter, "Lines of the log.",
            notices.lines.map { MetricsText.Sample($0.count, [("level", $0.level)]) })
        page.counter(
            "bellwether_log_lines_suppressed_total", "Lines left out because there were too many alike.",
            notices.suppressedLines)
        page.add(
            "bellwether_console_requests_total", .counter, "Requests to the console, by what was answered.",
            requests.snapshot.map { MetricsText.Sample($0.count, [("path", $0.path), ("code", $0.code)]) })
        return page.text
    }

    private func addProcess(_ page: inout MetricsText) {
        page.add(
            "bellwether_build_info", .gauge, "What this program is; always 1.",
            [MetricsText.Sample(1, [("version", Build.version)])])
        page.gauge(
            "bellwether_uptime_seconds", "Since the start of the run.", Double(now() - startedAt) / 1000)
        page.gauge(
            "process_start_time_seconds", "Start of the run since the epoch.", Double(startedAt) / 1000)
        let process = ProcessFigures.current
        page.add(
            "process_cpu_seconds_total", .counter, "Processor time, the system's included.",
            [MetricsText.Sample(process.cpuSeconds)])
        page.gauge(
            "process_resident_memory_bytes", "Resident memory.", process.residentBytes.map(Double.init))
        page.gauge("process_open_fds", "Open file descriptors.", process.openDescriptors.map(Double.init))
    }

    // MARK: Stages 1 to 4

    private func addInput(_ counted: LiveCounters.Snapshot, _ page: inout MetricsText) {
        page.counter("bellwether_records_total", "Records read from the trades topics.", counted.records)
        page.counter(
            "bellwether_records_read_back_total",
            "Records read once more at the start, for what windows need.",
            counted.readBack)
        page.counter("bellwether_trades_total", "Trades that were decoded, late ones too.", counted.trades)
        page.counter(
            "bellwether_trades_late_total", "Trades that came too late and were not evaluated.", counted.late)
        page.counter("bellwether_rates_total", "Rate observations that a rule reads.", counted.rates)
        page.add(
            "bellwether_records_ignored_total", .counter, "Records with nothing to decode and nothing wrong.",
            IgnoredRecord.allCases.map { kind in
                MetricsText.Sample(counted.ignoredByKind[kind] ?? 0, [("kind", kind.rawValue)])
            })
        page.counter(
            "bellwether_feed_warnings_total", "Complaints of a feed about itself.", counted.feedWarnings)
        let refusals = counted.refusals.sorted { ($0.key.topic, $0.key.kind) < ($1.key.topic, $1.key.kind) }
        page.add(
            "bellwether_refusals_total", .counter, "Trades and rates that were refused.",
            refusals.map { MetricsText.Sample($0.value, [("topic", $0.key.topic), ("kind", $0.key.kind)]) })
        page.counter(
            "bellwether_dead_letters_total", "Records that went to the dead-letter topic.",
            counted.deadLettered)
        page.counter(
            "bellwether_dead_letters_lost_total", "Of them, those that could not be sent there.",
            counted.lostLetters)
        page.add(
            "bellwether_kafka_errors_total", .counter,
            "What the Kafka client reported; it goes on by itself.",
            LiveCounters.KafkaFault.allCases.map { kind in
                MetricsText.Sample(counted.kafkaFaults[kind] ?? 0, [("kind", kind.rawValue)])
            })
        page.add(
            "bellwether_rebalances_total", .counter,
            "Partitions were given to this instance, or taken from it.",
            LiveCounters.Rebalance.allCases.map { kind in
                MetricsText.Sample(counted.rebalances[kind] ?? 0, [("kind", kind.rawValue)])
            })
        page.counter(
            "bellwether_reading_pauses_total", "Reading paused because the outbox could take no more.",
            counted.pauses)
        page.counter(
            "bellwether_partitions_passed_over_total",
            "A partition that kept the others waiting for too long was not waited for.", counted.impatient)
    }

    // MARK: Where it stands

    private func addProgress(
        _ counted: LiveCounters.Snapshot, _ status: LiveStatus.Snapshot, _ page: inout MetricsText
    ) {
        page.gauge("bellwether_assigned_partitions", "Partitions that it reads.", Double(status.lags.count))
        page.add(
            "bellwether_consumer_lag_records", .gauge, "Records of a partition that are still to be read.",
            status.lags.compactMap { lag in
                lag.records.map {
                    MetricsText.Sample(
                        Double($0), [("topic", lag.topic), ("partition", String(lag.partition))])
                }
            })
        page.gauge(
            "bellwether_watermark_timestamp_seconds", "Event time up to which all is evaluated.",
            status.watermark.map { Double($0) / 1000 })
        page.gauge(
            "bellwether_watermark_age_seconds", "How far that lies behind the clock.",
            status.watermark.map { Double(now() - $0) / 1000 })
        page.gauge(
            "bellwether_progress_timestamp_seconds",
            "When records were last read, or there was nothing to read.",
            status.progressAt.map { Double($0) / 1000 })
        page.counter("bellwether_commits_total", "Commits of offsets.", counted.commits)
        page.counter(
            "bellwether_commit_failures_total", "Commits that failed; what they covered is read again.",
            counted.commitFailures)
        page.add(
            "bellwether_rate_observations_total", .counter, "Values of a rate series that were read.",
            status.series.map { MetricsText.Sample($0.observations, [("series", $0.name)]) })
        page.add(
            "bellwether_rate_age_seconds", .gauge, "Since the newest value of a rate series was published.",
            status.series.compactMap { series in
                series.publishedAt.map {
                    MetricsText.Sample(Double(now() - $0) / 1000, [("series", series.name)])
                }
            })
    }

    // MARK: Stages 5 to 7

    private func addEvaluation(
        _ counted: LiveCounters.Snapshot, _ status: LiveStatus.Snapshot, _ page: inout MetricsText
    ) {
        page.counter("bellwether_batches_total", "Polls of the broker, quiet ones too.", counted.batches)
        page.counter(
            "bellwether_trades_evaluated_total", "Trades that the engine has been through.", counted.evaluated
        )
        page.counter(
            "bellwether_evaluations_total", "Times that the rules of a symbol were evaluated.",
            counted.evaluations)
        page.gauge("bellwether_symbols", "Symbols of which a trade came in.", Double(status.symbols))
        page.counter(
            "bellwether_window_points_dropped_total",
            "Times that a symbol's windows had no room for a point (engine.window_cap).",
            counted.windowLosses)
        page.add(
            "bellwether_transitions_total", .counter, "Steps in the lives of alerts.",
            Transition.Kind.allCases.filter { $0 != .pending && $0 != .dropped }.map { kind in
                MetricsText.Sample(counted.transitionsByKind[kind] ?? 0, [("kind", kind.rawValue)])
            })
    }

    private func addState(_ page: inout MetricsText) {
        page.gauge(
            "bellwether_state_writable", "Whether what must not be lost can be written: 1, else 0.",
            delivery.trouble == nil ? 1 : 0)
        page.counter(
            "bellwether_state_write_failures_total", "Attempts to write alerts down that failed.",
            delivery.writeFailures)
        let checkpoints = delivery.checkpoints
        page.counter("bellwether_checkpoints_total", "Checkpoints kept.", checkpoints.count)
        page.gauge("bellwether_checkpoint_size_bytes", "Of the last one.", Double(checkpoints.bytes))
        page.gauge(
            "bellwether_checkpoint_timestamp_seconds", "When the last one was kept.",
            Double(checkpoints.at?.milliseconds ?? 0) / 1000)
    }
}
