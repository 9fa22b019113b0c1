import Delivery
import Diagnostics
import MarketModel

/// `bellwether notify test`: a sample alert through one notifier, by the code of a real one.
public struct NotifyTest: Sendable {
    private let name: String
    private let directory: String
    private let environment: [String: String]
    private let console: Console

    public init(name: String, directory: String, environment: [String: String], console: Console) {
        self.name = name
        self.directory = directory
        self.environment = environment
        self.console = console
    }

    /// - Throws: `.usage` for a notifier that no file defines, or a faulty file.
    /// - Returns: `.failure` when the receiver did not take it.
    public func run() async throws(CommandFailure) -> CommandStatus {
        let loaded = loadNotifiers(directory: directory, environment: environment)
        let notifier: NotifierDefinition
        do {
            notifier = try loaded.notifiers.named(name)
        } catch {
            // Faults of other notifiers' files are none of this test's.
            if !loaded.diagnostics.isEmpty {
                let renderer = DiagnosticRenderer(usesColour: console.statusColours)
                console.status.write(renderer.render(loaded.diagnostics) + "\n")
            }
            throw CommandFailure(
                .usage, "\(error)",
                help: "notifiers are files \(directory)/NAME.yaml; --notifiers names another "
                    + "directory")
        }
        console.say("sending a sample to \(name)")
        let report = try await onThread("bellwether-notify") { [console] () throws(CommandFailure) in
            Courier.sendSample(to: notifier) { report in
                if !report.isFinal { console.say(report.line) }
            }
        }
        guard let report else {
            throw CommandFailure(
                .failure, "\(name) gave no answer within 30 s", help: "check its address and port")
        }
        console.say(report.line)
        return report.outcome == .delivered ? .success : .failure
    }
}
