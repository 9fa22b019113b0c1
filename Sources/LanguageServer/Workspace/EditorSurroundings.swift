public import Diagnostics
public import RuleSemantics

/// What the server asks of the rest of the program, which it must not import.
public struct EditorSurroundings: Sendable {
    /// The names that a directory of notifier files defines.
    public var notifierNames: @Sendable (_ directory: String) -> Set<String>
    /// What is found in a sound program by those who compile it.
    public var furtherFindings: @Sendable (CheckedProgram) -> [Diagnostic]
    /// Told at `initialize`.
    public var version: String

    public init(
        version: String, notifierNames: @escaping @Sendable (_ directory: String) -> Set<String>,
        furtherFindings: @escaping @Sendable (CheckedProgram) -> [Diagnostic]
    ) {
        self.version = version
        self.notifierNames = notifierNames
        self.furtherFindings = furtherFindings
    }
}
