import MarketModel

/// The edge of a session, near which a tape lies.
struct SessionEdge {
    /// As rule text says it.
    var session: String
    /// Milliseconds.
    var instant: Int64

    /// Openings and closes: of plain days, on both sides of a change of clocks, before holidays, in the hours
    /// that the clocks skip or show twice, and of ranges that touch.
    static let all: [SessionEdge] = [
        edge("XNYS regular", 2025, 3, 7, "14:30"), edge("XNYS regular", 2025, 3, 7, "21:00"),
        edge("XNYS regular", 2025, 3, 10, "13:30"), edge("XNYS regular", 2025, 7, 3, "17:00"),
        edge("XNYS regular", 2025, 11, 3, "14:30"), edge("XNYS regular", 2025, 11, 28, "18:00"),
        edge("XNYS extended", 2025, 11, 28, "22:00"), edge("XNYS extended", 2025, 7, 3, "08:00"),
        edge("XEUR regular", 2025, 12, 30, "07:10"), edge("XHKF extended", 2024, 3, 28, "16:00"),
        edge("mon-fri 14:30-14:31, 14:31-14:32, 14:33-21:00 \"UTC\"", 2025, 3, 10, "14:30"),
        edge("mon-fri 14:30-14:31, 14:31-14:32, 14:33-21:00 \"UTC\"", 2025, 3, 10, "14:32"),
        edge("mon-fri 14:30-14:31, 14:32-21:00 \"UTC\"", 2025, 3, 10, "14:31"),
        edge("sat-sun 01:59-03:01 \"America/New_York\"", 2025, 3, 9, "06:59"),
        edge("sun 02:15-03:01 \"America/New_York\"", 2025, 3, 9, "07:00"),
        edge("sun 01:30-02:00 \"America/New_York\"", 2025, 11, 2, "05:30"),
        edge("sun 00:30-01:30 \"America/New_York\"", 2025, 11, 2, "05:30"),
        edge("sun-thu 22:00-21:59 \"Europe/London\"", 2025, 3, 30, "21:00"),
        edge("mon-sun 00:00-24:00 \"Asia/Tokyo\"", 2025, 3, 10, "15:00"),
    ]

    private static func edge(
        _ session: String, _ year: Int, _ month: Int, _ day: Int, _ clock: String
    ) -> SessionEdge {
        let minutes = clock.split(separator: ":").compactMap { Int64($0) }.reduce(0) { $0 * 60 + $1 }
        let day = Timestamp(year: year, month: month, day: day).milliseconds
        return SessionEdge(session: session, instant: day + minutes * 60_000)
    }
}

extension RandomProgram {
    mutating func writeTape() {
        base = Timestamp(year: 2025, month: 3, day: 10, millisecondOfDay: 50_400_000).milliseconds
        // So that the edge lies inside the tape more often than not.
        if let edge { base = edge.instant - Int64.random(in: 0...20, using: &random) * 1000 }
        var t = base
        var price: Int64 = 40
        for _ in 0..<Int.random(in: 5...30, using: &random) {
            t += pick([0, 0, 1, 250, 500, 1000, 1000, 1500, 2000, 7000])
            if edge != nil, chance(5) { t += 60_000 }
            // Over the night or the weekend; a grid of half seconds would have too many ticks on the way.
            if edge != nil, chance(3), !rules.contains(" by ") { t += pick([17, 24, 64, 65]) * 3_600_000 }
            price = max(30, min(50, price + Int64.random(in: -2...2, using: &random)))
            writeTrade(at: t, price: price)
        }
        for index in 0..<Int64.random(in: 0...4, using: &random) {
            let percent = Int64.random(in: 350...500, using: &random)
            let known = base + Int64.random(in: -2...20, using: &random) * 1000
            let date = CivilDate(daysSinceEpoch: 20_000 + index)
            tape.rates.append((pick(["DFF", "DFF", "DGS10"]), date, Double(percent) / 10_000, known))
        }
        tape.end = t + pick([0, 0, 5000, 20_000, edge == nil || rules.contains(" by ") ? 0 : 120_000])
    }

    /// - Parameter price: in quarters.
    private mutating func writeTrade(at t: Int64, price: Int64) {
        let half = Int64.random(in: 0...10, using: &random) * 5
        guard
            let value = chance(5)
                ? FixedPoint(mantissa: price * 250 + 5, scale: 3)
                : FixedPoint(mantissa: price * 25, scale: 2),
            let size = FixedPoint(mantissa: Int64.random(in: 0...12, using: &random) * 5, scale: 1),
            let bid = FixedPoint(mantissa: price * 25 - half, scale: 2),
            let ask = FixedPoint(mantissa: price * 25 + 2 * half, scale: 2)
        else { return }
        tape.append(
            pick(Self.symbols + ["A"]), at: t, price: value, size: size, quote: chance(50) ? (bid, ask) : nil)
    }
}
