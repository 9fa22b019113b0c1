public import Diagnostics
internal import Foundation

/// One YAML file on its way into typed values; collects everything that is wrong with it.
///
/// ```swift
/// let reader = ConfigurationReader.open(path: "bellwether.yaml")
/// let kafka = reader.root.requiredMap("kafka")
/// let bootstrap = kafka?.requiredString("bootstrap")
/// let idle = reader.root.duration("idle") ?? .seconds(5)
/// reader.root.finish()
/// guard !reader.diagnostics.hasErrors else { ... }
/// ```
///
/// A getter returns nil both for an absent key and for a wrong value; the wrong value has been reported by
/// then, so that the caller may go on with any stand-in and all faults appear in one run.
public final class ConfigurationReader {
    /// The file's outermost map; empty when the file is empty or not YAML.
    public let root: YAMLMap
    private let reading: Reading

    /// - Parameter environment: what `${NAME}` reads; nil takes the process's.
    public init(_ source: SourceFile, environment: [String: String]? = nil) {
        reading = Reading(source, environment: environment ?? ProcessInfo.processInfo.environment)
        let start = SourceSpan(file: source, start: 0, end: 0)
        root = YAMLMap(node: reading.parseRoot(), span: start, owner: nil, reading: reading)
    }

    /// Reads a file; one that cannot be read is an empty text with a diagnostic.
    public static func open(path: String, environment: [String: String]? = nil) -> ConfigurationReader {
        do {
            let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
            return ConfigurationReader(SourceFile(name: path, text: bytes), environment: environment)
        } catch {
            let reader = ConfigurationReader(SourceFile(name: path, text: []), environment: environment)
            let reason = FileManager.default.fileExists(atPath: path) ? "no permission" : "no such file"
            reader.reading.report(.unreadable(path: path, reason: reason), at: nil)
            return reader
        }
    }

    public var source: SourceFile { reading.source }

    /// What was found so far, in the order of the text.
    public var diagnostics: [Diagnostic] {
        let inOrder = reading.found.enumerated().sorted {
            ($0.element.span?.start ?? -1, $0.offset) < ($1.element.span?.start ?? -1, $1.offset)
        }
        return inOrder.map(\.element)
    }

    public func report(_ diagnostic: Diagnostic) { reading.found.append(diagnostic) }
}
