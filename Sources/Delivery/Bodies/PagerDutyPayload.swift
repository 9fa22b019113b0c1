internal import MarketModel

/// An event of PagerDuty's Events API v2. All that one alert does bears one `dedup_key`, so that a resolve
/// ends the incident that its fire began, whatever happened between.
///
/// - SeeAlso: https://developer.pagerduty.com/docs/send-alert-event
struct PagerDutyPayload {
    let json: JSONTree

    /// - Parameter isPlain: only what PagerDuty requires.
    init(_ notice: Notice, routingKey: String, isPlain: Bool = false) {
        let transition = notice.transition
        let words = AlertText(notice)
        var members: [JSONTree.Member] = [
            .init("routing_key", .text(routingKey)),
            .init("event_action", transition.kind.isOver ? "resolve" : "trigger"),
            .init("dedup_key", .text(Self.dedupKey(transition))),
        ]
        func plain(_ text: String, _ limit: Int) -> JSONTree {
            .text(EscapedText.fit(text, to: limit, EscapedText.plain))
        }
        var payload: [JSONTree.Member] = [
            .init("summary", plain("\(transition.subject): \(words.message)", 1000)),
            .init("source", plain(transition.key.isEmpty ? "bellwether" : transition.key, 255)),
            .init("severity", .text(transition.severity.rawValue)),
            .init("timestamp", .text(transition.at.description)),
        ]
        if !isPlain {
            payload += [
                .init("component", plain(transition.key, 255)), .init("class", plain(transition.rule, 255)),
                .init("custom_details", Self.details(notice, words)),
            ]
            members.append(.init("client", "Bellwether"))
            if let link = notice.context.runbook.flatMap(SlackPayload.link) {
                members.append(.init("links", [["href": .text(link), "text": "Runbook"]]))
            }
        }
        json = .object(members + [.init("payload", .object(payload))])
    }

    /// The alert's identity (rule and symbol); where that is too long, the hash of it.
    static func dedupKey(_ transition: Transition) -> String {
        let name = transition.alertName
        let isPlain = name.unicodeScalars.allSatisfy { (0x20...0x7e).contains($0.value) }
        if isPlain, name.utf8.count <= 255 { return name }
        return Transition(
            rule: transition.rule, key: transition.key, kind: .firing, at: Timestamp(milliseconds: 0)
        ).id
    }

    private static func details(_ notice: Notice, _ words: AlertText) -> JSONTree {
        let transition = notice.transition
        var members: [JSONTree.Member] = [
            .init("id", .text(notice.id)), .init("state", .text(words.state.lowercased())),
            .init("message", .text(EscapedText.fit(words.message, to: 4000, EscapedText.plain))),
            .init("time", .text(words.time)),
        ]
        if let firingFor = words.firingFor { members.append(.init("firing_for", .text(firingFor))) }
        if let note = notice.occasion.note { members.append(.init("note", .text(note))) }
        if let runbook = notice.context.runbook { members.append(.init("runbook", .text(runbook))) }
        members += [
            .init(
                "values",
                .object(transition.values.map { .init($0.name, $0.value.map { .number($0) } ?? .null) })),
            .init("labels", .object(transition.labels.map { .init($0.name, .text($0.value)) })),
        ]
        return .object(members)
    }
}
