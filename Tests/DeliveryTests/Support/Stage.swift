import MarketModel
import StateStore

@testable import Delivery

/// What a stage is given and says, as lines: `12 F A/X > desk,ops`, `20 R A/X - silence 1`.
struct Stage {
    var stage: MuteStage

    init(_ policy: MutePolicy = .init(), _ silences: [StoredSilence] = [], firing: [FiringRow] = []) {
        stage = MuteStage(policy, orders: StandingOrders(silences: silences), firing: firing)
    }

    static func transition(_ text: String) -> Transition {
        let words = text.split(separator: " ").map(String.init)
        let kinds: [String: Transition.Kind] = [
            "F": .firing, "E": .escalated, "P": .repeated, "R": .resolved,
        ]
        let name = words[2].split(separator: "/").map(String.init)
        return Transition(
            rule: name[0], key: name.count > 1 ? name[1] : "", kind: kinds[words[1]]!,
            at: Timestamp(milliseconds: Int64(words[0])!),
            severity: words.count > 3 ? Severity(rawValue: words[3])! : .warning,
            message: "says \(words[0])", labels: [.init(name: "team", value: "risk")])
    }

    /// `12 F rule/KEY [severity]` each, of one batch; the watermark is not moved.
    mutating func decide(_ lines: String...) -> [String] {
        let batch = lines.map { (Self.transition($0), ["desk", "ops"]) }
        return stage.decide(batch).map { Self.text($0.ruling) }
    }

    mutating func close(_ watermark: Int64) -> [String] {
        stage.close(before: Timestamp(milliseconds: watermark)).map(Self.text)
    }

    static func text(_ ruling: MuteRuling) -> String {
        let transition = ruling.transition
        let kind =
            switch transition.kind {
            case .firing: "F"
            case .escalated: "E"
            case .repeated: "P"
            case .resolved: "R"
            case .pending, .dropped: "?"
            }
        let level = transition.severity == .warning ? "" : " \(transition.severity)"
        var out = "\(transition.at.milliseconds) \(kind) \(transition.alertName)\(level)"
        if !ruling.receivers.isEmpty { out += " > " + ruling.receivers.joined(separator: ",") }
        switch ruling.reason {
        case .muted(let cause): out += " - \(cause.text)"
        case .untold: out += " - untold"
        case .known: out += " - known"
        case nil: break
        }
        switch ruling.occasion {
        case .event: break
        case .catchUp(let batch, _): out += " (\(batch))"
        case .age(let after, _): out += " (age \(after.milliseconds))"
        }
        return out
    }
}

func silence(
    _ number: Int64, _ start: Int64, _ end: Int64, _ change: (inout AlertMatcher) throws -> Void
) throws -> StoredSilence {
    var matcher = AlertMatcher()
    try change(&matcher)
    return StoredSilence(
        number: number, matcher: matcher.json, startsAt: Timestamp(milliseconds: start),
        endsAt: Timestamp(milliseconds: end), author: "eve", comment: "maintenance",
        createdAt: Timestamp(milliseconds: 0))
}

func everything(_ number: Int64, _ start: Int64, _ end: Int64) throws -> StoredSilence {
    try silence(number, start, end) { $0.rule = try TextMatcher("*") }
}
