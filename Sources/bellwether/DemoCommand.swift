import ArgumentParser
import Pipeline

struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "The whole of it with nothing installed: broker, market, rules, alerts.",
        discussion: """
            Starts a Kafka broker in this process, publishes a sample market to it (real trades of 2011 with
            their fat-finger print, and a seeded replay of known events), evaluates rules/ and prints each
            alert as it arrives at a webhook receiver. Ctrl-C ends it with a summary.

            Examples:
              bellwether demo
              bellwether demo --headless --duration 20s      for scripts: no colours, no progress line
              bellwether demo --seed 7 --speed 5000          another market, 5,000 trades a second
            """)

    @Option(parsing: .upToNextOption, help: "Rule files, or directories of *.rules files.")
    var rules: [String] = ["rules"]

    @Flag(help: "No colours and no progress line.")
    var headless = false

    @Option(help: "How long to go on, such as 20s; by default until Ctrl-C.")
    var duration: String?

    @Option(help: "The seed of the generated market: the same seed, the same market.")
    var seed: UInt64 = 1

    @Option(help: "Trades a second; by default the whole market within --duration, or 3,000 without it.")
    var speed: Double?

    func run() async throws {
        let stop = StopSignal()
        let signals = TerminationSignals(stop)
        defer { withExtendedLifetime(signals) {} }
        var options = DemoOptions(rules: rules)
        options.headless = headless
        options.seed = seed
        options.speed = speed
        options.duration = try duration.map { try DemoOptions.duration($0) }
        let demo = Demo(options, environment: environment, console: console, stop: stop)
        try await finish(demo.run())
    }
}
