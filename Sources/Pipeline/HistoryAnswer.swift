import Engine
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
    /// - Parameters:
    ///   - program: the one that the live run evaluates.
    ///   - pointCap: the run's.
    func answer(
        _ question: WhyQuestion, in program: CheckedProgram, pointCap: Int = EngineOptions.defaultPointCap
    ) throws(WhyFault) -> WhyAnswer {
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
        let run = try WhyRun(question, in: program, symbols: symbols, pointCap: pointCap)
        for rate in rates { run.takeRate(rate.observation, effective: rate.effective) }
        let trades = chunks.joined().filter { $0.time >= first && $0.time <= question.at }.sorted {
            ($0.time, $0.origin.index, $0.sequence) < ($1.time, $1.origin.index, $1.sequence)
        }
        run.take(trades)
        var answer = try run.finish(through: last)
        if begin != nil {
            answer.reasons.insert("as far as the history tells, which begins at \(span.lowerBound)", at: 0)
            if let said = said(by: question, otherThan: answer) { answer.reasons.insert(said, at: 1) }
        }
        answer.notes.append(limit(span.lowerBound))
        return answer
    }

    /// The run's own last word on the alert by then, where an engine that begins later has another.
    private func said(by question: WhyQuestion, otherThan answer: WhyAnswer) -> String? {
        let last = told.last {
            $0.rule == question.rule && $0.key == question.key ?? "" && $0.at.milliseconds <= question.at
        }
        let silent: [String] = [Transition.Kind.pending, .dropped].map(\.rawValue)
        let found = answer.life.transitions.last { !silent.contains($0.kind) }
        guard let last, found?.kind != last.kind.rawValue || found?.at != last.at.milliseconds else {
            return nil
        }
        return "the instance itself last said by then: \(last.kind.rawValue) at \(last.at) "
            + "\"\(last.message)\""
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
