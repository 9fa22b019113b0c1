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
        let notifier = try definition()
        console.say("sending a sample to \(name)")
        let report = try await onThread("bellwether-notify") { [console] () throws(CommandFailure) in
            var options = Courier.Options()
            options.logsReports = false
            return Courier.sendSample(to: notifier, options: options) { report in
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

    private func definition() throws(CommandFailure) -> NotifierDefinition {
        let loaded = loadNotifiers(directory: directory, environment: environment)
        if let found = loaded.notifiers.first(where: { $0.name == name }) { return found }
        let isDefined = notifierNames(directory: directory).contains(name)
        // Faults of other notifiers' files are none of this test's.
        let faults = loaded.diagnostics.filter { diagnostic in
            guard let file = diagnostic.span?.file.name else { return true }
            return file.hasSuffix("/\(name).yaml") || file.hasSuffix("/\(name).yml")
        }
        if !faults.isEmpty {
            let renderer = DiagnosticRenderer(usesColour: console.statusColours)
            console.status.write(renderer.render(faults) + "\n")
        }
        if isDefined {
            throw CommandFailure(
                .usage, "the notifier `\(name)` cannot be used", help: "mend what is named above")
        }
        let unknown = UnknownNotifier(
            name: name, known: notifierNames(directory: directory).sorted())
        throw CommandFailure(
            .usage, unknown.description,
            help: "notifiers are files \(directory)/NAME.yaml; --notifiers names another directory")
    }
}
