import FlyingFox
import FlyingSocks
import Foundation
import MarketModel
import Synchronization

/// A webhook receiver on the loopback interface: what stands at the other end of a notifier in the demo.
///
/// It takes the generic JSON body of any alert and hands it on in the order of arrival.
final class AlertReceiver: Sendable {
    static let path = "/alerts"

    /// 127.0.0.1, which every machine has; containers often have no `::1`. A port that the system chooses.
    private static var loopback: sockaddr_in {
        var address = sockaddr_in.inet(port: 0)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return address
    }

    private let server: HTTPServer
    private let show: @Sendable (AlertLine) -> Void
    private let received = Atomic(0)

    /// - Parameter show: called for each alert, from the server's tasks.
    init(show: @escaping @Sendable (AlertLine) -> Void) {
        self.show = show
        server = HTTPServer(address: AlertReceiver.loopback, logger: .disabled)
    }

    var receivedCount: Int { received.load(ordering: .relaxed) }

    /// - Returns: the URL to post alerts to; the system has chosen the port.
    /// - Throws: `.failure` when no socket is to be had.
    func start() async throws(CommandFailure) -> String {
        await server.appendRoute(HTTPRoute("POST \(AlertReceiver.path)")) { request in
            guard let line = AlertLine(json: try await request.bodyData) else {
                return HTTPResponse(statusCode: .badRequest)
            }
            self.received.add(1, ordering: .relaxed)
            self.show(line)
            return HTTPResponse(statusCode: .ok)
        }
        let port = try await server.listen(at: "the loopback interface")
        return "http://127.0.0.1:\(port)\(AlertReceiver.path)"
    }

    func stop() async { await server.stop(timeout: 1) }
}

extension AlertLine {
    private struct Body: Decodable {
        var rule: String
        var key: String
        var kind: String
        var at: Int64
        var severity: String
        var message: String
    }

    /// Reads the generic JSON body of a notification; nil for anything else.
    init?(json: Foundation.Data) {
        guard let body = try? JSONDecoder().decode(Body.self, from: json),
            let kind = Transition.Kind(rawValue: body.kind), let severity = Severity(rawValue: body.severity)
        else { return nil }
        self.init(
            Transition(
                rule: body.rule, key: body.key, kind: kind, at: Timestamp(milliseconds: body.at),
                severity: severity, message: body.message))
    }
}
