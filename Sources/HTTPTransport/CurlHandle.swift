internal import CCurl
internal import Foundation

/// The one owner of a libcurl easy handle. The handle keeps its connections from one transfer to the next,
/// and must not be used by two threads at once.
///
/// - SeeAlso: https://curl.se/libcurl/c/threadsafe.html
struct CurlHandle: ~Copyable {
    let pointer: UnsafeMutableRawPointer

    init() {
        Self.prepareProcess
        guard let pointer = curl_easy_init() else {
            preconditionFailure("libcurl has no memory for a handle")
        }
        self.pointer = pointer
    }

    deinit { curl_easy_cleanup(pointer) }

    /// Once a process. With CURLOPT_NOSIGNAL libcurl leaves SIGPIPE to us: a peer that closes a TLS
    /// connection while we write must not end the process.
    private static let prepareProcess: Void = {
        curl_global_init(Int(CURL_GLOBAL_DEFAULT))
        signal(SIGPIPE, SIG_IGN)
    }()

    func set(_ option: CURLoption, _ value: Int) { bw_curl_set_long(pointer, option, value) }

    /// libcurl copies the text.
    func set(_ option: CURLoption, _ text: String) {
        _ = text.withCString { bw_curl_set_pointer(pointer, option, $0) }
    }

    func responseCode() -> Int {
        var code = 0
        bw_curl_get_long(pointer, CURLINFO_RESPONSE_CODE, &code)
        return code
    }

    /// Forgets all options, keeps the connections; then what every transfer of ours has.
    func begin(timeout: Duration, transfer: Transfer) {
        curl_easy_reset(pointer)
        let milliseconds = max(1, Int(timeout / .milliseconds(1)))
        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_TIMEOUT_MS, milliseconds)
        set(CURLOPT_CONNECTTIMEOUT_MS, milliseconds)
        set(CURLOPT_TCP_KEEPALIVE, 1)
        set(CURLOPT_NOPROXY, Self.noProxy)
        let context = UnsafeRawPointer(Unmanaged.passUnretained(transfer).toOpaque())
        bw_curl_set_write(pointer, CURLOPT_WRITEFUNCTION, receiveBody)
        bw_curl_set_pointer(pointer, CURLOPT_WRITEDATA, context)
        bw_curl_set_write(pointer, CURLOPT_HEADERFUNCTION, receiveHeader)
        bw_curl_set_pointer(pointer, CURLOPT_HEADERDATA, context)
        bw_curl_set_read(pointer, CURLOPT_READFUNCTION, supplyBody)
        bw_curl_set_pointer(pointer, CURLOPT_READDATA, context)
        bw_curl_set_progress(pointer, askCancellation)
        bw_curl_set_pointer(pointer, CURLOPT_XFERINFODATA, context)
        set(CURLOPT_NOPROGRESS, 0)
    }

    /// Blocks until the transfer is over. `transfer` outlives the call because the caller holds it.
    func perform() -> CURLcode { curl_easy_perform(pointer) }

    /// A proxy of the environment is for the outside world, never for this machine itself.
    private static let noProxy: String = {
        let environment = ProcessInfo.processInfo.environment
        let given = environment["no_proxy"] ?? environment["NO_PROXY"]
        return [given, "localhost", "127.0.0.1", "::1"].compactMap { $0 }.joined(separator: ",")
    }()
}

/// A list of texts as libcurl takes it; its owner.
struct CurlList: ~Copyable {
    private(set) var pointer: UnsafeMutablePointer<curl_slist>?

    init(_ texts: [String]) {
        for text in texts { pointer = curl_slist_append(pointer, text) }
    }

    deinit { curl_slist_free_all(pointer) }
}
