import Foundation
import Testing

/// Which module may import which: the layers of docs/ARCHITECTURE.md, which the build itself does not hold.
@Suite struct ImportTableTests {
    struct Row {
        /// Modules of ours.
        var ours: Set<String> = []
        /// Libraries that it wraps or uses; the toolchain's own are listed in `toolchain`.
        var outside: Set<String> = []
        var foundation = true
    }

    static let nouns: Set<String> = ["MarketModel", "Diagnostics"]
    static let language: Set<String> = nouns.union(["Patterns", "RuleSyntax", "RuleSemantics"])
    static let hot: Set<String> = language.union(["Engine", "RuleCompiler"])
    static let edges: Set<String> = [
        "Kafka", "HTTPTransport", "StateStore", "Feeds", "Configuration", "Delivery",
    ]

    static let table: [String: Row] = [
        "MarketModel": Row(foundation: false),
        "Diagnostics": Row(foundation: false),
        "Patterns": Row(outside: ["CPCRE2"], foundation: false),
        "RuleSyntax": Row(ours: ["Diagnostics"], foundation: false),
        "RuleSemantics": Row(ours: nouns.union(["RuleSyntax", "Patterns"])),
        "Engine": Row(ours: ["MarketModel"], foundation: false),
        "LanguageServer": Row(ours: nouns.union(["RuleSyntax", "RuleSemantics"])),
        "RuleCompiler": Row(ours: language.union(["Engine"])),
        "Kafka": Row(outside: ["CRdKafka"]),
        "HTTPTransport": Row(outside: ["CCurl"]),
        "Feeds": Row(ours: ["MarketModel"], outside: ["CZlib"]),
        "Configuration": Row(ours: ["Diagnostics"], outside: ["Yams"]),
        "StateStore": Row(ours: ["MarketModel"], outside: ["GRDB"]),
        "Delivery": Row(
            ours: nouns.union(["HTTPTransport", "StateStore", "Configuration", "Patterns"]),
            outside: ["Logging", "CCrypto"]),
        "SampleMarket": Row(ours: ["MarketModel"]),
        "Scenarios": Row(ours: hot),
        "Pipeline": Row(
            ours: hot.union(edges).union(["SampleMarket", "Scenarios", "LanguageServer"]),
            outside: ["Logging", "FlyingFox", "FlyingSocks"]),
        "bellwether": Row(ours: ["Pipeline"], outside: ["ArgumentParser"]),
    ]

    static let toolchain: Set<String> = [
        "Foundation", "FoundationEssentials", "Glibc", "Synchronization", "Dispatch",
    ]
    static let wrappers: Set<String> = ["CCrypto", "CCurl", "CPCRE2", "CRdKafka", "CZlib"]

    @Test func `Every module has its row in the table`() {
        let modules = Set(Repository.sources.map(\.module))
        #expect(modules == Set(Self.table.keys))
    }

    @Test func `A module imports what its row allows and nothing else`() {
        var wrong: [String] = []
        for file in Repository.sources {
            guard let row = Self.table[file.module] else { continue }
            for name in file.imports where !row.allows(name) {
                wrong.append("\(file.path) imports \(name)")
            }
        }
        #expect(wrong == [])
    }
}

extension ImportTableTests.Row {
    func allows(_ name: String) -> Bool {
        if name.hasPrefix("Foundation") { return foundation }
        return ours.contains(name) || outside.contains(name) || ImportTableTests.toolchain.contains(name)
    }
}

extension TextFile {
    /// `public import Foo`, `import struct Foo.Bar`, `@testable import Foo` -> `Foo`.
    var imports: [String] {
        lines.compactMap { line in
            let words = line.split(separator: " ")
            guard let place = words.firstIndex(of: "import"), place + 1 < words.count,
                words[..<place].allSatisfy({ TextFile.importModifiers.contains(String($0)) })
            else { return nil }
            let kinds = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
            let rest = words[(place + 1)...].drop { kinds.contains(String($0)) }
            return rest.first?.split(separator: ".").first.map(String.init)
        }
    }

    private static let importModifiers: Set<String> = [
        "public", "package", "internal", "fileprivate", "private", "@testable", "@preconcurrency",
        "@_exported", "@_implementationOnly",
    ]
}
