import MarketModel

/// A stretch of one day's market that contains a known event.
public struct Scene: Sendable {
    /// Its row in the table of known events.
    public let id: String
    public let title: String
    /// Milliseconds since the epoch, UTC.
    public let start: Int64
    public let end: Int64
    /// When the event itself begins.
    public let eventTime: Int64
    let instruments: [Instrument]

    public var symbols: [String] { instruments.map(\.symbol) }
}

/// A day on which a scene plays; clock times on it are UTC, as `at(18, 42)`.
struct SceneDay {
    let midnight: Int64

    init(_ year: Int, _ month: Int, _ day: Int) {
        midnight = Timestamp(year: year, month: month, day: day).milliseconds
    }

    func at(_ hour: Int64, _ minute: Int64, _ second: Int64 = 0) -> Int64 {
        midnight + ((hour * 60 + minute) * 60 + second) * 1000
    }

    func curve(_ knots: [(Int64, Double)]) -> Curve {
        Curve(knots.map { Curve.Knot(time: $0.0, value: $0.1) })
    }

    /// A factor that holds from `from` to `to`, and 1 outside.
    func boost(_ factor: Double, from: Int64, to: Int64) -> Curve {
        curve([(from - 1, 1), (from, factor), (to, factor), (to + 1, 1)])
    }

    /// Activity of a US stock: thin before the open, then the day's U, silent after the close.
    ///
    /// - Parameters:
    ///   - open: milliseconds since the epoch; the close is six and a half hours later.
    ///   - factor: further activity by time, from an event.
    func usSession(open: Int64, times factor: Curve = .one) -> Curve {
        let minute: Int64 = 60_000
        let shape = curve([
            (open - 1, 0.15), (open, 2.4), (open + 30 * minute, 1.4), (open + 150 * minute, 0.8),
            (open + 330 * minute, 0.9), (open + 390 * minute - 1, 2), (open + 390 * minute, 0),
        ])
        return shape.multiplied(by: factor)
    }
}

extension Curve {
    /// The product at every knot of both; linear between them.
    func multiplied(by other: Curve) -> Curve {
        if other.isConstant { return self }
        let times = Set(knotTimes + other.knotTimes).sorted()
        return Curve(times.map { Knot(time: $0, value: value(at: $0) * other.value(at: $0)) })
    }
}
