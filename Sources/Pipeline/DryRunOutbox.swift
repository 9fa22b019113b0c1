import MarketModel

/// Where a dry-run's transitions end: on standard output, in order, from `--from` on.
struct DryRunOutbox: TransitionOutbox {
    private let options: DryRunOptions
    private let console: Console
    private var ordered = OrderedOutput()
    private(set) var tally: RuleTally
    private(set) var late = 0
    /// Transitions before `--from`.
    private(set) var hidden = 0
    /// Whether nothing is written before `release`.
    var holdsBack = false
    private let held = HeldText()

    init(_ options: DryRunOptions, rules: [String], console: Console) {
        self.options = options
        self.console = console
        tally = RuleTally(rules: rules)
    }

    mutating func accept(_ transitions: [RenderedTransition]) {
        ordered.add(transitions.lazy.map(\.transition))
    }

    var hasTakenAll: Bool { true }

    mutating func note(late trades: [Trade]) { late += trades.count }

    /// Writes what nothing can precede any more.
    ///
    /// - Parameter bound: instants before it are complete, milliseconds; nil: all are.
    mutating func write(before bound: Int64?) {
        var text = ""
        for transition in ordered.take(before: bound) {
            if let from = options.from, transition.at < from {
                hidden += 1
                continue
            }
            tally.add(transition)
            switch options.format {
            case .ndjson: text += transition.json
            case .text: text += AlertLine(transition).text(colours: console.outputColours)
            }
            text += "\n"
        }
        if text.isEmpty { return }
        if holdsBack { held.append(text) } else { console.output.write(text) }
    }

    /// Writes what was held back.
    func release() throws(CommandFailure) {
        let console = console
        try held.release { console.output.write($0) }
    }
}
