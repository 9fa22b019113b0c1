import ArgumentParser
import Pipeline

struct LanguageServerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "language-server",
        abstract: "The rule language for editors (Language Server Protocol).",
        discussion: """
            An editor starts it and speaks with it over standard input and output: diagnostics as you type,
            hover, completion, definitions, rename, layout. editors/README.md tells how to set editors up.

            Example:
              bellwether language-server             by hand it waits for an editor; Ctrl-D ends it
            """)

    func run() throws {
        let support = EditorSupport(version: Bellwether.configuration.version)
        let status = support.run()
        if status != 0 { throw ExitCode(status) }
    }
}
