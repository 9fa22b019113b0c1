internal import Foundation
internal import MarketModel

/// The words and numbers of a notice, before any channel's escaping.
struct AlertText {
    struct Fact {
        var name: String
        var value: String
    }

    private let notice: Notice
    private var transition: Transition { notice.transition }

    init(_ notice: Notice) { self.notice = notice }

    var state: String {
        switch transition.kind {
        case .firing: "FIRING"
        case .escalated: "ESCALATED"
        case .repeated: "STILL FIRING"
        case .resolved: "RESOLVED"
        case .pending: "PENDING"
        case .dropped: "DROPPED"
        }
    }

    var severity: String { transition.severity.rawValue.uppercased() }

    /// The rule's message; its name and symbol when it has none.
    var message: String {
        transition.message.isEmpty
            ? transition.rule + (transition.key.isEmpty ? "" : " \(transition.key)") : transition.message
    }

    /// The values that the rule read, in the rule's order.
    var values: [Fact] {
        transition.values.map { Fact(name: $0.name, value: $0.value.map(Self.number) ?? "unknown") }
    }

    var labels: [Fact] { transition.labels.map { Fact(name: $0.name, value: $0.value) } }

    /// How long the alert had been firing; nil for a fire, and when its fire is not known.
    var firingFor: String? {
        guard transition.kind != .firing, let since = notice.incident?.since else { return nil }
        let milliseconds = transition.at.milliseconds - since.milliseconds
        guard milliseconds >= 0 else { return nil }
        return Self.shortDuration(milliseconds)
    }

    /// Why it is told now; nil where it has just happened.
    var note: String? { notice.occasion.note }

    /// `2025-03-10 14:30:00.123 UTC`
    var time: String { Self.utc(transition.at) }

    /// `10:30:00 New York`; nil for a zone that the system does not know.
    func localTime(zone identifier: String) -> String? {
        guard let zone = TimeZone(identifier: identifier) else { return nil }
        let instant = Date(timeIntervalSince1970: Double(transition.at.milliseconds) / 1000)
        let local = transition.at.milliseconds + Int64(zone.secondsFromGMT(for: instant)) * 1000
        let text = Timestamp(milliseconds: local).description
        let city =
            identifier.split(separator: "/").last.map { String($0).replacing("_", with: " ") } ?? identifier
        return "\(text.dropFirst(11).prefix(8)) \(city)"
    }

    static func utc(_ time: Timestamp) -> String {
        time.description.replacing("T", with: " ").replacing("Z", with: " UTC")
    }

    /// Ten significant digits: more than a reader wants, fewer than show a binary fraction's noise.
    static func number(_ value: Double) -> String {
        guard value.isFinite else { return "unknown" }
        return String(format: "%.10g", value)
    }

    static func shortDuration(_ milliseconds: Int64) -> String {
        var rest = milliseconds
        var parts: [String] = []
        for (unit, size) in [
            ("d", Int64(86_400_000)), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
        ] {
            if rest >= size { parts.append("\(rest / size)\(unit)") }
            rest %= size
        }
        return parts.isEmpty ? "0s" : parts.prefix(2).joined(separator: " ")
    }
}
