import Delivery
import Diagnostics
public import MarketModel
import StateStore

/// `bellwether ack`: somebody looks after an alert that fires; in the state file, where a running instance
/// sees it within a second.
public struct AlertAcknowledging: Sendable {
    /// Of an incident's id at least so many digits.
    private static let leastDigits = 4

    /// The beginning of an id, as `bellwether alerts` shows it.
    public var incident: String?
    public var rule: String?
    /// nil: each of the rule's alerts that fire.
    public var key: String?
    public var comment = ""
    public var author = ""

    public init() {}

    /// - Returns: `.findings` when no such alert fires.
    public func run(
        in place: StatePlace, at now: Timestamp, console: Console
    ) throws(CommandFailure) -> CommandStatus {
        try check()
        let file = try place.open()
        let chosen: [FiringAlert]
        let before: [Acknowledgement]
        let fresh: Set<String>
        do throws(StateError) {
            before = try file.acknowledgements()
            chosen = try file.firing().compactMap { FiringAlert($0) }.filter(isChosen)
            if incident != nil, chosen.count > 1 {
                fresh = []
            } else {
                fresh = Set(
                    try file.acknowledge(
                        chosen.map { alert in
                            Acknowledgement(
                                incident: alert.incident, rule: alert.latest.rule, key: alert.latest.key,
                                at: now, author: author, comment: comment)
                        }))
            }
        } catch {
            throw CommandFailure(error)
        }
        if let incident, chosen.count > 1 {
            throw CommandFailure(
                .usage, "\(chosen.count) incidents begin with \(incident)",
                help: "more digits of one of \(chosen.map(\.incident).joined(separator: ", "))")
        }
        guard !chosen.isEmpty else {
            console.say("no alert fires that this means; `bellwether alerts --firing` shows those that do")
            return .findings
        }
        for alert in chosen {
            let name = alert.latest.alertName.withControlPictures
            if fresh.contains(alert.incident) {
                console.say("\(name) is acknowledged, firing since \(alert.since) (\(alert.incident))")
            } else if let first = before.first(where: { $0.incident == alert.incident }) {
                console.say(
                    "\(name) was acknowledged by \(first.author.withControlPictures) at \(first.at)")
            }
        }
        return .success
    }

    private func check() throws(CommandFailure) {
        switch (incident, rule, key) {
        case (nil, nil, _):
            throw CommandFailure(
                .usage, "nothing is chosen",
                help: "an incident as `bellwether alerts --firing` shows it, or --rule NAME --key SYMBOL")
        case (.some, .some, _), (.some, _, .some):
            throw CommandFailure(
                .usage, "an incident is one alert; --rule and --key choose by name", help: "leave one out")
        case (let incident?, nil, nil):
            guard incident.count >= Self.leastDigits, incident.allSatisfy(\.isHexDigit) else {
                throw CommandFailure(
                    .usage, "`\(incident.withControlPictures)` is no incident",
                    help: "its first digits, \(Self.leastDigits) at least, as `bellwether alerts` shows them")
            }
        case (nil, .some, _): break
        }
        if comment.count > MuteLimits.comment {
            throw CommandFailure(
                .usage, "a comment of \(comment.count) characters is too long",
                help: "at most \(MuteLimits.comment)")
        }
    }

    private func isChosen(_ alert: FiringAlert) -> Bool {
        if let incident { return alert.incident.hasPrefix(incident.lowercased()) }
        return alert.latest.rule == rule && key.map { $0 == alert.latest.key } ?? true
    }
}
