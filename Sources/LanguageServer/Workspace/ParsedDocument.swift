import Diagnostics
import RuleSyntax

/// A text of a program, read.
struct ParsedDocument {
    let address: DocumentAddress
    let source: SourceFile
    let tree: RuleFile
    let diagnostics: [Diagnostic]
    let lines: TextLines

    init(_ address: DocumentAddress, name: String, text: [UInt8], _ encoding: PositionEncoding) {
        self.address = address
        source = SourceFile(name: name, text: text)
        (tree, diagnostics) = parseRules(source)
        lines = TextLines(text, encoding)
    }

    func range(_ span: SourceSpan) -> JSONValue { range(span.start..<span.end) }

    func range(_ bytes: Range<Int>) -> JSONValue {
        [
            "start": lines.position(of: bytes.lowerBound).json,
            "end": lines.position(of: bytes.upperBound).json,
        ]
    }

    var wholeRange: JSONValue { ["start": TextPosition(line: 0, character: 0).json, "end": lines.end.json] }
}
