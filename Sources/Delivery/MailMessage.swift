internal import MarketModel

/// A finished mail: headers and a multipart/alternative body, lines ended by CR LF, all in ASCII.
///
/// The same notice gives the same Message-ID, so that a retry after a lost answer is known as a
/// duplicate. What follows a fire answers its message and bears its subject: mail programs thread by both.
struct MailMessage {
    private let message: Message
    private let target: EmailTarget
    private let receiver: String
    private var notice: Notice { message.first }

    init(_ notice: Notice, target: EmailTarget, receiver: String) {
        self.init(Message([notice]), target: target, receiver: receiver)
    }

    init(_ message: Message, target: EmailTarget, receiver: String) {
        self.message = message
        self.target = target
        self.receiver = receiver
    }

    var messageID: String {
        message.isDigest
            ? "<digest.\(message.id)@\(target.sender.domain)>"
            : "<\(Self.word(notice.transition.kind)).\(notice.id)@\(target.sender.domain)>"
    }

    /// The fire's message; nil for a fire itself, and when the fire is not known.
    private var parentID: String? {
        guard !message.isDigest, notice.transition.kind != .firing, let incident = notice.incident else {
            return nil
        }
        return "<\(Self.word(.firing)).\(incident.id)@\(target.sender.domain)>"
    }

    private static func word(_ kind: Transition.Kind) -> String {
        switch kind {
        case .firing: "fire"
        case .escalated: "escalate"
        case .repeated: "repeat"
        case .resolved: "resolve"
        case .pending: "pending"
        case .dropped: "dropped"
        }
    }

    /// The same for all mails of an incident, whatever level it has risen to; without prices, which would
    /// break the thread.
    private var subject: String {
        if message.isDigest {
            return [target.subjectPrefix, AlertCard(message).headline].filter { !$0.isEmpty }
                .joined(separator: " ")
        }
        let transition = notice.transition
        let severity = notice.incident?.severity ?? transition.severity
        let parts = [target.subjectPrefix, severity.rawValue.uppercased(), transition.key, transition.rule]
        let base = parts.filter { !$0.isEmpty }.joined(separator: " ")
        return transition.kind == .firing ? base : "Re: \(base)"
    }

    /// - Parameter date: when the notice was queued, so that a retry is the same mail.
    func bytes(date: Timestamp) -> [UInt8] {
        let body = MailBody(message, receiver: receiver, zone: target.zone)
        // `=_` cannot occur in quoted-printable text.
        let boundary = "=_bellwether_\(message.id)"
        var lines = headers(date: date)
        lines.append("Content-Type: multipart/alternative;\r\n boundary=\"\(boundary)\"")
        lines.append("")
        for (type, text) in [("plain", body.plain), ("html", body.html)] {
            lines += [
                "--\(boundary)", "Content-Type: text/\(type); charset=utf-8",
                "Content-Transfer-Encoding: quoted-printable", "", QuotedPrintable.encode(text),
            ]
        }
        lines += ["--\(boundary)--", ""]
        return Array(lines.joined(separator: "\r\n").utf8)
    }

    private func headers(date: Timestamp) -> [String] {
        let transition = notice.transition
        var lines = [
            MailHeader.structured("Date", MailHeader.date(date)),
            MailHeader.mailboxes("From", [target.sender]),
            MailHeader.mailboxes("To", target.recipients),
            MailHeader.text("Subject", subject),
            MailHeader.structured("Message-ID", messageID),
        ]
        if let parentID {
            lines.append(MailHeader.structured("In-Reply-To", parentID))
            lines.append(MailHeader.structured("References", parentID))
        }
        lines += [
            "MIME-Version: 1.0",
            "Auto-Submitted: auto-generated",
            "X-Auto-Response-Suppress: All",
            MailHeader.structured("List-Id", "<alerts.\(target.sender.domain)>"),
            MailHeader.structured("X-Alert-Id", message.id),
        ]
        // What a digest's alerts differ in is no header of it.
        if message.isDigest { return lines }
        lines.append(MailHeader.text("X-Alert-Rule", transition.rule))
        if !transition.key.isEmpty { lines.append(MailHeader.text("X-Alert-Symbol", transition.key)) }
        lines.append(MailHeader.structured("X-Alert-Severity", transition.severity.rawValue))
        lines.append(MailHeader.structured("X-Alert-State", transition.kind.rawValue))
        if transition.severity == .critical, transition.kind != .resolved { lines.append("Importance: high") }
        return lines
    }
}
