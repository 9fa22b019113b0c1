import Configuration
import Delivery
import Diagnostics
import MarketModel
import RuleCompiler
import Testing

@testable import Pipeline

@Suite("inhibit and escalate in bellwether.yaml")
struct MutePolicyTests {
    private func read(_ text: String) throws -> (MutePolicy, [String]) {
        let whole = "kafka: {bootstrap: localhost:9092}\ntopics: {trades: [{name: trades}]}\n" + text
        let reader = ConfigurationReader(
            SourceFile(name: "bellwether.yaml", text: Array(whole.utf8)), environment: [:])
        let configuration = RunConfiguration(reader, directory: "")
        return (configuration?.mutes ?? MutePolicy(), reader.diagnostics.map { "\($0.code) \($0.message)" })
    }

    @Test("what they say is read")
    func whole() throws {
        let (policy, faults) = try read(
            """
            inhibit:
              - source: {rule: halt, severity: critical, labels: {team: risk}}
                target: {rule: 'move_*', key: /^A/}
                equal: [key, team]
            escalate:
              - {after: 15m, severity: critical, to: [pager, boss], unless: acked}
              - {after: 1h, to: boss}
            """)
        #expect(faults == [])
        #expect(policy.inhibitions.count == 1 && policy.inhibitions[0].equal == ["key", "team"])
        #expect(policy.inhibitions[0].source.text == "rule=halt severity=critical label team=risk")
        #expect(policy.inhibitions[0].target.text == "rule=move_* key=/^A/")
        #expect(
            policy.escalations == [
                AgeEscalation(
                    after: .seconds(900), leastSeverity: .critical, to: ["pager", "boss"],
                    unlessAcknowledged: true),
                AgeEscalation(after: .seconds(3600), to: ["boss"]),
            ])
        #expect(try read("").0 == MutePolicy())
    }

    @Test(
        "what cannot be meant is refused",
        arguments: [
            ("inhibit: [{source: {rule: a}}]", "the key `target` is missing"),
            ("inhibit: [{source: {}, target: {rule: b}}]", "`source` would be every alert"),
            ("inhibit: [{source: {rule: /(/}, target: {rule: b}}]", "`/(/` is no pattern"),
            ("inhibit: [{source: {rule: a}, target: {severity: urgent}}]", "has the severity `urgent`"),
            ("inhibit: [{source: {rule: a}, target: {rule: b}, equal: [symbol]}]", "`symbol` is no part"),
            ("inhibit: [{source: {rule: a, kay: b}, target: {rule: b}}]", "`kay`"),
            ("escalate: [{to: [pager]}]", "the key `after` is missing"),
            ("escalate: [{after: 15m}]", "the key `to` is missing"),
            ("escalate: [{after: 15m, to: []}]", "`to` names nobody"),
            ("escalate: [{after: 15m, to: [x], unless: acknowledged}]", "acknowledged"),
            ("escalate: [{after: 10ms, to: [x]}]", "a duration from 1s"),
        ])
    func refusals(_ text: String, _ message: String) throws {
        let faults = try read(text).1
        #expect(faults.count == 1 && faults[0].contains(message), "\(faults)")
    }

    @Test("a name that no rule, label or notifier has is refused, with the nearest")
    func names() throws {
        let rules = try compiled(
            "rule halt on A\n  when price < 1\n  labels team = \"risk\"\n  notify desk\n"
        ).rules
        func failure(_ text: String) throws -> CommandFailure? {
            let policy = try read(text).0
            do throws(CommandFailure) {
                try policy.requireNames(rules: rules, notifiers: ["desk", "pager"])
                return nil
            } catch {
                return error
            }
        }
        #expect(try failure("escalate: [{after: 1h, to: [pager]}]") == nil)
        #expect(
            try failure("escalate: [{after: 1h, to: [pagr]}]")?.help == ["did you mean `pager`?"])
        let any = "target: {rule: '*'}"
        #expect(try failure("inhibit: [{source: {rule: 'ha*'}, \(any), equal: [team, key]}]") == nil)
        #expect(try failure("inhibit: [{source: {rule: engine.no_progress}, \(any)}]") == nil)
        #expect(
            try failure("inhibit: [{source: {rule: hlat}, \(any)}]")?.message
                == "`inhibit` names the rule `hlat`, which matches no rule")
        #expect(
            try failure("inhibit: [{source: {labels: {taem: x}}, \(any)}]")?.help
                == ["did you mean `team`?"])
        #expect(
            try failure("inhibit: [{source: {rule: halt}, \(any), equal: [kay]}]")?.help == [
                "did you mean `key`?"
            ])
    }
}
