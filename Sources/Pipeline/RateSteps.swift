import Feeds
import MarketModel

/// The rate series that a run over exports is given.
enum RateSteps {
    struct Step {
        /// Index into the series that rules read.
        var series: Int
        var observation: RateObservation
    }

    /// The observations of the series that rules read, in the order in which they became known.
    static func read(
        _ sources: [DryRunOptions.RateSource], of rateSeries: [String], _ console: Console
    ) throws(CommandFailure) -> [Step] {
        var steps: [Step] = []
        for source in sources {
            guard let series = rateSeries.firstIndex(of: source.series) else {
                console.say("note: no rule reads rate(\(source.series)); \(source.path) is not needed")
                continue
            }
            do {
                let file = try RateFile(path: source.path, series: source.series)
                for row in file.refused.kept { console.say("refused: \(row)") }
                steps += file.observations.map { Step(series: series, observation: $0) }
            } catch {
                throw CommandFailure(.failure, "--rates \(source.series): \(error.description)")
            }
        }
        for series in rateSeries where !sources.contains(where: { $0.series == series }) {
            console.say(
                "note: rate(\(series)) is unknown throughout: no file gives it; add --rates \(series)=FILE")
        }
        return steps.sorted { $0.observation.knownAt < $1.observation.knownAt }
    }
}

extension TradeTape {
    /// Reads all files, with a progress bar on a terminal.
    func load(showing console: Console, now: @escaping @Sendable () -> Duration) throws(ExportError) {
        var bar = ProgressBar(console, "reading", now: now)
        try load { progress in
            bar.show(
                fraction: progress.totalBytes == 0
                    ? 1 : Double(progress.bytesRead) / Double(progress.totalBytes),
                trades: progress.trades)
        }
        bar.clear()
    }
}
