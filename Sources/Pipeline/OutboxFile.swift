import Delivery
import Diagnostics
import MarketModel
import StateStore

/// Which state file the commands `bellwether outbox ...` are about, and which of its notices.
public struct OutboxRequest: Sendable {
    public var place: StatePlace
    /// As `outbox list` shows them.
    public var numbers: [Int64] = []
    public var receiver: String?
    public var all = false
    /// Dead letters alone.
    public var deadOnly = false
    /// What still waits to be sent, too.
    public var queued = false

    public init(_ place: StatePlace) { self.place = place }

    /// - Throws: `.usage` where no file can be told, or it is not there.
    func open() throws(CommandFailure) -> StateFile { try place.open() }
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
