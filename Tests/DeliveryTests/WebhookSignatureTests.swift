import Foundation
import HTTPTransport
import MarketModel
import Testing

@testable import Delivery

private let keys = [
    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_" + Data(repeating: 7, count: 32).base64EncodedString(),
]

private struct Signed: Encodable {
    var key: String
    var headers: [String: String]
    var body: String
}

struct WebhookSignatureTests {
    /// The example of the Standard Webhooks specification's reference libraries.
    @Test func `the reference libraries' own example`() throws {
        let key = try #require(SigningKey(keys[0]))
        let headers = WebhookSignature.headers(
            keys: [key], id: "msg_p5jXN8AQM9LWM0D4loKWxJek", at: Timestamp(milliseconds: 1_614_265_330_999),
            body: Array("{\"test\": 2432232314}".utf8))
        #expect(
            headers == [
                HTTPHeader("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
                HTTPHeader("webhook-timestamp", "1614265330"),
                HTTPHeader("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
            ])
    }

    @Test(arguments: ["", "whsec_", "whsec_short", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_%%%%"])
    func `what is no key is none`(text: String) { #expect(SigningKey(text) == nil) }

    @Test func `a key shows itself nowhere`() throws {
        let key = try #require(SigningKey(keys[0]))
        var dumped = ""
        dump(key, to: &dumped)
        #expect(!("\(key)" + dumped + String(reflecting: key)).contains("MfKQ"))
    }

    @Test(.enabled(if: Python.hasPeers, Python.missing))
    func `an independent library verifies what is sent under either of two keys, at each attempt anew`()
        async throws
    {
        // The library holds the time against the system's clock.
        let clock = SystemDeliveryClock()
        try await Receiver.run(answer: { number, _ in .init(status: number == 0 ? 500 : 200) }) { receiver in
            var target = WebhookTarget(url: receiver.url, format: .generic)
            // A machine that is busy must not look like a receiver that is slow.
            target.timeout = .seconds(100)
            target.signingKeys = keys.compactMap { SigningKey($0) }
            let definition = NotifierDefinition(name: "desk", channel: .webhook(target))
            let courier = Courier(notifiers: [definition], options: Witness().options(clock: clock))
            courier.submit(transition(message: "naïve & \"quoted\" 日本"), to: ["desk"])
            _ = await onThread { courier.drain(within: .seconds(120)) }
            _ = await onThread { courier.stop() }
            #expect(receiver.taken.count == 2)
            var lines: [String] = []
            for taken in receiver.taken {
                for key in keys + ["whsec_" + Data(repeating: 8, count: 32).base64EncodedString()] {
                    let signed = Signed(key: key, headers: taken.headers, body: taken.body)
                    lines.append(String(decoding: try JSONEncoder().encode(signed), as: UTF8.self))
                }
            }
            let verdicts = try await Python.run(
                "verify_signature.py", input: lines.joined(separator: "\n"))
            let one = ["verified", "verified", "No matching signature found"]
            #expect(verdicts.split(separator: "\n").map(String.init) == one + one)
        }
    }
}
