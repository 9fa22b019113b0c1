public import Diagnostics
import RuleCompiler
import RuleSemantics
import RuleSyntax

/// How many small changes to the rules the tests notice.
public struct MutationReport: Sendable {
    public struct Survivor: Sendable {
        /// The rule, `let`, table or template.
        public var item: String
        public var span: SourceSpan
        /// As written: `15m`.
        public var literal: String
        /// What no test told from it: `16m30s`, `13m30s`.
        public var shifted: [String]
    }

    /// Literals with changes that no test noticed, in the order of the rules.
    public var survivors: [Survivor] = []
    /// Changes that still check.
    public var mutants = 0

    public var noticed: Int { mutants - survivors.reduce(0) { $0 + $1.shifted.count } }
}

extension MutationReport {
    fileprivate mutating func add(_ mutant: Mutant) {
        if let last = survivors.last, last.span.file === mutant.span.file,
            last.span.start == mutant.span.start
        {
            survivors[survivors.count - 1].shifted.append(mutant.shifted)
        } else {
            survivors.append(
                Survivor(
                    item: mutant.item, span: mutant.span, literal: mutant.span.text,
                    shifted: [mutant.shifted]))
        }
    }
}

extension TestSuite {
    /// Shifts each threshold, window and duration a tenth up and down, one at a time, and runs the tests.
    ///
    /// - Parameters:
    ///   - filter: as for `run`; changes only rules of the tests that it selects.
    ///   - ofTestedRules: leaves rules alone that no test is about; otherwise nothing notices their changes.
    ///   - progress: called with the numbers done and of all, one call at a time.
    public func mutation(
        filter: String? = nil, ofTestedRules: Bool = false, progress: (@Sendable (Int, Int) -> Void)? = nil
    ) -> MutationReport {
        let chosen = selected(filter)
        let underTest = chosen.reduce(into: Set<String>()) { $0.formUnion($1.rules) }
        let mutants = MutantFinder(files).mutants.filter { mutant in
            mutant.rule.map { underTest.contains($0) || (filter == nil && !ofTestedRules) } ?? (filter == nil)
        }
        let total = mutants.count
        let fates = inParallel(mutants, progress: { done in progress?(done, total) }) { mutant -> Fate in
            fate(of: mutant, chosen)
        }
        var report = MutationReport()
        for (mutant, fate) in zip(mutants, fates) where fate != .refused {
            report.mutants += 1
            if fate == .survives { report.add(mutant) }
        }
        return report
    }

    private enum Fate { case refused, noticed, survives }

    private func fate(of mutant: Mutant, _ chosen: [BoundTest]) -> Fate {
        let usesFiring = files.contains { file in
            String(decoding: file.source.text, as: UTF8.self).contains("firing(")
        }
        let isLocal = mutant.rule != nil && !usesFiring
        let relevant = isLocal ? chosen.filter { $0.rules.contains(mutant.rule ?? "") } : chosen
        var files = mutant.files
        if !usesFiring {
            // What no test looks at costs time only.
            var looked = relevant.reduce(into: Set<String>()) { $0.formUnion($1.rules) }
            if let rule = mutant.rule { looked.insert(rule) }
            for index in files.indices {
                files[index].items.removeAll { item in
                    if case .rule(let name, _, _) = item.kind { return !looked.contains(name.text) }
                    return false
                }
            }
        }
        let (checked, findings) = checkRules(files, options: options)
        if findings.hasErrors { return .refused }
        let engine = TapeEngine(checked)
        if !engine.compiled.diagnostics.isEmpty { return .refused }
        return relevant.contains { !$0.alertsAreRight(engine) } ? .noticed : .survives
    }
}
