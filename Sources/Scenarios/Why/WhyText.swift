import Diagnostics

/// An answer as a person reads it.
///
///     fast_move AAPL at 2025-03-10 14:08:00.000 UTC: not firing
///       its condition is false
///       nearest miss: needed 2.00%, best 1.90% at 14:07:50.000
///
///     when   abs(change(price, 5m)) >= 2%      false    1.90%, needs >= 2.00%
///              abs(change(price, 5m))          1.90%
public struct WhyText {
    private enum Colour: String {
        case bold = "1"
        case dim = "2"
        case red = "31"
        case green = "32"
        case yellow = "33"
        case cyan = "36"
    }

    private let usesColour: Bool

    public init(usesColour: Bool = false) { self.usesColour = usesColour }

    public func lines(_ answer: WhyAnswer) -> [String] {
        let answer = answer.withControlPictures
        var lines = head(answer)
        lines += section("", trees(answer))
        lines += section("windows", answer.windows.flatMap { window($0, answer.at) })
        lines += section("life", life(answer))
        lines += section("nearest miss", answer.nearest.flatMap { nearest($0, answer) })
        let wanted = answer.life.phase == "firing" ? "message" : "message that it would send"
        lines += section(wanted, answer.message.split(separator: "\n").map { "  " + $0 })
        lines += section("notes", answer.notes.map { "  " + $0 })
        return lines
    }

    private func section(_ title: String, _ lines: [String]) -> [String] {
        if lines.isEmpty { return [] }
        return [""] + (title.isEmpty ? [] : [paint(title, .cyan)]) + lines
    }

    private func head(_ answer: WhyAnswer) -> [String] {
        let name = answer.key.isEmpty ? answer.rule : "\(answer.rule) \(answer.key)"
        let colour: Colour =
            switch answer.outcome {
            case "firing": .red
            case "not firing": .green
            default: .yellow
            }
        let outcome = paint(answer.outcome, colour)
        var lines = ["\(paint(name, .bold)) at \(WhyTime.full(answer.at)) UTC: \(outcome)"]
        lines += answer.reasons.map { "  " + $0 }
        for nearest in answer.nearest {
            if let miss = nearest.whole { lines.append("  nearest miss: " + text(miss, answer.at)) }
        }
        return lines
    }

    private func text(_ miss: WhyAnswer.Miss, _ at: Int64) -> String {
        "needed \(miss.needed), best \(miss.best) at \(WhyTime.short(miss.at, besides: at))"
    }

    // MARK: Parts

    private func trees(_ answer: WhyAnswer) -> [String] {
        var rows: [(clause: String, text: String, value: String, note: String)] = []
        func add(_ part: WhyAnswer.Part, _ clause: String, _ depth: Int) {
            // A literal says its value itself.
            if depth > 0, part.parts.isEmpty, part.text == part.shown || part.isLiteral { return }
            let note = part.needs ?? part.reason.map { "(\($0))" } ?? ""
            rows.append((clause, String(repeating: "  ", count: depth) + part.text, part.shown, note))
            for inner in part.parts { add(inner, "", depth + 1) }
        }
        for condition in answer.conditions { add(condition.tree, condition.clause, 0) }
        let first = rows.map(\.clause.count).max() ?? 0
        let second = rows.map(\.text.count).max() ?? 0
        let third = rows.map(\.value.count).max() ?? 0
        return rows.map { row in
            let value = pad(row.value, third)
            let line =
                pad(row.clause, first) + "  " + pad(row.text, second) + "  " + paintedValue(value)
                + (row.note.isEmpty ? "" : "  " + paint(row.note, .dim))
            return line.trimmedEnd
        }
    }

    private func paintedValue(_ value: String) -> String {
        switch value.trimmedEnd {
        case "true": paint(value, .green)
        case "false": paint(value, .red)
        case "unknown": paint(value, .yellow)
        default: value
        }
    }

    private func window(_ window: WhyAnswer.Window, _ at: Int64) -> [String] {
        var title = "  \(window.series) over \(window.window)"
        if let from = window.from, let to = window.to {
            title += "  (\(WhyTime.short(from, besides: at)), \(WhyTime.short(to, besides: at))]"
        }
        var parts: [String] = []
        if let points = window.points { parts.append(points == 1 ? "1 point" : "\(points) points") }
        if let first = window.first { parts.append("first " + point(first, at)) }
        if let last = window.last { parts.append("last " + point(last, at)) }
        if let least = window.least { parts.append("least \(least)") }
        if let greatest = window.greatest { parts.append("greatest \(greatest)") }
        if let reason = window.reason { parts.append("unknown: \(reason)") }
        if let ago = window.ago { parts.append("\(window.window) ago " + point(ago, at)) }
        return [title] + (parts.isEmpty ? [] : ["    " + parts.joined(separator: ", ")])
    }

    private func point(_ point: WhyAnswer.Point, _ at: Int64) -> String {
        var text = point.value
        if let size = point.size { text += " x \(size)" }
        if let time = point.at { text += " at \(WhyTime.short(time, besides: at))" }
        return text
    }

    private func life(_ answer: WhyAnswer) -> [String] {
        let since = answer.life.since.map { " since \(WhyTime.short($0, besides: answer.at))" } ?? ""
        let held = answer.outcome == "held back" ? ", held back" : ""
        var lines = ["  \(answer.life.phase)\(since)\(held)"]
        lines += answer.life.lines.map { "  " + $0 }
        if answer.life.transitions.isEmpty { lines.append("  no transition yet") }
        for step in answer.life.transitions {
            let time = WhyTime.short(step.at, besides: answer.at)
            lines.append("  \(time)  \(step.kind) \(step.severity)  \"\(step.message)\"")
        }
        return lines
    }

    private func nearest(_ nearest: WhyAnswer.Nearest, _ answer: WhyAnswer) -> [String] {
        let at = answer.at
        let since = WhyTime.short(nearest.since, besides: at)
        let from = nearest.lastTrue == nil ? "from \(since) on" : "since \(since), until when it was true"
        var lines = ["  \(nearest.clause), \(from):"]
        if let instant = nearest.at {
            lines.append("    as a whole at \(WhyTime.short(instant, besides: at))")
            lines += nearest.then.map { miss in
                miss.isMet
                    ? "      \(miss.text)  true with \(miss.best)"
                    : "      \(miss.text)  needed \(miss.needed), best \(miss.best)"
            }
        } else {
            lines.append("    the whole was out of reach throughout: some part was unknown or plainly false")
        }
        guard nearest.alone.count > 1 || nearest.at == nil else { return lines }
        lines.append("    each by itself")
        lines += nearest.alone.map { miss in
            miss.isMet
                ? "      \(miss.text)  true at \(WhyTime.short(miss.at, besides: at)) with \(miss.best)"
                : "      \(miss.text)  \(text(miss, at))"
        }
        return lines
    }

    private func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    private func paint(_ text: String, _ colour: Colour) -> String {
        usesColour ? "\u{1b}[\(colour.rawValue)m\(text)\u{1b}[0m" : text
    }
}

extension WhyAnswer {
    /// Names of symbols, and what messages make of them, may hold anything: a terminal shows it only.
    fileprivate var withControlPictures: WhyAnswer {
        var answer = self
        answer.key = key.withControlPictures
        answer.message = message.withControlPictures
        answer.notes = notes.map(\.withControlPictures)
        answer.life.transitions = life.transitions.map { step in
            var step = step
            step.message = step.message.withControlPictures
            return step
        }
        return answer
    }
}

extension WhyAnswer.Nearest {
    /// The comparison that kept the whole from being true where it came nearest.
    var whole: WhyAnswer.Miss? { then.first { $0.isDecisive && !$0.isMet } }
}

extension String {
    fileprivate var trimmedEnd: String {
        var text = Substring(self)
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
