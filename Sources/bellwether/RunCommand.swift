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

    @Option(help: "How it says what happens: text, or json, one object a line.")
    var logFormat = "text"

    @Option(help: "What is said: debug, info, warning or error, and whatever is worse.")
    var logLevel = "info"

    func run() async throws {
        let style = try LogStyle(format: logFormat, level: logLevel)
        let console = style.console(console, SecretFilter())
        let configuration: RunConfiguration
        do {
            configuration = try RunConfiguration.read(
                path: config, environment: environment, console: console)
        } catch {
            style.show(error, on: console)
            throw ExitCode(error.status.rawValue)
        }
        let stop = StopSignal()
        let signals = TerminationSignals(stop)
        defer { withExtendedLifetime(signals) {} }
        let run = LiveRun(
            configuration, environment: environment, console: self.console, stop: stop, style: style)
        let status: CommandStatus
        do {
            status = try await run.run()
        } catch {
            run.show(error)
            throw ExitCode(error.status.rawValue)
        }
        try finish(status)
    }
}
