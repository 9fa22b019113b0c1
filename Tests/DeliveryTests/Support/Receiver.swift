import FlyingFox
import FlyingSocks
import Foundation
import HTTPTransport
import Synchronization

/// A webhook receiver on a real socket of this machine. Its address ends in a secret that no log may show.
final class Receiver: Sendable {
    struct Taken: Sendable {
        var path: String
        var headers: [String: String]
        var body: String
    }

    struct Answer: Sendable {
        var status: Int
        var headers: [String: String] = [:]
        var body = "ok"
    }

    static let token = "T00SECRET0/B99TOKEN99/xoxPrivateToken"
    private let requests = Mutex<[Taken]>([])
    private let port = Mutex<UInt16>(0)

    var url: Secret {
        Secret(
            "http://user:pa55word@127.0.0.1:\(port.withLock { $0 })/services/\(Self.token)?key=querySecret")
    }
    /// Every piece of the address that must not be seen.
    var secrets: [String] { Self.token.split(separator: "/").map(String.init) + ["pa55word", "querySecret"] }
    var taken: [Taken] { requests.withLock { $0 } }

    /// - Parameter answer: is given the number of the request, from 0, and the request.
    static func run(
        answer: @escaping @Sendable (Int, Taken) async -> Answer, body: (Receiver) async throws -> Void
    ) async throws {
        let receiver = Receiver()
        let handler = ClosureHTTPHandler { request in
            let taken = Taken(
                path: request.path,
                headers: Dictionary(
                    request.headers.map { ($0.key.rawValue.lowercased(), $0.value) }, uniquingKeysWith: { $1 }
                ),
                body: String(decoding: try await request.bodyData, as: UTF8.self))
            let number = receiver.requests.withLock {
                $0.append(taken)
                return $0.count - 1
            }
            let answer = await answer(number, taken)
            return HTTPResponse(
                statusCode: HTTPStatusCode(answer.status, phrase: "X"),
                headers: HTTPHeaders(
                    Dictionary(uniqueKeysWithValues: answer.headers.map { (HTTPHeader($0.key), $0.value) })),
                body: Data(answer.body.utf8))
        }
        let address = try sockaddr_in.inet(ip4: "127.0.0.1", port: 0)
        let server = HTTPServer(address: address, logger: .disabled, handler: handler)
        let task = Task { try await server.run() }
        defer { task.cancel() }
        try await server.waitUntilListening(timeout: 120)
        if case .ip4(_, let port) = await server.listeningAddress { receiver.port.withLock { $0 = port } }
        try await body(receiver)
    }
}

/// Runs what blocks on a thread of its own, so that the tasks of the servers in this process go on.
func onThread<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
    await withCheckedContinuation { continuation in
        Thread.detachNewThread { continuation.resume(returning: body()) }
    }
}
