extension Comment {
    /// `# text`; `###` and longer rulers stand as they are.
    var canonicalText: String {
        if isDocumentation { return text.isEmpty ? "##" : "## \(text)" }
        return text.isEmpty || text.hasPrefix("##") ? "#\(text)" : "# \(text)"
    }
}

extension Expression {
    /// The operands of the topmost `and` or `or`, the operator before each but the first.
    var canonicalParts: [String] {
        guard case .binary(let top, _, _, _) = kind, top == .and || top == .or else { return [canonicalText] }
        return parts.enumerated().map { index, part in
            index == 0
                ? part.text(atLeast: top.precedence)
                : "\(top.rawValue) \(part.text(atLeast: top.precedence.tighter))"
        }
    }

    /// The last thing on its line is a symbol without back-quotes, which a colon would lengthen.
    var endsInSymbol: Bool {
        switch kind {
        case .symbol(let name): canonicalSymbol(name) == name
        case .negate(let inner), .not(let inner): inner.endsInSymbol
        case .binary(_, _, let right, _), .crosses(_, _, let right, _): right.endsInSymbol
        case .between(_, _, let high, _): high.endsInSymbol
        default: false
        }
    }
}

extension [Parameter] {
    var canonicalText: String {
        "(" + map { "\($0.name.text): \($0.type.text)" }.joined(separator: ", ") + ")"
    }
}

extension TargetName {
    var canonicalText: String {
        switch self {
        case .symbol(let name): canonicalSymbol(name.text)
        case .list(let name): name.text
        case .pattern(let pattern): Self.slashed(pattern.text)
        }
    }

    /// A slash is escaped, whatever else is escaped stays so.
    private static func slashed(_ pattern: String) -> String {
        var out = "/"
        var isEscaped = false
        for scalar in pattern.unicodeScalars {
            if scalar == "/", !isEscaped { out += "\\" }
            isEscaped = scalar == "\\" && !isEscaped
            out.unicodeScalars.append(scalar)
        }
        return out + "/"
    }
}

extension [TargetName] {
    var canonicalText: String { map(\.canonicalText).joined(separator: ", ") }
}

extension RuleTarget {
    var canonicalText: String {
        "on " + (names?.canonicalText ?? "all") + (except.isEmpty ? "" : " except \(except.canonicalText)")
    }
}

extension SessionHours {
    var canonicalText: String {
        switch self {
        case .exchange(let mic, let hours): "\(canonicalSymbol(mic.text)) \(hours.text)"
        case .weekly(let first, let last, let clocks, let zone):
            first.text + (last.map { "-\($0.text)" } ?? "") + " "
                + clocks.map(\.canonicalText).joined(separator: ", ") + " \(quoted(zone.text))"
        }
    }
}

extension ClockRange {
    var canonicalText: String { "\(Self.clock(open))-\(Self.clock(close))" }

    private static func clock(_ minutes: Int) -> String {
        let (hour, minute) = minutes.quotientAndRemainder(dividingBy: 60)
        return (hour < 10 ? "0\(hour)" : "\(hour)") + (minute < 10 ? ":0\(minute)" : ":\(minute)")
    }
}

extension Clause.Kind {
    /// The keyword that begins it.
    var word: Keyword {
        switch self {
        case .use: .use
        case .when: .when
        case .then: .then
        case .holdFor, .holdForTrades: .for
        case .until: .until
        case .unless: .unless
        case .during: .during
        case .cooldown: .cooldown
        case .repeats: .repeat
        case .unknown: .unknown
        case .severity: .severity
        case .escalate: .escalate
        case .labels: .labels
        case .notify: .notify
        case .runbook: .runbook
        case .message: .message
        }
    }

    /// One line, less the condition at its end.
    var canonicalText: String {
        let rest: String? =
            switch self {
            case .use(let template, let arguments):
                "\(template.text)(\(arguments.map(\.canonicalText).joined(separator: ", ")))"
            case .when, .until, .unless: nil
            case .then(let length, _): "within \(length.canonicalText)"
            case .holdFor(let length), .cooldown(let length), .repeats(let length): length.canonicalText
            case .holdForTrades(let count): "\(count) trades"
            case .during(let session, let after):
                session.text + (after.map { " after \($0.canonicalText)" } ?? "")
            case .unknown(let clears): clears ? "clear" : "keep"
            case .severity(let level): level.text
            case .escalate(let level, _): "\(level.text) when"
            case .labels(let labels):
                labels.map { "\($0.name.text) = \(quoted($0.value.text))" }.joined(separator: ", ")
            case .notify(let names): names.map(\.text).joined(separator: ", ")
            case .runbook(let address): quoted(address.text)
            case .message(let message): message.canonicalText
            }
        return word.rawValue + (rest.map { " \($0)" } ?? "")
    }
}

extension MessageText {
    /// The string, quotes and all.
    public var canonicalText: String {
        "\"" + parts.map(\.canonicalText).joined() + "\""
    }
}

extension MessageText.Part {
    fileprivate var canonicalText: String {
        switch self {
        case .text(let text): return escaped(text)
        case .slot(let expression, nil): return "{\(expression.canonicalText)}"
        case .slot(let expression, let format?):
            // `{SPY:0}` would be the symbol SPY:0.
            return "{\(expression.canonicalText)\(expression.endsInSymbol ? " " : ""):\(format.text)}"
        }
    }
}

private func quoted(_ text: String) -> String { "\"\(escaped(text))\"" }

private func escaped(_ text: String) -> String {
    var out = ""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\n": out += "\\n"
        case "\t": out += "\\t"
        case "\"", "\\", "{", "}":
            out += "\\"
            out.unicodeScalars.append(scalar)
        default: out.unicodeScalars.append(scalar)
        }
    }
    return out
}
