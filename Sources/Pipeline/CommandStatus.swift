/// How a command ends, as the shell sees it.
public enum CommandStatus: Int32, Sendable {
    case success = 0
    /// A failed check or test.
    case findings = 1
    /// The command line or the configuration is wrong.
    case usage = 2
    /// Something failed while running: a broker, a disk.
    case failure = 3
}

/// Why a command cannot go on, with what to do about it.
public struct CommandFailure: Error, Sendable, CustomStringConvertible {
    public var status: CommandStatus
    /// Stands alone.
    public var message: String
    /// The fix, spelt out.
    public var help: [String]

    public init(_ status: CommandStatus, _ message: String, help: String...) {
        self.init(status, message, help: help)
    }

    public init(_ status: CommandStatus, _ message: String, help: [String]) {
        self.status = status
        self.message = message
        self.help = help
    }

    public var description: String {
        (["error: " + message] + help.map { "  = help: " + $0 }).joined(separator: "\n")
    }
}
