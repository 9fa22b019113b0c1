import Diagnostics
import Foundation
import RuleSemantics
import RuleSyntax
import Testing

@testable import Scenarios

/// A recipe of docs/COOKBOOK.md: a heading, a block of rules, a block of tests.
struct Recipe: CustomStringConvertible, Sendable {
    var title: String
    var rules: SourceFile
    var tests: SourceFile

    var description: String { title }

    /// Blocks keep their lines' numbers, so that a failure names the place in the document.
    static func all() throws -> [Recipe] {
        let document = try Repository.source("docs/COOKBOOK.md")
        let lines = String(decoding: document.text, as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false)
        var recipes: [Recipe] = []
        var title = ""
        var blocks: [String: SourceFile] = [:]
        var open: (kind: String, text: String)?
        for (number, line) in lines.enumerated() {
            if line.hasPrefix("### ") { title = String(line.dropFirst(4)) }
            if let block = open, line == "```" {
                blocks[block.kind] = SourceFile(name: document.name, text: block.text.utf8)
                open = nil
                if let rules = blocks["rules"], let tests = blocks["test"] {
                    recipes.append(Recipe(title: title, rules: rules, tests: tests))
                    blocks = [:]
                }
            } else if open != nil {
                open?.text += line + "\n"
            } else if line.hasPrefix("```") {
                open = (String(line.dropFirst(3)), String(repeating: "\n", count: number + 1))
            }
        }
        return recipes
    }
}

@Suite struct CookbookTests {
    /// What no test can show: an alert of `on all` exists from its symbol's first trade, so a price is known.
    static let unreachable: Set<String> = ["when known(price): never false"]

    @Test(arguments: try Recipe.all())
    func `A recipe checks, does what its tests say, and every clause of it is exercised`(
        _ recipe: Recipe
    ) throws {
        let suite = TestSuite(rules: [recipe.rules], tests: [recipe.tests])
        #expect(suite.failures == "")
        #expect(suite.testCount > 0 && suite.ruleCount > 0)
        let gaps = suite.coverage().gaps.filter { !Self.unreachable.contains($0.text) }
        #expect(gaps.map { "\($0.span.line): \($0.text)" } == [])
        let (file, _) = parseRules(recipe.rules)
        #expect(DiagnosticRenderer().render(checkRules([file]).diagnostics) == "")
        let text = String(decoding: recipe.rules.text, as: UTF8.self)
        #expect(formatRules(file) == text.drop { $0 == "\n" })
    }

    @Test func `Forty alerts and more, each under its number`() throws {
        let recipes = try Recipe.all()
        #expect(recipes.count >= 40)
        for (index, recipe) in recipes.enumerated() {
            #expect(recipe.title.hasPrefix("\(index + 1). "))
        }
    }
}
