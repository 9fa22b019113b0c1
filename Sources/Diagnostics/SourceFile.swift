/// A text that was read, under the name that messages call it by.
public final class SourceFile: Sendable {
    /// As the user named it: `rules/tech.rules`.
    public let name: String
    public let text: [UInt8]
    private let lineStarts: [Int]

    public init(name: String, text: some Sequence<UInt8>) {
        self.name = name
        self.text = Array(text)
        var starts = [0]
        for (offset, byte) in self.text.enumerated() where byte == UInt8(ascii: "\n") {
            starts.append(offset + 1)
        }
        lineStarts = starts
    }

    /// Line and column of a byte offset, both from 1; the column counts Unicode scalars.
    public func position(of offset: Int) -> (line: Int, column: Int) {
        let bounded = min(max(0, offset), text.count)
        var low = 0
        var high = lineStarts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if lineStarts[middle] <= bounded { low = middle } else { high = middle }
        }
        let column = text[lineStarts[low]..<bounded].reduce(1) { $0 + ($1 & 0xc0 == 0x80 ? 0 : 1) }
        return (low + 1, column)
    }

    /// The byte offset of a line and column from 1, bounded by the text.
    public func offset(line: Int, column: Int) -> Int {
        guard line >= 1, line <= lineStarts.count else { return text.count }
        let start = lineStarts[line - 1]
        let end = line < lineStarts.count ? lineStarts[line] - 1 : text.count
        return min(start + max(0, column - 1), end)
    }

    /// A line's text without its end.
    public func line(_ number: Int) -> String {
        guard number >= 1, number <= lineStarts.count else { return "" }
        let end = number < lineStarts.count ? lineStarts[number] - 1 : text.count
        var bytes = text[lineStarts[number - 1]..<max(lineStarts[number - 1], end)]
        if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// A range of bytes of one source file.
public struct SourceSpan: Sendable {
    public let file: SourceFile
    public let start: Int
    public let end: Int

    public init(file: SourceFile, start: Int, end: Int) {
        self.file = file
        self.start = start
        self.end = max(start, end)
    }

    public var line: Int { file.position(of: start).line }
    public var column: Int { file.position(of: start).column }
    public var text: String { String(decoding: file.text[start..<min(end, file.text.count)], as: UTF8.self) }

    /// From the start of this span to the end of the other.
    public func joined(with other: SourceSpan) -> SourceSpan {
        SourceSpan(file: file, start: min(start, other.start), end: max(end, other.end))
    }
}
