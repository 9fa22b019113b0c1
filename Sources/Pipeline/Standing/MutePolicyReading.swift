import Configuration
import Delivery
import Diagnostics
import MarketModel
import RuleSemantics

/// `inhibit` and `escalate` of `bellwether.yaml`.
extension MutePolicy {
    private enum Unless: String, CaseIterable {
        case acked
    }

    private static let ages: ClosedRange<Duration> = .seconds(1)...(.seconds(30 * 86_400))

    init(_ root: YAMLMap) {
        self.init()
        for map in root.maps("inhibit") {
            let source = map.requiredMap("source").flatMap { MutePolicy.matcher($0, of: map, "source") }
            let target = map.requiredMap("target").flatMap { MutePolicy.matcher($0, of: map, "target") }
            let equal = map.strings("equal") ?? []
            if equal.contains("symbol") {
                map.report(
                    code: "E154", "`symbol` is no part of an alert that can be equal", at: "equal",
                    help: ["write: equal: [key]"])
            }
            if let source, let target {
                inhibitions.append(Inhibition(source: source, target: target, equal: equal))
            }
        }
        for map in root.maps("escalate") {
            let after = map.required("after")?.duration(in: MutePolicy.ages)
            let severity: Severity = map.choice("severity") ?? .info
            let receivers = map.required("to")?.strings()
            let unless: Unless? = map.choice("unless")
            if receivers?.isEmpty == true {
                map.report(
                    code: "E154", "`to` names nobody", at: "to", help: ["write: to: [pager]"])
            }
            if let after, let receivers {
                escalations.append(
                    AgeEscalation(
                        after: after, leastSeverity: severity, to: receivers,
                        unlessAcknowledged: unless != nil))
            }
        }
    }

    private static func matcher(_ map: YAMLMap, of owner: YAMLMap, _ key: String) -> AlertMatcher? {
        var matcher = AlertMatcher()
        var isSound = true
        func read(_ value: YAMLValue?, _ take: (String) throws(MatcherFault) -> Void) {
            guard let value, let text = value.string() else { return }
            do throws(MatcherFault) {
                try take(text)
            } catch {
                isSound = false
                value.report(code: "E154", error.message, help: [error.help])
            }
        }
        read(map["rule"]) { text throws(MatcherFault) in matcher.rule = try TextMatcher(text) }
        read(map["key"]) { text throws(MatcherFault) in matcher.key = try TextMatcher(text) }
        read(map["severity"]) { text throws(MatcherFault) in try matcher.setSeverity(text) }
        for label in map.map("labels")?.entries ?? [] {
            read(label.value) { text throws(MatcherFault) in matcher.labels[label.key] = try TextMatcher(text)
            }
        }
        guard isSound else { return nil }
        if matcher.isEmpty {
            owner.report(
                code: "E154", "`\(key)` would be every alert", at: key,
                help: ["name `rule`, `key`, `severity` or `labels`; `rule: \"*\"` is every alert"])
            return nil
        }
        return matcher
    }
}

extension MutePolicy {
    /// What only the rules and notifiers can tell: names that are none.
    ///
    /// - Throws: `.findings` for the first.
    func requireNames(rules: [CheckedRule], notifiers: [String]) throws(CommandFailure) {
        for name in escalations.flatMap(\.receivers) where !notifiers.contains(name) {
            throw CommandFailure(
                .findings, "`escalate` names the notifier `\(name)`, and there is no such notifier",
                help: nearestName(to: name, among: notifiers).map { "did you mean `\($0)`?" }
                    ?? "write \(name).yaml in the notifiers' directory")
        }
        let matchers = inhibitions.flatMap { [$0.source, $0.target] }
        let names = rules.map(\.name)
        for rule in matchers.compactMap(\.rule)
        where !rule.written.hasPrefix("engine.") && !names.contains(where: { rule.matches($0) }) {
            throw CommandFailure(
                .findings, "`inhibit` names the rule `\(rule.written)`, which matches no rule",
                help: nearestName(to: rule.written, among: names).map { "did you mean `\($0)`?" }
                    ?? "name a rule, `\"*\"`, or a `/pattern/`")
        }
        let labels = Set(rules.flatMap { $0.labels.map(\.name) })
        let parts = ["rule", "key", "severity"]
        let wanted = matchers.flatMap { $0.labels.keys.sorted() } + inhibitions.flatMap(\.equal)
        for name in wanted where !labels.contains(name) && !parts.contains(name) {
            throw CommandFailure(
                .findings, "`inhibit` names the label `\(name)`, which no rule bears",
                help: nearestName(to: name, among: labels.sorted() + parts).map { "did you mean `\($0)`?" }
                    ?? "a rule's labels are in its clause `labels`")
        }
    }
}
