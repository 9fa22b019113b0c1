import Configuration
import Delivery
import Diagnostics
import Engine
import Feeds
import Foundation
import Kafka

extension RunConfiguration {
    /// Reads `bellwether.yaml`. Paths in it are relative to the file's own directory.
    ///
    /// - Throws: `.usage`, after every fault has been shown with its place.
    public static func read(
        path: String, environment: [String: String], console: Console
    ) throws(CommandFailure) -> RunConfiguration {
        let reader = ConfigurationReader.open(path: path, environment: environment)
        let configuration = RunConfiguration(reader, directory: PathText.parent(of: path))
        let diagnostics = reader.diagnostics
        if !diagnostics.isEmpty {
            let renderer = DiagnosticRenderer(usesColour: console.statusColours)
            let blot = SecretBlot(reader.source, secrets: RunConfiguration.secretSpans(reader.root))
            console.status.write(renderer.render(diagnostics.map(blot.apply)) + "\n")
        }
        guard !diagnostics.hasErrors, let configuration else {
            throw CommandFailure(
                .usage, "\(path) cannot be used",
                help: "mend what is named above; name another file with --config FILE")
        }
        return configuration
    }

    /// Where secrets may stand as they are and not as `${NAME}`, for a diagnostic shows the line that it is
    /// about. A key may be misspelt.
    private static func secretSpans(_ root: YAMLMap) -> [SourceSpan] {
        let properties = root["kafka"]?.map()?["properties"]?.map()?.entries ?? []
        let telling = ["pas", "pem", "secret", "token", "oauth"]
        let secret = properties.filter { entry in telling.contains { entry.key.lowercased().contains($0) } }
        let token = root["console"]?.map()?["token"]
        return secret.map(\.value.span) + [token?.span].compactMap { $0 }
    }

    /// - Parameter directory: what relative paths start from; empty is the working directory.
    /// - Returns: nil where a key without a default is missing. Every fault is in the reader's diagnostics.
    init?(_ reader: ConfigurationReader, directory: String) {
        let root = reader.root
        let kafka = root.requiredMap("kafka")
        let bootstrap = kafka?.requiredString("bootstrap")
        let group = kafka?.string("group")
        let properties = kafka?.map("properties").map(RunConfiguration.properties) ?? []
        let topics = root.requiredMap("topics")
        let trades = topics.map(RunConfiguration.tradeTopics) ?? []
        let rates = topics?.string("rates")
        let deadLetters = topics?.string("dead-letters")
        if let topics { RunConfiguration.checkApart(topics, trades, rates, deadLetters) }
        self.init(bootstrap: bootstrap == "embedded" ? .embedded : .servers(bootstrap ?? ""), trades: trades)
        func resolved(_ path: String) -> String {
            path.hasPrefix("/") || directory.isEmpty ? path : "\(directory)/\(path)"
        }
        rules = (root.strings("rules") ?? rules).map(resolved)
        notifiers = root.string("notifiers").map(resolved)
        self.group = group ?? self.group
        self.properties = properties
        self.rates = rates
        self.deadLetters = deadLetters ?? self.deadLetters
        lateness = root.duration("lateness")?.wholeMilliseconds ?? lateness
        grace = root.duration("grace")?.wholeMilliseconds ?? grace
        outboxCapacity = root.map("outbox")?.integer("capacity", in: 1...1_000_000) ?? outboxCapacity
        pointsPerSymbol =
            root.integer("points-per-symbol", in: EngineOptions.pointCaps) ?? pointsPerSymbol
        if let map = root.map("engine-alerts") {
            engineNotify = map.strings("notify") ?? []
            engineBounds = EngineAlertBounds(map)
        }
        mutes = MutePolicy(root)
        if let value = root["state"] { state = value.written == "off" ? nil : value.string() }
        state = state.map(resolved)
        if let map = root.map("console") { console = ConsoleSettings(map) }
        if let value = root["idle"] {
            idle =
                value.written == "off"
                ? nil : value.duration(in: .milliseconds(1)...(.seconds(3600)))?.wholeMilliseconds
        }
        root.finish()
        if bootstrap == nil || trades.isEmpty { return nil }
    }

    /// Properties that keys beside `properties` say; said twice, the header would show the wrong one.
    private static let ownKeys = [
        "bootstrap.servers": "bootstrap", "metadata.broker.list": "bootstrap", "group.id": "group",
    ]

    private static func properties(_ map: YAMLMap) -> [(name: String, value: String)] {
        // librdkafka lists the properties that have a value, which leaves out the secrets.
        let known = knownKafkaProperties() + ["sasl.username", "sasl.password", "ssl.key.password"]
        return map.entries.compactMap { entry in
            guard let value = entry.value.string() else { return nil }
            if let own = ownKeys[entry.key] {
                map.report(
                    code: "E149", "the property `\(entry.key)` has a key of its own", at: entry.key,
                    help: ["write it as `\(own)` under `kafka`"])
            } else if let refusal = KafkaConsumer.refusal(of: entry.key, value) {
                map.report(
                    code: "E145", "the property `\(entry.key)` cannot be `\(value)`: \(refusal)",
                    at: entry.key, help: ["remove it"])
            } else if let problem = problem(of: entry.key, value) {
                let nearest = known.contains(entry.key) ? nil : nearestName(to: entry.key, among: known)
                map.report(
                    code: "E145", "librdkafka refuses the property `\(entry.key)`: \(problem)", at: entry.key,
                    help: [
                        nearest.map { "did you mean `\($0)`?" }
                            ?? "names and values are those of librdkafka's CONFIGURATION.md"
                    ])
            }
            return (entry.key, value)
        }
    }

    /// What librdkafka says of one property by itself; nil when it takes it. Values that do not go together
    /// show when the client is made.
    private static func problem(of name: String, _ value: String) -> String? {
        do {
            _ = try KafkaConnection(properties: [(name, value)])
            return nil
        } catch {
            return error.subject == .property(name) ? error.explanation : nil
        }
    }

    /// A topic has one use: dead letters in a topic that is read would come back for ever.
    private static func checkApart(
        _ topics: YAMLMap, _ trades: [TradeTopic], _ rates: String?, _ deadLetters: String?
    ) {
        let names = trades.map(\.name)
        for (key, name) in [("rates", rates), ("dead-letters", deadLetters)] {
            guard let name, names.contains(name) || (key == "dead-letters" && name == rates) else { continue }
            topics.report(
                code: "E150", "the topic `\(name)` already has another use", at: key,
                help: ["give `\(key)` a topic of its own"])
        }
        if let twice = names.first(where: { name in names.count(where: { $0 == name }) > 1 }) {
            topics.report(
                code: "E150", "the topic `\(twice)` is named twice", at: "trades", help: ["name it once"])
        }
    }

    private static func tradeTopics(_ topics: YAMLMap) -> [TradeTopic] {
        guard let value = topics.required("trades") else { return [] }
        if value.isScalar {
            topics.report(
                code: "E146", "`trades` is a list of topics, each with a name", at: "trades",
                help: ["write: trades: [{name: trades}]"])
            return []
        }
        guard let items = value.list() else { return [] }
        if items.isEmpty {
            topics.report(
                code: "E146", "`trades` names no topic", at: "trades",
                help: ["write: trades: [{name: trades}]"])
        }
        let maps = items.compactMap { topics.adopt($0.map()) }
        return maps.compactMap { map in
            let name = map.requiredString("name")
            var fields = FieldMapping.standard
            if let value = map["mapping"], let chosen = value.string() {
                if let ready = FieldMapping.named(chosen) {
                    fields = ready
                } else {
                    let nearest = nearestName(to: chosen, among: FieldMapping.names)
                    value.report(
                        code: "E147", "there is no mapping `\(chosen)`",
                        help: (nearest.map { ["did you mean `\($0)`?"] } ?? [])
                            + ["one of \(FieldMapping.names.joined(separator: ", "))"])
                }
            }
            if let roles = map.map("fields") {
                for role in FieldMapping.Role.allCases {
                    if let names = roles.strings(role.rawValue) { fields[role] = names }
                }
                for conflict in fields.conflicts {
                    roles.report(code: "E148", "the field \(conflict)", help: ["give each field one role"])
                }
            }
            return name.map { TradeTopic(name: $0, fields: fields) }
        }
    }
}
