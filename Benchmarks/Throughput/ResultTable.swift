import Foundation

/// The measurements as a table.
struct ResultTable {
    var measurements: [Measurement]

    var text: String {
        ([row("stage", "ns/trade", "cpu ns", "trades/s", "spread")] + measurements.map(row))
            .joined(separator: "\n")
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
