import Engine
import FlyingFox
import MarketModel
import RuleSemantics
import Scenarios
import Synchronization

/// `GET /api/why?rule=&key=&at=&since=&format=`: why a rule did, or did not, fire lately.
///
/// A question is answered on a thread of its own, by a new engine over the recent history; the run goes on
/// beside it.
final class WhyEndpoint: Sendable {
    static let path = "/api/why"
    /// Questions answered at a time; more are told to come again.
    private static let greatestConcurrency = 2

    private let history: RecentHistory
    private let current: Mutex<CheckedProgram>
    private let pointCap: Int
    private let answering = Atomic(0)

    /// - Parameter program: the one that the run evaluates.
    init(_ history: RecentHistory, _ program: CheckedProgram, pointCap: Int = EngineOptions.defaultPointCap) {
        self.history = history
        current = Mutex(program)
        self.pointCap = pointCap
    }

    /// The run evaluates another one from now on.
    func use(_ program: CheckedProgram) { current.withLock { $0 = program } }

    var endpoint: ConsoleEndpoint {
        ConsoleEndpoint(.get, WhyEndpoint.path) { await self.answer($0) }
    }

    private func answer(_ request: HTTPRequest) async -> ConsoleAnswer {
        guard answering.add(1, ordering: .relaxed).newValue <= WhyEndpoint.greatestConcurrency else {
            answering.subtract(1, ordering: .relaxed)
            return .refusal(
                CommandFailure(.failure, "other questions are being answered", help: "ask again in a moment"),
                status: 503)
        }
        defer { answering.subtract(1, ordering: .relaxed) }
        let query = Dictionary(
            request.query.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
        do throws(CommandFailure) {
            let format: WhyOptions.Format = try DryRunOptions.choice(
                query["format"] ?? "json", option: "format")
            let snapshot = history.snapshot
            let question = try WhyOptions.question(query, about: snapshot.span)
            let program = current.withLock { $0 }
            let pointCap = pointCap
            let answer = try await onThread("bellwether-why") { () throws(CommandFailure) in
                do throws(WhyFault) {
                    return try snapshot.answer(question, in: program, pointCap: pointCap)
                } catch {
                    throw CommandFailure(error)
                }
            }
            return format == .json
                ? ConsoleAnswer(answer.json + "\n", type: "application/json")
                : ConsoleAnswer(
                    WhyText().lines(answer).joined(separator: "\n") + "\n", type: "text/plain; charset=utf-8")
        } catch {
            return .refusal(error, status: error.status == .usage ? 400 : 503)
        }
    }
}

extension WhyOptions {
    /// The question in the members of a query; without `at`, or with `now`, about the last closed instant.
    static func question(
        _ query: [String: String], about span: ClosedRange<Timestamp>?
    ) throws(CommandFailure) -> WhyQuestion {
        guard let rule = query["rule"], !rule.isEmpty else {
            throw CommandFailure(
                .usage, "which rule?", help: "ask \(WhyEndpoint.path)?rule=NAME&key=SYMBOL&at=TIME")
        }
        guard let span else { throw CommandFailure(WhyFault.noTrades) }
        let written = query["at"] ?? "now"
        let isNow = written == "now" || written.isEmpty
        let at =
            isNow
            ? span.upperBound.milliseconds : try instant(moment(written, "at"), in: span)
        let key = query["key"] ?? ""
        var question = WhyQuestion(rule: rule, key: key.isEmpty || key == "-" ? nil : key, at: at)
        if let text = query["since"], !text.isEmpty {
            question.since = try instant(since(text, "since"), before: at, in: span)
        }
        return question
    }
}
