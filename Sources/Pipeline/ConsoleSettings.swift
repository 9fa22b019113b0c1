import Configuration
import HTTPTransport

/// `console:` of `bellwether.yaml`: where a running instance answers, and how far back.
public struct ConsoleSettings: Sendable, Equatable {
    /// `127.0.0.1:8690`.
    public struct Address: Sendable, Equatable, CustomStringConvertible {
        /// Dotted, IPv4.
        public var host: String
        public var port: UInt16

        public var description: String { "\(host):\(port)" }
        var isLoopback: Bool { host.hasPrefix("127.") }
    }

    /// nil: it does not listen, and keeps no history.
    public var listen: Address? = Address(host: "127.0.0.1", port: 8690)
    /// It stands in the file: an address that is taken is an error then.
    var isChosen = false
    var history = RecentHistory.Limits()
    /// What a change needs; nil: nothing can be changed.
    var token: Secret?
    /// Names by which it may be asked, besides its address and those of this machine.
    var hosts: [String] = []

    init() {}

    init(_ map: YAMLMap) {
        if let value = map["listen"] {
            isChosen = true
            if value.written == "off" {
                listen = nil
            } else if let text = value.string(), let address = ConsoleSettings.address(text) {
                listen = address
            } else {
                value.report(
                    code: "E151", "`listen` is an address and a port, or off",
                    help: ["write: listen: 127.0.0.1:8690"])
            }
        }
        hosts = map.strings("hosts") ?? []
        if let value = map["token"], let text = value.string() {
            if text.utf8.count >= APIToken.leastLength {
                token = Secret(text)
            } else {
                value.report(
                    code: "E153", "a token has \(APIToken.leastLength) characters at least",
                    help: ["make one: `openssl rand -hex 24`", "write: token: ${BELLWETHER_TOKEN}"])
            }
        }
        guard let kept = map.map("history") else { return }
        let span = kept.duration("keep", in: .seconds(1)...(.seconds(7 * 86_400)))
        history.span = span?.wholeMilliseconds ?? history.span
        if let megabytes = kept.integer("megabytes", in: 1...65_536) { history.bytes = megabytes << 20 }
    }

    private static func address(_ text: String) -> Address? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let port = UInt16(parts[1]) else { return nil }
        let host = parts[0] == "localhost" ? "127.0.0.1" : String(parts[0])
        let numbers = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        guard numbers.count == 4, numbers.allSatisfy({ $0 != nil }) else { return nil }
        return Address(host: host, port: port)
    }
}
