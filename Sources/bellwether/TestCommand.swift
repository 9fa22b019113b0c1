import ArgumentParser
import Pipeline

struct TestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Run the tests that stand beside the rules.",
        discussion: """
            A *.test file says what the market does and which alerts must come of it:

              test "A rise of two per cent within five minutes fires"
                rule fast_move
                start 2025-03-10 10:00 America/New_York
                tape
                  AAPL 100 for 5m every 10s
                  AAPL -> 102 over 100s every 10s
                expect
                  at 6m30s fast_move AAPL firing

            Examples:
              bellwether test                              every rules/*.test
              bellwether test rules/us-stocks.test --filter "two per cent"
              bellwether test rules --coverage             and the clauses that no test exercises
              bellwether test rules --mutate               and the small changes that no test notices

            Exits with 1 when a test fails, or with --coverage when a clause is not exercised.
            """)

    @Argument(help: "Directories of *.rules and *.test files, or single files.")
    var paths: [String] = ["rules"]

    @Option(help: "Run the tests whose sentence, file or rule contains this.")
    var filter: String?

    @Flag(help: "Name the clauses, and the operands of conditions, that no test exercises.")
    var coverage = false

    @Flag(help: "Shift each threshold, window and duration a tenth, and name what no test notices.")
    var mutate = false

    @Option(help: "text, or tap (Test Anything Protocol).")
    var format = "text"

    func run() throws {
        var tests = RuleTests(paths: paths)
        tests.filter = filter
        tests.format = try RuleTests.Format(option: format)
        tests.showsCoverage = coverage
        tests.mutates = mutate
        try finish(tests.run(console))
    }
}
