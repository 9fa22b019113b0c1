import Delivery
import Foundation
import LanguageServer
import RuleCompiler

/// `bellwether language-server`: the rule language for an editor, over standard input and output.
public struct EditorSupport: Sendable {
    private let version: String

    public init(version: String) { self.version = version }

    /// Serves until the editor ends it.
    ///
    /// - Returns: the exit status that the protocol asks for: 0 after `shutdown` and `exit`, else 1.
    public func run() -> Int32 {
        // An editor that dies closes its pipe; that is no reason to die by a signal.
        signal(SIGPIPE, SIG_IGN)
        let session = EditorSession(
            EditorSurroundings(
                version: version, notifierNames: { notifierNames(directory: $0) },
                furtherFindings: { compilerFindings($0) }))
        return StreamServer(input: STDIN_FILENO, output: STDOUT_FILENO, session: session).run()
    }
}
