import Diagnostics
import RuleSyntax

extension Fault {
    static func ratioAndBareNumber(_ bare: Term, _ meeting: Meeting) -> Diagnostic {
        let value = bare.constant ?? 0
        let percent = "\(Wording.number(value))% (\(Wording.scaled(value, by: -2)))"
        let whole = "\(Wording.scaled(value, by: 2))% (\(Wording.number(value)))"
        var diagnostic = Diagnostic.fault(
            .ratioAndBareNumber,
            "cannot \(meeting.verb) a ratio and the bare number \(bare.numberText)", at: meeting.place,
            help: "write \(percent) or \(whole)", notes: notes(on: bare))
        let isPlain = { (text: String) in text.allSatisfy { "-.0123456789".contains($0) } }
        let texts = [Wording.number(value), Wording.scaled(value, by: 2)]
        if isPlain(bare.writtenText), texts.allSatisfy(isPlain) {
            diagnostic.fixes = texts.map { Diagnostic.Fix(replacing: bare.span, with: "\($0)%") }
        }
        return diagnostic
    }

    static func differentDimensions(_ meeting: Meeting, _ left: Term, _ right: Term) -> Diagnostic {
        let first = left.type.quantity?.dimension ?? .none
        let second = right.type.quantity?.dimension ?? .none
        let factor = first / second
        let inverse = second / first
        var help: [String] = []
        if let fix = redeclaration(left, second) ?? redeclaration(right, first) {
            return .fault(
                .differentDimensions, "cannot \(meeting.verb) \(left.type) and \(right.type)",
                at: meeting.place, help: fix)
        }
        switch (first, second) {
        case (.none, .price), (.price, .none), (.none, .size), (.size, .none):
            let base = first.isNone ? second : first
            help = ["a \(base) divided by a \(base) is a plain number, and compares with a ratio"]
        default:
            if factor.isSingle {
                help = ["divide the left side by a \(factor), or multiply the right side by one"]
            } else if inverse.isSingle {
                help = ["multiply the left side by a \(inverse), or divide the right side by one"]
            } else {
                help = ["the left side is in \(first), the right side in \(second)"]
            }
        }
        var diagnostic = Diagnostic.fault(
            .differentDimensions, "cannot \(meeting.verb) \(left.type) and \(right.type)",
            at: meeting.place, notes: notes(on: left) + notes(on: right))
        diagnostic.help = help
        return diagnostic
    }

    /// A parameter that is declared as a number where another type is meant.
    private static func redeclaration(_ term: Term, _ wanted: Dimension) -> String? {
        guard term.isPlaceholder, term.isNameAlone, term.type == .quantity(.number),
            let type = ParameterType.allCases.first(where: {
                $0.valueType == .quantity(Quantity(dimension: wanted))
            })
        else { return nil }
        return "declare the parameter as `\(term.text): \(type.rawValue)`"
    }

    static func numberForDuration(_ bare: Term, _ meeting: Meeting) -> Diagnostic {
        .fault(
            .numberForDuration,
            "cannot \(meeting.verb) a duration and the bare number \(bare.numberText): "
                + "a duration needs a unit",
            at: bare.span, help: units(for: bare), notes: notes(on: bare))
    }

    static func minutesForMillions(
        _ minutes: Term, _ meeting: Meeting, _ left: ValueType, _ right: ValueType
    ) -> Diagnostic {
        let text = minutes.writtenText
        let digits = text.dropLast()
        let other = left == .quantity(.duration) ? right : left
        var diagnostic = Diagnostic.fault(
            .minutesForMillions,
            "cannot \(meeting.verb) \(other) and \(text): `m` is minutes, not millions", at: minutes.span,
            help: "write \(digits)mn for \(digits) million")
        if !digits.isEmpty, digits.allSatisfy(\.isNumber) {
            diagnostic.fixes = [Diagnostic.Fix(replacing: minutes.span, with: "\(digits)mn")]
        }
        return diagnostic
    }

    static func bareNumberForCompound(
        _ bare: Term, _ other: Term, _ meeting: Meeting, _ dimension: Dimension
    ) -> Diagnostic {
        let text = bare.numberText
        var diagnostic = Diagnostic.fault(
            .bareNumberForCompound, "cannot \(meeting.verb) \(other.type) and the bare number \(text)",
            at: meeting.place, notes: notes(on: bare))
        if (dimension * .time).admitsBareLiteral {
            diagnostic.help = [
                "say per how long: `\(other.text) * 1m` is what passes in a minute, and compares with \(text)"
            ]
        } else {
            diagnostic.help = [
                "compare it with a value in \(dimension), or divide both sides to plain numbers"
            ]
        }
        return diagnostic
    }

    static func conditionExpected(_ term: Term, joinedBy word: String?) -> Diagnostic {
        let place = word.map { "`\($0)` joins conditions" } ?? "a condition is expected here"
        return .fault(
            .wrongKind, "\(place), and `\(term.short)` is \(term.type)", at: term.span,
            help: "compare it with something: `\(term.short) > 0`", notes: notes(on: term))
    }

    static func quantityExpected(_ term: Term) -> Diagnostic {
        .fault(
            .wrongKind, "a quantity is expected here, and `\(term.short)` is a condition", at: term.span,
            notes: notes(on: term))
    }

    static func symbolAsValue(_ term: Term) -> Diagnostic {
        let name = term.text
        if name == "symbol" {
            return .fault(
                .symbolAsValue, "`symbol` is a symbol, not a value", at: term.span,
                help: "compare it with another: `symbol == AAPL`; or say what of it is meant: `price`")
        }
        return .fault(
            .symbolAsValue, "`\(name)` is a symbol, not a value", at: term.span,
            help: "say what of it is meant: `\(name).price`, `\(name).volume(5m)`")
    }

    static func noSuchRoot(_ term: Term, _ function: String) -> Diagnostic {
        let what = function == "ln" ? "the logarithm" : "the square root"
        return .fault(
            .noSuchRoot, "\(what) of \(term.type) has no meaning", at: term.span,
            help: "divide `\(term.short)` by something of its kind first")
    }

    static func ageNotCompared(_ term: Term) -> Diagnostic {
        .fault(
            .ageNotCompared,
            "an age changes all the time: it may only be compared with a constant duration, "
                + "or stand in a message",
            at: term.span, help: "write `\(term.short) > 5m`")
    }

    static func crossesInMessage(_ place: SourceSpan) -> Diagnostic {
        .fault(
            .crossesInMessage, "`crosses` looks at the past: it cannot stand in a message", at: place,
            help: "show the values that cross")
    }

    /// `5m`, `5s` or `5h`.
    static func units(for bare: Term) -> String {
        let text = bare.constant.map(Wording.number) ?? bare.numberText
        guard text.allSatisfy(\.isNumber) else { return "write it in whole units, such as 90s or 1m30s" }
        return "write \(text)m for minutes, \(text)s for seconds or \(text)h for hours"
    }

    /// Where a value came from, if it is not where it is used.
    static func notes(on term: Term) -> [Diagnostic.Note] {
        guard let definition = term.definition else { return [] }
        return [Diagnostic.Note(span: definition, text: "`\(definition.text)` is defined here")]
    }
}

extension Dimension {
    /// One base dimension to the first power.
    var isSingle: Bool { self == .price || self == .size || self == .time }
}

extension Term {
    /// The number as written, or its value where an expression or a `let` made it.
    var numberText: String {
        if definition == nil, case .number(let text, _) = surface.kind { return text }
        return constant.map(Wording.number) ?? text
    }

    /// As written, where that is short; else its beginning.
    var short: String {
        let text = definition == nil && origin.isSame(as: span) ? writtenText : self.text
        if text.count <= 40, !text.contains("\n") { return text }
        return String(self.text.prefix(37)) + "..."
    }
}
