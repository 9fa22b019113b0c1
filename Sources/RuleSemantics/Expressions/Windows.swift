import Diagnostics
import RuleSyntax

extension Checker {
    /// w in the forms of LANGUAGE 4.1.
    func windowPart(
        _ argument: Argument, _ forms: WindowForms, of row: Builtin, in scope: Scope
    ) -> CheckedPart? {
        switch argument.kind {
        case .within:
            report(Fault.withinNotHere(argument.span), in: scope)
            return nil
        case .trades(let count):
            guard forms.contains(.trades) else {
                report(Fault.tradesNotHere(argument.span, row.name), in: scope)
                return nil
            }
            guard 1...Limits.greatestTradeCount ~= count else {
                report(Fault.tradeCount(argument.span), in: scope)
                return nil
            }
            return CheckedPart(argument: .window(.trades(count)), surface: argument)
        case .expression(let plain, let step, let shift):
            guard let parts = windowParts(plain, step, shift, forms, of: row, in: scope) else { return nil }
            return timeWindow(parts, at: argument.span, of: row, in: scope)
        }
    }

    private struct WindowParts {
        var length: ConstantDuration
        var step: ConstantDuration?
        var shift: ConstantDuration?
        var stepSpan: SourceSpan?
    }

    private func windowParts(
        _ plain: Expression, _ step: DurationText?, _ shift: DurationText?, _ forms: WindowForms,
        of row: Builtin, in scope: Scope
    ) -> WindowParts? {
        let length = constantDuration(plain, for: "the window of `\(row.name)`", in: scope)
        let by = step.map { constantDuration($0, for: "`by`", in: scope) }
        var ending = shift.map { constantDuration($0, for: "`ending`", in: scope) }
        if let shift, !forms.contains(.ending) {
            report(Fault.endingNotHere(shift.span, row.name, readsPresent: true), in: scope)
            ending = .mistaken
        }
        if step == nil, forms.contains(.needsGrid), !length.isMistaken {
            report(Fault.gridNeeded(plain.span, row, length.milliseconds), in: scope)
            return nil
        }
        if length.isMistaken || by?.isMistaken ?? false || ending?.isMistaken ?? false { return nil }
        return WindowParts(length: length, step: by, shift: ending, stepSpan: step?.span)
    }

    private func timeWindow(
        _ parts: WindowParts, at span: SourceSpan, of row: Builtin, in scope: Scope
    ) -> CheckedPart? {
        let length = parts.length.milliseconds
        let shift = parts.shift?.milliseconds ?? 0
        if let step = parts.step {
            let lengths = [length, parts.shift?.milliseconds].compactMap { $0 }
            guard divides(step, lengths, parts.stepSpan ?? span, in: scope) else { return nil }
            guard isCountable(length, shift, step, parts.stepSpan ?? span, in: scope) else { return nil }
        } else if let length, length + shift > options.greatestExactWindow {
            report(
                Fault.windowTooLong(
                    parts.shift == nil ? parts.length.origin ?? span : span, length: length, shift: shift,
                    options.greatestExactWindow),
                in: scope)
            return nil
        }
        let kind = Argument.Kind.expression(
            Expression(kind: .duration(milliseconds: length ?? 1), span: span),
            by: parts.step?.text(at: span), ending: parts.shift?.text(at: span))
        let window = CheckedWindow.time(
            length: length ?? 1, ending: shift, step: parts.step.map { $0.milliseconds ?? 1 })
        return CheckedPart(
            argument: .window(window), surface: Argument(kind: kind, span: span))
    }

    /// d of `ago`, `change` and `move`: `5m`, `30d by 1h`.
    func lagPart(_ argument: Argument, of row: Builtin, in scope: Scope) -> CheckedPart? {
        guard case .expression(let plain, let step, let shift) = argument.kind else {
            if case .trades = argument.kind {
                report(Fault.tradesNotHere(argument.span, row.name), in: scope)
            } else {
                report(Fault.withinNotHere(argument.span), in: scope)
            }
            return nil
        }
        let forms: WindowForms = .present
        guard let parts = windowParts(plain, step, shift, forms, of: row, in: scope) else { return nil }
        guard let part = timeWindow(parts, at: argument.span, of: row, in: scope),
            case .window(.time(let length, _, let step)) = part.argument
        else { return nil }
        return CheckedPart(argument: .duration(length, step: step), surface: part.surface)
    }

    func halfLifePart(_ argument: Argument, of row: Builtin, in scope: Scope) -> CheckedPart? {
        guard let plain = plainExpression(argument, of: row.name, in: scope) else { return nil }
        let length = constantDuration(plain, for: "the half-life of `\(row.name)`", in: scope)
        return durationPart(length, plain.span, argument) {
            Argument.Kind.expression($0, by: nil, ending: nil)
        }
    }

    /// `within 10d` of `rate`.
    func withinPart(_ argument: Argument, in scope: Scope) -> CheckedPart? {
        guard case .within(let text) = argument.kind else {
            report(Fault.withinExpected(argument.span), in: scope)
            return nil
        }
        let length = constantDuration(text, for: "`within`", in: scope)
        return durationPart(length, text.span, argument) { _ in .within(length.text(at: text.span)) }
    }

    private func durationPart(
        _ length: ConstantDuration, _ span: SourceSpan, _ argument: Argument,
        _ kind: (Expression) -> Argument.Kind
    ) -> CheckedPart? {
        if length.isMistaken { return nil }
        let milliseconds = length.milliseconds ?? 1
        let literal = Expression(kind: .duration(milliseconds: milliseconds), span: span)
        return CheckedPart(
            argument: .duration(milliseconds, step: nil),
            surface: Argument(kind: kind(literal), span: argument.span))
    }

    /// s divides w, e and d (LANGUAGE 4.1).
    private func divides(
        _ step: ConstantDuration, _ lengths: [Int64], _ span: SourceSpan, in scope: Scope
    ) -> Bool {
        guard let step = step.milliseconds else { return true }
        guard let odd = lengths.first(where: { $0 % step != 0 }) else { return true }
        report(Fault.stepDoesNotDivide(span, step: step, length: odd), in: scope)
        return false
    }

    /// A grid keeps something for each of its steps.
    private func isCountable(
        _ length: Int64?, _ shift: Int64, _ step: ConstantDuration, _ span: SourceSpan, in scope: Scope
    ) -> Bool {
        guard let length, let step = step.milliseconds else { return true }
        if (length + shift) / step <= Limits.greatestGridSteps { return true }
        report(Fault.gridTooFine(span, length: length + shift), in: scope)
        return false
    }
}
