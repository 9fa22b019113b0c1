internal import Foundation
internal import MarketModel

/// A notice as a store keeps it: JSON that a person can read, and that a later version can.
struct NoticeRecord: Codable {
    /// Of this layout.
    static let version = 1

    struct Fact: Codable {
        var name: String
        /// Shortest digits that give the same number back.
        var value: Double?
    }

    struct Label: Codable {
        var name: String
        var value: String
    }

    struct Fire: Codable {
        var id: String
        var severity: String
        var since: Int64
    }

    var version = NoticeRecord.version
    var rule: String
    var key: String
    var kind: String
    /// Milliseconds since 1970.
    var at: Int64
    var severity: String
    var message: String
    var labels: [Label]
    var values: [Fact]
    var runbook: String?
    var ruleText: String?
    var incident: Fire?
    /// Why it is told, where that is no event: in words, and what goes together or how old the alert is.
    var note: String?
    var batch: String?
    var age: Int64?

    init(_ notice: Notice) {
        let transition = notice.transition
        rule = transition.rule
        key = transition.key
        kind = transition.kind.rawValue
        at = transition.at.milliseconds
        severity = transition.severity.rawValue
        message = transition.message
        labels = transition.labels.map { Label(name: $0.name, value: $0.value) }
        values = transition.values.map { Fact(name: $0.name, value: $0.value) }
        runbook = notice.context.runbook
        ruleText = notice.context.ruleText
        incident = notice.incident.map {
            Fire(id: $0.id, severity: $0.severity.rawValue, since: $0.since.milliseconds)
        }
        note = notice.occasion.note
        switch notice.occasion {
        case .event: break
        case .catchUp(let batch, _): self.batch = batch
        case .age(let after, _): age = after.milliseconds
        }
    }

    private var occasion: Occasion {
        if let batch { return .catchUp(batch: batch, note: note ?? "") }
        return age.map { .age(.milliseconds($0), note: note ?? "") } ?? .event
    }

    /// nil for words that this version does not know.
    var notice: Notice? {
        guard version <= NoticeRecord.version, let kind = Transition.Kind(rawValue: kind),
            let severity = Severity(rawValue: severity)
        else { return nil }
        let transition = Transition(
            rule: rule, key: key, kind: kind, at: Timestamp(milliseconds: at), severity: severity,
            message: message, labels: labels.map { .init(name: $0.name, value: $0.value) },
            values: values.map { .init(name: $0.name, value: $0.value) })
        let fire = incident.flatMap { fire in
            Severity(rawValue: fire.severity).map {
                Incident(id: fire.id, severity: $0, since: Timestamp(milliseconds: fire.since))
            }
        }
        return Notice(
            transition, context: AlertContext(runbook: runbook, ruleText: ruleText), incident: fire,
            occasion: occasion)
    }

    var text: String { Self.encoded(self) }

    static func encoded(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        return (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }

    init?(text: String) {
        guard let record = Self.decoded(Self.self, text) else { return nil }
        self = record
    }

    static func decoded<Value: Decodable>(_: Value.Type, _ text: String) -> Value? {
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        return try? decoder.decode(Value.self, from: Data(text.utf8))
    }
}

/// A notice that a store holds.
struct StoredNotice: Sendable {
    var sequence: Int64
    var notice: Notice
    var enqueuedAt: Timestamp
    var triedFrom: Timestamp
    var attempts = 0
}

extension Notice {
    /// Reads a notice that a `DurableOutbox` wrote; nil for what it did not write.
    public static func stored(_ text: String) -> Notice? { NoticeRecord(text: text)?.notice }
}
