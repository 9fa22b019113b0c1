import Diagnostics
import Engine
import Foundation
import MarketModel
import RuleCompiler
import RuleSemantics
import RuleSyntax

/// One scenario of Fixtures/scenarios: rules, a tape, and all transitions that must come out.
struct Scenario: CustomStringConvertible, Sendable {
    enum Event: Sendable {
        case trade(
            symbol: String, price: FixedPoint, size: FixedPoint, quote: (bid: FixedPoint, ask: FixedPoint)?)
        case rate(series: String, percent: FixedPoint)
    }

    var title: String
    var rules = ""
    /// nil: the tape is sorted.
    var lateness: Int64?
    var emitsPending = false
    /// Milliseconds after the base instant, in the order as written.
    var events: [(time: Int64, event: Event)] = []
    var end: Int64?
    var expected: [String] = []

    var description: String { title }

    static let base = Timestamp(year: 2025, month: 3, day: 10, millisecondOfDay: 52_200_000).milliseconds

    struct Unreadable: Error, CustomStringConvertible {
        var description: String
    }

    // MARK: Reading

    static func all() throws -> [Scenario] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "Fixtures/scenarios")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { $0.hasSuffix(".scenarios") }.sorted()
        return try files.flatMap {
            try parse(String(contentsOf: folder.appending(path: $0), encoding: .utf8))
        }
    }

    static func parse(_ text: String) throws -> [Scenario] {
        enum Part { case rules, tape, transitions }
        var scenarios: [Scenario] = []
        var part = Part.rules
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
            if line.hasPrefix("== ") {
                scenarios.append(Scenario(title: String(line.dropFirst(3))))
                part = .rules
                continue
            }
            guard !scenarios.isEmpty else { continue }
            let last = scenarios.count - 1
            if line.hasPrefix("-- tape") {
                part = .tape
                try scenarios[last].readOptions(line)
            } else if line.hasPrefix("-- transitions") {
                part = .transitions
            } else if part == .rules {
                scenarios[last].rules += line + "\n"
            } else if part == .tape {
                try scenarios[last].readEvent(line)
            } else if !line.isEmpty {
                scenarios[last].expected.append(try canonical(line))
            }
        }
        return scenarios
    }

    private mutating func readOptions(_ line: String) throws {
        let words = line.split(separator: " ").map(String.init)
        emitsPending = words.contains("all")
        if let index = words.firstIndex(of: "lateness") { lateness = try Scenario.time(words[index + 1]) }
    }

    private mutating func readEvent(_ line: String) throws {
        let words = line.split(separator: "#")[..<min(1, line.split(separator: "#").count)]
            .flatMap { $0.split(separator: " ") }.map(String.init)
        if words.isEmpty { return }
        if words[0] == "end" {
            end = try Scenario.time(words[1])
            return
        }
        let time = try Scenario.time(words[0])
        if words[1] == "rate" {
            events.append((time, .rate(series: words[2], percent: try Scenario.decimal(words[3]))))
            return
        }
        var size = FixedPoint.zero
        var quote: (FixedPoint, FixedPoint)?
        if let index = words.firstIndex(of: "x") { size = try Scenario.decimal(words[index + 1]) }
        if let index = words.firstIndex(of: "@") {
            let sides = words[index + 1].split(separator: "/").map(String.init)
            quote = (try Scenario.decimal(sides[0]), try Scenario.decimal(sides[1]))
        } else if words.firstIndex(of: "x") == nil {
            size = FixedPoint(uncheckedMantissa: 1, scale: 0)
        }
        let price = try Scenario.decimal(words[2])
        events.append((time, .trade(symbol: words[1], price: price, size: size, quote: quote)))
    }

    private static func decimal(_ text: String) throws -> FixedPoint {
        guard let value = FixedPoint(text) else { throw Unreadable(description: "no number: \(text)") }
        return value
    }

    /// `1m30s`, `5.001s`, `250ms`.
    static func time(_ text: String) throws -> Int64 {
        var total = 0.0
        var digits = ""
        var rest = Substring(text)
        while let character = rest.first {
            if character.isNumber || character == "." {
                digits.append(character)
                rest.removeFirst()
                continue
            }
            let unit = rest.hasPrefix("ms") ? "ms" : String(character)
            rest.removeFirst(unit.count)
            guard let value = Double(digits),
                let factor = ["ms": 1.0, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000][unit]
            else { throw Unreadable(description: "no time: \(text)") }
            total += value * factor
            digits = ""
        }
        guard digits.isEmpty else { throw Unreadable(description: "no unit: \(text)") }
        return Int64(total.rounded())
    }

    private static func canonical(_ line: String) throws -> String {
        let halves = line.split(separator: ":", maxSplits: 1).map(String.init)
        // A colon may also stand in a symbol: a message is told by the blank behind its colon.
        let cut = line.range(of: ": ")
        let words = (cut.map { String(line[..<$0.lowerBound]) } ?? (cut == nil ? line : halves[0]))
            .split(separator: " ").map(String.init)
        guard words.count == 4 else { throw Unreadable(description: "no transition: \(line)") }
        let message = cut.map { ": " + line[$0.upperBound...] } ?? ""
        return "\(try time(words[0])) \(words[1]) \(words[2]) \(words[3])\(message)"
    }
}
