public import Diagnostics
import MarketModel
public import RuleSyntax

/// Checks rule files as one program (LANGUAGE 4, 6, 8, 9): names, dimensions, windows, clauses.
///
/// The program is meaningful only when no diagnostic is an error; then nothing downstream can fail on it.
///
/// - Returns: diagnostics in the order of the files and of their text.
public func checkRules(
    _ files: [RuleFile], options: CheckOptions = .init()
) -> (program: CheckedProgram, diagnostics: [Diagnostic]) {
    let analysis = analyseRules(files, options: options)
    return (analysis.program, analysis.diagnostics)
}

/// What `checkRules` finds, with the type of every expression: for editors, which show it.
public func analyseRules(_ files: [RuleFile], options: CheckOptions = .init()) -> RuleAnalysis {
    let checker = Checker(files, options)
    let program = checker.program()
    return RuleAnalysis(
        program: program, diagnostics: checker.sink.sorted(by: files), expressions: checker.typed)
}

/// The state of one check. Definitions are looked at in this order: `let`s by themselves, series, lists,
/// sessions, tables, templates, rules; a `let` is looked at again with each set of arguments.
final class Checker {
    let files: [RuleFile]
    let options: CheckOptions
    let definitions: Definitions
    var sink = DiagnosticSink()

    /// What the expression being checked reads, in order of appearance.
    var reads: [CheckedValue] = []
    /// `let` bodies that the present top expression has expanded.
    var expansions = 0
    var cyclicNames: Set<String> = []
    /// `let`s that are too large by themselves: reported once, not again by what uses them.
    var oversizedNames: Set<String> = []
    /// Names that something refers to, by name space.
    var used: [Definitions.Space: Set<String>] = [:]

    var seriesStates: [String: SeriesState] = [:]
    /// The series being checked, outermost first.
    var seriesPath: [String] = []
    var series: [CheckedSeries] = []
    var rateSeries: [String] = []
    var lists: [String: ResolvedList] = [:]
    var cyclicLists: Set<String> = []
    var sessions: [String: CheckedSession] = [:]
    /// By table, then column; nil for a column whose values are mistaken.
    var tables: [String: [String: TableColumn?]] = [:]
    /// Which rules each rule's conditions ask `firing` of.
    var firingReferences: [String: [Name]] = [:]
    var checkedRuleName: String?
    /// The last top condition as it was written, `let`s expanded.
    var lastSurface: Expression?
    /// Every expression that has a type, operands before what they stand in.
    var typed: [TypedExpression] = []
    /// Parameters read since a definition's check began; then those that none read.
    var readParameters: Set<String> = []
    var unusedParameters: [Name] = []
    /// Templates with a mistake of their own: what uses them is silent about it.
    var mistakenTemplates: Set<String> = []
    /// The uses of templates whose clauses the present rule has taken, its own first.
    var templateUses: [TemplateUse] = []

    enum SeriesState {
        case inProgress
        case mistaken
        case done(index: Int, Quantity)
    }

    init(_ files: [RuleFile], _ options: CheckOptions) {
        self.files = files
        self.options = options
        var sink = DiagnosticSink()
        definitions = Definitions(files) { sink.report($0) }
        self.sink = sink
    }

    func program() -> CheckedProgram {
        for definition in definitions.all { checkConstant(definition) }
        for definition in definitions.all { checkSeries(definition) }
        for definition in definitions.all { checkItem(definition) }
        let rules = definitions.all.compactMap(checkRule)
        checkFiringCycles()
        warnAboutUnusedNames()
        if definitions.all.isEmpty, definitions.refused.isEmpty { warnAboutEmptyProgram() }
        return CheckedProgram(series: series, rules: rules, rateSeries: rateSeries)
    }

    /// A mistake inside the body of a `let` or template that depends on its use tells where that is.
    func report(_ diagnostic: Diagnostic, in scope: Scope? = nil) {
        var diagnostic = diagnostic
        if let scope, let use = scope.outermostUse {
            diagnostic.notes.append(
                Diagnostic.Note(span: use, text: "`\(scope.expanding.first ?? "let")` is used here"))
        }
        for use in templateUses.reversed() where use.holds(diagnostic) {
            diagnostic.notes.append(Diagnostic.Note(span: use.call.span, text: "`\(use.name)` is used here"))
        }
        sink.report(diagnostic)
    }

    func markUsed(_ name: String, in space: Definitions.Space) {
        used[space, default: []].insert(name)
    }

    /// Notes which parameters of a `let` or template its body did not read.
    func noteUnused(_ parameters: [Parameter]) {
        unusedParameters += parameters.map(\.name).filter { !readParameters.contains($0.text) }
    }

    func isRefused(_ name: String) -> Bool { definitions.refused.contains(name) }

    /// Checks a sub-expression whose reads belong to what surrounds it.
    func withoutReads<Result>(_ body: () -> Result) -> Result {
        let saved = reads
        defer { reads = saved }
        return body()
    }
}
