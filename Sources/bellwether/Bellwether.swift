import ArgumentParser
import Foundation
import Pipeline

/// The command `bellwether` and what it exits with (0 success, 1 findings, 2 usage, 3 failure).
@main
struct Bellwether: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bellwether",
        abstract: "Market alert rules over trades and Fed rates.",
        discussion: """
            Rules are text files; write one into rules/, then:

              bellwether check                                  read and check them
              bellwether test                                   run the tests beside them
              bellwether fmt                                    lay them out
              bellwether dry-run --rules rules --trades 'trades-*.csv.gz'
                                                                what they would have said
              bellwether why RULE SYMBOL TIME --trades 'trades-*.csv.gz'
                                                                why one did, or did not, fire then
              bellwether run --config bellwether.yaml           watch Kafka and send alerts
              bellwether plan                                   what a change of the rules would do to it
              bellwether outbox list                            what it has not delivered
              bellwether alerts                                 what fires now, and what fired
              bellwether ack --rule index_shock --key SPY       say that somebody looks after it
              bellwether silence add --rule index_shock --for 2h --comment 'known'
                                                                keep alerts quiet for a time
              bellwether demo                                   see all of it with nothing installed

            Exit status: 0 success, 1 findings (a failed check or test), 2 usage, 3 runtime failure.
            """,
        version: Build.version,
        subcommands: [
            CheckCommand.self, FormatCommand.self, TestCommand.self, DryRunCommand.self, WhyCommand.self,
            RunCommand.self, PlanCommand.self, DemoCommand.self, NotifyCommand.self, OutboxCommand.self,
            AlertsCommand.self, AcknowledgeCommand.self, SilenceCommand.self,
            LanguageServerCommand.self,
        ])

    static func main() async {
        do {
            let command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                var synchronous = command
                try synchronous.run()
            }
        } catch let status as ExitCode {
            Foundation.exit(status.rawValue)
        } catch let failure as CommandFailure {
            Console.standard(environment: ProcessInfo.processInfo.environment).say(failure.description)
            Foundation.exit(failure.status.rawValue)
        } catch {
            // What is left is the parser's: help and version end well, all else is a usage error.
            let isHelp = exitCode(for: error) == .success
            let text = fullMessage(for: error)
            let console = Console.standard(environment: ProcessInfo.processInfo.environment)
            if isHelp { console.print(text) } else { console.say(text) }
            Foundation.exit(isHelp ? CommandStatus.success.rawValue : CommandStatus.usage.rawValue)
        }
    }
}

extension ParsableCommand {
    var environment: [String: String] { ProcessInfo.processInfo.environment }
    var console: Console { Console.standard(environment: environment) }

    /// Ends the command with this status.
    func finish(_ status: CommandStatus) throws {
        if status != .success { throw ExitCode(status.rawValue) }
    }
}
