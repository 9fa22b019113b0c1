import Diagnostics
import Foundation
import Testing

@testable import Pipeline

@Suite("Finding rule files")
struct RuleSourcesTests {
    @Test("a directory stands for its .rules files, by name; other files are none of it")
    func directory() throws {
        let place = try TemporaryDirectory()
        try place.write("rule b when true", to: "rules/b.rules")
        try place.write("rule a when true", to: "rules/a.rules")
        try place.write("notes", to: "rules/README.md")
        let sources = RuleSources(paths: ["\(place.path)/rules/"])
        #expect(sources.files.map(\.name) == ["\(place.path)/rules/a.rules", "\(place.path)/rules/b.rules"])
        #expect(sources.diagnostics.isEmpty)
    }

    @Test("a missing directory is named, with the one that was probably meant")
    func missing() throws {
        let place = try TemporaryDirectory()
        try place.write("rule a when true", to: "rules/a.rules")
        let sources = RuleSources(paths: ["\(place.path)/rule"])
        #expect(sources.diagnostics.map(\.code) == ["E141"])
        #expect(sources.diagnostics[0].message == "no such file or directory: \(place.path)/rule")
        #expect(sources.diagnostics[0].help[0] == "did you mean \(place.path)/rules?")
    }

    @Test("a directory without rule files says what to put there")
    func emptyDirectory() throws {
        let place = try TemporaryDirectory()
        let sources = RuleSources(paths: [place.path])
        #expect(sources.diagnostics.map(\.code) == ["E143"])
        #expect(sources.diagnostics[0].help[0].contains("end in .rules"))
    }

    @Test("an empty file is a warning with an example of a rule")
    func emptyFile() throws {
        let place = try TemporaryDirectory()
        let path = try place.write("\n  \n", to: "empty.rules")
        let sources = RuleSources(paths: [path])
        #expect(sources.diagnostics.map(\.code) == ["W141"])
        #expect(sources.diagnostics[0].help[0].contains("for example: rule"))
        #expect(sources.files.count == 1)
    }

    @Test("notifiers are looked for beside the directory of rules")
    func notifiersBeside() throws {
        let place = try TemporaryDirectory()
        let path = try place.write("rule a when true", to: "rules/a.rules")
        #expect(RuleSources(paths: [path]).notifiersBeside == nil)
        try place.write("kind: webhook", to: "notifiers/desk.yaml")
        #expect(RuleSources(paths: [path]).notifiersBeside == "\(place.path)/notifiers")
        #expect(RuleSources(paths: ["\(place.path)/rules"]).notifiersBeside == "\(place.path)/notifiers")
    }

    @Test("a path of one letter is a path like any other")
    func oneLetter() {
        #expect(RuleSources(paths: ["?"]).diagnostics.map(\.code) == ["E141"])
        #expect(PathText.parent(of: "r") == "" && PathText.name(of: "r") == "r")
    }

    @Test(
        "a path's parent and name",
        arguments: [
            ("a", "", "a"), ("rules", "", "rules"), ("rules/", "", "rules"), ("r/a", "r", "a"),
            ("/", "/", "/"), ("/a", "/", "a"), ("./a", ".", "a"), ("a//b/", "a", "b"), ("", "", ""),
        ])
    func parts(path: String, parent: String, name: String) {
        #expect(PathText.parent(of: path) == parent)
        #expect(PathText.name(of: path) == name)
    }

    @Test("a name is put into a directory with one slash")
    func joining() {
        #expect(PathText.join("", "a") == "a")
        #expect(PathText.join("/", "a") == "/a")
        #expect(PathText.join("b/", "a") == "b/a" && PathText.join("b", "a") == "b/a")
    }
}
