import Foundation

/// The measurements as a table, and where the time of a dry-run goes.
struct ResultTable {
    var csv: Measurement
    /// The same rows, packed.
    var gzip: Measurement
    var tape: Measurement
    var engine: Measurement
    /// The first with one thread that evaluates.
    var dryRuns: [Measurement]
    var json: [Measurement]

    /// Trades a second that the whole dry-run should reach on one core.
    static let goal = 3e6

    static func engineText(_ engine: Measurement, _ result: EngineStages.Result) -> String {
        String(
            format: "%.1f ns a trade (processor %.1f, spread %.0f %%), %.2f evaluations a trade, "
                + "%d transitions, checksum %016llx",
            engine.nanoseconds, engine.processorNanoseconds, 100 * engine.spread,
            Double(result.evaluations) / Double(result.trades), result.transitions, result.checksum)
    }

    var text: String {
        var lines = [row("stage", "ns/trade", "cpu ns", "trades/s", "spread")]
        lines += ([csv, gzip, tape, engine] + dryRuns + json).map(row)
        lines.append("")
        lines.append("where a dry-run's time goes, processor ns a trade:")
        let whole = dryRuns[0].processorNanoseconds
        let reading = csv.processorNanoseconds
        let ordering = tape.processorNanoseconds - reading
        let rest = whole - tape.processorNanoseconds - engine.processorNanoseconds
        for (name, share) in [
            ("reading and decoding", reading), ("ordering", ordering),
            ("engine", engine.processorNanoseconds), ("rest", rest),
        ] {
            lines.append(
                "  " + pad(name, 24) + right(number(share), 8)
                    + right(String(format: "%.0f %%", 100 * share / whole), 8))
        }
        lines.append("")
        lines.append(
            String(
                format: "dry-run: %.2f million trades a second of one core, %.2f times the goal; "
                    + "the engine alone is %.2f times as fast",
                1e3 / whole, 1e9 / whole / ResultTable.goal, whole / engine.processorNanoseconds))
        for (name, measurement, goal) in [
            ("dry-run on all cores", dryRuns[1], 5e6), ("JSON, single trade", json[0], 15e6),
        ] {
            lines.append(
                String(
                    format: "\(name): %.2f million trades a second, %.2f times the goal",
                    measurement.perSecond / 1e6, measurement.perSecond / goal))
        }
        return lines.joined(separator: "\n")
    }

    private func row(_ measurement: Measurement) -> String {
        row(
            measurement.name, number(measurement.nanoseconds), number(measurement.processorNanoseconds),
            String(format: "%.2f M", measurement.perSecond / 1e6),
            String(format: "%.0f %%", 100 * measurement.spread))
    }

    private func row(_ cells: String...) -> String {
        pad(cells[0], 26) + cells.dropFirst().map { right($0, 11) }.joined()
    }

    private func number(_ value: Double) -> String { String(format: "%.1f", value) }
    private func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
    private func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}
