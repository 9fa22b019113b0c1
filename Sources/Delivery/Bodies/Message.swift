internal import CCrypto
internal import MarketModel

/// What is sent at once: one notice, or several as a digest.
struct Message: Sendable, Equatable {
    /// In the order of queueing; never empty.
    let notices: [Notice]
    /// The idempotency token: the notice's own, and for a digest one made of its notices', so that the same
    /// id always stands for the same content.
    let id: String

    init(_ notices: [Notice]) {
        precondition(!notices.isEmpty, "a message is about something")
        self.notices = notices
        id = notices.count == 1 ? notices[0].id : Self.digestID(notices.map(\.id))
    }

    var first: Notice { notices[0] }
    var isDigest: Bool { notices.count > 1 }

    /// 32 hexadecimal digits of the SHA-256 of all ids.
    private static func digestID(_ ids: [String]) -> String {
        let text = Array(ids.joined(separator: " ").utf8)
        var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var count: UInt32 = 0
        EVP_Digest(text, text.count, &digest, &count, EVP_sha256(), nil)
        return digest.prefix(16).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count < 2 ? "0" + digits : digits
        }.joined()
    }
}
