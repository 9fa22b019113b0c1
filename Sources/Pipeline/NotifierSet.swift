public import Delivery
public import Diagnostics

/// The notifiers that a directory defines.
public struct NotifierSet: Sendable {
    /// How much of the files is needed.
    public enum Depth: Sendable {
        /// Which names there are; no file is opened.
        case names
        /// All that can be checked where the secrets' environment variables are not set.
        case form
        /// Ready to send.
        case full
    }

    /// nil: there is no such directory, so names are not checked.
    public let directory: String?
    public let definitions: [NotifierDefinition]
    public let diagnostics: [Diagnostic]
    /// For the checker; nil where names cannot be checked.
    public let names: Set<String>?

    /// What remains to be said where variables are not set: of a file that reads one, only the faults of
    /// the text itself, because its values are not all known.
    private static func form(_ diagnostics: [Diagnostic]) -> [Diagnostic] {
        // Codes of module Configuration.
        let unset: Set = ["E111", "E113"]
        let ofText: ClosedRange<String> = "E100"..."E106"
        let incomplete = Set(
            diagnostics.filter { unset.contains($0.code) }.compactMap { $0.span?.file.name })
        return diagnostics.filter { diagnostic in
            guard let file = diagnostic.span?.file.name, incomplete.contains(file) else { return true }
            return ofText.contains(diagnostic.code)
        }
    }

    public init(directory: String?, depth: Depth, environment: [String: String]) {
        self.directory = directory
        guard let directory else {
            definitions = []
            diagnostics = []
            names = nil
            return
        }
        names = notifierNames(directory: directory)
        if depth == .names {
            definitions = []
            diagnostics = []
            return
        }
        let loaded = loadNotifiers(directory: directory, environment: environment)
        definitions = loaded.notifiers
        diagnostics = depth == .full ? loaded.diagnostics : NotifierSet.form(loaded.diagnostics)
    }
}
