public import Diagnostics

/// Blots secrets out of a file's text before a diagnostic shows one of its lines: the values that are known
/// to be secret, and whatever looks like a web address, for it may stand under a misspelt key. A `${NAME}`
/// stays, because it is only a name.
public struct SecretBlot {
    private let shown: SourceFile

    public init(_ source: SourceFile, secrets: [SourceSpan]) {
        var text = source.text
        for span in secrets { Self.blot(&text, span.start..<min(span.end, text.count)) }
        let marker = Array("://".utf8)
        var index = 0
        while index + marker.count <= text.count {
            guard text[index..<index + marker.count].elementsEqual(marker) else {
                index += 1
                continue
            }
            var end = index + marker.count
            while end < text.count, text[end] > 0x20, !Array("\"'".utf8).contains(text[end]) { end += 1 }
            Self.blot(&text, index + marker.count..<end)
            index = end
        }
        shown = SourceFile(name: source.name, text: text)
    }

    private static func blot(_ text: inout [UInt8], _ range: Range<Int>) {
        var isVariable = false
        for index in range {
            if text[index] == UInt8(ascii: "$"), index + 1 < range.upperBound,
                text[index + 1] == UInt8(ascii: "{")
            {
                isVariable = true
            }
            // Blanks and line ends keep their places, so that lines and columns stay.
            if !isVariable, text[index] > 0x20 { text[index] = UInt8(ascii: "*") }
            if text[index] == UInt8(ascii: "}") { isVariable = false }
        }
    }

    public func apply(_ diagnostic: Diagnostic) -> Diagnostic {
        var copy = diagnostic
        copy.span = diagnostic.span.map { SourceSpan(file: shown, start: $0.start, end: $0.end) }
        return copy
    }
}
