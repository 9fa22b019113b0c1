import Diagnostics
import Foundation
import RuleSemantics
import RuleSyntax
import Testing

@testable import LanguageServer

/// The folder `editors` holds what the language has, no more and no less.
@Suite struct EditorFilesTests {
    private static let grammarPath = "editors/vscode/syntaxes/bellwether.tmLanguage.json"

    private func json(_ path: String) throws -> JSONValue {
        try JSONValue(parsing: Array(try Repository.text(path).utf8))
    }

    /// The words of the first group of a grammar rule's pattern.
    private func words(_ rule: String) throws -> Set<String> {
        let match = try #require(try json(Self.grammarPath)["repository"]?[rule]?["match"]?.string, "\(rule)")
        let open = try #require(match.range(of: "\\b("), "\(rule)")
        let inside = match[open.upperBound...].prefix { $0 != ")" }
        return Set(inside.split(separator: "|").map(String.init))
    }

    @Test func `The grammar's keywords are the lexer's`() throws {
        #expect(try words("definitions") == Set(Vocabulary.items))
        #expect(try words("clauses") == Set(Vocabulary.clauses))
        let others = try Set(["words", "operators", "constants"].flatMap { try words($0) })
        let taken = Set(Vocabulary.items + Vocabulary.clauses)
        #expect(others == Set(Vocabulary.keywords).subtracting(taken))
        let places = Set(Vocabulary.placeWords + Vocabulary.levels + Vocabulary.days)
        #expect(try words("places") == places.subtracting(["trades"]))
        #expect(try words("types") == Set(parameterTypeNames))
    }

    @Test func `The grammar's functions are the builtin table's`() throws {
        let functions = BuiltinTable.rows.filter { if case .function = $0.meaning { true } else { false } }
        let series = BuiltinTable.rows.filter { if case .series = $0.meaning { true } else { false } }
        #expect(try words("functions") == Set(functions.map(\.name)))
        #expect(try words("variables") == Set(series.map(\.name) + ["symbol"]))
    }

    @Test func `The extension's files are where its manifest says`() throws {
        let manifest = try json("editors/vscode/package.json")
        let contributes = manifest["contributes"]
        let paths = [
            manifest["main"], contributes?["languages"]?.array?[0]["configuration"],
            contributes?["grammars"]?.array?[0]["path"],
        ]
        for path in paths {
            let name = try #require(path?.string).replacing("./", with: "editors/vscode/")
            #expect(try !Repository.text(name).isEmpty)
        }
        let configuration = try json("editors/vscode/language-configuration.json")
        #expect(configuration["comments"]?["lineComment"] == "#")
        #expect(contributes?["languages"]?.array?[0]["extensions"] == [".rules"])
        #expect(contributes?["grammars"]?.array?[0]["scopeName"] == "source.bellwether")
        let command = try Repository.text("editors/vscode/extension.js")
        #expect(command.contains("args: [\"language-server\"]"))
    }

    /// What a token is coloured as.
    private static func scope(_ kind: PlainToken.Kind) -> [String] {
        switch kind {
        case .keyword: ["keyword.", "constant.language."]
        case .symbol: ["constant.other.symbol."]
        case .number, .duration, .clock: ["constant.numeric."]
        case .string: ["punctuation.definition.string.", "string.quoted."]
        case .pattern: ["string.regexp."]
        case .comment: ["punctuation.definition.comment.", "comment."]
        case .name:
            ["variable.", "entity.name.", "support.", "keyword.other.place."]
        case .mark, .other: []
        }
    }

    @Test(.enabled(if: Peers.hasColours, Peers.missing))
    func `An independent TextMate engine colours each token as what the lexer reads`() throws {
        var texts = try Repository.exampleRules()
        texts["made"] = """
            list coins = /^BINANCE:(BTC|ETH)/, BRK.B, `IC 1` except AAPL
            let far(d: duration, p: price) = abs(change(price, d)) >= 2.5% and p in 1..2mn
            rule fast on tech, /x\\/y/ # comment
              when trades(100 trades) == 1k or price / mid > volume(1h30m ending 5m ago) / 2
              then within 5m BINANCE:BTCUSDT.price crosses above 25bp and not known(bid)
              unknown clear
            """
        for (name, text) in texts {
            let source = SourceFile(name: name, text: text.utf8)
            let coloured = try Peers.colours(Self.grammarPath, text)
            for token in plainTokens(of: source) {
                let place = source.position(of: token.range.lowerBound)
                let wanted = Self.scope(token.kind)
                guard !wanted.isEmpty else { continue }
                let scope = coloured["\(place.line):\(place.column)"] ?? "none"
                #expect(
                    wanted.contains { scope.hasPrefix($0) },
                    "\(name):\(place.line) `\(token.text)` is \(token.kind), coloured \(scope)"
                )
            }
        }
    }
}
