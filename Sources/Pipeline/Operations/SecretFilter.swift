import Delivery
import Foundation
import HTTPTransport
import Synchronization

/// Takes a run's secrets out of whatever it says, wherever a text came from: a receiver's answer, a client
/// library, an error.
///
/// Of an address everything behind the host is secret, also in pieces that are no words.
public final class SecretFilter: Sendable {
    static let mark = "[withheld]"
    /// Shorter texts would be found in every second word.
    private static let leastLength = 4
    private static let leastPiece = 8

    private let texts = Mutex<[String]>([])

    public init() {}

    func add(_ secrets: [Secret]) {
        let pieces = secrets.flatMap { SecretFilter.pieces($0.revealed()) }
        texts.withLock { texts in
            // The longest first, so that no rest of a longer one stays.
            texts = Set(texts + pieces).sorted { ($0.utf8.count, $0) > ($1.utf8.count, $1) }
        }
    }

    func scrub(_ text: String) -> String {
        texts.withLock { $0 }.reduce(text) { rest, secret in
            rest.contains(secret) ? rest.replacing(secret, with: SecretFilter.mark) : rest
        }
    }

    private static func pieces(_ secret: String) -> [String] {
        guard let scheme = secret.range(of: "://") else {
            return secret.utf8.count >= leastLength ? [secret] : []
        }
        let rest = secret[scheme.upperBound...]
        let host = rest.prefix { $0 != "/" && $0 != "?" }
        let path = String(rest[host.endIndex...])
        var pieces = [secret]
        if path.utf8.count >= leastPiece { pieces.append(path) }
        if let at = host.lastIndex(of: "@") { pieces += host[..<at].split(separator: ":").map(String.init) }
        pieces += path.split { "/?&=#".contains($0) }.map(String.init).filter(looksMade)
        return pieces.filter { $0.utf8.count >= leastLength }
    }

    /// Long, with a digit or with letters of both cases: no word.
    private static func looksMade(_ piece: String) -> Bool {
        guard piece.utf8.count >= leastPiece else { return false }
        return piece.contains { $0.isNumber }
            || (piece.contains { $0.isUppercase } && piece.contains { $0.isLowercase })
    }
}

extension RunConfiguration {
    /// librdkafka's properties whose values are nobody's business.
    private static let secretProperties: Set = [
        "sasl.password", "ssl.key.password", "ssl.key.pem", "ssl.keystore.password",
        "sasl.oauthbearer.config", "sasl.oauthbearer.client.secret",
    ]

    var secrets: [Secret] {
        properties.filter { RunConfiguration.secretProperties.contains($0.name) }.map { Secret($0.value) }
            + [console.token].compactMap { $0 }
    }
}
