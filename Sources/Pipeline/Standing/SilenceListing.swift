import Configuration
import Delivery
public import MarketModel
import StateStore

/// `bellwether silence list` and `end`.
public struct SilenceListing: Sendable {
    public enum Format: String, Sendable {
        case text, json
    }

    enum Phase: String {
        case pending, active, over

        init(_ silence: StoredSilence, at now: Timestamp) {
            self = silence.endsAt <= now ? .over : silence.startsAt > now ? .pending : .active
        }
    }

    private let place: StatePlace
    private let console: Console

    public init(_ place: StatePlace, console: Console) {
        self.place = place
        self.console = console
    }

    /// - Parameter all: those that are over, too.
    public func list(
        all: Bool, format: String, at now: Timestamp
    ) throws(CommandFailure) -> CommandStatus {
        guard let format = Format(rawValue: format) else {
            throw CommandFailure(.usage, "there is no format `\(format)`", help: "text or json")
        }
        let file = try place.open()
        do {
            let firing = try file.firing().compactMap { FiringAlert($0) }
            let silences = try file.silences().filter { all || $0.endsAt > now }
            switch format {
            case .json:
                for silence in silences { console.print(silence.json(at: now, firing)) }
            case .text:
                for line in table(silences, firing, at: now) { console.print(line) }
                if silences.isEmpty {
                    console.say(
                        all
                            ? "there is no silence in \(file.path)"
                            : "there is no silence in \(file.path) that is not over; --all shows the others")
                }
            }
            return .success
        } catch {
            throw CommandFailure(error)
        }
    }

    private func table(
        _ silences: [StoredSilence], _ firing: [FiringAlert], at now: Timestamp
    ) -> [String] {
        var table = TextTable(
            ["number", "state", "from", "until", "firing", "alerts", "by", "comment"], numbers: [0, 4])
        for silence in silences {
            table.add([
                "\(silence.number)", Phase(silence, at: now).rawValue,
                TextTable.time(silence.startsAt.milliseconds), TextTable.time(silence.endsAt.milliseconds),
                "\(silence.matching(firing))", silence.words, silence.author, silence.comment,
            ])
        }
        return table.lines
    }

    /// - Returns: `.findings` when a number is not there, or its silence was over.
    public func end(_ numbers: [Int64], at now: Timestamp) throws(CommandFailure) -> CommandStatus {
        let file = try place.open()
        var status = CommandStatus.success
        for number in numbers {
            let found: SilenceEnd
            do { found = try file.endSilence(number, at: now) } catch { throw CommandFailure(error) }
            switch found {
            case .ended:
                console.say(
                    "silence \(number) is over; what fired during it and still fires is told in one message")
            case .calledOff: console.say("silence \(number) had not begun, and will not")
            case .wasOver(let time):
                console.say("silence \(number) was over at \(TextTable.time(time.milliseconds)) UTC")
                status = .findings
            case .unknown:
                console.say("there is no silence \(number): `bellwether silence list` shows them")
                status = .findings
            }
        }
        return status
    }
}

extension StoredSilence {
    /// How many of them it matches.
    fileprivate func matching(_ firing: [FiringAlert]) -> Int {
        guard let matcher = AlertMatcher(json: matcher) else { return 0 }
        return firing.count { matcher.matches($0.latest) }
    }

    fileprivate var words: String { AlertMatcher(json: matcher)?.text ?? "unreadable" }

    fileprivate func json(at now: Timestamp, _ firing: [FiringAlert]) -> String {
        var out = "{\"number\":\(number),\"state\":\"\(SilenceListing.Phase(self, at: now).rawValue)\""
        out += ",\"starts_at\":\(startsAt.milliseconds),\"ends_at\":\(endsAt.milliseconds)"
        out += ",\"firing\":\(matching(firing)),\"matcher\":\(matcher),\"author\":"
        out.appendJSON(author)
        out += ",\"comment\":"
        out.appendJSON(comment)
        return out + ",\"created_at\":\(createdAt.milliseconds)}"
    }
}
