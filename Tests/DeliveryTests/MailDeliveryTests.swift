import Foundation
import HTTPTransport
import MarketModel
import Testing

@testable import Delivery

private let password = "pa$$ word\"é"

/// A notifier that mails to a peer, as its file would describe it.
private func definition(
    _ peer: MailPeer, security: MailServer.Security = .never, certificate: Certificate? = nil,
    user: String? = nil,
    password: String = password, to recipients: [String] = ["desk@example.com"],
    retryFor: Duration = .seconds(600)
) throws -> NotifierDefinition {
    var server = MailServer(host: "127.0.0.1", port: peer.port, security: security)
    server.certificateFile = certificate?.file
    server.timeout = .seconds(100)
    server.user = user
    if user != nil { server.password = Secret(password) }
    let target = EmailTarget(
        server: server, sender: try #require(Mailbox("Bellwether <alerts@example.com>")),
        recipients: recipients.compactMap { Mailbox($0) })
    return NotifierDefinition(name: "desk", channel: .email(target), retryFor: retryFor)
}

private func deliver(
    _ transitions: [Transition], to definition: NotifierDefinition
) async -> (witness: Witness, counters: DeliveryCounters) {
    let witness = Witness()
    let courier = Courier(notifiers: [definition], options: witness.options(clock: VirtualClock())) {
        witness.add($0)
    }
    for transition in transitions { courier.submit(transition, to: ["desk"]) }
    let left = await onThread { courier.drain(within: .seconds(120)) }
    #expect(left.isEmpty)
    _ = await onThread { courier.stop() }
    return (witness, courier.counters(of: "desk") ?? DeliveryCounters())
}

@Suite(.enabled(if: Python.hasPeers, Python.missing), .serialized)
struct MailDeliveryTests {
    @Test func `a mail arrives as it was made, leading dots and long lines too`() async throws {
        let peer = try MailPeer(.init())
        let dots = "..\n.\n.leading\n" + String(repeating: "x", count: 2000)
        let (witness, _) = await deliver([transition(message: dots)], to: try definition(peer))
        #expect(witness.final.map(\.outcome) == [.delivered])
        let taken = try #require(await peer.wait(for: 1).first)
        #expect(taken.from == "alerts@example.com" && taken.to == ["desk@example.com"] && !taken.tls)
        let notice = Notice(
            transition(message: dots),
            incident: Incident(id: transition().id, severity: .critical, since: transition().at))
        guard case .email(let target) = try definition(peer).channel else { return }
        let made = MailMessage(notice, target: target, receiver: "desk").bytes(
            date: Timestamp(milliseconds: VirtualClock.start))
        #expect(taken.message == Data(made))
    }

    @Test func `STARTTLS with a certificate of one's own and a login with awkward characters`() async throws {
        let certificate = try Certificate()
        let peer = try MailPeer(
            .init(
                tls: "starttls", certificate: certificate.file, key: certificate.key, user: "alerts",
                password: password))
        let definition = try definition(peer, security: .required, certificate: certificate, user: "alerts")
        let (witness, counters) = await deliver(
            [transition(), transition(.resolved, at: 1_741_617_060_000)], to: definition)
        #expect(counters.delivered == 2, "\(witness.text)")
        let taken = await peer.wait(for: 2)
        #expect(taken.map(\.tls) == [true, true] && taken.map(\.user) == ["alerts", "alerts"])
        let resolve = String(decoding: try #require(taken.last).message, as: UTF8.self)
        #expect(resolve.contains("\r\nIn-Reply-To: <fire.\(transition().id)@example.com>\r\n"))
        #expect(resolve.contains("\r\nSubject: Re: [alerts] CRITICAL SPY fast_drop\r\n"))
    }

    @Test func `TLS from the first byte`() async throws {
        let certificate = try Certificate()
        let peer = try MailPeer(.init(tls: "implicit", certificate: certificate.file, key: certificate.key))
        let (witness, counters) = await deliver(
            [transition()], to: try definition(peer, security: .implicit, certificate: certificate))
        #expect(counters.delivered == 1, "\(witness.text)")
        #expect(await peer.wait(for: 1).map(\.tls) == [true])
    }

    @Test func `a certificate that nobody vouches for gets no mail`() async throws {
        let certificate = try Certificate()
        let peer = try MailPeer(.init(tls: "starttls", certificate: certificate.file, key: certificate.key))
        let (witness, counters) = await deliver(
            [transition()], to: try definition(peer, security: .required, retryFor: .seconds(2)))
        #expect(counters.dead == 1 && peer.taken.isEmpty)
        #expect(witness.text.contains("an unknown authority's; check the port, `starttls` and `ca_file`"))
    }

    @Test
    func `a server without STARTTLS gets no mail where it is required, and gets it where it is optional`()
        async throws
    {
        let peer = try MailPeer(.init())
        let (witness, strict) = await deliver(
            [transition()], to: try definition(peer, security: .required, retryFor: .seconds(2)))
        #expect(strict.dead == 1 && peer.taken.isEmpty)
        #expect(witness.text.contains("no trusted connection: the server offers no STARTTLS; check the port"))
        let (_, lax) = await deliver([transition()], to: try definition(peer, security: .optional))
        #expect(lax.delivered == 1)
    }

    @Test func `a wrong password is refused for good and shown nowhere`() async throws {
        let certificate = try Certificate()
        let peer = try MailPeer(
            .init(
                tls: "starttls", certificate: certificate.file, key: certificate.key, user: "alerts",
                password: password))
        let wrong = try definition(
            peer, security: .required, certificate: certificate, user: "alerts", password: "wrong-secret")
        let (witness, counters) = await deliver([transition()], to: wrong)
        #expect(counters.dropped == 1, "\(witness.text)")
        #expect(witness.text.contains("535"))
        #expect(!witness.text.contains("wrong-secret"))
    }

    @Test func `a busy mailbox (451) is tried again, an unknown one (550) is not`() async throws {
        let peer = try MailPeer(
            .init(replies: [
                "busy@example.com": ["451 4.2.1 busy", "451 4.2.1 busy", "250 OK"],
                "gone@example.com": ["550 5.1.1 no such mailbox"],
            ]))
        let (busy, busyCounters) = await deliver(
            [transition()], to: try definition(peer, to: ["busy@example.com"]))
        #expect(busyCounters.delivered == 1 && busyCounters.retries == 2)
        #expect(busy.reports.first?.line.contains("451 4.2.1 busy") == true)
        let (gone, goneCounters) = await deliver(
            [transition()], to: try definition(peer, to: ["gone@example.com"]))
        #expect(goneCounters.dropped == 1 && goneCounters.retries == 0)
        #expect(
            gone.final.map(\.outcome) == [.dropped(reason: "gone@example.com: 550 5.1.1 no such mailbox")])
    }

    @Test func `a refusal in several lines is quoted whole`() async throws {
        let reply =
            "550-5.7.1 Our system has detected\r\n550-5.7.1 that this message is\r\n550 5.7.1 unwanted"
        let peer = try MailPeer(.init(data_reply: reply))
        let (witness, _) = await deliver([transition()], to: try definition(peer))
        let quoted = "550 5.7.1 Our system has detected 5.7.1 that this message is 5.7.1 unwanted"
        #expect(witness.final.map(\.outcome) == [.dropped(reason: "desk@example.com: \(quoted)")])
    }

    @Test func `of several recipients each gets it once, whatever happens to the others`() async throws {
        let peer = try MailPeer(
            .init(replies: [
                "busy@example.com": ["451 4.2.1 busy", "250 OK"],
                "gone@example.com": ["550 5.1.1 no such mailbox"],
            ]))
        let recipients = ["one@example.com", "gone@example.com", "busy@example.com", "two@example.com"]
        let (witness, counters) = await deliver([transition()], to: try definition(peer, to: recipients))
        #expect(counters.retries == 1 && counters.dropped == 1)
        let taken = await peer.wait(for: 3)
        #expect(taken.map(\.to) == [["one@example.com"], ["two@example.com"], ["busy@example.com"]])
        #expect(
            witness.final.map(\.outcome)
                == [.dropped(reason: "gone@example.com: 550 5.1.1 no such mailbox (1 of 4 recipients)")])
    }

    @Test func `a mail refused after its text is dropped, one put off is tried again`() async throws {
        let refusing = try MailPeer(.init(data_reply: "554 5.7.1 looks like spam"))
        let (refused, refusedCounters) = await deliver([transition()], to: try definition(refusing))
        #expect(refusedCounters.dropped == 1 && refused.text.contains("554 5.7.1 looks like spam"))
        let busy = try MailPeer(.init(data_reply: "452 4.3.1 disk full"))
        let (_, busyCounters) = await deliver([transition()], to: try definition(busy, retryFor: .seconds(3)))
        #expect(busyCounters.dead == 1 && busyCounters.retries >= 1)
    }

    @Test func `a server that is not there is tried until the deadline`() async throws {
        let server = MailServer(host: "127.0.0.1", port: Int(RudePeer(.hangsUp).port), security: .required)
        let target = EmailTarget(
            server: server, sender: try #require(Mailbox("a@example.com")),
            recipients: [try #require(Mailbox("b@example.com"))])
        let definition = NotifierDefinition(name: "desk", channel: .email(target), retryFor: .seconds(5))
        let (witness, counters) = await deliver([transition()], to: definition)
        #expect(counters.dead == 1)
        #expect(witness.text.contains("no connection could be made"))
    }
}
