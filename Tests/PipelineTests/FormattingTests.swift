import Foundation
import Testing

@testable import Pipeline

@Suite("bellwether fmt")
struct FormattingTests {
    static let loose = "# why\nrule a on AAPL   when price>100 and size > 5  # beside\n severity critical\n"
    static let canonical = """
        # why
        rule a on AAPL
          when price > 100
            and size > 5  # beside
          severity critical

        """

    private struct Outcome {
        var status: CommandStatus
        var output: String
        var said: String
    }

    private func format(_ paths: [String], checks: Bool = false, input: String = "") -> Outcome {
        let (output, status) = (MemorySink(), MemorySink())
        let formatting = Formatting(paths: paths, checksOnly: checks) { Array(input.utf8) }
        let result = formatting.run(Console(output: output, status: status))
        return Outcome(status: result, output: output.text, said: status.text)
    }

    private func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

    private func attribute(_ key: FileAttributeKey, of path: String) throws -> Int {
        try #require(try FileManager.default.attributesOfItem(atPath: path)[key] as? NSNumber).intValue
    }

    @Test("a directory's files are rewritten where they differ; the others are not touched")
    func directory() throws {
        let place = try TemporaryDirectory()
        let loose = try place.write(Self.loose, to: "rules/loose.rules")
        let good = try place.write(Self.canonical, to: "rules/good.rules")
        let inode = try attribute(.systemFileNumber, of: good)
        let result = format(["\(place.path)/rules"])
        #expect(result.status == .success)
        #expect(try text(loose) == Self.canonical)
        #expect(try attribute(.systemFileNumber, of: good) == inode)
        #expect(result.said == "formatted \(loose)\nok: 1 of 2 files changed\n")
        #expect(try FileManager.default.contentsOfDirectory(atPath: "\(place.path)/rules").count == 2)
        #expect(format(["\(place.path)/rules", loose]).said == "ok: 0 of 2 files changed\n")
    }

    @Test("--check writes nothing, shows the difference, and says what to run")
    func checking() throws {
        let place = try TemporaryDirectory()
        let loose = try place.write(Self.loose, to: "loose.rules")
        let good = try place.write(Self.canonical, to: "good.rules")
        let result = format([loose, good], checks: true)
        #expect(result.status == .findings)
        #expect(try text(loose) == Self.loose)
        #expect(
            result.output == """
                --- \(loose)
                +++ \(loose) (formatted)
                @@ -1,3 +1,5 @@
                 # why
                -rule a on AAPL   when price>100 and size > 5  # beside
                - severity critical
                +rule a on AAPL
                +  when price > 100
                +    and size > 5  # beside
                +  severity critical

                """)
        #expect(
            result.said
                == "failed: 1 of 2 files would change\n  = help: run `bellwether fmt \(loose)`\n")
        #expect(format([good], checks: true).said == "ok: 1 file in the canonical format\n")
    }

    @Test("a file with syntax errors is left as it is, with its errors; the others are formatted")
    func faulty() throws {
        let place = try TemporaryDirectory()
        let broken = try place.write("rule a on AAPL\n when price >\n", to: "rules/broken.rules")
        let loose = try place.write(Self.loose, to: "rules/loose.rules")
        let result = format(["\(place.path)/rules"])
        #expect(result.status == .findings)
        #expect(try text(broken) == "rule a on AAPL\n when price >\n")
        #expect(try text(loose) == Self.canonical)
        #expect(result.said.contains("error[E009]"))
        #expect(result.said.contains("not formatted: \(broken) has 1 syntax error\n"))
        #expect(result.said.contains("failed: 1 of 2 files changed, 1 with syntax errors, left as it was"))
    }

    @Test("rules that the checker would refuse can be formatted")
    func meaningless() throws {
        let place = try TemporaryDirectory()
        let file = try place.write("rule a on tehc when prise>2", to: "a.rules")
        #expect(format([file]).status == .success)
        #expect(try text(file) == "rule a on tehc\n  when prise > 2\n")
    }

    @Test("- reads standard input and writes the format, and nothing else, to the output")
    func standardInput() {
        let result = format(["-"], input: Self.loose)
        #expect(result.status == .success)
        #expect(result.output == Self.canonical)
        #expect(result.said == "")
        #expect(format(["-"], input: Self.canonical).output == Self.canonical)
        let broken = format(["-"], input: "rule a on AAPL when")
        #expect(broken.status == .findings)
        #expect(broken.output == "")
        #expect(broken.said.contains("<stdin>:1:"))
        let checked = format(["-"], checks: true, input: Self.loose)
        #expect(checked.status == .findings)
        #expect(checked.output.hasPrefix("--- <stdin>\n"))
    }

    @Test("permissions stay, a link stays a link, and a file that may not be written is not replaced")
    func replacement() throws {
        let place = try TemporaryDirectory()
        let file = try place.write(Self.loose, to: "real/a.rules")
        let link = "\(place.path)/link.rules"
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "real/a.rules")
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: file)
        #expect(format([link]).status == .success)
        #expect(try text(file) == Self.canonical)
        #expect(try attribute(.posixPermissions, of: file) == 0o640)
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "real/a.rules")
        #expect(try FileManager.default.contentsOfDirectory(atPath: "\(place.path)/real") == ["a.rules"])
        #expect(AtomicFile.replace("\(place.path)/none.rules", with: []) == "No such file or directory")
    }

    @Test("carriage returns and a missing last line end are shown where they would change")
    func invisible() throws {
        let place = try TemporaryDirectory()
        let file = try place.write("rule a on AAPL\r\n  when price > 1", to: "a.rules")
        let result = format([file], checks: true)
        #expect(result.output.contains("-rule a on AAPL\\r\n"))
        #expect(result.output.contains("-  when price > 1\n\\ No newline at end of file\n+rule a on AAPL\n"))
    }

    @Test("a long difference is cut short, and one far into a file shows its place")
    func long() throws {
        let rules = (1...2_000).map { "rule r\($0) on AAPL\n  when price > \($0)\n" }
        let canonical = rules.joined(separator: "\n")
        let far = canonical.replacing("price > 1999\n", with: "price>1999\n")
        let shown = LineDifference(far, canonical).text(name: "far.rules", colours: false)
        #expect(shown.contains("@@ -5995,3 +5995,3 @@\n"), "\(shown)")
        #expect(!shown.contains("and more"))
        let loose = canonical.replacing(" > ", with: ">")
        let cut = LineDifference(loose, canonical).text(name: "loose.rules", colours: true)
        #expect(cut.split(separator: "\n").count < 60)
        #expect(cut.hasSuffix("... and more\n"))
        #expect(LineDifference(canonical, canonical).text(name: "same", colours: false) == "")
    }
}
