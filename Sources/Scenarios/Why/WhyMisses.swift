import Engine
import RuleCompiler
import RuleSemantics

/// The nearest misses in an answer's form.
extension WhyReading {
    func nearest() -> [WhyAnswer.Nearest] {
        // Of a chain, the step that must come next.
        let steps = plan.clauses.filter { $0.role.isWatched }
        guard steps.indices.contains(awaitedStep), let miss = run.misses[steps[awaitedStep].rule] else {
            return []
        }
        // What is true at the instant has missed nothing.
        return miss.isTrue ? [] : [nearest(steps[awaitedStep], miss)].compactMap { $0 }
    }

    private var awaitedStep: Int {
        guard let latest = alert.matches.lastIndex(where: { $0 != nil }), let matched = alert.matches[latest],
            matched + plan.rule.chain[latest].within >= at
        else { return 0 }
        return latest + 1
    }

    private func nearest(_ clause: WhyPlan.Clause, _ miss: NearestMiss) -> WhyAnswer.Nearest? {
        let begin = max(
            run.question.since ?? Int64.min, run.stepBegins[clause.rule] ?? run.span?.first ?? at)
        var result = WhyAnswer.Nearest(
            clause: clause.role.text, since: miss.lastTrue ?? begin, lastTrue: miss.lastTrue, then: [],
            alone: [])
        if let best = miss.best, best.distance.isFinite {
            result.at = best.at
            result.then = miss.comparisons.compactMap { self.miss(clause.node, $0, best) }
        }
        result.alone = miss.comparisons.compactMap { place in
            miss.bestAlone[place].flatMap { self.miss(clause.node, place, $0) }
        }
        return result.at == nil && result.alone.isEmpty ? nil : result
    }

    private func miss(
        _ condition: WrittenNode, _ place: Int, _ reading: NearestMiss.Reading
    ) -> WhyAnswer.Miss? {
        let node = condition.all[place]
        let texts = texts(reading.transition)
        let values = reading.transition.values
        var places: [Int] = []
        var next = place + 1
        for child in node.children {
            places.append(next)
            next += child.all.count
        }
        guard let last = places.last, last < texts.count, places.allSatisfy({ values[$0].isFinite }) else {
            return nil
        }
        let parts = zip(places, node.children).map { index, child in
            WhyAnswer.Part(
                text: child.text, value: values[index], shown: texts[index],
                isLiteral: child.kind == .literal, parts: [])
        }
        let sides = WhyReading.apart(parts[0], parts[1])
        var needed = sides.right
        if parts.count == 3 { needed = "\(parts[1].shown)..\(parts[2].shown)" }
        switch node.kind {
        case .comparison(.equal), .comparison(.greaterOrEqual), .comparison(.lessOrEqual), .between: break
        case .comparison(let operation): needed = "\(operation.rawValue) \(needed)"
        case .crosses(.either): needed = "to cross \(needed)"
        case .crosses(let direction): needed = "to cross \(direction.rawValue) \(needed)"
        case .literal, .value, .symbol, .condition, .and, .or, .not: break
        }
        return WhyAnswer.Miss(
            text: node.text, needed: needed, best: sides.left,
            neededValue: parts.count == 2 ? parts[1].value : nil, bestValue: parts[0].value,
            at: reading.at, isMet: values[place] == 1,
            isDecisive: place == reading.decisive)
    }
}
