internal import Configuration

extension ReceiverPace {
    /// Reads `limit`, `group` and `digest` of a notifier.
    ///
    /// - Parameters:
    ///   - defaults: where a key is absent.
    ///   - takesDigests: whether one message may tell of several alerts.
    init(_ root: YAMLMap, defaults: ReceiverPace, takesDigests: Bool) {
        self = defaults
        self.takesDigests = takesDigests
        if let value = root["limit"] {
            limit = value.written == "off" ? nil : Self.limit(root.adopt(value.map()))
        }
        if let map = root.map("group") {
            let key: Grouping.Key? = map.required("by")?.choice()
            let wait = map.duration("wait", in: .milliseconds(1) ... .seconds(3600)) ?? .seconds(10)
            grouping = key.map { Grouping(by: $0, wait: wait) }
        }
        if let value = root["digest"] {
            digestAbove =
                value.written == "off"
                ? nil : root.adopt(value.map())?.required("above")?.integer(in: 1...100_000)
        }
        for key in ["group", "digest"] where !takesDigests && root[key].map({ $0.written != "off" }) ?? false
        {
            root.report(
                code: "E136", "this format tells of one alert at a time", at: key,
                help: ["leave `\(key)` out, or choose another `format`"])
        }
    }

    private static func limit(_ map: YAMLMap?) -> Limit? {
        let messages = map?.required("messages")?.integer(in: 1...100_000)
        let per = map?.required("per")?.duration(in: .milliseconds(100) ... .seconds(86_400))
        guard let messages, let per else { return nil }
        return Limit(messages: messages, per: per)
    }
}

extension WebhookTarget.Format {
    /// What the vendors ask for; more is answered with 429.
    ///
    /// - SeeAlso: https://docs.slack.dev/apis/web-api/rate-limits (one a second, short bursts),
    ///   https://developers.google.com/workspace/chat/limits (one a second for each space)
    var pace: ReceiverPace {
        switch self {
        case .slack, .mattermost: ReceiverPace(limit: .init(messages: 10, per: .seconds(10)), digestAbove: 20)
        case .discord: ReceiverPace(limit: .init(messages: 5, per: .seconds(2)), digestAbove: 20)
        case .teams: ReceiverPace(limit: .init(messages: 4, per: .seconds(1)), digestAbove: 20)
        case .googleChat: ReceiverPace(limit: .init(messages: 5, per: .seconds(5)), digestAbove: 20)
        case .pagerDuty, .generic, .template: ReceiverPace()
        }
    }
}
