import RuleSemantics
import Testing

@Suite("Checker: examples")
struct CheckerExampleTests {
    @Test("Each builtin has one row in the table")
    func rows() {
        let names = BuiltinTable.rows.map(\.name)
        let wanted = MarketSeries.allCases.map(\.rawValue) + BuiltinName.allCases.map(\.rawValue)
        #expect(names.sorted() == wanted.sorted())
    }

    @Test("Each builtin's example checks", arguments: BuiltinTable.rows.map(\.name))
    func example(name: String) throws {
        let row = try #require(BuiltinTable.row(named: name))
        let checking = Checking(
            "rule example on AAPL\n  when \(row.example)\nrule other on AAPL\n  when price > 100\n")
        #expect(row.example.contains(row.name))
        #expect(checking.errorCodes == [], "\(row.name): \(checking.rendered)")
    }

    /// LANGUAGE 1.
    static let manual = """
        list tech    = AAPL, MSFT, NVDA, AMD, GOOGL
        list majors  = /^BINANCE:(BTC|ETH)USDT$/
        session us   = XNYS regular
        series ko_pep = KO.price - PEP.price

        ## Price move over five minutes, with its own clear level.
        rule fast_move on tech
          when abs(change(price, 5m)) >= 2%
          until abs(change(price, 5m)) < 1%
          during us after 5m
          cooldown 15m
          severity warning
          escalate critical when abs(change(price, 5m)) >= 5%
          notify desk
          message "{symbol} {change(price, 5m):+0.00%} in 5 min, now {price}"

        ## Pace of the last five minutes against the hour before it.
        rule volume_spike on tech, majors
          when volume(5m) / 5m > 3 * volume(1h ending 5m ago) / 1h
            and trades(5m) >= 20
          severity info
          message "{symbol} volume {volume(5m):,0}"

        rule pair_stretched
          when abs(zscore(ko_pep, 1h)) > 3
          for 30s
          until abs(zscore(ko_pep, 1h)) < 1
          severity warning
          message "KO-PEP {ko_pep:0.00} is {zscore(ko_pep, 1h):+0.0} sigma from its hour"

        rule below_cash on SPY
          when change(price, 30d by 1h) < rate(DFF) * 30d / 365d
          for 1h
          severity info
          message "SPY 30-day return {change(price, 30d by 1h):0.00%} is below cash \
        ({rate(DFF):0.00%} a year)"

        rule gone_silent on tech
          when trades(2m) == 0
          during us after 2m
          severity critical
          message "{symbol}: no trade for 2 min"

        rule wide_quote on EURUSD
          when spread / mid > 5bp
          for 3 trades
          severity warning
          message "{symbol} bid-ask {spread / mid:0.0bp}"

        """

    @Test("The rules of LANGUAGE 1 check without a word")
    func manualChecks() throws {
        let options = CheckOptions(notifiers: ["desk"], rateSeries: ["DFF"])
        let checking = Checking(Self.manual, options: options)
        #expect(checking.rendered == "")
        let rules = checking.program.rules
        #expect(
            rules.map(\.name) == [
                "fast_move", "volume_spike", "pair_stretched", "below_cash", "gone_silent", "wide_quote",
            ])
        #expect(rules[0].documentation == "Price move over five minutes, with its own clear level.")
        #expect(
            rules.map { $0.values.map(\.text) } == [
                ["change(price, 5m)", "price"], ["volume(5m)", "volume(1h ending 5m ago)", "trades(5m)"],
                ["zscore(ko_pep, 1h)", "ko_pep"], ["change(price, 30d by 1h)", "rate(DFF)"], ["trades(2m)"],
                ["spread", "mid"],
            ])
    }
}
