/// Something to tell the author of a text: what is wrong, where, and how to mend it (LANGUAGE 9).
public struct Diagnostic: Sendable {
    public enum Level: String, Sendable {
        case error, warning
    }

    /// A second place that explains the first: `first defined here`.
    public struct Note: Sendable {
        public var span: SourceSpan?
        public var text: String

        public init(span: SourceSpan? = nil, text: String) {
            self.span = span
            self.text = text
        }
    }

    /// A replacement that mends it without further thought; an editor offers it as an action.
    public struct Fix: Sendable {
        public var span: SourceSpan
        /// Empty: what the span covers is removed.
        public var text: String

        public init(replacing span: SourceSpan, with text: String) {
            self.span = span
            self.text = text
        }
    }

    public var level: Level
    /// Stable: `E021`, `W003`.
    public var code: String
    /// Stands alone, without the source line.
    public var message: String
    /// The smallest range that is wrong; nil when the fault is a whole file's or directory's.
    public var span: SourceSpan?
    /// The fix, spelt out.
    public var help: [String]
    public var notes: [Note]
    /// Any one of them mends it. Empty where the help needs a decision of the author's.
    public var fixes: [Fix]

    public init(
        _ level: Level, code: String, _ message: String, at span: SourceSpan?, help: [String] = [],
        notes: [Note] = [], fixes: [Fix] = []
    ) {
        self.level = level
        self.code = code
        self.message = message
        self.span = span
        self.help = help
        self.notes = notes
        self.fixes = fixes
    }
}

extension Sequence<Diagnostic> {
    public var errorCount: Int { self.filter { $0.level == .error }.count }
    public var hasErrors: Bool { self.contains { $0.level == .error } }
}
