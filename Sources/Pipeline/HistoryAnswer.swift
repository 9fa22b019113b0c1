import MarketModel
import RuleSemantics
import Scenarios

extension RecentHistory.Snapshot {
    /// The instants that can be asked about; nil before the first is closed.
    var span: ClosedRange<Timestamp>? {
        guard let closed, let first = chunks.lazy.joined().map(\.time).min() else { return nil }
        let begin = max(first, begin ?? first)
        guard begin < closed else { return nil }
        return Timestamp(milliseconds: begin)...Timestamp(milliseconds: closed - 1)
    }

    /// Answers a question by running its rule over the history in a new engine.
    ///
    /// - Parameter program: the one that the live run evaluates.
    func answer(_ question: WhyQuestion, in program: CheckedProgram) throws(WhyFault) -> WhyAnswer {
        guard let span else { throw .noTrades }
        if let fault = question.fault(in: program) { throw fault }
        let first = span.lowerBound.milliseconds
        let last = span.upperBound.milliseconds
        guard question.at >= first, question.at <= last else {
            throw .outside(at: question.at, first: first, last: last)
        }
        let symbols = SymbolTable()
        // The same numbers as in the run: its trades bear them.
        for name in names { _ = symbols.intern(name) }
        let run = try WhyRun(question, in: program, symbols: symbols)
        for rate in rates { run.takeRate(rate.observation, effective: rate.effective) }
        let trades = chunks.joined().filter { $0.time >= first && $0.time <= question.at }.sorted {
            ($0.time, $0.origin.index, $0.sequence) < ($1.time, $1.origin.index, $1.sequence)
        }
        run.take(trades)
        var answer = try run.finish(through: last)
        if begin != nil {
            answer.reasons.insert("as far as the history tells, which begins at \(span.lowerBound)", at: 0)
        }
        answer.notes.append(limit(span.lowerBound))
        return answer
    }

    private func limit(_ first: Timestamp) -> String {
        if begin == nil {
            return "computed over all that this instance has accepted since its start; the first trade is of "
                + "\(first)"
        }
        return "computed over this instance's recent history, which begins at \(first): windows that reach "
            + "further back count as warming up, and what came before of the alert's life (a hold, a "
            + "cooldown, steps, firing), of grid windows and of ewma is not in it"
    }
}
