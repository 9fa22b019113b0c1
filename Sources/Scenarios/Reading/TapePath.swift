import Diagnostics
import MarketModel
import RuleSyntax

/// The prices of one line of a tape: `100 101x5 -> 97 over 3m every 10s size 200`.
///
///     100 101x5      values, one each `every`       ->  97 over 3m    straight line that ends at 97
///     100 for 5m     a value for a time             size 200          of every trade of the line
///
/// A line covers [start, start + values * every): the next line begins in step with it.
struct TapePath {
    static let greatestTradeCount = 500_000
    private static let leastDecimals = 2
    static let standardSize = FixedPoint(uncheckedMantissa: 100, scale: 0)

    private enum Step {
        case hold(FixedPoint, count: Int)
        case holdFor(FixedPoint, Int64, TestWord)
        case ramp(to: FixedPoint, decimals: Int, Int64, TestWord)
    }

    private var steps: [Step] = []
    private var every: (milliseconds: Int64, text: String) = (1000, "1s")
    private var size = TapePath.standardSize
    private var spread: FixedPoint?
    private var bid: FixedPoint?
    private var ask: FixedPoint?
    /// Decimals of the values written so far.
    private var decimals = TapePath.leastDecimals

    /// Reads the rest of a line behind its symbol.
    init(_ line: inout TestLine) throws(TestProblem) {
        while let word = line.take() {
            switch word.text {
            case "->": try readRamp(&line)
            case "for": try readFor(&line, word)
            case "every":
                let (milliseconds, word) = try line.duration("every")
                every = (milliseconds, word.text)
            case "size": size = try positive(&line, "size", zeroToo: true)
            case "spread": spread = try positive(&line, "spread", zeroToo: true)
            case "bid": bid = try positive(&line, "bid")
            case "ask": ask = try positive(&line, "ask")
            default: try readValue(word)
            }
        }
        if steps.isEmpty {
            throw TestProblem(
                .expected("a price", found: nil, help: "write `AAPL 100`, `AAPL 100 for 5m every 10s`"),
                at: line.endSpan)
        }
        if (bid == nil) != (ask == nil) || (bid != nil && spread != nil) {
            throw TestProblem(
                .expected(
                    "both sides of the quote", found: nil, help: "write `bid 1 ask 2` or `spread 0.01`"),
                at: line.span)
        }
    }

    private func positive(
        _ line: inout TestLine, _ place: String, zeroToo: Bool = false
    ) throws(TestProblem) -> FixedPoint {
        let word = line.peek
        let value = try line.decimal(place)
        if value.mantissa < (zeroToo ? 0 : 1), let word {
            throw TestProblem(.badPrice(word.text), at: word.span)
        }
        return value
    }

    /// `101.5` or `101.5x20`.
    private mutating func readValue(_ word: TestWord) throws(TestProblem) {
        let parts = word.text.split(separator: "x", omittingEmptySubsequences: false)
        var count = 1
        if parts.count == 2 {
            guard let repeats = Int(parts[1]), repeats > 0 else {
                throw TestProblem(.notDecimal(word.text), at: word.span)
            }
            count = repeats
        } else if parts.count > 2 || word.text.first?.isNumber != true && word.text.first != "-" {
            let words = ["for", "every", "size", "spread", "bid", "ask", "over", "->"]
            let near = nearestName(to: word.text, among: words)
            let help = near.map { "did you mean `\($0)`?" } ?? "behind the symbol stand its prices"
            throw TestProblem(.unexpected(word.text, help: help), at: word.span)
        }
        let price = TestWord(text: String(parts[0]), span: word.span)
        let value = try price.decimal()
        if value.mantissa <= 0 { throw TestProblem(.badPrice(word.text), at: word.span) }
        decimals = max(decimals, price.writtenDecimals)
        steps.append(.hold(value, count: count))
    }

    private mutating func readFor(_ line: inout TestLine, _ word: TestWord) throws(TestProblem) {
        guard case .hold(let value, count: 1)? = steps.last else {
            throw TestProblem(
                .unexpected("for", help: "it stands behind one price: `100 for 5m`"), at: word.span)
        }
        let (milliseconds, length) = try line.duration("for")
        steps[steps.count - 1] = .holdFor(value, milliseconds, length)
    }

    private mutating func readRamp(_ line: inout TestLine) throws(TestProblem) {
        let word = try line.word("a price behind `->`", help: "write `-> 97 over 3m`")
        let value = try word.decimal()
        if value.mantissa <= 0 { throw TestProblem(.badPrice(word.text), at: word.span) }
        decimals = max(decimals, word.writtenDecimals)
        guard line.takes("over") else {
            throw TestProblem(
                .expected("`over`", found: line.peek?.text, help: "write `-> \(word.text) over 3m`"),
                at: line.peek?.span ?? line.endSpan)
        }
        let (milliseconds, length) = try line.duration("over")
        steps.append(.ramp(to: value, decimals: decimals, milliseconds, length))
    }

    /// The trades of the line and where it ends.
    ///
    /// - Parameter last: the symbol's price before the line.
    func trades(
        of symbol: String, from start: Int64, last: FixedPoint?, line: TestLine
    ) throws(TestProblem) -> (trades: [TapeTrade], end: Int64) {
        var prices: [FixedPoint] = []
        for step in steps {
            switch step {
            case .hold(let value, let count): try append(value, count, to: &prices, line)
            case .holdFor(let value, let length, let word):
                try append(value, stepCount(length, word), to: &prices, line)
            case .ramp(let target, let decimals, let length, let word):
                guard let from = prices.last ?? last else {
                    throw TestProblem(
                        .expected("a price before `->`", found: nil, help: "write `\(symbol) 100 -> ...`"),
                        at: line.span)
                }
                try ramp(from, target, decimals, stepCount(length, word), to: &prices, line)
            }
        }
        var time = start
        let trades = prices.map { price in
            defer { time += every.milliseconds }
            var trade = TapeTrade(symbol: symbol, time: time, price: price, size: size)
            (trade.bid, trade.ask) = quote(around: price)
            return trade
        }
        return (trades, time)
    }

    private func stepCount(_ length: Int64, _ word: TestWord) throws(TestProblem) -> Int {
        if length % every.milliseconds != 0 {
            throw TestProblem(.doesNotDivide(length: word.text, step: every.text), at: word.span)
        }
        return Int(clamping: length / every.milliseconds)
    }

    private func append(
        _ value: FixedPoint, _ count: Int, to prices: inout [FixedPoint], _ line: TestLine
    ) throws(TestProblem) {
        if count > TapePath.greatestTradeCount - prices.count {
            throw TestProblem(.tooManyTrades(TapePath.greatestTradeCount), at: line.span)
        }
        prices += Array(repeating: value, count: count)
    }

    /// Equal steps from behind `from` up to `target`, each rounded to the decimals of the line.
    private func ramp(
        _ from: FixedPoint, _ target: FixedPoint, _ decimals: Int, _ count: Int,
        to prices: inout [FixedPoint], _ line: TestLine
    ) throws(TestProblem) {
        let scale = max(decimals, Int(from.scale), Int(target.scale))
        let (low, high) = (TapePath.mantissa(from, scale), TapePath.mantissa(target, scale))
        for step in 1...max(1, count) {
            let numerator = (high - low) * Int128(step) * 2 + Int128(count)
            let (quotient, rest) = numerator.quotientAndRemainder(dividingBy: Int128(count) * 2)
            let rounded = low + (rest < 0 ? quotient - 1 : quotient)
            guard let price = FixedPoint(wideMantissa: rounded, scale: scale) else {
                throw TestProblem(.badPrice(target.description), at: line.span)
            }
            try append(price, 1, to: &prices, line)
        }
    }

    private func quote(around price: FixedPoint) -> (bid: FixedPoint?, ask: FixedPoint?) {
        guard let spread else { return (bid, ask) }
        // One decimal more holds the half of the spread.
        let scale = Int(max(price.scale, spread.scale)) + 1
        let middle = TapePath.mantissa(price, scale)
        let half = TapePath.mantissa(spread, scale) / 2
        return (
            FixedPoint(wideMantissa: middle - half, scale: scale),
            FixedPoint(wideMantissa: middle + half, scale: scale)
        )
    }

    private static func mantissa(_ value: FixedPoint, _ scale: Int) -> Int128 {
        var mantissa = Int128(value.mantissa)
        for _ in Int(value.scale)..<scale { mantissa *= 10 }
        return mantissa
    }
}
