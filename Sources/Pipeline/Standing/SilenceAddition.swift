import Configuration
import Delivery
import Diagnostics
public import MarketModel
import StateStore

/// `bellwether silence add`: which alerts are to be quiet, for how long, and why; in the state file, where a
/// running instance sees it within a second.
public struct SilenceAddition: Sendable {
    public var rule: String?
    public var key: String?
    public var severity: String?
    /// `NAME=VALUE` each.
    public var labels: [String] = []
    /// A duration.
    public var lasts: String?
    /// Times as `TimeText` reads them.
    public var from: String?
    public var until: String?
    public var comment = ""
    public var author = ""

    public init() {}

    public func run(
        in place: StatePlace, at now: Timestamp, console: Console
    ) throws(CommandFailure) -> CommandStatus {
        let silence = try silence(at: now)
        let file = try place.open()
        let standing: Int
        let number: Int64
        let firing: [FiringAlert]
        do throws(StateError) {
            standing = try file.silences().count { $0.endsAt > now }
            firing = try file.firing().compactMap { FiringAlert($0) }
            number = standing < MuteLimits.silences ? try file.add(silence) : 0
        } catch {
            throw CommandFailure(error)
        }
        guard standing < MuteLimits.silences else {
            throw CommandFailure(
                .usage, "there are \(standing.grouped) silences that are not over",
                help: "end some of them: `bellwether silence list`; one with a pattern mutes many alerts")
        }
        let matcher = AlertMatcher(json: silence.matcher)
        if silence.endsAt <= now {
            console.say("note: by the clock it is over; it mutes what is read of that time")
        }
        show(number, silence, firing.count { matcher?.matches($0.latest) ?? false }, console)
        return .success
    }

    private func show(_ number: Int64, _ silence: StoredSilence, _ matching: Int, _ console: Console) {
        let start = silence.startsAt.milliseconds
        let end = silence.endsAt.milliseconds
        console.say(
            "silence \(number), \(TextTable.time(start)) to \(TextTable.time(end)) UTC ("
                + "\(Duration.milliseconds(end - start).shortText)): "
                + "\((AlertMatcher(json: silence.matcher)?.text ?? "").withControlPictures)")
        console.say(
            matching == 0
                ? "it matches no alert that fires now"
                : "it matches \(matching.counted("alert")) that fire\(matching == 1 ? "s" : "") now; whoever "
                    + "was told of \(matching == 1 ? "it" : "them") will hear of the end")
    }

    // MARK: Reading

    func silence(at now: Timestamp) throws(CommandFailure) -> StoredSilence {
        let matcher = try matcher()
        let (start, end) = try span(at: now)
        guard comment.contains(where: { !$0.isWhitespace }) else {
            throw CommandFailure(
                .usage, "a silence without a reason is one that nobody dares to end",
                help: "say why with --comment 'maintenance of the feed'")
        }
        guard comment.count <= MuteLimits.comment else {
            throw CommandFailure(
                .usage, "a comment of \(comment.count) characters is too long",
                help: "at most \(MuteLimits.comment): it stands in messages")
        }
        return StoredSilence(
            matcher: matcher.json, startsAt: start, endsAt: end, author: author, comment: comment,
            createdAt: now)
    }

    private func matcher() throws(CommandFailure) -> AlertMatcher {
        var matcher = AlertMatcher()
        do throws(MatcherFault) {
            if let rule { matcher.rule = try TextMatcher(rule) }
            if let key { matcher.key = try TextMatcher(key) }
            if let severity { try matcher.setSeverity(severity) }
        } catch {
            throw CommandFailure(.usage, error.message, help: error.help)
        }
        for label in labels {
            let parts = label.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty else {
                throw CommandFailure(
                    .usage, "`\(label)` is no label with its value", help: "write --label team=risk")
            }
            do {
                matcher.labels[String(parts[0])] = try TextMatcher(String(parts[1]))
            } catch {
                throw CommandFailure(.usage, error.message, help: error.help)
            }
        }
        if matcher.isEmpty {
            throw CommandFailure(
                .usage, "nothing is to be silenced",
                help: "--rule NAME, --key SYMBOL, --severity LEVEL or --label NAME=VALUE; "
                    + "--rule '*' is every alert")
        }
        return matcher
    }

    private func span(at now: Timestamp) throws(CommandFailure) -> (Timestamp, Timestamp) {
        let start = try from.map { (text) throws(CommandFailure) in try time(text, "--from") } ?? now
        let end: Timestamp
        switch (lasts, until) {
        case (let lasts?, nil):
            guard let duration = parseDuration(lasts), duration > .zero else {
                throw CommandFailure(.usage, "`\(lasts)` is no duration", help: "as 30m, 2h, 1d12h")
            }
            guard duration.wholeMilliseconds <= MuteLimits.longest else { throw tooLong }
            end = Timestamp(milliseconds: start.milliseconds + duration.wholeMilliseconds)
        case (nil, let until?): end = try time(until, "--until")
        case (nil, nil):
            throw CommandFailure(
                .usage, "a silence has an end", help: "--for 2h, or --until 2025-03-10T16:00Z")
        case (.some, .some):
            throw CommandFailure(.usage, "--for and --until both say when it ends", help: "leave one out")
        }
        // With a start of its own it may lie in the past, for a past day that is read again.
        guard end > start, end > now || from != nil else {
            throw CommandFailure(
                .usage, "it would be over before it begins: it ends at \(end)",
                help: "choose a later --until; times without an offset are UTC")
        }
        guard end.milliseconds - start.milliseconds <= MuteLimits.longest else { throw tooLong }
        return (start, end)
    }

    private var tooLong: CommandFailure {
        CommandFailure(
            .usage, "a silence of more than a year is too long",
            help: "take the notifier out of the rule's `notify`")
    }

    private func time(_ text: String, _ option: String) throws(CommandFailure) -> Timestamp {
        if let time = TimeText.timestamp(text) { return time }
        throw CommandFailure(
            .usage, "\(option) cannot be read: `\(text)`",
            help: "as 2025-03-10T14:30Z, 2025-03-10T10:30-04:00, or milliseconds since 1970")
    }
}
