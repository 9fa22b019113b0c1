import Foundation
import Testing

@testable import Pipeline

/// The built executable, beside the tests where the build leaves it.
enum Executable {
    static let url: URL? = {
        let places = [Bundle.main.bundleURL, URL(fileURLWithPath: CommandLine.arguments[0])]
        let candidates = places.flatMap { [$0, $0.deletingLastPathComponent()] }
            .map { $0.appendingPathComponent("bellwether") }
        return candidates.first {
            var isDirectory: ObjCBool = false
            return FileManager.default.fileExists(atPath: $0.path, isDirectory: &isDirectory)
                && !isDirectory.boolValue && FileManager.default.isExecutableFile(atPath: $0.path)
        }
    }()
}

/// The executable itself, as a shell sees it.
@Suite("The command's exit status and help", .enabled(if: Executable.url != nil, "bellwether is not built"))
struct CommandTests {
    private func run(_ arguments: [String], in directory: String = "/") throws -> (
        status: Int32, text: String
    ) {
        let command = Foundation.Process()
        command.executableURL = Executable.url
        command.arguments = arguments
        command.currentDirectoryURL = URL(fileURLWithPath: directory)
        let pipe = Pipe()
        command.standardOutput = pipe
        command.standardError = pipe
        try command.run()
        let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        command.waitUntilExit()
        return (command.terminationStatus, text)
    }

    @Test(
        "every command's help shows an example",
        arguments: [
            ["check"], ["fmt"], ["test"], ["dry-run"], ["why"], ["run"], ["demo"], ["notify", "test"],
            ["outbox", "list"], ["outbox", "retry"], ["outbox", "drop"], ["language-server"],
        ])
    func help(command: [String]) throws {
        let result = try run(command + ["--help"])
        #expect(result.status == 0)
        #expect(result.text.contains("bellwether \(command.joined(separator: " "))"))
        #expect(result.text.contains("Example"))
    }

    @Test("0 success, 1 findings, 2 usage, 3 failure")
    func statuses() throws {
        let place = try TemporaryDirectory()
        try place.write("rule a on A\n  when price > 1\n", to: "rules/a.rules")
        try place.write("rule a on A\n  when prise > 1\n", to: "bad.rules")
        try place.write(
            "kafka: {bootstrap: \"127.0.0.1:1\"}\ntopics: {trades: [{name: trades}]}\n", to: "bellwether.yaml"
        )
        #expect(try run(["--version"]).status == 0)
        #expect(try run(["check"], in: place.path).status == 0)
        #expect(try run(["check", "bad.rules"], in: place.path).status == 1)
        #expect(try run(["fmt", "--check"], in: place.path).status == 0)
        #expect(try run(["fmt", "--check", "nothing.rules"], in: place.path).status == 1)
        #expect(try run(["check", "--explain", "--format", "json"], in: place.path).status == 2)
        #expect(try run(["chek"]).status == 2)
        #expect(try run(["check", "--format", "xml"], in: place.path).status == 2)
        #expect(try run(["dry-run", "--trades", "x", "--format", "xml"]).status == 2)
        #expect(try run(["run", "--config", "nothing.yaml"], in: place.path).status == 2)
        #expect(try run(["notify", "test", "desk"], in: place.path).status == 2)
        #expect(try run(["outbox", "list"], in: place.path).status == 2)
        #expect(try run(["dry-run", "--trades", "x.csv"], in: place.path).status == 3)
        #expect(try run(["dry-run"], in: place.path).status == 2)
        #expect(try run(["why", "a", "A", "10:00"], in: place.path).status == 2)
        #expect(try run(["why", "a", "A", "10:00", "--trades", "x.csv"], in: place.path).status == 3)
        #expect(try run(["why", "a", "B", "10:00", "--trades", "x.csv"], in: place.path).status == 2)
        try place.write("symbol,price,timestamp,volume\nA,2,1741600000000,1\n", to: "x.csv")
        let why = try run(["why", "a", "A", "1741600000000", "--trades", "x.csv"], in: place.path)
        #expect(why.status == 0)
        #expect(why.text.contains("a A at 2025-03-10 09:46:40.000 UTC: firing"), "\(why.text)")
        let unreachable = try run(["run"], in: place.path)
        #expect(unreachable.status == 3)
        #expect(unreachable.text.contains("127.0.0.1:1"), "\(unreachable.text)")
    }

    @Test("test: 0 all pass, 1 one fails or a clause is untried, 2 nothing to run; checks pass tests by")
    func ruleTests() throws {
        let place = try TemporaryDirectory()
        let tape = "  tape\n    A 1 3 1\n  expect\n"
        try place.write("rule a on A\n  when price > 2\n", to: "rules/a.rules")
        try place.write(
            "test \"it fires\"\n\(tape)    at 1s a A firing\n    at 2s a A resolved\n", to: "rules/a.test")
        #expect(try run(["check"], in: place.path).status == 0)
        let good = try run(["test", "--coverage", "--mutate"], in: place.path)
        #expect(good.status == 0, "\(good.text)")
        #expect(good.text.contains("1 test, 1 passed, 0 failed"))
        #expect(good.text.contains("coverage: 3 of 3 clauses"))
        #expect(good.text.contains("mutants: 0 of 2 small changes"))
        #expect(
            try run(["test", "rules/a.test", "--format", "tap"], in: place.path).text.contains("ok 1 - "))
        #expect(try run(["test", "--filter", "nothing"], in: place.path).status == 2)
        #expect(try run(["test", "--format", "xml"], in: place.path).status == 2)
        try place.write("test \"it does not\"\n\(tape)    no alerts\n", to: "rules/b.test")
        #expect(try run(["test"], in: place.path).status == 1)
        #expect(try run(["test", "rules/a.rules"], in: place.path).status == 0)
        try place.write("rule b on A\n  when price > 2\n", to: "other/b.rules")
        #expect(try run(["test", "other"], in: place.path).status == 2)
        try place.write("test \"quiet\"\n  tape\n    A 1\n  expect no alerts\n", to: "other/b.test")
        #expect(try run(["test", "other", "--coverage"], in: place.path).status == 1)
    }

    @Test("SIGTERM ends a run in order: what was read is dealt with, and the summary is shown")
    func termination() throws {
        let place = try TemporaryDirectory()
        try place.write("rule a on A\n  when price > 1\n", to: "rules/a.rules")
        try place.write(
            "kafka: {bootstrap: embedded}\ntopics: {trades: [{name: trades}]}\n", to: "bellwether.yaml")
        let command = Foundation.Process()
        command.executableURL = Executable.url
        command.arguments = ["run"]
        command.currentDirectoryURL = URL(fileURLWithPath: place.path)
        let pipe = Pipe()
        command.standardError = pipe
        try command.run()
        var text = ""
        while !text.contains("reading 4 partitions") {
            let bytes = pipe.fileHandleForReading.availableData
            if bytes.isEmpty { break }
            text += String(decoding: bytes, as: UTF8.self)
        }
        command.terminate()
        text += String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        command.waitUntilExit()
        #expect(command.terminationStatus == 0)
        #expect(text.contains("embedded, in this process"))
        #expect(text.contains("0 trades of 0 symbols"), "\(text)")
    }
}
