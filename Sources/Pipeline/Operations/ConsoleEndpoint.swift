import FlyingFox
import Foundation
import Synchronization

/// One thing that a running instance answers over HTTP.
struct ConsoleEndpoint: Sendable {
    enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
        case delete = "DELETE"
    }

    let method: Method
    /// `/api/why`
    let path: String
    /// Whether it changes anything: then `ConsoleAccess` wants the token before it is asked.
    var changes: Bool { method != .get }
    let answer: @Sendable (HTTPRequest) async -> ConsoleAnswer

    init(
        _ method: Method, _ path: String, answer: @escaping @Sendable (HTTPRequest) async -> ConsoleAnswer
    ) {
        self.method = method
        self.path = path
        self.answer = answer
    }
}

/// What is sent back.
struct ConsoleAnswer: Sendable {
    var status = 200
    var type: String
    var body: String

    init(_ body: String, type: String, status: Int = 200) {
        self.body = body
        self.type = type
        self.status = status
    }

    /// A JSON object with its members in the order of their names.
    init(json value: some Encodable, status: Int = 200) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let bytes = (try? encoder.encode(value)) ?? Foundation.Data()
        self.init(String(decoding: bytes, as: UTF8.self) + "\n", type: "application/json", status: status)
    }

    /// What is wrong and how to mend it.
    static func refusal(_ failure: CommandFailure, status: Int) -> ConsoleAnswer {
        ConsoleAnswer(json: ConsoleRefusal(error: failure.message, help: failure.help), status: status)
    }

    var response: HTTPResponse {
        HTTPResponse(
            statusCode: HTTPStatusCode(status, phrase: ConsoleAnswer.phrases[status] ?? ""),
            headers: headers, body: Foundation.Data(body.utf8))
    }

    private var headers: HTTPHeaders {
        var headers: HTTPHeaders = [
            .contentType: type, HTTPHeader("Cache-Control"): "no-store",
            HTTPHeader("X-Content-Type-Options"): "nosniff",
        ]
        if status == 401 { headers[HTTPHeader("WWW-Authenticate")] = "Bearer" }
        return headers
    }

    private static let phrases = [
        200: "OK", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found",
        405: "Method Not Allowed", 421: "Misdirected Request", 503: "Service Unavailable",
    ]
}

/// Why there is no answer, as the API says it.
struct ConsoleRefusal: Codable, Equatable {
    var error: String
    var help: [String]
}

/// How many requests were answered, by endpoint and status.
final class ConsoleRequests: Sendable {
    private struct Key: Hashable {
        var path: String
        var code: Int
    }

    private let state = Mutex<[Key: Int]>([:])

    /// - Parameter path: an endpoint's; nil where nobody answers: what strangers ask for makes no series.
    func count(_ path: String?, _ code: Int) {
        state.withLock { $0[Key(path: path ?? "other", code: code), default: 0] += 1 }
    }

    var snapshot: [(path: String, code: String, count: Int)] {
        state.withLock { $0 }.sorted { ($0.key.path, $0.key.code) < ($1.key.path, $1.key.code) }
            .map { ($0.key.path, String($0.key.code), $0.value) }
    }
}
