import RuleSyntax
import Testing

@Suite("Syntax: expressions (LANGUAGE 10)")
struct SyntaxExpressionTests {
    @Test(
        "An expression has the shape that the grammar gives it",
        arguments: [
            ("a or b and c", "(or a (and b c))"),
            ("a and b and c", "(and (and a b) c)"),
            ("not a and b", "(and (not a) b)"),
            ("not a < b", "(not (< a b))"),
            ("not not a", "(not (not a))"),
            ("a - b - c", "(- (- a b) c)"),
            ("a / b * c", "(* (/ a b) c)"),
            ("a + b * -c", "(+ a (* b (neg c)))"),
            ("--a", "(neg (neg a))"),
            ("(a + b) * c", "(* [(+ a b)] c)"),
            ("a + 1 <= b", "(<= (+ a 1=1.0) b)"),
            ("a in 1..2 + b", "(in a 1=1.0 (+ 2=2.0 b))"),
            ("a in 0.5..1.5", "(in a 0.5=0.5 1.5=1.5)"),
            ("a crosses above b + 1", "(crosses-above a (+ b 1=1.0))"),
            ("a crosses below b", "(crosses-below a b)"),
            ("a crosses b", "(crosses-either a b)"),
            ("not (a == true) or b != false", "(or (not [(== a true)]) (!= b false))"),
        ])
    func precedence(text: String, expected: String) { #expect(shape(text) == expected) }

    @Test(
        "A point after a symbol is its own or an owner's",
        arguments: [
            ("SPY.price", "'SPY'.price"), ("BRK.B.price", "'BRK.B'.price"), ("BRK.B", "'BRK.B'"),
            ("BINANCE:BTCUSDT.vwap(5m)", "'BINANCE:BTCUSDT'.vwap(300000ms)"),
            ("BTC-USD.price - ETH-USD.price", "(- 'BTC-USD'.price 'ETH-USD'.price)"),
            ("EUR/USD.price / GBP/USD.price", "(/ 'EUR/USD'.price 'GBP/USD'.price)"),
            ("SPY.price/QQQ.price", "(/ 'SPY'.price 'QQQ'.price)"),
            ("SPY.price-QQQ.price", "(- 'SPY'.price 'QQQ'.price)"),
            ("`IC MARKETS:1`.price", "'IC MARKETS:1'.price"), ("`brk.b`.price", "'brk.b'.price"),
            ("limits.upper", "limits.upper"), ("x in SPY.low..QQQ.high", "(in x 'SPY'.low 'QQQ'.high)"),
            ("ES_F.price", "'ES_F'.price"), ("A1.B2:C3.price", "'A1.B2:C3'.price"),
            ("rate(DGS10)", "rate('DGS10')"),
        ])
    func owners(text: String, expected: String) { #expect(shape(text) == expected) }

    @Test(
        "Literals are read to the nearest Double, durations to the millisecond",
        arguments: [
            ("1.5k", "1.5k=1500.0"), ("2mn", "2mn=2000000.0"), ("0.3bn", "0.3bn=300000000.0"),
            ("15%", "15%=0.15"), ("0.1%", "0.1%=0.001"), ("25bp", "25bp=0.0025"), ("5m", "300000ms"),
            ("1h30m", "5400000ms"), ("1d2h3m4s5ms", "93784005ms"), ("90s", "90000ms"), ("5ms", "5ms"),
            ("36500d", "3153600000000ms"), ("0.1", "0.1=0.1"), ("007", "007=7.0"),
            ("9007199254740993", "9007199254740993=9007199254740992.0"),
        ])
    func literals(text: String, expected: String) { #expect(shape(text) == expected) }

    @Test(
        "Arguments have their own words",
        arguments: [
            ("f(x, 5m ending 1h ago)", "f(x 300000ms ending:3600000ms)"),
            ("f(1d by 1m)", "f(86400000ms by:60000ms)"),
            ("f(w by s ending e ago)", "f(w by:s ending:e)"),
            ("f(x, 100 trades)", "f(x trades:100)"),
            ("rate(DFF, within 10d)", "rate('DFF' within:864000000ms)"),
            ("f()", "f()"), ("trades(5m) + ago(x, 1m)", "(+ trades(300000ms) ago(x 60000ms))"),
            ("percentile(x, 99, 5m)", "percentile(x 99=99.0 300000ms)"),
        ])
    func arguments(text: String, expected: String) { #expect(shape(text) == expected) }

    @Test("Words of one place are names everywhere else")
    func contextualWords() {
        let words = [
            "trades", "ago", "above", "below", "keep", "clear", "regular", "extended", "info", "warning",
        ]
        for word in words + ["critical", "number", "price", "symbol", "bool", "mon", "sun"] {
            #expect(shape("\(word) + 1") == "(+ \(word) 1=1.0)")
        }
        #expect(shape("above crosses above above") == "(crosses-above above above)")
    }

    @Test("A keyword is never a name")
    func keywords() {
        for word in [
            "let", "list", "series", "session", "table", "template", "rule", "use", "when", "then", "for",
            "until",
            "unless", "during", "cooldown", "repeat", "unknown", "severity", "escalate", "labels", "notify",
            "runbook", "message", "on", "all", "except", "else", "after", "within", "by", "ending", "and",
            "or",
            "not", "in", "crosses", "true", "false",
        ] {
            #expect(places(read("let \(word) = 1").diagnostics).count == 1, "\(word)")
        }
    }

    @Test("Canonical text reads back as the same tree, on one line")
    func canonicalText() {
        for (text, expected) in [
            ("change( price,300s )", "change(price, 5m)"), ("a<b", "a < b"), ("-  x*( y )", "-x * (y)"),
            ("SPY.vwap(1h by 60s ending 5m ago)", "SPY.vwap(1h by 1m ending 5m ago)"),
            ("`AAPL`.price", "AAPL.price"), ("`x y`.price", "`x y`.price"), ("`A.b`.price", "`A.b`.price"),
            ("a  in 1 .. 2", "a in 1..2"), ("a crosses\n above b", "a crosses above b"),
            ("last(x,100   trades)", "last(x, 100 trades)"), ("5 % ", ""), ("not not(a)", "not not (a)"),
        ] where !expected.isEmpty {
            let (file, diagnostics) = read("let x = \(text)")
            guard diagnostics.isEmpty, case .constant(_, _, let body)? = file.items.first?.kind else {
                Issue.record("\(text) was not read")
                continue
            }
            #expect(body.canonicalText == expected)
            #expect(shape(body.canonicalText) == sexp(body))
        }
    }

    @Test("A tree that was not parsed prints with the brackets it needs")
    func brackets() throws {
        func part(_ text: String) throws -> Expression {
            guard case .constant(_, _, let body)? = read("let x = \(text)").file.items.first?.kind else {
                throw Unread()
            }
            return body
        }
        let (sum, either, a) = (try part("a + b"), try part("a or b"), try part("a"))
        let place = sum.span
        func binary(_ symbol: BinaryOperator, _ left: Expression, _ right: Expression) -> String {
            Expression(kind: .binary(symbol, left, right, operatorSpan: place), span: place).canonicalText
        }
        #expect(binary(.multiply, sum, a) == "(a + b) * a")
        #expect(binary(.subtract, a, sum) == "a - (a + b)")
        #expect(binary(.and, either, a) == "(a or b) and a")
        #expect(Expression(kind: .negate(sum), span: place).canonicalText == "-(a + b)")
        #expect(Expression(kind: .not(either), span: place).canonicalText == "not (a or b)")
    }

    struct Unread: Error {}

    @Test(
        "A duration prints in its largest units",
        arguments: [
            (0, "0s"), (1, "1ms"), (90_000, "1m30s"), (86_400_000, "1d"), (2_592_000_000, "30d"),
            (3_600_001, "1h1ms"), (-60_000, "-1m"), (Int64.max, "106751991167d7h12m55s807ms"),
            (Int64.min, "-106751991167d7h12m55s808ms"),
        ] as [(Int64, String)])
    func durations(milliseconds: Int64, expected: String) {
        #expect(canonicalDuration(milliseconds) == expected)
    }
}
