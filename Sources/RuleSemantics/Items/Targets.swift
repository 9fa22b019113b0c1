import Diagnostics
import Patterns
import RuleSyntax

/// A list's members, other lists resolved; nil while it is being resolved or where it is cyclic.
struct ResolvedList {
    var include: [SymbolSelector] = []
    var exclude: [SymbolSelector] = []
}

extension Checker {
    /// The target of a rule: `tech, /^BINANCE:/ except AMD`.
    func checkedTarget(_ target: RuleTarget) -> CheckedTarget {
        let exclude = selectors(target.except, path: [])
        let include = target.names.map { selectors($0, path: []) } ?? [.all]
        let checked = CheckedTarget(include: include, exclude: exclude).simplified
        if let names = target.names { warnAboutRepeats(names) }
        let isBroken = (target.names ?? []).isEmpty && target.names != nil || include.isEmpty
        if !isBroken { warnAboutSelection(checked, target.except, at: target.span, of: "the target") }
        return checked
    }

    func checkList(_ definition: Definitions.Definition) {
        guard case .list(let names, let except) = definition.meaning else { return }
        let resolved: ResolvedList
        if definitions.isFirst(definition) {
            resolved = list(definition, names, except, path: [])
        } else {
            resolved = ResolvedList(
                include: selectors(names, path: []), exclude: selectors(except, path: []))
        }
        warnAboutRepeats(names)
        guard !resolved.include.isEmpty else { return }
        let target = CheckedTarget(include: resolved.include, exclude: resolved.exclude)
        warnAboutSelection(
            target, except, at: definition.name.span, of: "list `\(definition.name.text)`")
    }

    private func list(
        _ definition: Definitions.Definition, _ names: [TargetName], _ except: [TargetName], path: [String]
    ) -> ResolvedList {
        let name = definition.name.text
        if let list = lists[name] { return list }
        if let first = path.firstIndex(of: name) {
            let cycle = Array(path[first...])
            if !cycle.contains(where: cyclicLists.contains) {
                cyclicLists.formUnion(cycle)
                report(Fault.recursion(definition.name, cycle))
            }
            return ResolvedList()
        }
        guard path.count < Limits.greatestDepth else {
            report(Fault.tooLarge(definition.name.span))
            return ResolvedList()
        }
        let inner = path + [name]
        let result = ResolvedList(
            include: selectors(names, path: inner), exclude: selectors(except, path: inner))
        lists[name] = result
        return result
    }

    private func selectors(_ names: [TargetName], path: [String]) -> [SymbolSelector] {
        names.flatMap { selectors($0, path: path) }
    }

    private func selectors(_ member: TargetName, path: [String]) -> [SymbolSelector] {
        switch member {
        case .symbol(let name): return [.symbol(name.text)]
        case .pattern(let source):
            do throws(PatternError) {
                _ = try Pattern(source.text)
                return [.pattern(source.text)]
            } catch {
                report(Fault.pattern(source, error))
                return []
            }
        case .list(let name):
            guard let definition = definitions.find(name.text, in: .list),
                case .list(let names, let except) = definition.meaning
            else {
                unknownList(name)
                return []
            }
            markUsed(name.text, in: .list)
            let list = list(definition, names, except, path: path)
            if list.exclude.isEmpty { return list.include }
            return [.group(include: list.include, exclude: list.exclude)]
        }
    }

    private func unknownList(_ name: Name) {
        if isRefused(name.text) { return }
        for space in [Definitions.Space.value, .session, .rule] {
            guard let other = definitions.find(name.text, in: space) else { continue }
            markUsed(name.text, in: space)
            return report(Fault.misplacedName(name, other.meaning.word))
        }
        let near = nearestName(to: name.text, among: definitions.names(in: .list))
        report(Fault.unknownItem(name, "list", near: near))
    }

    private func warnAboutRepeats(_ names: [TargetName]) {
        var seen: Set<String> = []
        for case .symbol(let name) in names where !seen.insert(name.text).inserted {
            report(Fault.namedTwice(name, "the same list of names"))
        }
    }

    private func warnAboutSelection(
        _ target: CheckedTarget, _ except: [TargetName], at span: SourceSpan, of what: String
    ) {
        if !target.selectsUnlisted, target.listedSymbols.isEmpty {
            return report(Fault.selectsNothing(span, what))
        }
        let included = TargetMatcher(include: target.include)
        for case .symbol(let name) in except where !included.selects(name.text) {
            report(Fault.exceptsNothing(name, what))
        }
    }
}

extension CheckedTarget {
    /// Groups resolved where that changes nothing: symbols are filtered at once, and a group that stands
    /// alone lends the target its exceptions.
    var simplified: CheckedTarget {
        var result = CheckedTarget(
            include: include.flatMap(\.simplified), exclude: exclude.flatMap(\.simplified))
        if result.include.count == 1, case .group(let inner, let less) = result.include[0] {
            result.include = inner
            result.exclude = less + result.exclude
        }
        return result
    }
}

extension SymbolSelector {
    fileprivate var simplified: [SymbolSelector] {
        guard case .group(let include, let exclude) = self else { return [self] }
        let inner = include.flatMap(\.simplified)
        let less = exclude.flatMap(\.simplified)
        guard !inner.contains(where: \.isOpen) else { return [.group(include: inner, exclude: less)] }
        let matcher = TargetMatcher(include: inner, exclude: less)
        return inner.flatMap(\.namedSymbols).filter(matcher.selects).map { .symbol($0) }
    }
}
