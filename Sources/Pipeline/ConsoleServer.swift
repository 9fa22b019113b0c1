import Engine
import FlyingFox
import FlyingSocks
import Foundation
import MarketModel
import RuleSemantics
import Scenarios
import Synchronization

/// What a running instance answers over HTTP: `GET /api/why?rule=&key=&at=&since=&format=`.
///
/// A question is answered on a thread of its own, by a new engine over the recent history; the run goes on
/// beside it.
final class ConsoleServer: Sendable {
    static let path = "/api/why"
    /// Questions answered at a time; more are told to come again.
    private static let greatestConcurrency = 2

    private let history: RecentHistory
    private let program: CheckedProgram
    private let pointCap: Int
    private let server: HTTPServer
    private let address: ConsoleSettings.Address
    private let answering = Atomic(0)

    /// - Parameter program: the one that the run evaluates.
    init(
        _ address: ConsoleSettings.Address, history: RecentHistory, program: CheckedProgram,
        pointCap: Int = EngineOptions.defaultPointCap
    ) {
        self.pointCap = pointCap
        self.history = history
        self.program = program
        self.address = address
        var place = sockaddr_in.inet(port: address.port)
        let numbers = address.host.split(separator: ".").compactMap { UInt32($0) }
        place.sin_addr.s_addr = numbers.reduce(0) { $0 << 8 | $1 }.bigEndian
        server = HTTPServer(address: place, timeout: 60, logger: .disabled)
    }

    /// - Returns: the URL that `bellwether why --instance` takes.
    /// - Throws: `.failure` when the address is not to be had.
    func start() async throws(CommandFailure) -> String {
        await server.appendRoute(HTTPRoute("GET \(ConsoleServer.path)")) { request in
            await self.answer(request)
        }
        let port = try await server.listen(at: address.description)
        return "http://\(address.host):\(port)"
    }

    func stop() async { await server.stop(timeout: 1) }

    // MARK: Answering

    private func answer(_ request: HTTPRequest) async -> HTTPResponse {
        guard answering.add(1, ordering: .relaxed).newValue <= ConsoleServer.greatestConcurrency else {
            answering.subtract(1, ordering: .relaxed)
            return refuse(
                CommandFailure(.failure, "other questions are being answered", help: "ask again in a moment"),
                .serviceUnavailable)
        }
        defer { answering.subtract(1, ordering: .relaxed) }
        let query = Dictionary(
            request.query.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
        do throws(CommandFailure) {
            let format: WhyOptions.Format = try DryRunOptions.choice(
                query["format"] ?? "json", option: "format")
            let snapshot = history.snapshot
            let question = try WhyOptions.question(query, about: snapshot.span)
            let program = program
            let pointCap = pointCap
            let answer = try await onThread("bellwether-why") { () throws(CommandFailure) in
                do throws(WhyFault) {
                    return try snapshot.answer(question, in: program, pointCap: pointCap)
                } catch {
                    throw CommandFailure(error)
                }
            }
            let text =
                format == .json ? answer.json : WhyText().lines(answer).joined(separator: "\n")
            return response(.ok, text + "\n", isJSON: format == .json)
        } catch {
            return refuse(error, error.status == .usage ? .badRequest : .serviceUnavailable)
        }
    }

    private func response(_ status: HTTPStatusCode, _ text: String, isJSON: Bool) -> HTTPResponse {
        let type = isJSON ? "application/json" : "text/plain; charset=utf-8"
        return HTTPResponse(
            statusCode: status, headers: [.contentType: type], body: Foundation.Data(text.utf8))
    }

    private func refuse(_ failure: CommandFailure, _ status: HTTPStatusCode) -> HTTPResponse {
        let refusal = WhyRefusal(error: failure.message, help: failure.help)
        let bytes = (try? JSONEncoder().encode(refusal)) ?? Foundation.Data()
        return response(status, String(decoding: bytes, as: UTF8.self) + "\n", isJSON: true)
    }
}

/// Why a question has no answer, as the API says it.
struct WhyRefusal: Codable, Equatable {
    var error: String
    var help: [String]
}

extension WhyOptions {
    /// The question in the members of a query; without `at`, or with `now`, about the last closed instant.
    static func question(
        _ query: [String: String], about span: ClosedRange<Timestamp>?
    ) throws(CommandFailure) -> WhyQuestion {
        guard let rule = query["rule"], !rule.isEmpty else {
            throw CommandFailure(
                .usage, "which rule?", help: "ask \(ConsoleServer.path)?rule=NAME&key=SYMBOL&at=TIME")
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
