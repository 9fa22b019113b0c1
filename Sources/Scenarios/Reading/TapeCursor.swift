import Diagnostics
import MarketModel
import RuleSyntax

/// Where in time the tape being read stands.
///
///     AAPL 100 for 5m every 10s     [0, 5m)
///     with MSFT 400 for 2m          [0, 2m): beside the line above
///     quiet 1m                      [5m, 6m)
///     at 10m AAPL 103               [10m, 10m + 1s)
struct TapeCursor {
    let start: Int64
    /// Where the next line begins.
    private(set) var cursor: Int64
    /// Where the last line began.
    private var lineStart: Int64
    private var lastPrices: [String: FixedPoint] = [:]

    init(start: Int64) {
        self.start = start
        cursor = start
        lineStart = start
    }

    mutating func read(_ line: inout TestLine, into test: inout RuleTest) throws(TestProblem) {
        var begin = cursor
        var isBeside = false
        if line.takes("at") {
            begin = try line.time(test.clock)
        } else if line.takes("with") {
            begin = lineStart
            isBeside = true
        }
        let help = "write a symbol and its prices, `quiet 5m` or `rate DFF 5.33%`"
        let word = try line.word("a symbol", help: help)
        lineStart = begin
        let end: Int64
        switch word.text {
        case "quiet":
            end = begin + (try line.duration("quiet").milliseconds)
            try line.expectEnd(help: "`quiet 5m` stands alone")
        case "rate":
            try readRate(&line, at: begin, into: &test)
            end = begin
        default:
            guard let symbol = word.symbol else {
                let near = nearestName(to: word.text, among: TestSection.tape.words)
                throw TestProblem(.unknownLine(found: word.text, section: .tape, near: near), at: word.span)
            }
            let path = try TapePath(&line)
            let (trades, last) = try path.trades(
                of: symbol, from: begin, last: lastPrices[symbol], line: line)
            if test.trades.count + trades.count > TapePath.greatestTradeCount {
                throw TestProblem(.tooManyTrades(TapePath.greatestTradeCount), at: line.span)
            }
            test.trades += trades
            lastPrices[symbol] = trades.last?.price
            end = last
        }
        cursor = isBeside ? max(cursor, end) : end
        test.end = max(test.end, end)
    }

    /// `rate DFF 5.33%`: known from here on.
    private func readRate(
        _ line: inout TestLine, at time: Int64, into test: inout RuleTest
    ) throws(TestProblem) {
        let help = "write `rate DFF 5.33%`"
        let series = try line.symbol("rate")
        let word = try line.word("the rate in per cent", help: help)
        guard word.text.hasSuffix("%") else {
            throw TestProblem(.expected("a rate in per cent", found: word.text, help: help), at: word.span)
        }
        let percent = try TestWord(text: String(word.text.dropLast()), span: word.span).decimal()
        try line.expectEnd(help: help)
        test.rates.append(TapeRate(series: series, percent: percent, knownAt: time))
    }
}
