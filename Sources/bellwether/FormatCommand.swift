import ArgumentParser
import Foundation
import Pipeline

struct FormatCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fmt",
        abstract: "Bring rule files into the canonical format.",
        discussion: """
            One clause a line in the grammar's order, comments kept; the meaning never changes. Files are
            replaced in one step, and only when something changes; one with syntax errors is left as it is.

            Examples:
              bellwether fmt                         rules/
              bellwether fmt rules/tech.rules
              bellwether fmt --check rules           changes nothing, shows what it would change
              bellwether fmt - < rules/tech.rules    from standard input to standard output

            Exits with 1 for syntax errors, and with --check when a file is not in the format.
            """)

    @Argument(help: "Files, directories of *.rules files, or - for standard input.")
    var paths: [String] = ["rules"]

    @Flag(help: "Write nothing; show what would change, and exit with 1 if anything would.")
    var check = false

    func run() throws {
        let formatting = Formatting(paths: paths, checksOnly: check) {
            Array(FileHandle.standardInput.readDataToEndOfFile())
        }
        try finish(formatting.run(console))
    }
}
