import Diagnostics
import Engine
import MarketModel
import RuleCompiler
public import RuleSemantics

/// Writes checked programs without the parser: `rule("r", when: price > 5)`.
enum TestLanguage {
    static let span = SourceSpan(file: SourceFile(name: "test.rules", text: [UInt8]()), start: 0, end: 0)
    static let minute: Int64 = 60_000
    static let price = series(.price)
    static let size = series(.size)

    static func series(_ series: MarketSeries, of symbol: String? = nil) -> CheckedExpression {
        .series(.market(series, owner(symbol)))
    }

    static func owner(_ symbol: String?) -> SymbolOwner { symbol.map { .symbol($0) } ?? .key }

    static func call(
        _ builtin: BuiltinName, of symbol: String? = nil, _ arguments: CheckedArgument...
    ) -> CheckedExpression {
        .call(BuiltinCall(builtin: builtin, owner: owner(symbol), arguments: arguments, span: span))
    }

    static func window(_ length: Int64, ending: Int64 = 0) -> CheckedArgument {
        .window(.time(length: length, ending: ending, step: nil))
    }

    static func x(_ series: MarketSeries, of symbol: String? = nil) -> CheckedArgument {
        .series(.market(series, owner(symbol)))
    }

    static func rule(
        _ name: String, on include: [SymbolSelector]? = [.symbol("AAPL")], except: [SymbolSelector] = [],
        when: CheckedExpression, edit: (inout CheckedRule) -> Void = { _ in }
    ) -> CheckedRule {
        var rule = CheckedRule(name: name, span: span, when: when)
        rule.target = include.map { CheckedTarget(include: $0, exclude: except) }
        edit(&rule)
        return rule
    }

    /// The blocks of a key as text; `key` nil: those of rules without `on`.
    static func disassembly(_ rules: [CheckedRule], key: String? = "AAPL") -> String {
        let book = compileRules(CheckedProgram(rules: rules)).book
        return (key.map { book.blocksForKey($0) } ?? book.keyless).map(\.disassembly).joined(
            separator: "--\n")
    }
}

func > (left: CheckedExpression, right: CheckedExpression) -> CheckedExpression {
    .comparison(.greater, left, right)
}
func >= (left: CheckedExpression, right: CheckedExpression) -> CheckedExpression {
    .comparison(.greaterOrEqual, left, right)
}
func < (left: CheckedExpression, right: CheckedExpression) -> CheckedExpression {
    .comparison(.less, left, right)
}
func <= (left: CheckedExpression, right: CheckedExpression) -> CheckedExpression {
    .comparison(.lessOrEqual, left, right)
}
func == (left: CheckedExpression, right: CheckedExpression) -> CheckedExpression {
    .comparison(.equal, left, right)
}
func != (left: CheckedExpression, right: CheckedExpression) -> CheckedExpression {
    .comparison(.notEqual, left, right)
}
func && (left: CheckedExpression, right: CheckedExpression) -> CheckedExpression { .and(left, right) }
func || (left: CheckedExpression, right: CheckedExpression) -> CheckedExpression { .or(left, right) }
func + (left: CheckedExpression, right: CheckedExpression) -> CheckedExpression {
    .arithmetic(.add, left, right)
}
func - (left: CheckedExpression, right: CheckedExpression) -> CheckedExpression {
    .arithmetic(.subtract, left, right)
}
func * (left: CheckedExpression, right: CheckedExpression) -> CheckedExpression {
    .arithmetic(.multiply, left, right)
}
func / (left: CheckedExpression, right: CheckedExpression) -> CheckedExpression {
    .arithmetic(.divide, left, right)
}

extension CheckedExpression: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
    public init(floatLiteral value: Double) { self = .number(value) }
    public init(integerLiteral value: Int) { self = .number(Double(value)) }
}
