import Engine
import Testing

/// Blocks of many rules, whose thresholds are kept in order, against the same rules one after another.
@Suite("Thresholds")
struct ThresholdTests {
    @Test(arguments: 0..<8)
    func `Many random rules tell the same whether their thresholds are kept in order or not`(_ part: UInt64)
        throws
    {
        var total = 0
        for seed in part * 6 + 1...part * 6 + 6 {
            var random = SeededGenerator(seed: seed)
            let session = "session narrow = mon-fri 09:50-09:58 \"UTC\"\n"
            let rules =
                session + (0..<30).map { Self.rule($0, &random) }.joined(separator: "\n")
            let tape = SafeRegionTests.tape(&random)
            let plain = try SafeRegionTests.transitions(
                rules, tape, usesSafeRegions: false, leastThresholds: .max)
            total += plain.count
            for usesSafeRegions in [false, true] {
                let told = try SafeRegionTests.transitions(
                    rules, tape, usesSafeRegions: usesSafeRegions, leastThresholds: 1)
                if told == plain { continue }
                Issue.record(
                    """
                    seed \(seed), safe regions \(usesSafeRegions)
                    \(rules)
                    missing: \(plain.filter { !Set(told).contains($0) }.prefix(3))
                    too many: \(told.filter { !Set(plain).contains($0) }.prefix(3))
                    """)
                return
            }
        }
        #expect(total > 2_000)
    }

    @Test func `A ladder of thresholds on one value fires each as it is passed, up and down`() throws {
        let rules = (0..<40).map { step in
            let level = "100.\(10 + step)"
            return """
                rule above\(step) on A
                  when price > \(level)
                rule from\(step) on A
                  when price >= \(level)
                rule below\(step) on A
                  when price < \(level)
                rule to\(step) on A
                  when price <= \(level)
                """
        }.joined(separator: "\n")
        // Each step, then all at once, then back.
        let path: [Int64] =
            Array(10_005...10_055) + [10_000, 10_055, 10_010] + Array((10_005...10_030).reversed())
        let tape = path.enumerated().map {
            (time: Int64($0.offset) * 1000, price: $0.element, size: Int64(1))
        }
        let plain = try SafeRegionTests.transitions(
            rules, tape, usesSafeRegions: false, leastThresholds: .max)
        for usesSafeRegions in [false, true] {
            let told = try SafeRegionTests.transitions(
                rules, tape, usesSafeRegions: usesSafeRegions, leastThresholds: 1)
            #expect(told == plain)
        }
        #expect(plain.count > 600)
    }

    private static func rule(_ index: Int, _ random: inout SeededGenerator) -> String {
        var text = "rule r\(index) on A\n  when \(SafeRegionTests.condition(&random))\n"
        func sometimes(_ clause: (inout SeededGenerator) -> String) {
            if Int.random(in: 0..<4, using: &random) == 0 { text += "  \(clause(&random))\n" }
        }
        sometimes { Bool.random(using: &$0) ? "for \(Int.random(in: 1...9, using: &$0))s" : "for 3 trades" }
        sometimes { "until \(SafeRegionTests.condition(&$0))" }
        sometimes { "unless \(SafeRegionTests.condition(&$0))" }
        sometimes { "escalate critical when \(SafeRegionTests.condition(&$0))" }
        sometimes { _ in "during narrow" }
        sometimes { _ in "cooldown 30s" }
        sometimes { _ in "repeat 20s" }
        sometimes { _ in "unknown clear" }
        return text
    }
}
