import Engine
import MarketModel
import RuleCompiler
import StateStore

/// `bellwether plan`: what would become of the rules in effect if these files took their place. It looks into
/// the state file, which a running instance keeps not older than a few seconds, and changes nothing.
public struct PlanAhead: Sendable {
    private let paths: [String]
    private let notifiers: String?
    private let place: StatePlace
    private let environment: [String: String]
    private let format: String

    /// - Parameter format: `text`, or `json`: an object a line.
    public init(
        paths: [String], notifiers: String?, place: StatePlace, environment: [String: String],
        format: String = "text"
    ) {
        self.paths = paths
        self.notifiers = notifiers
        self.place = place
        self.environment = environment
        self.format = format
    }

    /// - Throws: `.findings` for rules with an error, `.usage` where there is no state file.
    public func run(_ console: Console) throws(CommandFailure) -> CommandStatus {
        guard format == "text" || format == "json" else {
            throw CommandFailure(.usage, "`\(format)` is no format", help: "--format text or --format json")
        }
        let set = RuleSet(
            paths: paths, notifiers: notifiers, depth: .form, rateSeries: nil, environment: environment)
        let rules = try set.requireSound(console)
        let plan = RulePlan(changes: try changes(rules))
        if format == "json" {
            for change in plan.changes { console.print(change.json) }
            return .success
        }
        for line in plan.lines { console.print(line) }
        console.print(plan.summary)
        return .success
    }

    private func changes(_ rules: CompiledRules) throws(CommandFailure) -> [RuleChange] {
        let file = try place.open()
        let checkpoint: Checkpoint?
        do { checkpoint = try file.checkpoint() } catch {
            throw CommandFailure(.failure, error.description, help: error.help)
        }
        guard let checkpoint else {
            throw CommandFailure(
                .usage, "no run has kept a checkpoint in \(file.path) yet",
                help: "it is kept a few seconds after the first trade of `bellwether run`")
        }
        let engine = AlertEngine(book: rules.book, symbols: SymbolTable())
        do { try engine.restore(try RunCheckpoint(checkpoint).engine) } catch let error as CheckpointError {
            throw RunCheckpoint.failure(error.detail)
        } catch let error as CommandFailure {
            throw error
        } catch {
            throw RunCheckpoint.failure("\(error)")
        }
        return engine.ruleChanges
    }
}

extension RuleChange {
    fileprivate var json: String {
        var out = "{\"rule\":"
        out.appendJSON(name)
        out += ",\"becomes\":\"\(kind.rawValue)\",\"resolved\":["
        for (index, key) in forgotten.enumerated() {
            if index > 0 { out += "," }
            out.appendJSON(key)
        }
        return out + "]}"
    }
}
