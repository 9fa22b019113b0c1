public import Diagnostics
import MarketModel

/// What `bellwether check` writes its diagnostics as; docs/diagnostics/README.md documents the two that
/// programs read.
public enum DiagnosticFormat: String, CaseIterable, Sendable {
    /// For people: message, source line, carets, help.
    case text
    /// One JSON object a line.
    case json
    /// Annotations of GitHub Actions.
    case github

    /// - Throws: `.usage` for another word.
    public init(option: String) throws(CommandFailure) {
        self = try DryRunOptions.choice(option, option: "--format")
    }
}

extension Diagnostic {
    /// One JSON object without a line end, its members in a fixed order. Lines and columns count from 1,
    /// columns in Unicode scalars; the end is the first column behind the range. All five of the place are
    /// null where the fault has none.
    public var json: String {
        var out = "{\"code\":\"\(code)\",\"level\":\"\(level.rawValue)\",\"message\":"
        out.appendJSON(message)
        out.appendPlace(span)
        out += ",\"help\":["
        for (index, text) in help.enumerated() {
            if index > 0 { out += "," }
            out.appendJSON(text)
        }
        out += "],\"notes\":["
        for (index, note) in notes.enumerated() {
            out += index > 0 ? ",{\"message\":" : "{\"message\":"
            out.appendJSON(note.text)
            out.appendPlace(note.span)
            out += "}"
        }
        return out + "]}"
    }

    /// A workflow command that makes an annotation: `::error title=E021,file=a.rules,line=2,...::message`.
    /// The last column is part of the range there, and a range over several lines has no columns.
    ///
    /// - SeeAlso: `toCommandProperties` and `issueCommand` of the toolkit's `@actions/core`,
    ///   https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts
    public var workflowCommand: String {
        var properties = [("title", code)]
        if let span {
            let end = span.file.position(of: span.end)
            properties.append(("file", span.file.name))
            properties.append(("line", "\(span.line)"))
            properties.append(("endLine", "\(end.line)"))
            if end.line == span.line {
                properties.append(("col", "\(span.column)"))
                properties.append(("endColumn", "\(max(span.column, end.column - 1))"))
            }
        }
        let list = properties.map { "\($0)=\(WorkflowCommand.escape(property: $1))" }
        let places = notes.map { note in
            note.text + (note.span.map { " (\($0.file.name):\($0.line):\($0.column))" } ?? "")
        }
        let lines = [message] + help.map { "help: \($0)" } + places.map { "note: \($0)" }
        return "::\(level.rawValue) \(list.joined(separator: ","))::"
            + WorkflowCommand.escape(text: lines.joined(separator: "\n"))
    }
}

/// The escapes of GitHub's workflow commands: the toolkit's `escapeData` and `escapeProperty`.
enum WorkflowCommand {
    static func escape(text: String) -> String { escape(text, alsoMarks: false) }

    static func escape(property: String) -> String { escape(property, alsoMarks: true) }

    private static func escape(_ text: String, alsoMarks: Bool) -> String {
        var out = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "%": out += "%25"
            case "\r": out += "%0D"
            case "\n": out += "%0A"
            case ":" where alsoMarks: out += "%3A"
            case "," where alsoMarks: out += "%2C"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }
}

extension String {
    fileprivate mutating func appendPlace(_ span: SourceSpan?) {
        guard let span else {
            self += ",\"file\":null,\"line\":null,\"column\":null,\"endLine\":null,\"endColumn\":null"
            return
        }
        let end = span.file.position(of: span.end)
        self += ",\"file\":"
        appendJSON(span.file.name)
        self += ",\"line\":\(span.line),\"column\":\(span.column)"
        self += ",\"endLine\":\(end.line),\"endColumn\":\(end.column)"
    }
}
