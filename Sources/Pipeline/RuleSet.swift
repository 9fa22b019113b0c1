import Delivery
public import Diagnostics
import Engine
public import MarketModel
public import RuleCompiler
import RuleSemantics
import RuleSyntax

/// Rule files, read, checked and compiled against the notifiers that exist.
public struct RuleSet: Sendable {
    /// nil when an error stands among the diagnostics.
    public let compiled: CompiledRules?
    public private(set) var diagnostics: [Diagnostic]
    /// What each rule keeps and what wakes it; empty when an error stands among the diagnostics.
    public var bounds: [RuleBounds] { compiled == nil ? [] : explainRules(program) }
    /// How far back the longest exact window of the rules reaches, milliseconds.
    var longestReach: Int64 { bounds.flatMap(\.streams).map(\.retention).max() ?? 0 }
    let program: CheckedProgram
    public let notifiers: NotifierSet
    public let fileCount: Int
    public let ruleCount: Int

    /// - Parameters:
    ///   - paths: files and directories of `*.rules`.
    ///   - directory: the directory of notifiers that the user named; nil looks beside the rules.
    ///   - rateSeries: the series that have a source; nil where that is not known.
    public init(
        paths: [String], notifiers directory: String?, depth: NotifierSet.Depth,
        rateSeries: Set<String>? = nil,
        environment: [String: String]
    ) {
        let sources = RuleSources(paths: paths)
        let notifiers = NotifierSet(
            directory: directory ?? sources.notifiersBeside, depth: depth, environment: environment)
        let parsed = sources.files.map { parseRules($0) }
        let options = CheckOptions(notifiers: notifiers.names, rateSeries: rateSeries)
        // Without a file there is nothing to say about rules.
        let (program, findings) =
            parsed.isEmpty ? (CheckedProgram(), []) : checkRules(parsed.map(\.file), options: options)
        var all =
            sources.diagnostics + notifiers.diagnostics
            + RuleSet.inOrder(parsed.flatMap(\.diagnostics) + findings, of: sources.files)
        if program.rules.isEmpty, !all.hasErrors {
            // The error says the same of the whole.
            all.removeAll { $0.code == FaultCode.noRules.rawValue }
            all.append(RuleSet.nothingToDo(paths))
        }
        self.notifiers = notifiers
        self.program = program
        fileCount = sources.files.count
        ruleCount = program.rules.count
        let compiled = all.hasErrors ? nil : compileRules(program)
        all += compiled?.diagnostics ?? []
        self.compiled = all.hasErrors ? nil : compiled
        diagnostics = all
    }

    /// How far before its end a calendar is spoken of; milliseconds. Long enough to update in time.
    private static let calendarNotice: Int64 = 90 * 86_400_000

    /// Adds the warnings about exchanges whose calendar ends before or soon after the present.
    public mutating func lookAhead(from present: Timestamp) {
        let through = Timestamp(milliseconds: present.milliseconds + RuleSet.calendarNotice)
        diagnostics += calendarWarnings(for: compiled?.rules ?? [], from: present, through: through)
    }

    /// By file as given, then by place: what the parser found among what the checker found.
    private static func inOrder(_ diagnostics: [Diagnostic], of files: [SourceFile]) -> [Diagnostic] {
        let numbers = Dictionary(
            files.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
        let keys = diagnostics.enumerated().map { index, diagnostic in
            (
                diagnostic.span.map { numbers[$0.file.name] ?? Int.max } ?? Int.max,
                diagnostic.span?.start ?? 0, index
            )
        }
        return keys.sorted(by: <).map { diagnostics[$0.2] }
    }

    private static func nothingToDo(_ paths: [String]) -> Diagnostic {
        Diagnostic(
            .error, code: "E144", "no rule in \(paths.joined(separator: ", "))", at: nil,
            help: ["add a rule, for example: rule big_move on AAPL when abs(change(price, 5m)) >= 2%"])
    }

    /// Shows every diagnostic.
    ///
    /// - Throws: `CommandFailure` with `.findings` when there are errors.
    func requireSound(_ console: Console) throws(CommandFailure) -> CompiledRules {
        show(console)
        if let compiled { return compiled }
        throw CommandFailure(
            .findings, "\(diagnostics.errorCount.counted("error")) in rules and notifiers",
            help: "mend them and run `bellwether check` again")
    }

    func show(_ console: Console) {
        if diagnostics.isEmpty { return }
        console.status.write(DiagnosticRenderer(usesColour: console.statusColours).render(diagnostics) + "\n")
    }
}

extension RuleSet {
    /// - Parameters:
    ///   - cap: points of one symbol that are kept.
    ///   - option: where the user sets it.
    /// - Throws: `.findings` for a window of so many trades that it would be unknown again and again.
    func requireRoom(for cap: Int, setBy option: String) throws(CommandFailure) {
        // At the cap an eighth goes; the language's own bounds are far below the default.
        let kept = cap - cap / 8
        if cap >= EngineOptions.defaultPointCap { return }
        for rule in bounds {
            guard let stream = rule.streams.first(where: { $0.lastPoints > kept }) else { continue }
            throw CommandFailure(
                .findings,
                "rule `\(rule.rule)` reads the last \(stream.lastPoints.grouped) \(stream.name); with "
                    + "`\(option)` \(cap.grouped) no more than \(kept.grouped) are kept for sure",
                help: "set `\(option)` to \(stream.lastPoints / 7 * 8 + 8) or more, or shorten the window")
        }
    }
}
