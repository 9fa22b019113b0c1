import MarketModel
import RuleSemantics

/// A random program as the checker would hand it over, and a tape to run it on, both small: what rule text of
/// `RandomProgram` does not reach, such as conditions on the key itself, patterns beside lists, crossings in
/// values, and arithmetic of any shape.
struct RandomTree {
    typealias L = TestLanguage

    static let symbols = ["A", "B", "C", "D"]
    private var random: SeededGenerator
    /// Whether unqualified names mean something.
    private var hasKey = true
    private var seriesCount = 0

    init(seed: Int) { random = SeededGenerator(seed: UInt64(seed)) }

    private mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int.random(in: 0..<elements.count, using: &random)]
    }

    private mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }

    // MARK: Programs

    mutating func program(rules count: Int) -> CheckedProgram {
        var program = CheckedProgram(rateSeries: ["DFF", "SOFR"])
        hasKey = false
        for index in 0..<number(0...2) {
            // Sums and differences stay exact.
            let operation: ArithmeticOperator = pick([.add, .subtract])
            program.series.append(
                CheckedSeries(
                    name: "s\(index)", expression: .arithmetic(operation, exactSeries(), exactSeries())))
            seriesCount = index + 1
        }
        for index in 0..<count { program.rules.append(rule("r\(index)")) }
        return program
    }

    private mutating func rule(_ name: String) -> CheckedRule {
        let targets: [[SymbolSelector]?] = [
            [.symbol("A")], [.symbol("A"), .symbol("B")], [.all], [.pattern("^[BC]$")],
            [.symbol("D"), .pattern("A")], nil,
        ]
        let target = pick(targets)
        hasKey = target != nil
        var rule = L.rule(name, on: target, except: number(0...5) == 0 ? [.symbol("B")] : [], when: bool(2))
        if number(0...2) == 0 { rule.until = bool(1) }
        if number(0...3) == 0 { rule.unless = bool(1) }
        for index in 0..<number(0...3) {
            let isCrossing = number(0...4) == 0
            rule.values.append(
                CheckedValue(text: "v\(index)", expression: isCrossing ? crossing() : numeric(1)))
        }
        rule.values.append(
            CheckedValue(text: "age", expression: L.call(.age, .series(reference([.price, .bid])))))
        return rule
    }

    private mutating func exactSeries() -> CheckedExpression {
        seriesCount > 0 && number(0...2) == 0
            ? .series(.named(number(0...(seriesCount - 1)))) : .series(reference(MarketSeries.allCases))
    }

    // MARK: Expressions

    private mutating func owner() -> SymbolOwner {
        hasKey && number(0...3) > 0 ? .key : .symbol(pick(RandomTree.symbols))
    }

    private mutating func reference(_ series: [MarketSeries]) -> SeriesReference {
        .market(pick(series), owner())
    }

    private mutating func anySeries() -> SeriesReference {
        if seriesCount > 0, number(0...3) == 0 { return .named(number(0...(seriesCount - 1))) }
        return reference(MarketSeries.allCases)
    }

    private mutating func constant() -> CheckedExpression { .number(Double(number(-4...48)) / 4) }

    private mutating func delay() -> Int64 { Int64(number(1...25)) }

    private mutating func window() -> CheckedArgument {
        .window(.time(length: delay(), ending: number(0...3) == 0 ? delay() : 0, step: nil))
    }

    mutating func numeric(_ depth: Int) -> CheckedExpression {
        if depth == 0 || number(0...2) == 0 { return leaf() }
        switch number(0...7) {
        case 0: return .negate(numeric(depth - 1))
        case 1: return L.call(pick([.abs, .sqrt]), .expression(numeric(depth - 1)))
        case 2:
            let pair = (
                CheckedArgument.expression(numeric(depth - 1)), CheckedArgument.expression(numeric(depth - 1))
            )
            return L.call(pick([.least, .greatest, .coalesce]), pair.0, pair.1)
        case 3:
            return L.call(
                .deviation, .expression(.series(reference([.price]))),
                .expression(.series(reference([.price]))))
        default:
            return .arithmetic(
                pick([.add, .subtract, .multiply, .divide]), numeric(depth - 1), numeric(depth - 1))
        }
    }

    private mutating func leaf() -> CheckedExpression {
        switch number(0...9) {
        case 0, 1: return constant()
        case 2, 3: return .series(anySeries())
        case 4:
            return L.call(pick([.ago, .change, .move]), .series(anySeries()), .duration(delay(), step: nil))
        case 5: return L.call(.prev, .series(anySeries()))
        case 6:
            let rate = CheckedArgument.rate(number(0...1))
            return number(0...1) == 0
                ? L.call(.rate, rate) : L.call(.rate, rate, .duration(delay(), step: nil))
        case 7:
            let builtin: BuiltinName = pick([.trades, .volume, .notional, .vwap, .low, .high, .range])
            return .call(
                BuiltinCall(builtin: builtin, owner: owner(), arguments: [window()], span: L.span))
        default:
            let builtin: BuiltinName = pick([.count, .sum, .avg, .first, .last, .min, .max, .stddev, .zscore])
            return L.call(builtin, .series(anySeries()), window())
        }
    }

    private mutating func comparison() -> ComparisonOperator {
        pick([.less, .lessOrEqual, .greater, .greaterOrEqual, .equal, .notEqual])
    }

    private mutating func crossing() -> CheckedExpression {
        .crosses(pick([.above, .below, .either]), numeric(1), numeric(1))
    }

    mutating func bool(_ depth: Int) -> CheckedExpression {
        if depth > 0, number(0...1) == 0 {
            switch number(0...3) {
            case 0: return .not(bool(depth - 1))
            case 1: return .or(bool(depth - 1), bool(depth - 1))
            default: return .and(bool(depth - 1), bool(depth - 1))
            }
        }
        switch number(0...9) {
        case 0: return .between(numeric(1), low: constant(), high: constant())
        case 1: return L.call(.known, .expression(numeric(1)))
        case 2, 3:
            let age = L.call(.age, .series(anySeries()))
            let bound = CheckedExpression.number(Double(number(0...40)) / 2)
            return number(0...1) == 0
                ? .comparison(comparison(), age, bound) : .comparison(comparison(), bound, age)
        case 4, 5: return crossing()
        case 6 where hasKey:
            return .comparison(
                pick([.equal, .notEqual]), .symbol(.key), .symbol(.symbol(pick(RandomTree.symbols))))
        case 7: return .comparison(pick([.equal, .notEqual]), bool(0), .bool(number(0...1) == 0))
        default: return .comparison(comparison(), numeric(1), numeric(1))
        }
    }

    // MARK: Tapes

    /// `count` trades in `length` milliseconds: several in some instants, none in most.
    mutating func tape(length: Int, trades count: Int) -> Tape {
        var tape = Tape()
        var prices: [String: Int] = [:]
        for time in (0..<count).map({ _ in Int64(1000 + number(0...length)) }).sorted() {
            let symbol = pick(RandomTree.symbols)
            let price = max(1, (prices[symbol] ?? 40) + number(-3...3))
            prices[symbol] = price
            let bid = quarters(price - number(0...2))
            let ask = quarters(price + 2 * number(0...2))
            tape.append(
                symbol, at: time, price: quarters(price), size: quarters(4 * number(0...5)),
                quote: number(0...1) == 0 ? (bid, ask) : nil)
            tape.end = time
        }
        for series in ["DFF", "SOFR"] {
            for _ in 0..<number(0...3) {
                let day = CivilDate(year: 2025, month: 1, day: number(1...20))
                tape.rates.append((series, day, Double(number(0...40)) / 4, Int64(990 + number(0...length))))
            }
        }
        return tape
    }

    private func quarters(_ count: Int) -> FixedPoint {
        FixedPoint(mantissa: Int64(count * 25), scale: 2) ?? .zero
    }

    /// An order of arrival in which nobody is late under a lateness of `bound` milliseconds.
    mutating func arrival(of tape: Tape, bound: Int) -> [Int] {
        let keys = tape.trades.map { $0.trade.time + Int64(number(0...(bound - 1))) }
        return keys.indices.sorted { (keys[$0], $0) < (keys[$1], $1) }
    }

    /// Cuts 0..<count into batches.
    mutating func batches(_ count: Int) -> [Range<Int>] {
        var cuts: [Range<Int>] = []
        while let first = cuts.last?.upperBound ?? (count > 0 ? 0 : nil), first < count {
            cuts.append(first..<min(count, first + number(1...9)))
        }
        return cuts
    }
}
