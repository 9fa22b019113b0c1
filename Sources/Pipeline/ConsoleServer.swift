import FlyingFox
import FlyingSocks
import Foundation
import Logging

/// What a running instance answers over HTTP: its endpoints, each by itself, and what holds for all of them.
final class ConsoleServer: Sendable {
    private let server: HTTPServer
    private let address: ConsoleSettings.Address
    private let endpoints: [ConsoleEndpoint]
    private let access: ConsoleAccess
    private let requests: ConsoleRequests
    private let notices: LiveNotices?

    init(
        _ address: ConsoleSettings.Address, _ endpoints: [ConsoleEndpoint],
        access: ConsoleAccess = .open, requests: ConsoleRequests = ConsoleRequests(),
        notices: LiveNotices? = nil
    ) {
        self.address = address
        self.endpoints = endpoints
        self.access = access
        self.requests = requests
        self.notices = notices
        var place = sockaddr_in.inet(port: address.port)
        let numbers = address.host.split(separator: ".").compactMap { UInt32($0) }
        place.sin_addr.s_addr = numbers.reduce(0) { $0 << 8 | $1 }.bigEndian
        server = HTTPServer(address: place, timeout: 60, logger: .disabled)
    }

    /// - Returns: the URL that `bellwether why --instance` takes.
    /// - Throws: `.failure` when the address is not to be had.
    func start() async throws(CommandFailure) -> String {
        for endpoint in endpoints {
            await server.appendRoute(HTTPRoute("\(endpoint.method.rawValue) \(endpoint.path)")) { request in
                await self.answer(request, endpoint)
            }
        }
        await server.appendRoute("*") { request in
            await self.answer(request, nil)
        }
        let port = try await server.listen(at: address.description)
        return "http://\(address.host):\(port)"
    }

    func stop() async { await server.stop(timeout: 1) }

    private func answer(_ request: HTTPRequest, _ endpoint: ConsoleEndpoint?) async -> HTTPResponse {
        let refusal = access.refusal(
            host: request.headers[.host], authorization: request.headers[.authorization],
            changes: endpoint?.changes ?? false)
        var answer: ConsoleAnswer
        if let refusal {
            answer = refusal
            notices?.say(
                "the console refused a request (\(refusal.status))", .warning, event: "console_refused",
                ["path": "\(endpoint?.path ?? "other")", "status": .stringConvertible(refusal.status)])
        } else if let endpoint {
            answer = await endpoint.answer(request)
        } else {
            answer = stranger(request)
        }
        requests.count(endpoint?.path, answer.status)
        return answer.response
    }

    /// What no endpoint is for.
    private func stranger(_ request: HTTPRequest) -> ConsoleAnswer {
        let methods = endpoints.filter { $0.path == request.path }.map(\.method.rawValue)
        if !methods.isEmpty {
            return .refusal(
                CommandFailure(
                    .usage, "\(request.path) takes no \(request.method.rawValue)",
                    help: "it takes \(methods.joined(separator: ", "))"), status: 405)
        }
        let known = endpoints.map { "\($0.method.rawValue) \($0.path)" }
        return .refusal(
            CommandFailure(
                .usage, "there is nothing at this path", help: "there is: \(known.joined(separator: ", "))"),
            status: 404)
    }
}
