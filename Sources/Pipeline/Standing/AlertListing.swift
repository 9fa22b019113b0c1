import Configuration
import Delivery
import Foundation
public import MarketModel
import StateStore

/// `bellwether alerts`: what fires now, and what alerts did, from the state file.
public struct AlertListing: Sendable {
    public enum Format: String, Sendable {
        case text, json
    }

    /// What fires, and nothing of the past.
    public var firingOnly = false
    /// A duration before now, or a time.
    public var since = "1d"
    public var format = "text"

    private let place: StatePlace
    private let console: Console

    public init(_ place: StatePlace, console: Console) {
        self.place = place
        self.console = console
    }

    /// An alert that fires, with what people have said of it.
    struct Row {
        var alert: FiringAlert
        var acknowledgement: Acknowledgement?
        var mute: MuteCause?
        /// Milliseconds.
        var age: Int64
    }

    public func run(at now: Timestamp) throws(CommandFailure) -> CommandStatus {
        guard let format = Format(rawValue: format) else {
            throw CommandFailure(.usage, "there is no format `\(format)`", help: "text or json")
        }
        let begin = try begin(now)
        let file = try place.open()
        let rows: [Row]
        let past: [String]
        do throws(StateError) {
            rows = try AlertListing.rows(of: file, at: now)
            past = firingOnly ? [] : try file.transitions(since: begin)
        } catch {
            throw CommandFailure(error)
        }
        switch format {
        case .json:
            for row in rows { console.print(row.json) }
            for line in past { console.print(line) }
        case .text:
            for line in AlertListing.table(rows) { console.print(line) }
            if !rows.isEmpty, !past.isEmpty { console.print("") }
            for line in past.compactMap({ AlertLine(json: Data($0.utf8)) }) {
                console.print(line.text(colours: console.outputColours))
            }
            console.say(
                "\(rows.count.counted("alert")) \(rows.count == 1 ? "fires" : "fire")"
                    + (firingOnly ? "" : ", \(past.count.counted("transition")) since \(begin)")
                    + " in \(file.path)")
        }
        return .success
    }

    private func begin(_ now: Timestamp) throws(CommandFailure) -> Timestamp {
        if let duration = parseDuration(since) {
            return Timestamp(milliseconds: now.milliseconds - duration.wholeMilliseconds)
        }
        if let time = TimeText.timestamp(since) { return time }
        throw CommandFailure(
            .usage, "--since cannot be read: `\(since)`", help: "as 1h, 7d, or 2025-03-10T14:30Z")
    }

    /// Those that have fired longest first.
    private static func rows(of file: StateFile, at now: Timestamp) throws(StateError) -> [Row] {
        let orders = StandingOrders(silences: try file.silences())
        let acknowledged = Dictionary(
            try file.acknowledgements().map { ($0.incident, $0) }, uniquingKeysWith: { first, _ in first })
        return try file.firing().compactMap { FiringAlert($0) }.map { alert in
            Row(
                alert: alert, acknowledgement: acknowledged[alert.incident],
                mute: orders.silencing(alert.latest, at: now) ?? alert.owed,
                age: now.milliseconds - alert.since.milliseconds)
        }.sorted { ($0.alert.since, $0.alert.latest.alertName) < ($1.alert.since, $1.alert.latest.alertName) }
    }

    private static func table(_ rows: [Row]) -> [String] {
        var table = TextTable(
            ["age", "severity", "alert", "firing since", "incident", "acknowledged", "muted by", "message"],
            numbers: [0])
        for row in rows {
            table.add([
                age(row.age), row.alert.latest.severity.rawValue, row.alert.subject,
                TextTable.time(row.alert.since.milliseconds), String(row.alert.incident.prefix(8)),
                row.acknowledgement.map { "by \($0.author)" } ?? "-", row.mute?.text ?? "-",
                row.alert.latest.message,
            ])
        }
        return table.lines
    }

    /// Two units at most: what has fired for a day is not told in seconds.
    private static func age(_ milliseconds: Int64) -> String {
        let unit: Int64 = milliseconds >= 86_400_000 ? 3_600_000 : milliseconds >= 3_600_000 ? 60_000 : 1000
        return Duration.milliseconds(milliseconds / unit * unit).shortText
    }
}

extension FiringAlert {
    /// `rule SYMBOL`
    fileprivate var subject: String {
        [latest.rule, latest.key].filter { !$0.isEmpty }.joined(separator: " ")
    }
}

extension AlertListing.Row {
    /// One object; the transitions of the past have a `kind` in place of the `state`.
    fileprivate var json: String {
        let latest = alert.latest
        var out = "{\"state\":\"firing\",\"incident\":\"\(alert.incident)\",\"rule\":"
        out.appendJSON(latest.rule)
        out += ",\"key\":"
        out.appendJSON(latest.key)
        out += ",\"severity\":\"\(latest.severity.rawValue)\",\"since\":\(alert.since.milliseconds)"
        out += ",\"age_ms\":\(age),\"message\":"
        out.appendJSON(latest.message)
        out += ",\"told\":["
        for (index, receiver) in (alert.told + alert.further).enumerated() {
            if index > 0 { out += "," }
            out.appendJSON(receiver)
        }
        out += "],\"muted_by\":"
        if let mute { out.appendJSON(mute.text) } else { out += "null" }
        out += ",\"acknowledged\":"
        if let acknowledgement {
            out += "{\"at\":\(acknowledgement.at.milliseconds),\"author\":"
            out.appendJSON(acknowledgement.author)
            out += ",\"comment\":"
            out.appendJSON(acknowledgement.comment)
            out += "}"
        } else {
            out += "null"
        }
        return out + "}"
    }
}
