internal import CCurl

public struct HTTPHeader: Sendable, Equatable {
    public var name: String
    public var value: String

    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

public struct HTTPRequest: Sendable {
    public var method: String
    public var url: Secret
    public var headers: [HTTPHeader]
    public var body: [UInt8]
    /// For the whole exchange, the connection's making included.
    public var timeout: Duration
    /// More of the answer's body than this is not read.
    public var bodyLimit = 64 * 1024

    public init(
        _ method: String = "POST", url: Secret, headers: [HTTPHeader] = [], body: [UInt8] = [],
        timeout: Duration = .seconds(10)
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
    }
}

public struct HTTPResponse: Sendable {
    public var status: Int
    public var headers: [HTTPHeader]
    public var body: [UInt8]
    /// The body was longer than the request's limit.
    public var isTruncated: Bool

    /// The first header of that name, in any letter case.
    public func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    public var text: String { String(decoding: body, as: UTF8.self) }
}

/// One connection-keeping HTTP client over libcurl: http and https only, redirects are answers like others,
/// certificates are always verified. It blocks, and belongs to one thread at a time.
public final class HTTPClient {
    private let handle = CurlHandle()
    private let cancellation: Cancellation?

    public init(cancellation: Cancellation? = nil) { self.cancellation = cancellation }

    /// - Throws: when no complete answer came; an answer of any status is a response.
    public func perform(_ request: HTTPRequest) throws(TransportError) -> HTTPResponse {
        guard !request.headers.contains(where: { $0.isUnsafe }) else {
            throw TransportError(.other("a header's name or value holds a line end"))
        }
        guard request.url.isWebAddress else { throw TransportError(.badAddress) }
        let transfer = Transfer(bodyLimit: request.bodyLimit, cancellation: cancellation)
        handle.begin(timeout: request.timeout, transfer: transfer)
        bw_curl_allow_web(handle.pointer)
        handle.set(CURLOPT_FOLLOWLOCATION, 0)
        handle.set(CURLOPT_URL, request.url.revealed())
        if !request.body.isEmpty || request.method == "POST" {
            handle.set(CURLOPT_POST, 1)
            bw_curl_set_offset(handle.pointer, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(request.body.count))
            _ = request.body.withUnsafeBytes {
                // An empty body still needs a pointer, or libcurl reads from the callback.
                bw_curl_set_pointer(
                    handle.pointer, CURLOPT_COPYPOSTFIELDS, $0.baseAddress ?? UnsafeRawPointer(handle.pointer)
                )
            }
        }
        if request.method == "HEAD" { handle.set(CURLOPT_NOBODY, 1) }
        handle.set(CURLOPT_CUSTOMREQUEST, request.method)
        // Without an empty `Expect`, a large body costs a round trip or a second of waiting.
        let list = CurlList(
            ["Expect:"] + request.headers.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
        )
        bw_curl_set_pointer(handle.pointer, CURLOPT_HTTPHEADER, list.pointer)
        let code = withExtendedLifetime(transfer) { handle.perform() }
        bw_curl_set_pointer(handle.pointer, CURLOPT_HTTPHEADER, nil)
        let status = handle.responseCode()
        guard code == CURLE_OK || (transfer.isTruncated && status > 0) else {
            // As the scheme was right, this code means an answer that is not HTTP.
            throw code == CURLE_UNSUPPORTED_PROTOCOL
                ? TransportError(.connectionLost) : TransportError(curl: code)
        }
        return HTTPResponse(
            status: status, headers: transfer.headers, body: transfer.body, isTruncated: transfer.isTruncated)
    }
}

extension Secret {
    fileprivate var isWebAddress: Bool {
        let start = revealed().prefix(8).lowercased()
        return start.hasPrefix("http://") || start == "https://"
    }
}

extension HTTPHeader {
    fileprivate var isUnsafe: Bool {
        (name + value).unicodeScalars.contains { $0 == "\r" || $0 == "\n" || $0 == "\0" }
    }
}

/// Seconds since 1970 of an HTTP date in any of its three forms (RFC 9110, section 5.6.7).
public func parseHTTPDate(_ text: String) -> Int64? {
    let seconds = curl_getdate(text, nil)
    return seconds < 0 ? nil : Int64(seconds)
}
