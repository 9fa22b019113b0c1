import Diagnostics
import MarketModel
import RuleSyntax

/// Numbers, durations and strings in their places on a line.
extension TestLine {
    mutating func word(_ what: String, help: String) throws(TestProblem) -> TestWord {
        guard let word = take() else {
            throw TestProblem(.expected(what, found: nil, help: help), at: endSpan)
        }
        return word
    }

    mutating func duration(_ place: String) throws(TestProblem) -> (milliseconds: Int64, word: TestWord) {
        let word = try word("a duration behind `\(place)`", help: "write `\(place) 5m`")
        guard let milliseconds = durationMilliseconds(word.text), milliseconds > 0 else {
            let isBare = !word.text.isEmpty && word.text.allSatisfy(\.isNumber)
            let help = isBare ? "add the unit: \(word.text)s, \(word.text)m" : nil
            throw TestProblem(.notDuration(word.text, help: help), at: word.span)
        }
        return (milliseconds, word)
    }

    mutating func decimal(_ place: String) throws(TestProblem) -> FixedPoint {
        let word = try word("a number behind `\(place)`", help: "write `\(place) 100`")
        return try word.decimal()
    }

    mutating func symbol(_ place: String) throws(TestProblem) -> Name {
        let word = try word("a symbol behind `\(place)`", help: "write `\(place) AAPL`")
        guard let symbol = word.symbol else {
            throw TestProblem(
                .expected("a symbol behind `\(place)`", found: word.text, help: "write `\(place) AAPL`"),
                at: word.span)
        }
        return Name(text: symbol, span: word.span)
    }

    func expectEnd(help: String) throws(TestProblem) {
        if let word = peek { throw TestProblem(.unexpected(word.text, help: help), at: word.span) }
    }
}

extension TestWord {
    func decimal() throws(TestProblem) -> FixedPoint {
        guard text.utf8.allSatisfy({ (48...57).contains($0) || $0 == 46 || $0 == 45 }),
            let value = FixedPoint(text)
        else { throw TestProblem(.notDecimal(text), at: span) }
        return value
    }

    /// Digits behind the point, as written; no more than a price can have.
    var writtenDecimals: Int {
        guard let point = text.firstIndex(of: ".") else { return 0 }
        let digits = text[text.index(after: point)...].prefix { $0.isASCII && $0.isNumber }
        return min(digits.count, Int(FixedPoint.greatestScale))
    }

    /// What stands between the quotes of a string, `\"`, `\\`, `\n` and `\t` resolved.
    var unquoted: String {
        var out = ""
        var isEscaped = false
        for scalar in text.unicodeScalars.dropFirst().dropLast() {
            if isEscaped {
                isEscaped = false
                out.unicodeScalars.append(scalar == "n" ? "\n" : scalar == "t" ? "\t" : scalar)
            } else if scalar == "\\" {
                isEscaped = true
            } else {
                out.unicodeScalars.append(scalar)
            }
        }
        return out
    }

    /// `101.25`, `1.8%`, `25bp`, `2.5mn`, `5m`, `true`, `unknown`; nil for anything else.
    var literal: ExpectedLiteral? {
        switch text {
        case "unknown": return ExpectedLiteral(kind: .unknown, span: span)
        case "true", "false": return ExpectedLiteral(kind: .bool(text == "true"), span: span)
        default: break
        }
        if let milliseconds = durationMilliseconds(text) {
            return ExpectedLiteral(kind: .duration(milliseconds), span: span)
        }
        let digits = text.prefix { $0.isASCII && $0.isNumber || $0 == "." || $0 == "-" }
        let exponents = ["": 0, "k": 3, "mn": 6, "bn": 9, "%": -2, "bp": -4]
        let suffix = String(text[digits.endIndex...])
        guard let exponent = exponents[suffix], FixedPoint(digits) != nil,
            let value = Double("\(digits)e\(exponent)"),
            let tolerance = Double("0.5e\(exponent - writtenDecimals)")
        else { return nil }
        let isRatio = exponent < 0
        return ExpectedLiteral(
            kind: isRatio ? .ratio(value, tolerance: tolerance) : .number(value, tolerance: tolerance),
            span: span)
    }
}
