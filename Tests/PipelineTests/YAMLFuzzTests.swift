import Foundation
import Diagnostics
import SampleMarket
import Testing

@testable import Pipeline

/// Configurations and notifiers that nobody wrote: never a trap; either they can be used, or what is wrong is
/// said with its place.
struct YAMLFuzzTests {
    static let environment = ProcessInfo.processInfo.environment
    static let firstSeed = UInt64(environment["BELLWETHER_FUZZ_SEED"] ?? "") ?? 1
    static let count = UInt64(environment["BELLWETHER_FUZZ_YAML"] ?? "") ?? 600

    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// The examples that come with the project, and a few words that mean something in YAML.
    private static func examples() throws -> (configurations: [String], notifiers: [String]) {
        let notifiers = try FileManager.default.contentsOfDirectory(atPath: root.path + "/notifiers")
            .filter { $0.hasSuffix(".yaml") }.sorted()
            .map { try String(contentsOfFile: root.path + "/notifiers/" + $0, encoding: .utf8) }
        let configuration = try String(contentsOfFile: root.path + "/docs/bellwether.yaml", encoding: .utf8)
        // Also with its comments' examples made real.
        let bare = configuration.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            line.hasPrefix("# ") && line.contains(":") ? String(line.dropFirst(2)) : String(line)
        }.joined(separator: "\n")
        return ([configuration, bare], notifiers)
    }

    private static let spice = [
        "&a", "*a", "<<: *a", "!!binary", "- ", "? ", ": ", "{", "}", "[", "]", "|", ">", "'", "\"", "\t",
        "%",
        "@", "`", "~", "null", "1e999", "-0", "0x10", "18446744073709551616", "${HOME}", "${",
        "${file:/etc/passwd}",
        "2025-01-01", "off", "\u{0}", "\u{FEFF}", "é", "---", "...", "#",
    ]

    private static func mutated(_ text: String, _ random: inout SplitMix64) -> String {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        for _ in 0..<1 + random.below(5) where !lines.isEmpty {
            let place = Int(random.below(UInt64(lines.count)))
            let line = lines[place]
            switch random.below(7) {
            case 0: lines.remove(at: place)
            case 1: lines.insert(lines[Int(random.below(UInt64(lines.count)))], at: place)
            case 2: lines[place] = String(repeating: " ", count: Int(random.below(5))) + line
            case 3: lines[place] = String(line.drop { $0 == " " })
            case 4:
                lines[place] = line.replacing(
                    /: .*/, with: ": " + spice[Int(random.below(UInt64(spice.count)))])
            case 5:
                var characters = Array(line)
                let word = spice[Int(random.below(UInt64(spice.count)))]
                characters.insert(contentsOf: word, at: Int(random.below(UInt64(characters.count) + 1)))
                lines[place] = String(characters)
            default: lines[place] = String(line.prefix(Int(random.below(UInt64(line.count) + 1))))
            }
        }
        return lines.joined(separator: "\n")
    }

    @Test func `A configuration that was changed at random can be used, or says where it is wrong`() throws {
        let examples = try Self.examples().configurations
        let place = try TemporaryDirectory()
        var refused = 0
        for seed in Self.firstSeed..<Self.firstSeed + Self.count {
            var random = SplitMix64(seed: seed)
            let text = Self.mutated(examples[Int(random.below(2))], &random)
            try place.write(text, to: "bellwether.yaml")
            let status = MemorySink()
            do {
                _ = try RunConfiguration.read(
                    path: place.path + "/bellwether.yaml", environment: ["HOME": "/root"],
                    console: Console(output: MemorySink(), status: status))
            } catch {
                refused += 1
                #expect(status.text.contains("bellwether.yaml:"), "seed \(seed)\n\(text)\n\(status.text)")
            }
        }
        #expect(refused > Int(Self.count) / 10 && refused < Int(Self.count))
    }

    @Test func `A notifier that was changed at random can be used, or says where it is wrong`() throws {
        let examples = try Self.examples().notifiers
        let place = try TemporaryDirectory()
        var refused = 0
        for seed in Self.firstSeed..<Self.firstSeed + Self.count {
            var random = SplitMix64(seed: seed)
            let text = Self.mutated(examples[Int(random.below(UInt64(examples.count)))], &random)
            try place.write(text, to: "notifiers/desk.yaml")
            let set = NotifierSet(directory: place.path + "/notifiers", depth: .full, environment: [:])
            let errors = set.diagnostics.filter { $0.level == .error }
            if set.definitions.isEmpty { #expect(!errors.isEmpty, "seed \(seed)\n\(text)") }
            refused += errors.isEmpty ? 0 : 1
            #expect(errors.allSatisfy { $0.span != nil }, "seed \(seed)\n\(text)\n\(errors)")
        }
        #expect(refused > Int(Self.count) / 10)
    }
}
