import Diagnostics
import MarketModel
import StateStore

/// `bellwether outbox list`: what waits to be sent, and what was given up.
public struct OutboxListing: Sendable {
    public enum Format: String, Sendable {
        case text, json
    }

    private let request: OutboxRequest
    private let format: Format
    private let console: Console

    public init(_ request: OutboxRequest, format: String, console: Console) throws {
        guard let format = Format(rawValue: format) else {
            throw CommandFailure(.usage, "there is no format `\(format)`", help: "text or json")
        }
        self.request = request
        self.format = format
        self.console = console
    }

    public func run() throws(CommandFailure) -> CommandStatus {
        let file = try request.open()
        let rows = try OutboxRow.all(of: file).filter { row in
            (request.receiver == nil || row.receiver == request.receiver)
                && !(request.deadOnly && row.state == .queued)
        }
        switch format {
        case .json: for row in rows { console.print(row.json) }
        case .text:
            for line in OutboxListing.table(rows) { console.print(line) }
            let dead = rows.count { $0.state == .dead }
            console.say(
                rows.isEmpty
                    ? "nothing is queued and nothing was given up in \(file.path)"
                    : "\((rows.count - dead).grouped) queued, \(dead.counted("dead letter")) in \(file.path)")
        }
        return .success
    }

    /// Columns as wide as what stands in them; the reason of a dead letter has a line of its own.
    static func table(_ rows: [OutboxRow]) -> [String] {
        if rows.isEmpty { return [] }
        let heads = ["number", "receiver", "state", "queued", "attempts", "alert"]
        let cells = rows.map(\.cells)
        let widths = heads.indices.map { column in
            max(heads[column].count, cells.map { $0[column].count }.max() ?? 0)
        }
        func line(_ cells: [String]) -> String {
            cells.indices.map { column in
                let padding = String(repeating: " ", count: widths[column] - cells[column].count)
                if column == cells.count - 1 { return cells[column] }
                return column == 0 || column == 4 ? padding + cells[column] : cells[column] + padding
            }.joined(separator: "  ")
        }
        let indent = String(repeating: " ", count: widths[0] + 2)
        return [line(heads)]
            + zip(rows, cells).flatMap { row, cells in
                [line(cells)] + (row.reason.isEmpty ? [] : [indent + row.reason.withControlPictures])
            }
    }
}

extension OutboxRow {
    fileprivate var cells: [String] {
        let time = queuedAt.description.replacing("T", with: " ").prefix(19)
        let alert = transition.map { "\($0.kind.rawValue) \($0.alertName)" } ?? "unreadable"
        return [
            "\(number)", receiver, state.rawValue, String(time), "\(attempts)", alert.withControlPictures,
        ]
    }

    /// One object a line; `transition` is the generic body.
    fileprivate var json: String {
        var out = "{\"number\":\(number),\"receiver\":"
        out.appendJSON(receiver)
        out += ",\"state\":\"\(state.rawValue)\",\"queued_at\":\(queuedAt.milliseconds)"
        out += ",\"attempts\":\(attempts)"
        if state == .dead {
            out += ",\"reason\":"
            out.appendJSON(reason)
        }
        return out + ",\"transition\":\(transition?.json ?? "null")}"
    }
}
