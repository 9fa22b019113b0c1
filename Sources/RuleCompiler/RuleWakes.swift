import Engine
import RuleSemantics

/// At what a rule's conditions are evaluated.
extension RuleExplanation {
    var wakes: [String] {
        let mask = block.rules[place].mask
        let idle = block.idleWakeMasks[place]
        var lines: [String] = []
        for (index, stream) in block.streams.enumerated() {
            let inputs = block.inputs.indices.filter { block.inputs[$0].stream == index }
                .filter { isSet(mask, block.streams.count + $0) }
            // A point that arrives moves every input on its stream.
            guard isSet(mask, index) || !inputs.isEmpty else { continue }
            lines.append("at each of the \(name(of: stream, in: block))")
            let atAnyTime = ages(inputs.filter { isSet(idle, block.streams.count + $0) })
            let whileActive = ages(inputs).subtracting(atAnyTime)
            for (ages, note) in [(atAnyTime, ""), (whileActive, ", unless it is idle")] where !ages.isEmpty {
                let list = RuleBounds.joined(ages.sorted().map(RuleBounds.span), "or")
                lines.append("when one of them is \(list) old\(note)")
            }
            for case .deadline(_, let delay) in inputs.map({ block.inputs[$0] }) {
                lines.append("when the last of them is \(RuleBounds.span(delay)) old")
            }
            for step in Set(inputs.compactMap { block.inputs[$0].step }).sorted() {
                lines.append("at whole multiples of \(RuleBounds.span(step)) (UTC) while one of them counts")
            }
        }
        for (index, input) in block.inputs.enumerated() where isSet(mask, block.streams.count + index) {
            switch input {
            case .rate(let series, let within):
                let age = within.map { ", and \(RuleBounds.span($0)) after" } ?? ""
                lines.append("when a value of \(program.rateSeries[series]) is known\(age)")
            case .firing(let rule, let sameKey):
                let key = sameKey ? " for its symbol" : ""
                lines.append("when \(program.rules[rule].name) fires or clears\(key)")
            case .window, .lag, .deadline, .samples, .decay: break
            }
        }
        return lines + warmUp(mask) + clocks
    }

    func isSet(_ mask: UInt64, _ bit: Int) -> Bool { mask >> UInt64(bit) & 1 == 1 }

    /// The ages at which a point changes these inputs.
    private func ages(_ inputs: [Int]) -> Set<Int64> {
        var ages: Set<Int64> = []
        for index in inputs {
            switch block.inputs[index] {
            case .window(_, let window):
                guard case .time(let length, let ending) = window.extent else { continue }
                ages.insert(length + ending)
                if ending > 0 { ages.insert(ending) }
            case .lag(_, let delay): ages.insert(delay)
            case .deadline, .rate, .samples, .decay, .firing: break
            }
        }
        return ages
    }

    private func warmUp(_ mask: UInt64) -> [String] {
        let spans = block.inputs.indices.compactMap { index -> Int64? in
            isSet(mask, block.streams.count + index) ? block.inputs[index].warmUp : nil
        }
        guard !spans.isEmpty else { return [] }
        let ends = Set(spans).sorted().map(RuleBounds.span)
        return ["once, when a window is warm: \(RuleBounds.joined(ends, "and")) after the input begins"]
    }

    private var clocks: [String] {
        let rule = reading.rule
        var lines: [String] = []
        if let hold = rule.hold {
            lines.append("\(RuleBounds.span(hold)) after its condition becomes true (`for`)")
        }
        if let cooldown = rule.cooldown {
            lines.append("\(RuleBounds.span(cooldown)) after it fires, if it waits for that (`cooldown`)")
        }
        if let period = rule.repeats {
            lines.append("every \(RuleBounds.span(period)) while it fires (`repeat`)")
        }
        if let session = rule.session {
            let delay = rule.sessionDelay > 0 ? "\(RuleBounds.span(rule.sessionDelay)) after" : "when"
            lines.append("\(delay) session \(session.name) opens, and when it closes")
        }
        return lines
    }
}

extension InputRequest {
    /// The step of its grid.
    fileprivate var step: Int64? {
        switch self {
        case .window(_, let window): if case .grid(_, _, let step) = window.extent { step } else { nil }
        case .samples(_, let request): request.step
        case .lag, .deadline, .rate, .decay, .firing: nil
        }
    }

    /// For how long the feed must have been observed before it is known.
    fileprivate var warmUp: Int64? {
        switch self {
        case .window(_, let window):
            switch window.extent {
            case .time(let length, let ending), .grid(let length, let ending, _): length + ending
            case .points: nil
            }
        case .samples(_, let request): request.warmsUp ? request.length + request.ending : nil
        case .lag, .deadline, .rate, .decay, .firing: nil
        }
    }
}
