internal import MarketModel

/// What a body shows, in plain texts that no receiver's mark-up has touched: the one form behind all of them.
struct AlertCard {
    /// One alert of a digest.
    struct Line {
        /// `FIRING CRITICAL`
        var state: String
        /// `rule SYMBOL`
        var alert: String
        var symbol: String
        var message: String
    }

    /// `FIRING CRITICAL`; `12 alerts: 9 firing, 3 resolved`
    var headline: String
    /// `rule SYMBOL`; of a digest the rules.
    var title: String
    /// The message; empty for a digest.
    var text: String
    /// The most important alerts of a digest.
    var lines: [Line] = []
    /// How many alerts of a digest are not in `lines`.
    var more = 0
    var facts: [AlertText.Fact]
    /// A web address to click on.
    var link: String?
    /// 0xRRGGBB
    var colour: Int
    var footer: String
    var at: Timestamp

    init(_ message: Message, lines limit: Int = DeliveryLimits.digestLines) {
        if message.isDigest { self.init(digest: message, lines: limit) } else { self.init(message.first) }
    }

    private init(_ notice: Notice) {
        let words = AlertText(notice)
        let transition = notice.transition
        headline = "\(words.state) \(words.severity)"
        title = transition.subject
        text = words.message
        facts = []
        if !transition.key.isEmpty { facts.append(.init(name: "Symbol", value: transition.key)) }
        facts.append(
            .init(name: "State", value: "\(words.state.lowercased()), \(transition.severity.rawValue)"))
        facts.append(.init(name: "Time", value: words.time))
        if let firingFor = words.firingFor { facts.append(.init(name: "Firing for", value: firingFor)) }
        if let note = notice.occasion.note { facts.append(.init(name: "Note", value: note)) }
        facts += words.values + words.labels
        if let runbook = notice.context.runbook {
            link = SlackPayload.link(runbook)
            if link == nil { facts.append(.init(name: "Runbook", value: runbook)) }
        }
        colour = transition.colour
        footer = "Bellwether \(notice.id)"
        at = transition.at
    }

    /// The most severe first, what fires before what is over, then the newest.
    private init(digest message: Message, lines limit: Int) {
        let transitions = message.notices.map(\.transition)
        headline = "\(transitions.count) alerts: \(Self.kinds(transitions))"
        var rules: [String] = []
        for transition in transitions where !rules.contains(transition.rule) {
            rules.append(transition.rule)
        }
        title = rules.count == 1 ? rules[0] : "\(rules.count) rules"
        text = ""
        let ranked = message.notices.enumerated().sorted { left, right in
            let (a, b) = (left.element.transition, right.element.transition)
            if a.severity != b.severity { return a.severity > b.severity }
            if a.kind.isOver != b.kind.isOver { return b.kind.isOver }
            return a.at != b.at ? a.at > b.at : left.offset < right.offset
        }.map(\.element)
        lines = ranked.prefix(limit).map { notice in
            let words = AlertText(notice)
            return Line(
                state: "\(words.state) \(words.severity)", alert: notice.transition.subject,
                symbol: notice.transition.key, message: words.message)
        }
        more = max(0, transitions.count - limit)
        let notes = Set(message.notices.map(\.occasion.note))
        if notes.count == 1, let note = message.first.occasion.note {
            facts = [.init(name: "Note", value: note)]
        } else {
            facts = []
        }
        facts += rules.prefix(DeliveryLimits.fields - 1 - facts.count).map { rule in
            .init(name: rule, value: Self.kinds(transitions.filter { $0.rule == rule }))
        }
        let times = transitions.map(\.at)
        at = times.max() ?? message.first.transition.at
        facts.append(
            .init(name: "Time", value: "\(AlertText.utc(times.min() ?? at)) to \(AlertText.utc(at))"))
        colour = ranked[0].transition.colour
        footer = "Bellwether \(message.id)"
    }

    /// `9 firing, 3 resolved`
    private static func kinds(_ transitions: [Transition]) -> String {
        Transition.Kind.allCases.compactMap { kind in
            let count = transitions.count { $0.kind == kind }
            return count > 0 ? "\(count) \(kind.rawValue)" : nil
        }.joined(separator: ", ")
    }

    /// One line for a notification that shows nothing else.
    var summary: String { text.isEmpty ? headline : "\(headline): \(text)" }

    /// What stands below the lines of a digest; nil when they are all.
    var rest: String? { more > 0 ? "and \(more) more" : nil }
}

extension Transition {
    /// `rule SYMBOL`
    var subject: String { [rule, key].filter { !$0.isEmpty }.joined(separator: " ") }

    /// 0xRRGGBB
    var colour: Int {
        switch (kind, severity) {
        case (.resolved, _), (.dropped, _): 0x2e9e4f
        case (_, .critical): 0xd32020
        case (_, .warning): 0xe59f00
        case (_, .info): 0x2f6fde
        }
    }
}

extension Transition.Kind {
    var isOver: Bool { self == .resolved || self == .dropped }
}
