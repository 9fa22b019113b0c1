import Engine
import RuleCompiler
import RuleSemantics
import RuleSyntax

/// What each window held at the instant.
extension WhyReading {
    func window(_ window: WhyPlan.Window) -> WhyAnswer.Window {
        let looked = window.looked
        let names = CheckedText(program: plan.program)
        var result = WhyAnswer.Window(series: names.text(looked.series), window: names.text(looked.window))
        (result.from, result.to) = interval(looked.window)
        guard let reader = run.reader(window.rule), let transition = report(window.rule) else {
            return result
        }
        let texts = texts(transition)
        let values = transition.values
        let kind = looked.series.streamKind
        let symbol = looked.series.streamSymbol
        if let lag = looked.lag, values.count > 5, values[5].isFinite {
            var time = reader.prevailingTime(lag, ago: kind, of: symbol)
            if case .time(_, _, _?) = looked.window { time = nil }
            result.ago = WhyAnswer.Point(at: time, value: texts[5])
        }
        guard values.count >= 5, values[0].isFinite else {
            result.reason = emptiness(looked, reader.stream(kind, of: symbol))
            return result
        }
        result.points = Int(values[0])
        guard values[0] > 0 else { return result }
        let times = reader.window(looked.window.extent, over: kind, of: symbol)
        result.first = WhyAnswer.Point(at: times?.firstTime, value: texts[1])
        result.last = WhyAnswer.Point(at: times?.lastTime, value: texts[2])
        if window.showsSizes {
            result.first?.size = texts[texts.count - 2]
            result.last?.size = texts[texts.count - 1]
        }
        result.least = texts[3]
        result.greatest = texts[4]
        return result
    }

    /// LANGUAGE 4.1.
    private func interval(_ window: CheckedWindow) -> (from: Int64?, to: Int64?) {
        switch window {
        case .time(let length, let ending, nil): return (at - ending - length, at - ending)
        case .time(let length, let ending, let step?):
            func floored(_ instant: Int64) -> Int64 { instant - (instant % step + step) % step }
            return (floored(at - ending - length), ending == 0 ? at : floored(at - ending))
        case .trades: return (nil, nil)
        }
    }

    /// Why a window is unknown.
    private func emptiness(_ looked: CheckedText.LookedAt, _ stream: StreamInspection?) -> String {
        switch looked.window {
        case .trades(let count): return "fewer than \(count) points so far"
        case .time(let length, let ending, _):
            guard let start = stream?.start else { return "its feed has not begun" }
            let span = length + ending
            if start + span > at {
                return "warming up until \(WhyTime.short(start + span, besides: at))"
            }
            if let lost = stream?.lostThrough, lost > at - span {
                return "points up to \(WhyTime.short(lost, besides: at)) were dropped at the limit"
            }
            return "not full yet"
        }
    }
}
