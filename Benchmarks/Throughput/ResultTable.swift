import Foundation

/// The measurements as a table, and where the time of a dry-run goes.
struct ResultTable {
    var csv: Measurement
    var tape: Measurement
    var engine: Measurement
    var dryRun: Measurement
    var json: [Measurement]

    /// Trades a second that the whole dry-run should reach on one core.
    static let goal = 1e6

    var text: String {
        var lines = [row("stage", "ns/trade", "cpu ns", "trades/s", "spread")]
        lines += ([csv, tape, engine, dryRun] + json).map(row)
        lines.append("")
        lines.append("where a dry-run's time goes, ns a trade:")
        let ordering = tape.nanoseconds - csv.nanoseconds
        let rest = dryRun.nanoseconds - tape.nanoseconds - engine.nanoseconds
        for (name, share) in [
            ("reading and decoding", csv.nanoseconds), ("ordering", ordering), ("engine", engine.nanoseconds),
            ("rest", rest),
        ] {
            lines.append(
                "  " + pad(name, 24) + right(number(share), 8)
                    + right(String(format: "%.0f %%", 100 * share / dryRun.nanoseconds), 8))
        }
        lines.append("")
        lines.append(
            String(
                format:
                    "dry-run %.2f million trades/s, %.1f times the goal; engine alone %.1f times the dry-run",
                dryRun.perSecond / 1e6, dryRun.perSecond / ResultTable.goal,
                engine.perSecond / dryRun.perSecond))
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
