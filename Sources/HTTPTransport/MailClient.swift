internal import CCurl

public struct MailServer: Sendable {
    /// How the connection becomes private.
    public enum Security: String, Sendable, CaseIterable {
        /// Plain text first, then STARTTLS, or no mail at all.
        case required
        /// STARTTLS if the server offers it.
        case optional
        /// Plain text.
        case never
        /// TLS from the first byte (`smtps://`).
        case implicit
    }

    public var host: String
    public var port: Int
    public var security: Security
    public var user: String?
    public var password: Secret?
    /// A PEM file to trust instead of the system's certificates.
    public var certificateFile: String?
    /// For the whole exchange.
    public var timeout: Duration = .seconds(10)

    public init(host: String, port: Int, security: Security) {
        self.host = host
        self.port = port
        self.security = security
    }
}

/// One mail: the envelope and the finished message, its lines ended by CR LF.
public struct Mail: Sendable {
    public var sender: String
    public var recipients: [String]
    public var message: [UInt8]

    public init(sender: String, recipients: [String], message: [UInt8]) {
        self.sender = sender
        self.recipients = recipients
        self.message = message
    }
}

public struct MailReply: Sendable, Equatable {
    /// 250 for a mail that the server took.
    public var code: Int
    public var text: String
}

/// Sends mail over libcurl's SMTP, keeping the connection. It blocks, and belongs to one thread at a time.
///
/// libcurl stuffs leading dots and ends the message itself (RFC 5321, section 4.5.2).
public final class MailClient {
    private let handle = CurlHandle()
    private let server: MailServer
    private let cancellation: Cancellation?

    public init(server: MailServer, cancellation: Cancellation? = nil) {
        self.server = server
        self.cancellation = cancellation
    }

    /// - Throws: `mailRefused` with the server's code; one refused recipient refuses the mail for all.
    @discardableResult
    public func send(_ mail: Mail) throws(TransportError) -> MailReply {
        guard (mail.recipients + [mail.sender]).allSatisfy({ $0.isSafeMailbox }) else {
            throw TransportError(.badAddress)
        }
        let transfer = Transfer(bodyLimit: 0, upload: mail.message, cancellation: cancellation)
        handle.begin(timeout: server.timeout, transfer: transfer)
        bw_curl_allow_mail(handle.pointer)
        let isImplicit = server.security == .implicit
        let host = server.host.contains(":") ? "[\(server.host)]" : server.host
        handle.set(CURLOPT_URL, "\(isImplicit ? "smtps" : "smtp")://\(host):\(server.port)")
        handle.set(CURLOPT_USE_SSL, server.security.curlLevel)
        if let user = server.user { handle.set(CURLOPT_USERNAME, user) }
        if let password = server.password { handle.set(CURLOPT_PASSWORD, password.revealed()) }
        if let file = server.certificateFile { handle.set(CURLOPT_CAINFO, file) }
        handle.set(CURLOPT_MAIL_FROM, "<\(mail.sender)>")
        let recipients = CurlList(mail.recipients.map { "<\($0)>" })
        bw_curl_set_pointer(handle.pointer, CURLOPT_MAIL_RCPT, recipients.pointer)
        handle.set(CURLOPT_UPLOAD, 1)
        bw_curl_set_offset(handle.pointer, CURLOPT_INFILESIZE_LARGE, curl_off_t(mail.message.count))
        let code = withExtendedLifetime(transfer) { handle.perform() }
        bw_curl_set_pointer(handle.pointer, CURLOPT_MAIL_RCPT, nil)
        return try reply(code, transfer)
    }

    /// libcurl says 55 both for a mailbox that is busy (451) and for one that is unknown (550): the server's
    /// code tells them apart.
    private func reply(_ code: CURLcode, _ transfer: Transfer) throws(TransportError) -> MailReply {
        let reply = handle.responseCode()
        if code == CURLE_OK { return MailReply(code: reply, text: transfer.reply(code: reply)) }
        if (400...599).contains(reply), code != CURLE_ABORTED_BY_CALLBACK, code != CURLE_OPERATION_TIMEDOUT {
            throw TransportError(.mailRefused(code: reply, text: transfer.reply(code: reply)))
        }
        throw TransportError(curl: code)
    }
}

extension MailServer.Security {
    fileprivate var curlLevel: Int {
        switch self {
        case .required, .implicit: Int(CURLUSESSL_ALL.rawValue)
        case .optional: Int(CURLUSESSL_TRY.rawValue)
        case .never: Int(CURLUSESSL_NONE.rawValue)
        }
    }
}

extension String {
    fileprivate var isSafeMailbox: Bool {
        !isEmpty && !unicodeScalars.contains { $0.value < 0x21 || $0 == "<" || $0 == ">" || $0.value == 0x7f }
    }
}
