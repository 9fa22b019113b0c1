import FlyingFox
import FlyingSocks
import Foundation

/// What a running instance answers over HTTP: its endpoints, each by itself, and what holds for all of them.
final class ConsoleServer: Sendable {
    private let server: HTTPServer
    private let address: ConsoleSettings.Address
    private let endpoints: [ConsoleEndpoint]
    private let requests: ConsoleRequests

    init(
        _ address: ConsoleSettings.Address, _ endpoints: [ConsoleEndpoint],
        requests: ConsoleRequests = ConsoleRequests()
    ) {
        self.address = address
        self.endpoints = endpoints
        self.requests = requests
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
                let answer = await endpoint.answer(request)
                self.requests.count(endpoint.path, answer.status)
                return answer.response
            }
        }
        await server.appendRoute("*") { request in
            let answer = self.stranger(request)
            self.requests.count(nil, answer.status)
            return answer.response
        }
        let port = try await server.listen(at: address.description)
        return "http://\(address.host):\(port)"
    }

    func stop() async { await server.stop(timeout: 1) }

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
