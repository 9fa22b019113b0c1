import Diagnostics
import RuleSyntax

extension Checker {
    func checkSeries(_ definition: Definitions.Definition) {
        guard case .series(let body) = definition.meaning else { return }
        if definitions.isFirst(definition) {
            _ = seriesState(definition, body, depth: 0)
        } else {
            // A second one of that name: what is wrong in it is said, and it is not kept.
            _ = seriesBody(definition.name.text, body, depth: 0)
        }
    }

    /// A named series where it is read.
    func seriesTerm(_ whole: Expression, _ name: Name, _ arguments: [Argument]?, in scope: Scope) -> Term {
        if arguments != nil {
            report(Fault.bracketsNotHere(name, "it is a series"), in: scope)
            return .mistaken(whole)
        }
        guard let definition = definitions.find(name.text, in: .value),
            case .series(let body) = definition.meaning,
            case .done(let index, let quantity) = seriesState(definition, body, depth: scope.depth)
        else { return .mistaken(whole) }
        var term = Term(.series(.named(index)), .quantity(quantity), surface: whole)
        term.series = .named(index)
        record(CheckedValue(text: term.text, expression: term.expression))
        return term
    }

    /// Checks a series when it is first needed, so that series stand in order of dependency.
    private func seriesState(
        _ definition: Definitions.Definition, _ body: Expression, depth: Int
    ) -> SeriesState {
        let name = definition.name.text
        if let state = seriesStates[name] {
            if case .inProgress = state {
                let cycle = Array(seriesPath[(seriesPath.firstIndex(of: name) ?? 0)...])
                if !cycle.contains(where: cyclicNames.contains) {
                    cyclicNames.formUnion(cycle)
                    report(Fault.recursion(definition.name, cycle))
                }
            }
            return state
        }
        seriesStates[name] = .inProgress
        seriesPath.append(name)
        let saved = (reads, expansions)
        let checked = seriesBody(name, body, depth: depth)
        (reads, expansions) = saved
        seriesPath.removeLast()
        guard let (expression, quantity) = checked else {
            seriesStates[name] = .mistaken
            return .mistaken
        }
        series.append(CheckedSeries(name: name, expression: expression))
        series[series.count - 1].quantity = quantity
        let state = SeriesState.done(index: series.count - 1, quantity)
        seriesStates[name] = state
        return state
    }

    /// A series is a quantity of qualified references (LANGUAGE 10).
    private func seriesBody(
        _ name: String, _ body: Expression, depth: Int
    ) -> (CheckedExpression, Quantity)? {
        var scope = Scope(key: .absent(.series(name)), place: .series)
        scope.depth = depth + Limits.bodyDepth
        let term = topTerm(body, in: scope)
        guard let quantity = quantity(term, in: scope) else { return nil }
        if reads.isEmpty {
            report(Fault.seriesReadsNothing(body.span, name))
            return nil
        }
        return (term.expression, quantity)
    }
}
