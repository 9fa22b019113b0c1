import MarketModel
import Testing

@testable import Delivery

private func at(_ seconds: Double) -> Timestamp { Timestamp(milliseconds: Int64(seconds * 1000)) }

struct RetryPolicyTests {
    private let policy = RetryPolicy()

    @Test(arguments: [(1, 1.0), (2, 2), (3, 4), (6, 32), (7, 60), (8, 60), (1000, 60)])
    func `the back-off doubles up to its greatest delay and the jitter takes any part of it`(
        failures: Int, seconds: Double
    ) {
        #expect(policy.delay(failures: failures, fraction: 0) == .milliseconds(100))
        #expect(policy.delay(failures: failures, fraction: 0.5) == .milliseconds(Int64(seconds * 500)))
        #expect(policy.delay(failures: failures, fraction: 0.999_999) <= .milliseconds(Int64(seconds * 1000)))
    }

    @Test func `a retry past the deadline becomes one last try at the deadline`() {
        let next = policy.next(
            after: .init(at: at(50), delay: .seconds(20), deadline: at(60), wasLastTry: false))
        #expect(next == .lastRetry(at: at(60)))
        let after = policy.next(
            after: .init(at: at(60), delay: .seconds(1), deadline: at(60), wasLastTry: true))
        #expect(after == .giveUp)
    }

    @Test func `the receiver's own time is waited for, and beyond the deadline it is the end`() {
        func next(_ wait: Double, delay: Double = 1) -> RetryPolicy.Next {
            policy.next(
                after: .init(
                    at: at(10), delay: .milliseconds(Int64(delay * 1000)),
                    retryAfter: .milliseconds(Int64(wait * 1000)), deadline: at(60)))
        }
        #expect(next(30) == .retry(at: at(40)))
        #expect(next(0.5) == .retry(at: at(11)))
        #expect(next(50) == .lastRetry(at: at(60)))
        #expect(next(50.001) == .giveUp)
        #expect(next(5, delay: 55) == .lastRetry(at: at(60)))
    }

    @Test(arguments: [
        ("5", 5000), ("0", 0), ("1.5", 1500), ("0.0001", 1), (" 7 ", 7000), ("-3", 0), ("1e99", 86_400_000),
        ("Mon, 10 Mar 2025 14:30:07 GMT", 7000), ("Monday, 10-Mar-25 14:30:07 GMT", 7000),
        ("Mon Mar 10 14:30:07 2025", 7000), ("Mon, 10 Mar 2025 14:29:00 GMT", 0),
    ])
    func `Retry-After is read as seconds or as a date`(text: String, milliseconds: Int64) {
        let now = Timestamp(year: 2025, month: 3, day: 10, millisecondOfDay: 52_200_000)
        #expect(retryAfter(text, at: now) == .milliseconds(milliseconds))
    }

    @Test(arguments: ["", "soon", "nan", "5 minutes ago or so"])
    func `a Retry-After that says nothing is none`(text: String) {
        #expect(retryAfter(text, at: at(0)) == nil)
    }

    @Test func `equal seeds give equal numbers`() {
        var one = SeededRandom(seed: 1234567)
        #expect(one.next() == 6_457_827_717_110_365_317)
        #expect(one.next() == 3_203_168_211_198_807_973)
        var two = SeededRandom(seed: 9)
        #expect((0..<1000).allSatisfy { _ in (0..<1).contains(two.fraction()) })
    }
}
