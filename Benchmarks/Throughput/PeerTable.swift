import Foundation

/// Ours beside the limits and beside other programs: medians, and how many times as long they take.
struct PeerTable {
    let own: PeerStages.Own
    let peers: [PeerStages.Peer]
    let trades: Int

    var text: String {
        var lines = [
            "beside others, \(trades) trades; median wall clock, and as a multiple of ours:",
            line("", "ns/trade", "trades/s", "ratio"),
        ]
        for (group, measurement, name) in [
            ("limit", own.csv, "CSV reading"), ("parse", own.csv, ""), ("json", own.json, "NDJSON reading"),
            ("rules", own.dryRun, "dry-run, 8 rules"),
        ] {
            let ours = measurement.nanoseconds
            if !name.isEmpty { lines.append(line("bellwether: " + name, ours, 1)) }
            for peer in peers where peer.group == group {
                let theirs = Measurement.median(peer.seconds) * 1e9 / Double(max(1, trades))
                lines.append(line(peer.name, theirs, theirs / ours))
            }
        }
        return (lines + [""] + alerts).joined(separator: "\n")
    }

    /// Whether the others do the same work: alerts by rule.
    private var alerts: [String] {
        let others = peers.filter { $0.group == "rules" }
        var lines = [
            "alerts by rule (the others evaluate at trades only, not when a window moves on between two):",
            row("", ["bellwether"] + others.map { $0.name.replacing("rules, ", with: "") }),
        ]
        for rule in others.first?.onsets.keys.sorted() ?? [] {
            let counts = [own.alerts[rule] ?? 0] + others.map { $0.onsets[rule] ?? 0 }
            lines.append(row(rule, counts.map(String.init)))
        }
        return lines
    }

    private func line(_ name: String, _ nanoseconds: Double, _ ratio: Double) -> String {
        line(
            name, String(format: "%.1f", nanoseconds), String(format: "%.2f M", 1e3 / nanoseconds),
            String(format: "%.2f", ratio))
    }

    private func line(_ name: String, _ cells: String...) -> String { row(name, cells) }

    private func row(_ name: String, _ cells: [String]) -> String {
        name.padding(toLength: 30, withPad: " ", startingAt: 0)
            + cells.map { String(repeating: " ", count: max(1, 12 - $0.count)) + $0 }.joined()
    }
}
