internal import CCurl

/// Why a request or a mail did not get through. Its text never contains an address, a user or a password.
public struct TransportError: Error, Equatable, Sendable {
    public enum Reason: Equatable, Sendable {
        /// The address is malformed or its scheme is not permitted.
        case badAddress
        case hostUnknown
        case cannotConnect
        case timedOut
        /// The connection broke before the answer was complete, or it was no answer; the peer may have taken
        /// the message.
        case connectionLost
        /// No trustworthy connection: certificate, handshake, or STARTTLS missing where it is required.
        case untrusted(String)
        /// The file of trusted certificates cannot be read.
        case badCertificateFile
        /// The mail server's answer: 4xx for now, 5xx for good (RFC 5321, section 4.2.1).
        case mailRefused(code: Int, text: String)
        /// The caller cancelled.
        case cancelled
        case other(String)
    }

    public var reason: Reason

    public init(_ reason: Reason) { self.reason = reason }

    /// Whether the same attempt may succeed later.
    public var isRetriable: Bool {
        switch reason {
        case .badAddress, .badCertificateFile: false
        case .mailRefused(let code, _): (400...499).contains(code)
        case .hostUnknown, .cannotConnect, .timedOut, .connectionLost, .untrusted, .cancelled, .other: true
        }
    }
}

extension TransportError: CustomStringConvertible {
    public var description: String {
        switch reason {
        case .badAddress: "the address is malformed or of a kind that is not permitted"
        case .hostUnknown: "the host's name could not be resolved"
        case .cannotConnect: "no connection could be made"
        case .timedOut: "no answer in time"
        case .connectionLost: "the connection broke before the answer was complete"
        case .untrusted(let text): "no trusted connection: \(text)"
        case .badCertificateFile: "the file of trusted certificates cannot be read"
        case .mailRefused(let code, let text): text.isEmpty ? "the mail server answered \(code)" : text
        case .cancelled: "cancelled"
        case .other(let text): text
        }
    }
}

extension TransportError {
    /// libcurl's code in our terms; its own texts for a code are fixed and name no address.
    ///
    /// - SeeAlso: https://curl.se/libcurl/c/libcurl-errors.html
    init(curl code: CURLcode) {
        let text = String(cString: curl_easy_strerror(code))
        switch code {
        case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL: self.init(.badAddress)
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: self.init(.hostUnknown)
        case CURLE_COULDNT_CONNECT: self.init(.cannotConnect)
        case CURLE_OPERATION_TIMEDOUT: self.init(.timedOut)
        case CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_PARTIAL_FILE, CURLE_HTTP2,
            CURLE_HTTP2_STREAM, CURLE_WEIRD_SERVER_REPLY:
            self.init(.connectionLost)
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_ISSUER_ERROR:
            self.init(
                .untrusted("the certificate has expired, or is another host's or an unknown authority's"))
        case CURLE_USE_SSL_FAILED: self.init(.untrusted("the server offers no STARTTLS"))
        case CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER: self.init(.untrusted(text))
        case CURLE_SSL_CACERT_BADFILE: self.init(.badCertificateFile)
        case CURLE_ABORTED_BY_CALLBACK: self.init(.cancelled)
        default: self.init(.other(text))
        }
    }
}
