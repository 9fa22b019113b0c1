/// Every builtin of LANGUAGE 11, one row each. Checker, compiler, manual and editor support read it.
public enum BuiltinTable {
    public static let rows: [Builtin] = series + points + sums + extremes + statistics + sampled + others

    private static let byName = Dictionary(uniqueKeysWithValues: rows.map { ($0.name, $0) })

    public static func row(named name: String) -> Builtin? { byName[name] }

    static let names: [String] = rows.map(\.name)

    private static let x = BuiltinParameter.series("x")
    private static let w = BuiltinParameter.window(.every)
    private static let sampledWindow = BuiltinParameter.window(.sampled)

    private static func row(
        _ function: BuiltinName, _ parameters: [BuiltinParameter], _ result: BuiltinResult,
        _ documentation: String, empty: String = "unknown", example: String
    ) -> Builtin {
        Builtin(
            meaning: .function(function), parameters: parameters, result: result,
            documentation: documentation, whenEmpty: empty, example: example)
    }

    private static func market(
        _ series: MarketSeries, _ result: BuiltinResult, _ documentation: String, example: String
    ) -> Builtin {
        Builtin(
            meaning: .series(series), parameters: [], result: result, documentation: documentation,
            whenEmpty: "unknown", example: example)
    }

    private static let series: [Builtin] = [
        market(.price, .price, "the price of the last trade at or before t", example: "price > 100"),
        market(.size, .size, "the size of the last trade at or before t", example: "size >= 10k"),
        market(.bid, .price, "the bid of the last quote that a trade carried", example: "bid > 1.09"),
        market(.ask, .price, "the ask of the last quote that a trade carried", example: "ask < 1.1"),
        market(.mid, .price, "(bid + ask) / 2 of the last quote", example: "price > mid"),
        market(.spread, .price, "ask - bid of the last quote", example: "spread / mid > 5bp"),
    ]

    private static let points: [Builtin] = [
        row(
            .prev, [x], .same, "the value at the last instant of x strictly before its current instant",
            example: "price / prev(price) > 1.05"),
        row(.ago, [x, .lag], .same, "the value that prevailed at t - d", example: "price > ago(price, 5m)"),
        row(
            .change, [x, .lag], .ratio, "x / ago(x, d) - 1; no extrapolation",
            example: "abs(change(price, 5m)) >= 2%"),
        row(.move, [x, .lag], .same, "x - ago(x, d)", example: "move(price, 1m) < -5"),
        row(.age, [x], .duration, "t less the time of the last point of x", example: "age(price) > 2m"),
        row(
            .deviation, [.value("a"), .value("b")], .ratio, "a / b - 1",
            example: "abs(deviation(price, vwap(1h))) > 1%"),
    ]

    private static let sums: [Builtin] = [
        row(.trades, [w], .count, "the number of trades", empty: "0", example: "trades(2m) == 0"),
        row(.count, [x, w], .count, "the number of points of x", empty: "0", example: "count(mid, 1m) > 10"),
        row(.sum, [x, w], .same, "the sum of x; exact", empty: "0", example: "sum(size, 5m) > 1mn"),
        row(
            .volume, [w], .size, "the sum of the sizes; exact", empty: "0",
            example: "volume(5m) / 5m > 3 * volume(1h ending 5m ago) / 1h"),
        row(
            .notional, [w], .money, "the sum of price * size; exact", empty: "0",
            example: "notional(1m) > 10mn"),
        row(.avg, [x, w], .same, "sum / n, rounded once", example: "price > 1.02 * avg(price, 1h)"),
        row(
            .vwap, [w], .price, "sum(price * size) / sum(size); unknown where sum(size) = 0",
            example: "deviation(price, vwap(30m)) > 50bp"),
        row(
            .twap, [sampledWindow], .price,
            "the mean of the prevailing price at grid points in (t - w, t]",
            example: "price > twap(1h by 1m)"),
    ]

    private static let extremes: [Builtin] = [
        row(
            .first, [x, w], .same, "the first point of the window by (time, order)",
            example: "first(price, 1m) < 99"),
        row(
            .last, [x, w], .same, "the last point of the window by (time, order)",
            example: "last(price, 1m) > 101"),
        row(.min, [x, w], .same, "the least x of the window", example: "price <= min(price, 1h)"),
        row(.max, [x, w], .same, "the greatest x of the window", example: "max(spread, 5m) > 0.05"),
        row(.low, [w], .price, "the least price of the window", example: "low(1h) < 50"),
        row(
            .high, [w], .price, "the greatest price of the window",
            example: "price > high(1h ending 1m ago)"),
        row(.range, [w], .price, "high - low", example: "range(5m) / price > 3%"),
        row(
            .drawdown, [.window(.present)], .ratio, "price / high(w) - 1",
            example: "drawdown(1h) < -5%"),
        row(.rebound, [.window(.present)], .ratio, "price / low(w) - 1", example: "rebound(1h) > 5%"),
    ]

    private static let statistics: [Builtin] = [
        row(
            .variance, [x, w], .square, "the sample variance (n - 1); unknown for n < 2",
            example: "variance(price, 1h) / (price * price) > 0.01"),
        row(
            .stddev, [x, w], .same, "the sample standard deviation (n - 1); unknown for n < 2",
            example: "stddev(price, 1h) / price > 1%"),
        row(
            .stddevPop, [x, w], .same, "the standard deviation that divides by n; unknown for n < 2",
            example: "stddev_pop(price, 1h) / price > 1%"),
        row(
            .zscore, [x, w], .number,
            "(x - mean(B')) / stddev(B'), B' the window without the instant of x's last point",
            example: "abs(zscore(price, 1h)) > 3"),
        row(
            .median, [x, w], .same, "the median; linear interpolation (type 7)",
            example: "price > 2 * median(price, 1h)"),
        row(
            .percentile, [x, .rank, w], .same, "linear interpolation at rank p/100 * (n - 1) (type 7)",
            example: "size > percentile(size, 99, 1h)"),
        row(
            .slope, [x, w], .perTime, "least squares of x on the times of its points",
            example: "slope(price, 5m) * 1m > 0.5"),
        row(
            .ewma, [x, .halfLife], .same,
            "the exponentially weighted mean, one step an instant; depends on all of history",
            example: "price > 1.01 * ewma(price, 10m)"),
    ]

    private static let sampled: [Builtin] = [
        row(
            .volatility, [sampledWindow], .ratio,
            "the sample standard deviation of a grid step's log returns; not annualised",
            example: "volatility(1h by 1m) > 20bp"),
        row(
            .correlation, [.series("a"), .series("b"), sampledWindow], .number,
            "Pearson's correlation of grid steps' log returns",
            example: "correlation(price, SPY.price, 1h by 1m) < 0.2"),
        row(
            .beta, [.series("a"), .series("b"), sampledWindow], .number,
            "the slope of a's log returns on b's, by grid steps",
            example: "beta(price, SPY.price, 1h by 1m) > 2"),
        row(
            .rsi, [sampledWindow], .number,
            "100 * G / (G + L): the sums of the grid steps' gains and losses",
            example: "rsi(14m by 1m) > 70"),
    ]

    private static let others: [Builtin] = [
        row(
            .rate, [.rateSeries, .within], .ratio,
            "the rate as of known-at; unknown from known-at + d on with `within d`",
            example: "rate(DFF, within 10d) > 5%"),
        row(.abs, [.value("x")], .same, "x without its sign", example: "abs(move(price, 1m)) > 5"),
        row(
            .sqrt, [.value("x")], .squareRoot, "the square root; unknown below 0",
            example: "sqrt(trades(1m)) > 10"),
        row(
            .ln, [.value("x")], .number, "the natural logarithm; unknown at 0 and below",
            example: "ln(price / ago(price, 5m)) > 0.02"),
        row(
            .least, [.value("a"), .value("b"), .moreValues], .same, "the least of its arguments",
            example: "price < least(low(1h ending 1m ago), vwap(1h))"),
        row(
            .greatest, [.value("a"), .value("b"), .moreValues], .same, "the greatest of its arguments",
            example: "price > greatest(high(1h ending 1m ago), vwap(1h))"),
        row(
            .known, [.anything("x")], .bool, "whether x is known", empty: "false",
            example: "not known(bid) and trades(5m) > 0"),
        row(
            .coalesce, [.anything("x"), .anything("y")], .same, "x where it is known, else y",
            example: "coalesce(mid, price) > 100"),
        row(
            .firing, [.rule], .bool, "whether that rule fires, after the instant", empty: "false",
            example: "trades(1m) > 10 and not firing(other)"),
    ]
}
