import Diagnostics
import RuleSyntax

/// A syntax tree as text: everything but spans, so that two trees can be compared and read.
struct SyntaxTreeText {
    var text = ""

    init(_ file: RuleFile) {
        for item in file.items { write(item) }
        for comment in file.trailingComments { text += "trailing \(comment.words)\n" }
    }

    private mutating func write(_ item: Item) {
        write(item.comments)
        switch item.kind {
        case .constant(let name, let parameters, let body):
            text += "let \(name.text) \(parameters.map(\.words)) \(sexp(body))\n"
        case .list(let name, let names, let except):
            text += "list \(name.text) \(names.map(\.words)) except \(except.map(\.words))\n"
        case .series(let name, let expression): text += "series \(name.text) \(sexp(expression))\n"
        case .session(let name, .exchange(let mic, let hours)):
            text += "session \(name.text) exchange \(mic.text) \(hours.text)\n"
        case .session(let name, .weekly(let first, let last, let clocks, let zone)):
            let hours = clocks.map { "\($0.open)-\($0.close)" }
            text += "session \(name.text) \(first.text) \(last?.text ?? "-") \(hours) \(zone.text)\n"
        case .table(let name, let parameters, let rows):
            text += "table \(name.text) \(parameters.map(\.words))\n"
            for row in rows {
                write(row.comments)
                text += "  \(row.symbol?.text ?? "else") \(row.values.map(sexp))\n"
            }
        case .template(let name, let parameters, let clauses):
            text += "template \(name.text) \(parameters.map(\.words))\n"
            for clause in inOrder(clauses) { write(clause) }
        case .rule(let name, let target, let clauses):
            let names = target.map { $0.names.map { "\($0.map(\.words))" } ?? "all" } ?? "-"
            text += "rule \(name.text) on \(names) except \((target?.except ?? []).map(\.words))\n"
            for clause in inOrder(clauses) { write(clause) }
        }
    }

    private mutating func write(_ comments: AttachedComments) {
        for comment in comments.before { text += "before \(comment.words)\n" }
        if let beside = comments.beside { text += "beside \(beside.words)\n" }
        for inside in comments.inside {
            text += "inside \(inside.part) \(inside.isBeside) \(inside.comment.words)\n"
        }
        for comment in comments.after { text += "after \(comment.words)\n" }
    }

    /// Kinds in the grammar's order, several of a kind as written: the order of kinds has no meaning.
    private func inOrder(_ clauses: [Clause]) -> [Clause] {
        clauses.enumerated()
            .sorted { (rank($0.element), $0.offset) < (rank($1.element), $1.offset) }
            .map(\.element)
    }

    private func rank(_ clause: Clause) -> Int {
        switch clause.kind {
        case .use: 0
        case .when: 1
        case .then: 2
        case .holdFor, .holdForTrades: 3
        case .until: 4
        case .unless: 5
        case .during: 6
        case .cooldown: 7
        case .repeats: 8
        case .unknown: 9
        case .severity: 10
        case .escalate: 11
        case .labels: 12
        case .notify: 13
        case .runbook: 14
        case .message: 15
        }
    }

    private mutating func write(_ clause: Clause) {
        write(clause.comments)
        let words =
            switch clause.kind {
            case .use(let template, let arguments): "use \(template.text) \(arguments.map(sexp))"
            case .when(let condition): "when \(sexp(condition))"
            case .then(let length, let condition): "then \(length.words) \(sexp(condition))"
            case .holdFor(let length): "for \(length.words)"
            case .holdForTrades(let count): "for \(count) trades"
            case .until(let condition): "until \(sexp(condition))"
            case .unless(let condition): "unless \(sexp(condition))"
            case .during(let session, let after): "during \(session.text) \(after?.words ?? "-")"
            case .cooldown(let length): "cooldown \(length.words)"
            case .repeats(let length): "repeat \(length.words)"
            case .unknown(let clears): "unknown \(clears)"
            case .severity(let level): "severity \(level.text)"
            case .escalate(let level, let condition): "escalate \(level.text) \(sexp(condition))"
            case .labels(let labels): "labels \(labels.map { [$0.name.text, $0.value.text] })"
            case .notify(let names): "notify \(names.map(\.text))"
            case .runbook(let address): "runbook \(address.text)"
            case .message(let message): "message \(message.parts.map(\.words))"
            }
        text += "  \(words)\n"
    }
}

/// `(+ a (* b c))`
func sexp(_ expression: Expression) -> String {
    switch expression.kind {
    case .number(let text, let value): "\(text)=\(value)"
    case .percent(let text, let value): "\(text)%=\(value)"
    case .basisPoints(let text, let value): "\(text)bp=\(value)"
    case .duration(let milliseconds): "\(milliseconds)ms"
    case .bool(let value): "\(value)"
    case .symbol(let name): "'\(name)'"
    case .parenthesised(let inner): "[\(sexp(inner))]"
    case .name(let owner, let name, let arguments):
        (owner.map(words) ?? "") + name.text
            + (arguments.map { "(" + $0.map(sexp).joined(separator: " ") + ")" } ?? "")
    case .negate(let inner): "(neg \(sexp(inner)))"
    case .not(let inner): "(not \(sexp(inner)))"
    case .binary(let symbol, let left, let right, _): "(\(symbol.rawValue) \(sexp(left)) \(sexp(right)))"
    case .between(let value, let low, let high, _): "(in \(sexp(value)) \(sexp(low)) \(sexp(high)))"
    case .crosses(let word, let left, let right, _): "(crosses-\(word) \(sexp(left)) \(sexp(right)))"
    }
}

private func words(_ owner: Owner) -> String {
    switch owner {
    case .symbol(let name): "'\(name.text)'."
    case .name(let name): "\(name.text)."
    }
}

private func sexp(_ argument: Argument) -> String {
    switch argument.kind {
    case .trades(let count): "trades:\(count)"
    case .within(let length): "within:\(length.words)"
    case .expression(let expression, let step, let shift):
        sexp(expression) + (step.map { " by:\($0.words)" } ?? "")
            + (shift.map { " ending:\($0.words)" } ?? "")
    }
}

extension DurationText {
    fileprivate var words: String {
        switch self {
        case .literal(let milliseconds, _): "\(milliseconds)ms"
        case .name(let name): name.text
        }
    }
}

extension MessageText.Part {
    fileprivate var words: String {
        switch self {
        case .text(let text): text
        case .slot(let expression, let format): "{\(sexp(expression))|\(format?.text ?? "")}"
        }
    }
}

extension TargetName {
    fileprivate var words: String {
        switch self {
        case .symbol(let name): "'\(name.text)'"
        case .list(let name): name.text
        case .pattern(let pattern): "/\(pattern.text)/"
        }
    }
}

extension Parameter {
    fileprivate var words: String { "\(name.text):\(type.text)" }
}

extension Comment {
    fileprivate var words: String { (isDocumentation ? "doc " : "") + text }
}
