import Diagnostics
import Foundation
import MarketModel
import RuleSemantics
import Testing

@testable import Scenarios

/// The tests that stand beside the rules that the project carries.
@Suite struct ExampleRulesTests {
    static func shipped() throws -> TestSuite {
        TestSuite(
            rules: try Repository.sources(in: "rules", ".rules"),
            tests: try Repository.sources(in: "rules", ".test"))
    }

    @Test func `The tests beside the example rules pass`() throws {
        let suite = try Self.shipped()
        #expect(suite.failures == "")
        #expect(suite.testCount > 30)
    }

    @Test func `Every clause of every example rule is exercised, every operand true and false`() throws {
        let report = try Self.shipped().coverage()
        #expect(report.gaps.map { "\($0.span.file.name):\($0.span.line): \($0.text)" } == [])
        #expect(report.rules >= 13)
    }

    @Test func `Every file of example rules has its tests`() throws {
        let rules = try Repository.sources(in: "rules", ".rules").map { $0.name.dropLast(".rules".count) }
        let tests = try Repository.sources(in: "rules", ".test").map { $0.name.dropLast(".test".count) }
        #expect(rules == tests)
    }

    /// What a failure tells of an alert is what the alert itself carried.
    @Test func `A probe reads what the alert of its instant reads`() throws {
        let suite = try Self.shipped()
        let engine = TapeEngine(suite.program)
        var compared = 0
        for bound in suite.tests {
            let alerts = engine.transitions(bound.test, of: bound.rules, emitsPending: false)
            let probes = alerts.map { alert in
                let rule = suite.program.rules.first { $0.name == alert.rule }
                return Probe(
                    at: alert.at.milliseconds, key: alert.key.isEmpty ? nil : alert.key,
                    values: (rule?.values ?? []).map { ($0.expression, NumberFormat()) })
            }
            for (alert, reading) in zip(alerts, read(probes, of: bound.test, in: suite.program)) {
                let values = reading?.values.map { $0.isNaN ? nil : $0 } ?? []
                #expect(values == alert.values.map(\.value), "\(bound.test.name): \(alert.alertName)")
                compared += values.count
            }
        }
        #expect(compared > 100)
    }

    @Test func `The manual's example of a test passes`() throws {
        let manual = try Repository.source("docs/TESTING.md")
        let text = String(decoding: manual.text, as: UTF8.self)
        let blocks = text.components(separatedBy: "```test\n").dropFirst()
            .compactMap { $0.components(separatedBy: "```").first }
        #expect(blocks.count == 1)
        let suite = TestSuite(
            rules: try Repository.sources(in: "rules", ".rules"),
            tests: blocks.map { SourceFile(name: "TESTING.md", text: $0.utf8) })
        #expect(suite.failures == "")
        #expect(suite.testCount == 1)
    }
}
