import Configuration
import Foundation
import StateStore

/// Where the state file is that a command looks into, beside a running instance or without one.
public struct StatePlace: Sendable {
    /// A configuration file whose `state` counts, where `state` below says nothing.
    public var config: String
    /// The directory of the state file.
    public var state: String?

    public init(config: String, state: String?) {
        self.config = config
        self.state = state
    }

    /// - Throws: `.usage` where no file can be told, or it is not there.
    func open() throws(CommandFailure) -> StateFile {
        let directory = try directory()
        do {
            return try StateFile(directory: directory, role: .visitor)
        } catch {
            throw CommandFailure(.usage, error.description, help: error.help)
        }
    }

    /// Of the configuration nothing but this key is looked at: its secrets need not be set here.
    private func directory() throws(CommandFailure) -> String {
        if let state { return PathText.withoutTrailingSlashes(state) }
        let beside = PathText.parent(of: config)
        guard FileManager.default.fileExists(atPath: config) else {
            return PathText.join(beside, RunConfiguration.state)
        }
        let reader = ConfigurationReader.open(path: config)
        guard let value = reader.root["state"] else { return PathText.join(beside, RunConfiguration.state) }
        if value.written == "off" {
            throw CommandFailure(
                .usage, "\(config) says `state: off`: nothing is kept", help: "name a directory with --state")
        }
        guard let path = value.string() else {
            throw CommandFailure(
                .usage, "the key `state` of \(config) cannot be read", help: "name the directory with --state"
            )
        }
        return path.hasPrefix("/") ? path : PathText.join(beside, path)
    }
}
