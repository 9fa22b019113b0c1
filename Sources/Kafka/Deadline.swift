/// A moment to wait for, in the milliseconds that librdkafka takes.
struct Deadline {
    private let end: ContinuousClock.Instant

    init(within limit: Duration) { self.end = .now + limit }

    var hasPassed: Bool { self.end <= .now }

    /// What is left, at most `limit`, rounded up so that a wait for a fraction is not a busy loop.
    func milliseconds(atMost limit: Int32 = .max) -> Int32 {
        let left = self.end - .now
        guard left > .zero else { return 0 }
        return min(limit, left.milliseconds)
    }
}

extension Duration {
    /// Rounded up and within what a C int holds.
    var milliseconds: Int32 {
        let (seconds, attoseconds) = self.components
        guard seconds < 1_000_000 else { return 1_000_000_000 }
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        return Int32(seconds * 1_000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }
}
