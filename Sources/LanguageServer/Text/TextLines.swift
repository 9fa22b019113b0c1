/// How an editor counts characters within a line.
enum PositionEncoding: String {
    case utf8 = "utf-8"
    case utf16 = "utf-16"
}

/// A place as an editor gives it: line and character, both from 0.
struct TextPosition: Equatable {
    var line: Int
    var character: Int
}

/// The lines of a text: `\n`, `\r\n` and `\r` end one, as editors have it.
struct TextLines {
    private let text: [UInt8]
    private let starts: [Int]
    private let encoding: PositionEncoding

    init(_ text: [UInt8], _ encoding: PositionEncoding) {
        self.text = text
        self.encoding = encoding
        var starts = [0]
        for (offset, byte) in text.enumerated() {
            let isLast = offset + 1 == text.count
            let endsLine =
                byte == UInt8(ascii: "\n")
                || byte == UInt8(ascii: "\r") && (isLast || text[offset + 1] != UInt8(ascii: "\n"))
            if endsLine { starts.append(offset + 1) }
        }
        self.starts = starts
    }

    /// The byte offset of a place. Behind the end of its line it is the line's end, behind the last line the
    /// text's; within a character it is the character's start.
    func offset(of position: TextPosition) -> Int {
        guard position.line >= 0 else { return 0 }
        guard position.line < starts.count else { return text.count }
        var offset = starts[position.line]
        let end = lineEnd(position.line)
        var units = 0
        while offset < end {
            let next = offset + Self.length(of: text[offset])
            let width = encoding == .utf8 ? next - offset : Self.unitsUTF16(of: text[offset])
            guard units + width <= position.character else { return offset }
            units += width
            offset = min(next, end)
        }
        return offset
    }

    func position(of offset: Int) -> TextPosition {
        let bounded = min(max(0, offset), text.count)
        var low = 0
        var high = starts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if starts[middle] <= bounded { low = middle } else { high = middle }
        }
        var character = bounded - starts[low]
        if encoding == .utf16 {
            character = 0
            var place = starts[low]
            while place < bounded {
                character += Self.unitsUTF16(of: text[place])
                place += Self.length(of: text[place])
            }
        }
        return TextPosition(line: low, character: character)
    }

    var end: TextPosition { position(of: text.count) }

    /// Without what ends the line.
    private func lineEnd(_ line: Int) -> Int {
        var end = line + 1 < starts.count ? starts[line + 1] : text.count
        guard line + 1 < starts.count else { return end }
        while end > starts[line], text[end - 1] == 0x0a || text[end - 1] == 0x0d { end -= 1 }
        return end
    }

    /// Bytes of the character that begins with this one; 1 where it begins none.
    private static func length(of first: UInt8) -> Int {
        switch first {
        case 0xf0...: 4
        case 0xe0...: 3
        case 0xc0...: 2
        default: 1
        }
    }

    private static func unitsUTF16(of first: UInt8) -> Int { first >= 0xf0 ? 2 : 1 }
}
