internal import HTTPTransport
internal import MarketModel

/// What carries one notice to one receiver. It blocks; one thread owns it.
protocol NoticeSender {
    /// - Parameter now: the attempt's time, to which a receiver's HTTP date relates.
    mutating func send(_ ticket: Ticket, at now: Timestamp) -> Attempt
    /// The notice of this id has left the queue: nothing more needs to be known of it.
    mutating func forget(_ id: String)
}

struct Attempt {
    var result: AttemptResult
    var wasPlain = false
}

extension NotifierDefinition {
    func makeSender(cancellation: Cancellation) -> any NoticeSender {
        switch channel {
        case .webhook(let target): WebhookSender(target: target, cancellation: cancellation)
        case .email(let target): EmailSender(name: name, target: target, cancellation: cancellation)
        }
    }
}
