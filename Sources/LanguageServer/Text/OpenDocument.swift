/// A text as the editor holds it, which may differ from the file.
struct OpenDocument {
    var text: [UInt8]
    var version: Int

    /// One change of `textDocument/didChange`: of a range, or of the whole text.
    mutating func apply(_ change: JSONValue, _ encoding: PositionEncoding) throws(RPCFailure) {
        guard let replacement = change["text"]?.string else {
            throw RPCFailure(.invalidParameters, "a change has no text")
        }
        guard let range = change["range"] else {
            text = Array(replacement.utf8)
            return
        }
        let lines = TextLines(text, encoding)
        let start = lines.offset(of: try TextPosition(range["start"]))
        let end = lines.offset(of: try TextPosition(range["end"]))
        guard start <= end else { throw RPCFailure(.invalidParameters, "the range ends before it starts") }
        text.replaceSubrange(start..<end, with: replacement.utf8)
    }
}

extension TextPosition {
    init(_ value: JSONValue?) throws(RPCFailure) {
        guard let line = value?["line"]?.integer, let character = value?["character"]?.integer else {
            throw RPCFailure(.invalidParameters, "a position has a line and a character")
        }
        self.init(line: line, character: character)
    }

    var json: JSONValue { ["line": .integer(line), "character": .integer(character)] }
}
