import Foundation
import Pipeline

/// A `bellwether.yaml` with its rules and notifiers, written for one measurement.
struct LiveConfiguration {
    let directory: String

    /// - Parameters:
    ///   - settings: lines of the YAML that follow the usual ones.
    ///   - properties: of librdkafka.
    init(
        _ directory: String, rules: String, bootstrap: String, topic: String, group: String,
        properties: [(String, String)] = [], settings: String = "", webhook: String? = nil
    ) throws {
        self.directory = directory
        for folder in ["rules", "notifiers"] {
            try FileManager.default.createDirectory(
                atPath: "\(directory)/\(folder)", withIntermediateDirectories: true)
        }
        let listed = properties.map { "    \($0.0): \"\($0.1)\"\n" }.joined()
        try LiveConfiguration.write(
            """
            rules: rules
            notifiers: notifiers
            kafka:
              bootstrap: \(bootstrap)
              group: \(group)
            \(listed.isEmpty ? "" : "  properties:\n" + listed)topics:
              trades:
                - name: \(topic)
            console:
              listen: 127.0.0.1:0
            \(settings)

            """, "\(directory)/bellwether.yaml")
        try LiveConfiguration.write(rules, "\(directory)/rules/bench.rules")
        if let webhook {
            try LiveConfiguration.write(
                "kind: webhook\nurl: \(webhook)\nformat: generic\n", "\(directory)/notifiers/bench.yaml")
        }
    }

    var path: String { "\(directory)/bellwether.yaml" }

    func read(_ console: Console) throws -> RunConfiguration {
        try RunConfiguration.read(path: path, environment: [:], console: console)
    }

    private static func write(_ text: String, _ path: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    }
}
