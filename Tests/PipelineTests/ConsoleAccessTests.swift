import Configuration
import Diagnostics
import Foundation
import HTTPTransport
import Synchronization
import Testing

@testable import Pipeline

@Suite("Who may ask a running instance, and who may change it")
struct ConsoleAccessTests {
    private static let secret = "0123456789abcdef-desk"

    @Test("the token is granted as a bearer's alone, and only the whole of it")
    func token() {
        let token = APIToken(Secret(Self.secret))
        #expect(token.admission("Bearer \(Self.secret)") == .granted)
        #expect(token.admission("bearer \(Self.secret)") == .granted)
        #expect(token.admission(nil) == .missing)
        for other in ["", "Bearer", Self.secret, "Basic \(Self.secret)"] {
            #expect(token.admission(other) == .missing, "\(other)")
        }
        for wrong in ["", "0", Self.secret + "0", String(Self.secret.dropLast()), Self.secret + Self.secret] {
            #expect(token.admission("Bearer \(wrong)") != .granted, "\(wrong)")
        }
        #expect(token.admission("Bearer \(Self.secret.uppercased())") == .wrong)
        #expect(APIToken(nil).admission("Bearer \(Self.secret)") == .notConfigured)
        #expect(APIToken(Secret("")).admission("Bearer ") != .granted)
    }

    @Test("texts are the same when all their bytes are, exhaustively for short ones")
    func same() {
        let texts: [[UInt8]] = (0..<3).reduce([[]]) { texts, _ in
            texts + texts.flatMap { text in [1, 2].map { text + [$0] } }
        }
        for left in texts {
            for right in texts where !right.isEmpty {
                #expect(APIToken.isSame(left, right) == (left == right))
            }
        }
    }

    @Test("a loopback address answers to this machine's names and to those that are named, and to no other's")
    func hosts() {
        var settings = ConsoleSettings()
        settings.hosts = ["Alerts.Example.com"]
        func admits(_ host: String?, _ address: String, named: Bool = true) -> Bool {
            if !named { settings.hosts = [] }
            let access = ConsoleAccess(settings, .init(host: address, port: 8690))
            return access.refusal(host: host, authorization: nil, changes: false) == nil
        }
        for host in ["localhost", "LOCALHOST:8690", "127.0.0.1:8690", "127.1.2.3", "[::1]:8690", nil] {
            #expect(admits(host, "127.0.0.1"), "\(host ?? "none")")
        }
        #expect(admits("alerts.example.com:80", "127.0.0.1"))
        for host in ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:8690", "[::2]", ""] {
            #expect(!admits(host, "127.0.0.1"), "\(host)")
        }
        // Elsewhere it is asked by whatever name the network gives it, unless names are given.
        #expect(!admits("evil.example", "0.0.0.0"))
        #expect(admits("evil.example", "0.0.0.0", named: false))
    }

    @Test(
        "over HTTP a change without the token is refused with how to have one, and reaches no endpoint"
    )
    func served() async throws {
        let changes = Atomic(0)
        let endpoints = [
            ConsoleEndpoint(.get, "/api/things") { _ in ConsoleAnswer("things", type: "text/plain") },
            ConsoleEndpoint(.post, "/api/things") { _ in
                changes.add(1, ordering: .relaxed)
                return ConsoleAnswer("made", type: "text/plain")
            },
        ]
        func ask(
            _ token: String?, _ method: String, _ headers: [HTTPHeader] = []
        ) async throws -> (status: Int, text: String) {
            var settings = ConsoleSettings()
            settings.token = token.map { Secret($0) }
            let address = ConsoleSettings.Address(host: "127.0.0.1", port: 0)
            let requests = ConsoleRequests()
            let server = ConsoleServer(
                address, endpoints, access: ConsoleAccess(settings, address), requests: requests)
            let url = try await server.start()
            let answer = try await onThread("ask") { () throws(CommandFailure) in
                do {
                    var request = HTTPRequest(method, url: Secret("\(url)/api/things"), timeout: .seconds(60))
                    request.headers = headers
                    let response = try HTTPClient().perform(request)
                    return (response.status, response.text)
                } catch { throw CommandFailure(.failure, "\(error)") }
            }
            #expect(requests.snapshot.map(\.code) == [String(answer.0)])
            await server.stop()
            return answer
        }
        #expect(try await ask(nil, "GET").status == 200)
        let unset = try await ask(nil, "POST", [HTTPHeader("Authorization", "Bearer \(Self.secret)")])
        #expect(unset.status == 403 && unset.text.contains("console: {token: ${BELLWETHER_TOKEN}}"))
        let missing = try await ask(Self.secret, "POST")
        #expect(missing.status == 401 && missing.text.contains("Authorization: Bearer TOKEN"))
        #expect(try await ask(Self.secret, "POST", [HTTPHeader("Authorization", "Bearer x")]).status == 401)
        #expect(changes.load(ordering: .relaxed) == 0)
        let right = try await ask(
            Self.secret, "POST", [HTTPHeader("Authorization", "Bearer \(Self.secret)")])
        #expect(right.status == 200 && changes.load(ordering: .relaxed) == 1)
        let rebound = try await ask(Self.secret, "GET", [HTTPHeader("Host", "evil.example")])
        #expect(rebound.status == 421 && rebound.text.contains("console: {hosts: [NAME]}"))
    }

    @Test("token and names are read from the configuration; a short token is refused, and is not shown")
    func configuration() {
        func read(_ console: String, _ environment: [String: String] = [:]) -> (ConsoleSettings?, String) {
            let text =
                "kafka: {bootstrap: embedded}\ntopics: {trades: [{name: trades}]}\nconsole: \(console)\n"
            let reader = ConfigurationReader(
                SourceFile(name: "bellwether.yaml", text: Array(text.utf8)), environment: environment)
            let configuration = RunConfiguration(reader, directory: "")
            return (configuration?.console, DiagnosticRenderer().render(reader.diagnostics))
        }
        let (settings, said) = read("{token: \"${T}\", hosts: [alerts.example.com]}", ["T": Self.secret])
        #expect(said == "" && settings?.token == Secret(Self.secret))
        #expect(settings?.hosts == ["alerts.example.com"])
        #expect(!"\(settings!)".contains(Self.secret))
        let (short, complaint) = read("{token: \"${T}\"}", ["T": "short-token"])
        #expect(short?.token == nil && complaint.contains("E153") && !complaint.contains("short-token"))
    }
}
