import Configuration
import Diagnostics
import Engine
import Feeds
import MarketModel
import RuleCompiler
import RuleSemantics

/// What a dry-run says before and after.
extension DryRun {
    func showHeader(_ set: RuleSet, _ rules: CompiledRules, files: [String]) {
        console.say(
            "dry-run of \(set.ruleCount.counted("rule")) in \(set.fileCount.counted("file")) "
                + "over \(files.count.counted("file")) of trades")
        for path in files.prefix(5) { console.say("  \(path)") }
        if files.count > 5 { console.say("  and \((files.count - 5).grouped) more") }
        if let lateness = options.lateness {
            let bound = Duration.milliseconds(lateness).shortText
            console.say("order: as arrived; lateness: \(bound); later trades are counted and left out")
        } else {
            console.say("order: by event time (file, line); lateness: none")
        }
        if !rules.rateSeries.isEmpty {
            console.say(
                "publication lag of \(rules.rateSeries.joined(separator: ", ")): "
                    + PublicationLag.nextBusinessDay.description)
        }
        if options.from != nil || options.to != nil {
            console.say(
                "shown: from \(options.from?.description ?? "the first trade") through "
                    + "\(options.to?.description ?? "the last trade"); what lies before warms the windows up")
        }
    }

    func report<Source: TradeSource>(
        _ path: TradePath<Source, DryRunOutbox>, refused: [RefusedRows], _ start: Duration
    ) {
        warnOfCalendars(path)
        showRefused(refused)
        let counters = path.engine.counters
        for (feed, count) in counters.lateByFeed.sorted(by: { $0.key < $1.key }) {
            let name = feed.isEmpty ? "symbols without a venue" : feed
            console.say("late: \(count.counted("trade")) of \(name), counted and left out")
        }
        if counters.tooManyDigits > 0 {
            console.say("refused: \(counters.tooManyDigits.counted("trade")), more than 15 digits")
        }
        let tally = path.outbox.tally
        console.say("")
        for line in tally.lines { console.say(line) }
        console.say("")
        let elapsed = (now() - start).seconds
        console.say(
            "\(path.tradeCount.counted("trade")) of \(path.symbolCount.counted("symbol")) in "
                + "\(NumberText.seconds(elapsed)) (\(NumberText.rate(path.tradeCount, elapsed)) trades/s): "
                + "\(tally.alerts.counted("alert")), \(tally.transitions.counted("transition")), "
                + "\(counters.late.grouped) late, "
                + "\((refused.reduce(counters.tooManyDigits) { $0 + $1.count }).grouped) refused")
        if path.tradeCount == 0 { console.say("note: \(absence(refused))") }
    }

    /// Why there was no trade.
    private func absence(_ refused: [RefusedRows]) -> String {
        if refused.contains(where: { $0.count > 0 }) { return "no row could be read as a trade; see above" }
        if let end = options.to { return "the files hold no trade up to \(end); is --to what you meant?" }
        return "the files hold no trade; is --trades what you meant?"
    }

    /// Exchanges whose calendar does not reach over all that is shown.
    private func warnOfCalendars<Source: TradeSource>(_ path: TradePath<Source, DryRunOutbox>) {
        guard let (first, last) = path.times else { return }
        let warnings = calendarWarnings(
            for: path.rules, from: options.from ?? Timestamp(milliseconds: first),
            through: options.to ?? Timestamp(milliseconds: last))
        if warnings.isEmpty { return }
        let renderer = DiagnosticRenderer(usesColour: console.statusColours)
        console.status.write(renderer.render(warnings) + "\n")
    }

    private func showRefused(_ refused: [RefusedRows]) {
        var tally = RefusalTally()
        for rows in refused {
            for (kind, count) in rows.byKind {
                let examples = rows.kept.filter { $0.refusal.kind == kind }.prefix(RefusalTally.examplesShown)
                for row in examples { tally.add(kind.rawValue, example: row.description) }
                tally.add(kind.rawValue, count: count - examples.count, example: nil)
            }
        }
        for line in tally.lines("row") { console.say(line) }
    }
}
