internal import Diagnostics
internal import Yams

extension Reading {
    /// The byte offset of a mark: libYAML counts columns in Unicode scalars, a source file in bytes.
    func offset(of mark: Mark) -> Int {
        let lineStart = source.offset(line: mark.line, column: 1)
        let scalars = source.line(mark.line).unicodeScalars.prefix(max(0, mark.column - 1))
        return min(source.text.count, lineStart + scalars.reduce(0) { $0 + UTF8.width($1) })
    }

    /// The text of a scalar with its quotes; for a map, a list or a block scalar the rest of its first line.
    func span(of node: Node) -> SourceSpan {
        guard let mark = node.mark else { return SourceSpan(file: source, start: 0, end: 0) }
        let start = offset(of: mark)
        return SourceSpan(file: source, start: start, end: end(of: node, from: start))
    }

    private func end(of node: Node, from start: Int) -> Int {
        let bytes = source.text
        if case .scalar(let scalar) = node, start < bytes.count {
            switch scalar.style {
            case .doubleQuoted, .singleQuoted:
                if let close = closingQuote(from: start) { return close + 1 }
            case .plain, .any:
                let text = Array(scalar.string.utf8)
                if bytes[start...].starts(with: text) { return start + text.count }
            case .literal, .folded: break
            }
        }
        var end = start
        while end < bytes.count, bytes[end] != UInt8(ascii: "\n"), bytes[end] != UInt8(ascii: "\r") {
            end += 1
        }
        while end > start, bytes[end - 1] == UInt8(ascii: " ") { end -= 1 }
        return end
    }

    private func closingQuote(from start: Int) -> Int? {
        let bytes = source.text
        let quote = bytes[start]
        guard quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else { return nil }
        var at = start + 1
        while at < bytes.count {
            if quote == UInt8(ascii: "\""), bytes[at] == UInt8(ascii: "\\") {
                at += 2
                continue
            }
            if bytes[at] == quote {
                // Two single quotes inside single quotes stand for one.
                let isDoubled = quote == UInt8(ascii: "'") && at + 1 < bytes.count && bytes[at + 1] == quote
                if !isDoubled { return at }
                at += 1
            }
            at += 1
        }
        return nil
    }

    /// The place of a piece of text inside a node's span; the whole span when escapes hide it.
    func span(of piece: String, in node: Node) -> SourceSpan {
        let whole = span(of: node)
        let wanted = Array(piece.utf8)
        let last = whole.end - wanted.count
        guard whole.start <= last, !wanted.isEmpty else { return whole }
        for start in whole.start...last where source.text[start..<start + wanted.count].elementsEqual(wanted)
        {
            return SourceSpan(file: source, start: start, end: start + wanted.count)
        }
        return whole
    }
}

extension Node {
    /// An empty value, `~` or `null`, unquoted.
    var isNull: Bool {
        guard case .scalar(let scalar) = self, scalar.style == .plain else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
    }

    /// What a message calls it.
    var kindText: String {
        switch self {
        case .mapping: "a map"
        case .sequence: "a list"
        case .scalar(let scalar): isNull ? "nothing" : "`\(scalar.string.prefix(60))`"
        case .alias: "an alias"
        }
    }
}
