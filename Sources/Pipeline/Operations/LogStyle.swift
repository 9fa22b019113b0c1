import Logging
import MarketModel

/// How a run says what happens: `--log-format` and `--log-level`.
public struct LogStyle: Sendable {
    public enum Format: String, Sendable, CaseIterable {
        /// A line for people.
        case text
        /// One JSON object a line.
        case json
    }

    enum Level: String, Sendable, CaseIterable {
        case debug, info, warning, error
    }

    public var format = Format.text
    var level = Level.info

    public init() {}

    /// - Throws: `.usage` for a format or a level that does not exist.
    public init(format: String, level: String) throws(CommandFailure) {
        self.format = try DryRunOptions.choice(format, option: "--log-format")
        self.level = try DryRunOptions.choice(level, option: "--log-level")
    }

    /// The same streams, where all that is said on the second goes through the filter, and in JSON is an
    /// object a line.
    public func console(_ console: Console, _ secrets: SecretFilter) -> Console {
        let sink = FilteredSink(console.status, secrets, isJSON: format == .json)
        let isText = format == .text
        return Console(
            output: console.output, status: sink, outputColours: console.outputColours,
            statusColours: isText && console.statusColours, outputIsTerminal: console.outputIsTerminal,
            statusIsTerminal: isText && console.statusIsTerminal)
    }

    /// Says why a command ended.
    ///
    /// - Parameter console: as `console` above has made it.
    public func show(_ failure: CommandFailure, on console: Console) {
        if format == .text { return console.say(failure.description) }
        LiveNotices(logger(console, now: LiveRun.wallClock), now: LiveRun.wallClock).say(
            failure.message, .error, event: "failed", ["help": .array(failure.help.map { "\($0)" })])
    }

    /// - Parameters:
    ///   - console: as `console` above has made it.
    ///   - now: the wall clock, milliseconds since the epoch.
    func logger(_ console: Console, now: @escaping @Sendable () -> Int64) -> Logger {
        var logger = Logger(label: "bellwether") { [format] _ in
            LogWriter(console: console, format: format, now: now)
        }
        logger.logLevel = Logger.Level(rawValue: level.rawValue) ?? .info
        return logger
    }
}

/// Writes what the log takes to the console.
///
///     text   19:03:22 warning: desk: firing dear/A not delivered yet, attempt 2: answered 503
///     json   {"time":"2026-11-29T19:03:22.123Z","level":"warning","event":"notification_retry",
///             "message":"...","attempts":2,"receiver":"desk"}
struct LogWriter: LogHandler {
    let console: Console
    let format: LogStyle.Format
    let now: @Sendable () -> Int64
    var logLevel = Logger.Level.info
    var metadata = Logger.Metadata()

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let time = Timestamp(milliseconds: now()).description
        guard format == .json else {
            let word = event.level > .info ? "\(event.level.rawValue): " : ""
            // Of a terminal one knows the day.
            let shown = console.statusIsTerminal ? time.dropFirst(11).prefix(8) : time[...]
            return console.say("\(shown) \(word)\(event.message)")
        }
        let fields = metadata.merging(event.metadata ?? [:]) { $1 }
        console.say(
            JSONLine(
                time: time, level: event.level.rawValue, message: "\(event.message)",
                fields: fields.mapValues { JSONLine.Value($0) }
            ).text)
    }
}

/// One object of a log.
struct JSONLine {
    enum Value: Equatable {
        case text(String)
        case number(Int)
        case list([String])

        init(_ value: Logger.Metadata.Value) {
            switch value {
            case .stringConvertible(let number as Int): self = .number(number)
            case .array(let items): self = .list(items.map { "\($0)" })
            default: self = .text("\(value)")
            }
        }
    }

    /// What an object begins with: a program knows it by this.
    static let start = "{\"time\":\""

    var time: String
    var level: String
    var message: String
    var fields: [String: Value] = [:]

    /// `event` stands before the message, all other fields after it, by name.
    var text: String {
        var out = "\(JSONLine.start)\(time)\",\"level\":\"\(level)\""
        add("event", fields["event"] ?? .text("note"), to: &out)
        add("message", .text(message), to: &out)
        let taken: Set = ["time", "level", "event", "message"]
        for (name, value) in fields.sorted(by: { $0.key < $1.key }) where !taken.contains(name) {
            add(name, value, to: &out)
        }
        return out + "}"
    }

    private func add(_ name: String, _ value: Value, to out: inout String) {
        out += ","
        out.appendJSON(name)
        out += ":"
        switch value {
        case .number(let number): out += String(number)
        case .text(let text): out.appendJSON(text)
        case .list(let items):
            out += "["
            for (index, item) in items.enumerated() {
                if index > 0 { out += "," }
                out.appendJSON(item)
            }
            out += "]"
        }
    }
}

/// Takes secrets out of what is written; in JSON, makes an object of each line that is none yet.
final class FilteredSink: TextSink {
    private let sink: any TextSink
    private let secrets: SecretFilter
    private let isJSON: Bool

    init(_ sink: any TextSink, _ secrets: SecretFilter, isJSON: Bool) {
        self.sink = sink
        self.secrets = secrets
        self.isJSON = isJSON
    }

    var failure: String? { sink.failure }

    func write(_ text: String) {
        let text = secrets.scrub(text)
        guard isJSON else { return sink.write(text) }
        let lines = text.split(separator: "\n").map { line in
            if line.hasPrefix(JSONLine.start) { return String(line) }
            let time = Timestamp(milliseconds: LiveRun.wallClock()).description
            return JSONLine(
                time: time, level: "info", message: String(line), fields: ["event": .text("console")]
            ).text
        }
        if !lines.isEmpty { sink.write(lines.joined(separator: "\n") + "\n") }
    }
}
