import Diagnostics
import RuleSemantics
import RuleSyntax

extension NameWalk {
    mutating func visit(_ clause: Clause, _ scope: NameScope) {
        switch clause.kind {
        case .use(let template, let arguments):
            note(template, known(.value(template.text)), scope, in: clause.span)
            for argument in arguments { visit(argument, scope) }
        case .when(let condition), .until(let condition), .unless(let condition):
            visit(condition, scope)
        case .then(let within, let condition):
            visit(within, scope)
            visit(condition, scope)
        case .escalate(_, let condition): visit(condition, scope)
        case .holdFor(let length), .cooldown(let length), .repeats(let length): visit(length, scope)
        case .during(let session, let after):
            note(session, known(.session(session.text)), scope)
            visit(after, scope)
        case .notify(let names):
            for name in names { note(name, .notifier(name.text), scope) }
        case .message(let message):
            for case .slot(let expression, _) in message.parts { visitSlot(expression, scope) }
        case .holdForTrades, .unknown, .severity, .labels, .runbook: break
        }
    }

    /// `{rule}` and `{severity}` are words of the message, not names.
    private mutating func visitSlot(_ expression: Expression, _ scope: NameScope) {
        if case .name(nil, let name, nil) = expression.kind, scope.parameter(name.text) == nil,
            name.text == "rule" || name.text == "severity"
        {
            return note(name, .builtin(name.text), scope, in: expression.span)
        }
        visit(expression, scope)
    }

    mutating func visit(_ expression: Expression, _ scope: NameScope) {
        switch expression.kind {
        case .number, .percent, .basisPoints, .duration, .bool: break
        case .symbol(let text):
            note(Name(text: text, span: expression.span), .symbol(text), scope, in: expression.span)
        case .parenthesised(let inner), .negate(let inner), .not(let inner): visit(inner, scope)
        case .binary(_, let left, let right, _), .crosses(_, let left, let right, _):
            visit(left, scope)
            visit(right, scope)
        case .between(let value, let low, let high, _):
            for part in [value, low, high] { visit(part, scope) }
        case .name(let owner, let name, let arguments):
            visit(owner, name, in: expression.span, scope)
            let row = BuiltinTable.row(named: name.text)
            for (index, argument) in (arguments ?? []).enumerated() {
                let parameter = row.flatMap { index < $0.parameters.count ? $0.parameters[index] : nil }
                visit(argument, scope, as: parameter)
            }
        }
    }

    private mutating func visit(
        _ owner: Owner?, _ name: Name, in whole: SourceSpan, _ scope: NameScope
    ) {
        switch owner {
        case nil: visit(name, in: whole, scope)
        case .symbol(let symbol):
            note(symbol, .symbol(symbol.text), scope)
            visitMember(name, in: whole, scope)
        case .name(let owner):
            if let parameter = scope.parameter(owner.text) {
                note(owner, parameter, scope)
                visitMember(name, in: whole, scope)
            } else {
                note(owner, known(.value(owner.text)), scope)
                let column = NamedThing.column(name.text, table: owner.text)
                note(name, isTable(owner.text) ? column : .unknown(name.text), scope, in: whole)
            }
        }
    }

    /// What stands behind a symbol's point is never a parameter.
    private mutating func visitMember(_ name: Name, in whole: SourceSpan, _ scope: NameScope) {
        visit(name, in: whole, NameScope(file: scope.file, item: scope.item))
    }

    private mutating func visit(
        _ argument: Argument, _ scope: NameScope, as parameter: BuiltinParameter? = nil
    ) {
        switch argument.kind {
        case .trades: break
        case .within(let length): visit(length, scope)
        case .expression(let expression, let step, let shift):
            switch (parameter, expression.kind) {
            case (.rule, .name(nil, let name, nil)):
                note(name, known(.rule(name.text)), scope, in: expression.span)
            case (.rateSeries, .symbol(let text)):
                note(
                    Name(text: text, span: expression.span), .rateSeries(text), scope, in: expression.span)
            default: visit(expression, scope)
            }
            visit(step, scope)
            visit(shift, scope)
        }
    }
}
