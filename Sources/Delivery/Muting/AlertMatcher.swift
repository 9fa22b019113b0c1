internal import Foundation
public import MarketModel

/// What matchers see of an alert.
struct AlertFace: Sendable, Equatable {
    var rule: String
    var key: String
    /// The level that it has reached.
    var severity: Severity
    var labels: [Transition.Label]

    init(_ transition: Transition) {
        rule = transition.rule
        key = transition.key
        severity = transition.severity
        labels = transition.labels
    }

    /// Empty for a label that it does not bear.
    func label(_ name: String) -> String { labels.first { $0.name == name }?.value ?? "" }
}

/// Which alerts: every part that is given must match; a label that an alert does not bear is empty.
public struct AlertMatcher: Sendable, Equatable {
    public var rule: TextMatcher?
    public var key: TextMatcher?
    public var severity: TextMatcher?
    /// By name.
    public var labels: [String: TextMatcher] = [:]

    public init() {}

    /// Whether nothing is asked for, so that every alert matches.
    public var isEmpty: Bool { rule == nil && key == nil && severity == nil && labels.isEmpty }

    /// - Throws: for a level that no alert can have.
    public mutating func setSeverity(_ text: String) throws(MatcherFault) {
        let matcher = try TextMatcher(text)
        let levels = Severity.allCases.map(\.rawValue)
        guard levels.contains(where: { matcher.matches($0) }) else {
            throw MatcherFault(
                message: "no alert has the severity `\(text)`", help: levels.joined(separator: ", "))
        }
        severity = matcher
    }

    /// Whether it matches this transition's alert, as it is then.
    public func matches(_ transition: Transition) -> Bool { matches(AlertFace(transition)) }

    func matches(_ face: AlertFace) -> Bool {
        rule.map { $0.matches(face.rule) } ?? true && key.map { $0.matches(face.key) } ?? true
            && severity.map { $0.matches(face.severity.rawValue) } ?? true
            && labels.allSatisfy { $0.value.matches(face.label($0.key)) }
    }

    /// `rule=x key=BINANCE:* label team=risk`
    public var text: String {
        var parts: [String] = []
        if let rule { parts.append("rule=\(rule.written)") }
        if let key { parts.append("key=\(key.written)") }
        if let severity { parts.append("severity=\(severity.written)") }
        for (name, matcher) in labels.sorted(by: { $0.key < $1.key }) {
            parts.append("label \(name)=\(matcher.written)")
        }
        return parts.joined(separator: " ")
    }

    // MARK: In the state file

    private struct Record: Codable {
        var rule: String?
        var key: String?
        var severity: String?
        var labels: [String: String]?
    }

    /// JSON with sorted keys.
    public var json: String {
        let record = Record(
            rule: rule?.written, key: key?.written, severity: severity?.written,
            labels: labels.isEmpty ? nil : labels.mapValues(\.written))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(record)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }

    /// nil for what `json` did not write, and for what would match everything.
    public init?(json: String) {
        guard let record = try? JSONDecoder().decode(Record.self, from: Data(json.utf8)) else { return nil }
        do throws(MatcherFault) {
            rule = try record.rule.map { (text) throws(MatcherFault) in try TextMatcher(text) }
            key = try record.key.map { (text) throws(MatcherFault) in try TextMatcher(text) }
            severity = try record.severity.map { (text) throws(MatcherFault) in try TextMatcher(text) }
            for (name, text) in record.labels ?? [:] { labels[name] = try TextMatcher(text) }
        } catch {
            return nil
        }
        if isEmpty { return nil }
    }
}
