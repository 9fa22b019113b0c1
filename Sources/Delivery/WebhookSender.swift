internal import HTTPTransport
internal import MarketModel

struct WebhookSender: NoticeSender {
    private let target: WebhookTarget
    private let client: HTTPClient
    private let redaction: Redaction

    init(target: WebhookTarget, cancellation: Cancellation) {
        self.target = target
        client = HTTPClient(cancellation: cancellation)
        redaction = Redaction(target.secrets)
    }

    mutating func send(_ ticket: Ticket, at now: Timestamp) -> Attempt {
        let message = ticket.message
        let body = WebhookBody.render(message, for: target)
        var request = HTTPRequest(url: address, body: body.bytes, timeout: target.timeout)
        request.headers = [
            HTTPHeader("Content-Type", "application/json; charset=utf-8"),
            HTTPHeader("User-Agent", "bellwether"),
            HTTPHeader("Idempotency-Key", message.id),
        ]
        request.headers += WebhookSignature.headers(
            keys: target.signingKeys, id: message.id, at: now, body: body.bytes)
        for (name, value) in target.headers {
            request.headers.removeAll { $0.name.lowercased() == name.lowercased() }
            request.headers.append(HTTPHeader(name, value.revealed()))
        }
        do {
            let response = try client.perform(request)
            return Attempt(result: judge(response, at: now), wasPlain: body.isPlain)
        } catch {
            let reason = redaction.scrub(error.description)
            return Attempt(
                result: error.isRetriable
                    ? .failed(reason: reason, retryAfter: nil) : .refused(reason: reason),
                wasPlain: body.isPlain)
        }
    }

    private var address: Secret {
        target.format == .googleChat
            ? Secret(GoogleChatPayload.threaded(target.url.revealed())) : target.url
    }

    func forget(_ id: String) {}

    /// 2xx is taken. 408, 425, 429 and 5xx may pass later (RFC 9110, 15.5.9; RFC 8470; RFC 6585). All else is
    /// for good: a wrong or deleted address, a body that the receiver refuses, a redirect.
    func judge(_ response: HTTPResponse, at now: Timestamp) -> AttemptResult {
        let answer = redaction.excerpt(response.text)
        let reason = "answered \(response.status)" + (answer.isEmpty ? "" : " (\(answer))")
        switch response.status {
        case 200...299: return .accepted
        case 408, 425, 429, 500...599:
            let wait = response.header("Retry-After").flatMap { retryAfter($0, at: now) }
            return .failed(reason: reason, retryAfter: wait)
        case 300...399:
            return .refused(reason: reason + "; redirects are not followed, give the final address")
        default: return .refused(reason: reason)
        }
    }
}

/// Seconds, whole or not, or an HTTP date (RFC 9110, section 10.2.3); at most a day, as no deadline is later.
func retryAfter(_ text: String, at now: Timestamp) -> Duration? {
    let trimmed = text.trimmingSpaces()
    let day = 86_400.0
    if let seconds = Double(trimmed) {
        guard seconds.isFinite else { return nil }
        return .milliseconds(Int64((min(max(0, seconds), day) * 1000).rounded(.up)))
    }
    guard let date = parseHTTPDate(trimmed) else { return nil }
    let wait = Double(date) - Double(now.milliseconds) / 1000
    return .milliseconds(Int64((min(max(0, wait), day) * 1000).rounded(.up)))
}
