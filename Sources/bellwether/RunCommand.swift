import ArgumentParser
import Pipeline

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Watch the trades in Kafka and send alerts.",
        discussion: """
            Example:
              bellwether run --config bellwether.yaml

            The file names the broker, the topics, the rules and the notifiers; ${NAME} stands for an
            environment variable. Ctrl-C or SIGTERM ends it: what was read is evaluated, sent and
            committed first.
            """)

    @Option(help: "The configuration file.")
    var config = "bellwether.yaml"

    func run() async throws {
        let configuration = try RunConfiguration.read(
            path: config, environment: environment, console: console)
        let stop = StopSignal()
        let signals = TerminationSignals(stop)
        defer { withExtendedLifetime(signals) {} }
        let run = LiveRun(configuration, environment: environment, console: console, stop: stop)
        try await finish(run.run())
    }
}
