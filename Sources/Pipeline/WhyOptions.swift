import Configuration
import MarketModel
import Scenarios

/// `bellwether why` as it was typed: what an export is and how it is read is told as to a dry-run.
public struct WhyRequest: Sendable {
    public var input: DryRunRequest
    public var rule: String
    /// `-` for a rule without `on`.
    public var key: String
    public var at: String
    /// An instant, or a duration before `at`.
    public var since: String?
    public var format = "text"

    public init(_ input: DryRunRequest, rule: String, key: String, at: String) {
        self.input = input
        self.rule = rule
        self.key = key
        self.at = at
    }
}

/// What is asked, and how the answer is shown.
public struct WhyOptions: Sendable {
    public enum Format: String, Sendable, CaseIterable {
        case text, json
    }

    /// An instant, or a time of the only day that the input has.
    enum Moment: Sendable, Equatable {
        case instant(Timestamp)
        /// Milliseconds after midnight UTC.
        case clock(Int64)
    }

    enum Since: Sendable, Equatable {
        case moment(Moment)
        /// Milliseconds before the instant in question.
        case before(Int64)
    }

    public var input: DryRunOptions
    public var rule: String
    /// nil: a rule without `on`.
    public var key: String?
    public var format: Format
    let at: Moment
    let since: Since?

    /// - Throws: `.usage` with what was expected.
    public init(_ request: WhyRequest) throws(CommandFailure) {
        input = try DryRunOptions(request.input)
        rule = request.rule
        key = request.key == "-" || request.key.isEmpty ? nil : request.key
        format = try DryRunOptions.choice(request.format, option: "--format")
        at = try WhyOptions.moment(request.at, "AT")
        since = try request.since.map { text throws(CommandFailure) in
            try WhyOptions.since(text, "--since")
        }
    }

    static func since(_ text: String, _ option: String) throws(CommandFailure) -> Since {
        if let length = parseDuration(text)?.wholeMilliseconds { return .before(length) }
        return .moment(try moment(text, option))
    }

    /// The question about trades of this span.
    func question(in span: ClosedRange<Timestamp>?) throws(CommandFailure) -> WhyQuestion {
        let instant = try WhyOptions.instant(at, in: span)
        var question = WhyQuestion(rule: rule, key: key, at: instant)
        if let since { question.since = try WhyOptions.instant(since, before: instant, in: span) }
        return question
    }

    static func moment(_ text: String, _ option: String) throws(CommandFailure) -> Moment {
        if let instant = TimeText.timestamp(text) { return .instant(instant) }
        // A clock of any day, to see whether it is one.
        if let instant = TimeText.timestamp("1970-01-01T\(text)") { return .clock(instant.milliseconds) }
        throw CommandFailure(
            .usage, "\(option) \(text) is no time",
            help: "write 2025-03-10T14:03:11.220, with Z, +01:00 or another offset where it is not UTC, "
                + "milliseconds since 1970, or 14:03:11.220 where the trades are of one day")
    }

    /// - Parameter span: of the trades, for a clock without a date; nil where there is none.
    static func instant(_ moment: Moment, in span: ClosedRange<Timestamp>?) throws(CommandFailure) -> Int64 {
        let clock: Int64
        switch moment {
        case .instant(let instant): return instant.milliseconds
        case .clock(let milliseconds): clock = milliseconds
        }
        guard let span else { throw CommandFailure(.failure, "no trade was read") }
        let day = span.lowerBound.milliseconds.floorDivided(by: 86_400_000)
        guard span.upperBound.milliseconds.floorDivided(by: 86_400_000) == day else {
            throw CommandFailure(
                .usage, "which day? the trades are of \(span.lowerBound) to \(span.upperBound)",
                help: "write the date too, such as \(CivilDate(daysSinceEpoch: day))T14:03:11")
        }
        return day * 86_400_000 + clock
    }

    /// - Throws: `.usage` for what lies after the instant in question.
    static func instant(
        _ since: Since, before at: Int64, in span: ClosedRange<Timestamp>?
    ) throws(CommandFailure) -> Int64 {
        let instant: Int64
        switch since {
        case .before(let length): instant = at - length
        case .moment(let moment): instant = try WhyOptions.instant(moment, in: span)
        }
        if instant <= at { return instant }
        throw CommandFailure(.usage, "--since lies after the instant in question")
    }
}
