import HTTPTransport
import Testing

/// - Parameter peer: kept until the end; let go, it would close its socket before it has accepted.
private func outcome(
    _ request: HTTPRequest, from peer: RudePeer? = nil, cancellation: Cancellation? = nil
) async -> Result<HTTPResponse, TransportError> {
    defer { withExtendedLifetime(peer) {} }
    return await onThread {
        let client = HTTPClient(cancellation: cancellation)
        var request = request
        // A machine that is busy must not look like a peer that is slow.
        if request.timeout == .seconds(10) { request.timeout = .seconds(100) }
        do throws(TransportError) {
            return .success(try client.perform(request))
        } catch {
            return .failure(error)
        }
    }
}

struct HTTPClientTests {
    @Test func `method, headers and body arrive, and status, headers and body come back`() async throws {
        try await Receiver.run(
            answer: { _, _ in
                .init(status: 418, headers: ["Retry-After": "7", "X-Empty": ""], body: "no coffee")
            }
        ) { receiver in
            let body = Array("{\"a\":\"é\0\"}".utf8)
            let headers = [HTTPHeader("X-One", "1"), HTTPHeader("X-Blank", "")]
            let response = try await outcome(HTTPRequest(url: receiver.url, headers: headers, body: body))
                .get()
            #expect(response.status == 418)
            #expect(response.header("retry-after") == "7")
            #expect(response.text == "no coffee")
            let taken = try #require(receiver.taken.first)
            #expect(taken.body == "{\"a\":\"é\0\"}")
            #expect(taken.headers["x-one"] == "1" && taken.headers["x-blank"] == "")
            #expect(taken.headers["expect"] == nil)
        }
    }

    @Test func `one client keeps its connection, and requests do not leak into each other`() async throws {
        try await Receiver.run(answer: { _, _ in .init(status: 200) }) { receiver in
            let url = receiver.url
            let statuses = await onThread {
                let client = HTTPClient()
                let first = HTTPRequest(url: url, headers: [HTTPHeader("X-First", "1")], body: [1, 2, 3])
                let requests = [first, HTTPRequest(url: url), HTTPRequest("GET", url: url)]
                return requests.map { request in
                    var patient = request
                    patient.timeout = .seconds(100)
                    return (try? client.perform(patient))?.status
                }
            }
            #expect(statuses == [200, 200, 200])
            #expect(receiver.taken.map { $0.headers["x-first"] } == ["1", nil, nil])
            #expect(receiver.taken[1].body.isEmpty)
        }
    }

    @Test func `a redirect is an answer and is not followed`() async throws {
        try await Receiver.run(
            answer: { _, _ in .init(status: 302, headers: ["Location": "/elsewhere"]) }
        ) { receiver in
            let response = try await outcome(HTTPRequest(url: receiver.url)).get()
            #expect(response.status == 302)
            #expect(receiver.taken.count == 1)
        }
    }

    @Test func `a body without end is cut at the limit`() async throws {
        let peer = RudePeer(.babbles)
        var request = HTTPRequest(url: peer.url)
        request.bodyLimit = 1000
        let response = try await outcome(request, from: peer).get()
        #expect(response.isTruncated && response.body.count == 1000 && response.status == 200)
    }

    @Test(arguments: [RudePeer.Manner.hangsUp, .breaksOff, .talksNonsense])
    func `a connection that breaks is a fault that may pass`(manner: RudePeer.Manner) async {
        let peer = RudePeer(manner)
        let result = await outcome(HTTPRequest(url: peer.url, timeout: .seconds(100)), from: peer)
        #expect(result.failure?.reason == .connectionLost)
        #expect(result.failure?.isRetriable == true)
    }

    @Test func `a peer that never answers is given up after the timeout`() async {
        let peer = RudePeer(.isSilent)
        let result = await outcome(HTTPRequest(url: peer.url, timeout: .milliseconds(100)), from: peer)
        #expect(result.failure == TransportError(.timedOut))
    }

    @Test func `a transfer can be cancelled from another thread`() async {
        let peer = RudePeer(.isSilent)
        let cancellation = Cancellation()
        async let result = outcome(
            HTTPRequest(url: peer.url, timeout: .seconds(60)), from: peer, cancellation: cancellation)
        cancellation.cancel()
        #expect(await result.failure == TransportError(.cancelled))
    }

    @Test func `nobody listening is a fault that may pass`() async {
        let port = RudePeer(.hangsUp).port
        let result = await outcome(HTTPRequest(url: Secret("http://127.0.0.1:\(port)/x")))
        #expect(result.failure == TransportError(.cannotConnect))
        #expect(result.failure?.isRetriable == true)
    }

    @Test(arguments: [
        "ftp://127.0.0.1/secret", "file:///etc/passwd", "gopher://127.0.0.1/secret", "http://", "::", "",
    ])
    func `other protocols and malformed addresses are refused for good, and not quoted`(url: String) async {
        let result = await outcome(HTTPRequest(url: Secret(url)))
        #expect(result.failure == TransportError(.badAddress))
        #expect(result.failure?.isRetriable == false)
        #expect(result.failure?.description.contains("secret") == false)
    }

    @Test func `a header that would start another one is refused`() async {
        let peer = RudePeer(.hangsUp)
        let request = HTTPRequest(url: peer.url, headers: [HTTPHeader("X-A", "1\r\nX-B: 2")])
        #expect(await outcome(request, from: peer).failure != nil)
        #expect(peer.count == 0)
    }

    @Test func `a secret shows nowhere but on the wire`() {
        let request = HTTPRequest(url: Secret("https://hooks.example/T0/B0/private"))
        var dumped = ""
        dump(request, to: &dumped)
        for text in ["\(request)", String(reflecting: request), dumped, "\(request.url)"] {
            #expect(!text.contains("private"))
        }
    }
}

extension Result {
    fileprivate var failure: Failure? {
        if case .failure(let error) = self { error } else { nil }
    }
}
