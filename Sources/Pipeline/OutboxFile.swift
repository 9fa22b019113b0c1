import Configuration
import Delivery
import Diagnostics
import Foundation
import MarketModel
import StateStore

/// Which state file the commands `bellwether outbox ...` are about, and which of its notices.
public struct OutboxRequest: Sendable {
    /// A configuration file whose `state` counts, where `state` below says nothing.
    public var config: String
    /// The directory of the state file.
    public var state: String?
    /// As `outbox list` shows them.
    public var numbers: [Int64] = []
    public var receiver: String?
    public var all = false
    /// Dead letters alone.
    public var deadOnly = false
    /// What still waits to be sent, too.
    public var queued = false

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

/// One line of `bellwether outbox list`.
struct OutboxRow: Sendable, Equatable {
    enum State: String, Sendable {
        case queued, dead
    }

    var number: Int64
    var receiver: String
    var state: State
    var queuedAt: Timestamp
    var attempts: Int
    /// Why it was given up; empty for what is queued.
    var reason = ""
    /// nil where the record cannot be read.
    var transition: Transition?

    init(_ notice: QueuedNotice) {
        number = notice.sequence
        receiver = notice.receiver
        state = .queued
        queuedAt = notice.queuedAt
        attempts = notice.attempts
        transition = Notice.stored(notice.text)?.transition
    }

    init(_ letter: DeadLetter) {
        number = letter.sequence
        receiver = letter.receiver
        state = .dead
        queuedAt = letter.queuedAt
        attempts = letter.attempts
        reason = letter.reason
        transition = Notice.stored(letter.text)?.transition
    }

    /// All of a file, in the order of queueing.
    static func all(of file: StateFile) throws(CommandFailure) -> [OutboxRow] {
        do {
            let rows = try file.queued().map { OutboxRow($0) } + file.deadLetters().map { OutboxRow($0) }
            return rows.sorted { $0.number < $1.number }
        } catch {
            throw CommandFailure(error)
        }
    }
}

extension CommandFailure {
    init(_ error: StateError) {
        self.init(.failure, error.description, help: error.help)
    }
}
