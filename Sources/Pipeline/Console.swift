import Foundation
import Synchronization

/// Where text goes: a terminal, a file, a test's memory.
public protocol TextSink: Sendable {
    func write(_ text: String)
    /// Why something could not be written; nil while all is.
    var failure: String? { get }
}

extension TextSink {
    public var failure: String? { nil }
}

/// What a command writes to: results on one stream, what happens meanwhile on the other.
public struct Console: Sendable {
    /// Results; what a pipe behind the command reads.
    public let output: any TextSink
    /// Diagnostics, progress, summaries.
    public let status: any TextSink
    public let outputIsTerminal: Bool
    public let outputColours: Bool
    public let statusColours: Bool
    /// True where a progress bar may overwrite its line.
    public let statusIsTerminal: Bool

    public init(
        output: any TextSink, status: any TextSink, outputColours: Bool = false,
        statusColours: Bool = false, outputIsTerminal: Bool = false, statusIsTerminal: Bool = false
    ) {
        self.output = output
        self.status = status
        self.outputColours = outputColours
        self.statusColours = statusColours
        self.outputIsTerminal = outputIsTerminal
        self.statusIsTerminal = statusIsTerminal
    }

    /// Standard output and standard error. Colours only on a terminal, and not where `NO_COLOR` is set
    /// (no-color.org) or `TERM` is `dumb`.
    public static func standard(environment: [String: String]) -> Console {
        let mayColour = (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
        let outputIsTerminal = isatty(STDOUT_FILENO) == 1
        let statusIsTerminal = isatty(STDERR_FILENO) == 1
        return Console(
            output: DescriptorSink(STDOUT_FILENO), status: DescriptorSink(STDERR_FILENO),
            outputColours: mayColour && outputIsTerminal,
            statusColours: mayColour && statusIsTerminal, outputIsTerminal: outputIsTerminal,
            statusIsTerminal: statusIsTerminal && environment["TERM"] != "dumb")
    }

    /// A line of status; on a terminal it takes the place of a progress bar that stands there.
    public func say(_ line: String) {
        status.write((statusIsTerminal ? "\r\u{1b}[K" : "") + line + "\n")
    }

    public func print(_ line: String) { output.write(line + "\n") }
}

/// Writes to a file descriptor at once, whole texts never interleaved.
public final class DescriptorSink: TextSink {
    private let descriptor: Mutex<Int32>
    private let error = Mutex<Int32?>(nil)

    public init(_ descriptor: Int32) { self.descriptor = Mutex(descriptor) }

    public var failure: String? { error.withLock { $0 }.map { String(cString: strerror($0)) } }

    public func write(_ text: String) {
        var text = text
        descriptor.withLock { descriptor in
            text.withUTF8 { bytes in
                var written = 0
                while written < bytes.count {
                    let count = Foundation.write(
                        descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written)
                    if count < 0 && errno == EINTR { continue }
                    // A closed pipe or a full disk: the command ends with it, see `failure`.
                    guard count > 0 else {
                        let number = errno
                        return error.withLock { $0 = $0 ?? number }
                    }
                    written += count
                }
            }
        }
    }
}

/// Keeps what was written; for tests, and for output that is sorted before it is shown.
public final class MemorySink: TextSink {
    private let kept = Mutex("")

    public init() {}

    public func write(_ text: String) { kept.withLock { $0 += text } }
    public var text: String { kept.withLock { $0 } }
}

/// SGR colour codes (ECMA-48, 8.3.117).
enum Colour: String {
    case bold = "1"
    case dim = "2"
    case red = "1;31"
    case yellow = "1;33"
    case cyan = "36"
    case green = "32"

    func paint(_ text: String, if colours: Bool) -> String {
        colours ? "\u{1b}[\(rawValue)m\(text)\u{1b}[0m" : text
    }
}
