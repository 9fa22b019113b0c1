import Foundation
import HTTPTransport
import Scenarios

/// `bellwether why RULE KEY AT --instance URL`: asks a running instance about its recent history.
public struct WhyInstance: Sendable {
    private let url: String
    private let request: WhyRequest
    private let format: WhyOptions.Format
    private let console: Console

    /// - Parameter url: as the instance says it at its start: `http://127.0.0.1:8690`.
    /// - Throws: `.usage` for what cannot be an address or a format.
    public init(_ url: String, _ request: WhyRequest, console: Console) throws(CommandFailure) {
        self.request = request
        self.console = console
        format = try DryRunOptions.choice(request.format, option: "--format")
        let base = PathText.withoutTrailingSlashes(url)
        self.url = base.contains("://") ? base : "http://\(base)"
    }

    /// - Throws: `.usage` where the instance cannot answer the question, `.failure` where it cannot be asked.
    public func run() throws(CommandFailure) -> CommandStatus {
        let response: HTTPResponse
        do {
            var question = HTTPRequest("GET", url: Secret(address), timeout: .seconds(60))
            question.bodyLimit = 8 << 20
            response = try HTTPClient().perform(question)
        } catch {
            throw CommandFailure(
                .failure, "\(url) does not answer: \(error)",
                help: "is it running? `bellwether run` says at its start where it answers")
        }
        let body = Foundation.Data(response.body)
        if response.status == 200, let answer = try? JSONDecoder().decode(WhyAnswer.self, from: body) {
            try Why.show(answer, format, on: console)
            return .success
        }
        guard let refusal = try? JSONDecoder().decode(ConsoleRefusal.self, from: body) else {
            throw CommandFailure(
                .failure, "\(url) answers with status \(response.status) and no explanation",
                help: "is it an instance of bellwether of this version?")
        }
        throw CommandFailure(response.status == 400 ? .usage : .failure, refusal.error, help: refusal.help)
    }

    private var address: String {
        let members =
            [("rule", request.rule), ("key", request.key), ("at", request.at)]
            + (request.since.map { [("since", $0)] } ?? [])
        let query = members.map { "\($0)=\(WhyInstance.encoded($1))" }.joined(separator: "&")
        return "\(url)\(WhyEndpoint.path)?\(query)"
    }

    /// Percent-encoded but for RFC 3986's unreserved characters.
    private static func encoded(_ text: String) -> String {
        let unreserved = CharacterSet(
            charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
        return text.addingPercentEncoding(withAllowedCharacters: unreserved) ?? ""
    }
}
