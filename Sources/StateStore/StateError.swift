/// Why the state file cannot be used, or could not be written.
///
/// Nothing of the change that failed is in the file.
public enum StateError: Error, Sendable, Equatable {
    /// Another process holds the directory; its number if it is known.
    case inUse(directory: String, pid: Int32?)
    /// It was written by a newer program than this one.
    case newer(file: String)
    /// It waits for `bellwether run` to bring it up to date.
    case older(file: String)
    /// An SQLite file, but none of ours.
    case foreign(file: String)
    case damaged(file: String, detail: String)
    case missing(file: String)
    /// The disk, or the room that the file may take, is full.
    case full(file: String)
    case other(file: String, detail: String)
}

extension StateError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .inUse(let directory, let pid):
            "another process\(pid.map { " (pid \($0))" } ?? "") uses the state in \(directory)"
        case .newer(let file): "\(file) was written by a newer version of Bellwether than this one"
        case .older(let file): "\(file) was written by an older version of Bellwether than this one"
        case .foreign(let file): "\(file) is not a state file of Bellwether"
        case .damaged(let file, let detail): "the state file \(file) is damaged: \(detail)"
        case .missing(let file): "there is no state file \(file)"
        case .full(let file): "the disk is full: \(file) cannot be written"
        case .other(let file, let detail): "the state file \(file) cannot be used: \(detail)"
        }
    }

    /// The ways out, spelt out.
    public var help: [String] {
        switch self {
        case .inUse: ["stop the other one, or give this one a directory of its own: `state: DIRECTORY`"]
        case .newer: ["run the newer version, or give this one a directory of its own: `state: DIRECTORY`"]
        case .older: ["start `bellwether run` once: it brings the file up to date"]
        case .foreign: ["choose another directory: `state: DIRECTORY`"]
        case .damaged(let file, _):
            [
                "`sqlite3 \(file) .recover | sqlite3 mended.sqlite` saves what can be read; "
                    + "put that file in its place",
                "or begin anew: `mv \(file) \(file).damaged`; what was queued in it is not sent then",
            ]
        case .missing: ["`bellwether run` makes it; --config or --state names another place"]
        case .full: ["make room; it goes on by itself then"]
        case .other: ["see that the directory can be written to, or choose another: `state: DIRECTORY`"]
        }
    }
}
