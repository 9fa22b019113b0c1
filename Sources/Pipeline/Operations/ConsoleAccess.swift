import HTTPTransport

/// Who may ask a running instance, and who may change anything: what holds for every endpoint.
struct ConsoleAccess: Sendable {
    let hosts: HostNames
    let token: APIToken

    /// Everybody may ask, nobody may change.
    static let open = ConsoleAccess(hosts: .any, token: APIToken(nil))

    init(hosts: HostNames, token: APIToken) {
        self.hosts = hosts
        self.token = token
    }

    init(_ settings: ConsoleSettings, _ address: ConsoleSettings.Address) {
        hosts =
            address.isLoopback || !settings.hosts.isEmpty
            ? .these(Set(settings.hosts.map { $0.lowercased() }).union([address.host])) : .any
        token = APIToken(settings.token)
    }

    /// - Parameters:
    ///   - host: the request's header `Host`.
    ///   - authorization: its header `Authorization`.
    /// - Returns: the refusal; nil when the request may go on.
    func refusal(host: String?, authorization: String?, changes: Bool) -> ConsoleAnswer? {
        if let host, !hosts.admit(host) {
            return .refusal(
                CommandFailure(
                    .usage, "this instance is not \(host)",
                    help: "ask it by its address, or name that host in bellwether.yaml: "
                        + "console: {hosts: [NAME]}"), status: 421)
        }
        if !changes { return nil }
        let help = "send it as a header: `Authorization: Bearer TOKEN`"
        switch token.admission(authorization) {
        case .granted: return nil
        case .notConfigured:
            return .refusal(
                CommandFailure(
                    .usage, "nothing can be changed: this instance has no token",
                    help: "set one in bellwether.yaml, console: {token: ${BELLWETHER_TOKEN}}; then \(help)"),
                status: 403)
        case .missing:
            return .refusal(
                CommandFailure(.usage, "a change needs the instance's token", help: help), status: 401)
        case .wrong:
            return .refusal(
                CommandFailure(.usage, "this is not the instance's token", help: help), status: 401)
        }
    }
}

/// What a request may call this instance. A page that a browser has from elsewhere can get at a loopback
/// address by a name of its own (DNS rebinding), but the browser then says that name.
enum HostNames: Sendable {
    case any
    /// In small letters; besides those that always mean this machine.
    case these(Set<String>)

    /// - Parameter header: `name`, `name:port`, `[::1]:port`.
    func admit(_ header: String) -> Bool {
        guard case .these(let names) = self else { return true }
        let header = header.lowercased()
        let name =
            header.hasPrefix("[")
            ? header.prefix { $0 != "]" } + "]" : header.prefix { $0 != ":" }
        return name == "localhost" || name == "[::1]" || HostNames.isLoopback(name)
            || names.contains(String(name))
    }

    /// `127.0.0.1` and its like; not `127.0.0.1.example.com`.
    private static func isLoopback(_ name: Substring) -> Bool {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }
}

/// The secret that a change over the API needs.
struct APIToken: Sendable {
    enum Admission: Sendable, Equatable {
        case granted
        /// There is none, so nobody can have it.
        case notConfigured
        case missing
        case wrong
    }

    static let leastLength = 16

    private let secret: Secret?

    init(_ secret: Secret?) { self.secret = secret }

    /// - Parameter authorization: the header: `Bearer TOKEN` (RFC 6750).
    func admission(_ authorization: String?) -> Admission {
        guard let secret else { return .notConfigured }
        guard let authorization else { return .missing }
        let parts = authorization.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return .missing }
        return APIToken.isSame(Array(parts[1].utf8), Array(secret.revealed().utf8)) ? .granted : .wrong
    }

    /// Takes as long whatever the bytes are: how much of a guess is right does not show.
    static func isSame(_ given: [UInt8], _ wanted: [UInt8]) -> Bool {
        if wanted.isEmpty { return false }
        var difference = given.count ^ wanted.count
        for index in given.indices { difference |= Int(given[index] ^ wanted[index % wanted.count]) }
        return difference == 0
    }
}
