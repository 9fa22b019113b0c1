internal import CCrypto
internal import Foundation
internal import HTTPTransport
internal import MarketModel

/// A key that signs webhooks: `whsec_` and 24 to 64 bytes in Base64.
///
/// - SeeAlso: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
public struct SigningKey: Sendable, Equatable {
    private let secret: Secret
    private let bytes: [UInt8]

    /// nil for what is no such key.
    public init?(_ text: String) {
        guard text.hasPrefix("whsec_"), let data = Data(base64Encoded: String(text.dropFirst(6))),
            (24...64).contains(data.count)
        else { return nil }
        secret = Secret(text)
        bytes = Array(data)
    }

    var redacted: Secret { secret }

    /// HMAC-SHA256 in Base64, with the scheme's version.
    func signature(of message: [UInt8]) -> String {
        var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var count: UInt32 = 0
        HMAC(EVP_sha256(), bytes, Int32(bytes.count), message, message.count, &digest, &count)
        return "v1," + Data(digest.prefix(Int(count))).base64EncodedString()
    }
}

extension SigningKey: CustomStringConvertible, CustomReflectable {
    public var description: String { "[withheld]" }
    public var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}

/// The headers by which a receiver knows that a body is ours and fresh: an HMAC of id, time and body under
/// each key, so that a key can be replaced while both are known.
enum WebhookSignature {
    /// - Parameter now: the attempt's time: a receiver refuses what is minutes old.
    static func headers(
        keys: [SigningKey], id: String, at now: Timestamp, body: [UInt8]
    ) -> [HTTPHeader] {
        if keys.isEmpty { return [] }
        let seconds = now.milliseconds.floorDivided(by: 1000)
        let message = Array("\(id).\(seconds).".utf8) + body
        return [
            HTTPHeader("webhook-id", id), HTTPHeader("webhook-timestamp", "\(seconds)"),
            HTTPHeader(
                "webhook-signature", keys.map { $0.signature(of: message) }.joined(separator: " ")),
        ]
    }
}
