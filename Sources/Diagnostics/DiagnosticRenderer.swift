/// Writes diagnostics in the form of LANGUAGE 9: message, place, source line with carets, help.
public struct DiagnosticRenderer: Sendable {
    public var usesColour: Bool

    public init(usesColour: Bool = false) { self.usesColour = usesColour }

    public func render(_ diagnostics: [Diagnostic]) -> String {
        diagnostics.map(render).joined(separator: "\n")
    }

    public func render(_ diagnostic: Diagnostic) -> String {
        let isError = diagnostic.level == .error
        var out = paint("\(diagnostic.level.rawValue)[\(diagnostic.code)]", isError ? "1;31" : "1;33")
        out += paint(": \(diagnostic.message.withControlPictures)", "1") + "\n"
        if let span = diagnostic.span {
            let position = span.file.position(of: span.start)
            let line = span.file.line(position.line).withControlPictures
            let place = "\(span.file.name):\(position.line):\(position.column)".withControlPictures
            out += "  \(paint("-->", "34")) \(place)\n"
            if !line.isEmpty {
                let number = String(position.line)
                let margin = String(repeating: " ", count: number.count)
                let carets = String(repeating: "^", count: width(of: span, in: line))
                out += "  \(paint("\(number) |", "34")) \(line)\n"
                out += "  \(paint("\(margin) |", "34")) \(padding(line, upTo: position.column))"
                out += paint(carets, isError ? "31" : "33") + "\n"
            }
        }
        for text in diagnostic.help { out += "  \(paint("=", "34")) help: \(text.withControlPictures)\n" }
        for note in diagnostic.notes {
            let place = note.span.map { " (\($0.file.name):\($0.line):\($0.column))" } ?? ""
            out += "  \(paint("=", "34")) note: \(note.text.withControlPictures)\(place)\n"
        }
        return out
    }

    /// Blanks up to a column, tabs kept so that the caret stands below its text.
    private func padding(_ line: String, upTo column: Int) -> String {
        String(line.unicodeScalars.prefix(column - 1).map { $0 == "\t" ? "\t" : " " })
    }

    private func width(of span: SourceSpan, in line: String) -> Int {
        let start = span.file.position(of: span.start)
        let end = span.file.position(of: span.end)
        let last = end.line == start.line ? end.column : line.unicodeScalars.count + 1
        return max(1, last - start.column)
    }

    private func paint(_ text: String, _ code: String) -> String {
        usesColour ? "\u{1b}[\(code)m\(text)\u{1b}[0m" : text
    }
}
