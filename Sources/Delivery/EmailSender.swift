internal import HTTPTransport
internal import MarketModel

/// Sends a mail to each recipient in a transaction of its own over one connection: a mailbox that is refused
/// or busy takes the mail from nobody else.
struct EmailSender: NoticeSender {
    private let name: String
    private let target: EmailTarget
    private let client: MailClient
    private let redaction: Redaction
    /// Of notices under retry: who has not got it yet, and who was refused.
    private var unfinished: [String: Progress] = [:]

    private struct Progress {
        var waiting: [Mailbox]
        var refusals: [String] = []
    }

    init(name: String, target: EmailTarget, cancellation: Cancellation) {
        self.name = name
        self.target = target
        client = MailClient(server: target.server, cancellation: cancellation)
        redaction = Redaction([target.server.password].compactMap { $0 })
    }

    mutating func send(_ ticket: Ticket, at now: Timestamp) -> Attempt {
        let id = ticket.message.id
        let message = MailMessage(ticket.message, target: target, receiver: name)
            .bytes(date: ticket.enqueuedAt)
        var progress = unfinished[id] ?? Progress(waiting: target.recipients)
        var failures: [String] = []
        var waiting: [Mailbox] = []
        for (index, recipient) in progress.waiting.enumerated() {
            do {
                try client.send(
                    Mail(sender: target.sender.address, recipients: [recipient.address], message: message))
            } catch {
                let reason =
                    "\(recipient.address): \(redaction.excerpt(error.description))\(advice(error))"
                guard error.isRetriable else {
                    progress.refusals.append(reason)
                    continue
                }
                waiting.append(recipient)
                failures.append(reason)
                if case .mailRefused = error.reason { continue }
                // The server itself cannot be reached: the others would only wait for the same.
                waiting += progress.waiting[(index + 1)...]
                break
            }
        }
        progress.waiting = waiting
        unfinished[id] = waiting.isEmpty ? nil : progress
        return Attempt(result: verdict(failures, progress.refusals))
    }

    /// Which key of the notifier's file mends it.
    private func advice(_ error: TransportError) -> String {
        guard case .untrusted = error.reason else { return "" }
        return target.server.security == .required
            ? "; check the port, `starttls` and `ca_file`" : "; check the port and `ca_file`"
    }

    mutating func forget(_ id: String) { unfinished[id] = nil }

    private func verdict(_ failures: [String], _ refusals: [String]) -> AttemptResult {
        if let first = failures.first {
            return .failed(
                reason: failures.count > 1 ? "\(first) and \(failures.count - 1) more" : first,
                retryAfter: nil)
        }
        guard let first = refusals.first else { return .accepted }
        let share =
            target.recipients.count > 1 ? " (\(refusals.count) of \(target.recipients.count) recipients)" : ""
        return .refused(reason: first + share)
    }
}
