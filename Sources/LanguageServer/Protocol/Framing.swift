/// Cuts a stream into the messages of the base protocol: a header with `Content-Length`, a blank line, so
/// many bytes. Whatever is no header is reported once, and reading takes hold again at the next one.
///
/// - SeeAlso: Language Server Protocol 3.17, "Base Protocol".
struct FrameReader {
    enum Frame: Equatable {
        case message([UInt8])
        /// Why what stood here could not be read.
        case fault(String)
    }

    /// Bytes of a message; a program's whole text is far below it.
    static let greatestLength = 64 * 1024 * 1024
    /// Bytes of a header; a real one has two lines.
    static let greatestHeader = 8 * 1024

    private var buffer: [UInt8] = []
    private var isResuming = false

    mutating func append(_ bytes: some Sequence<UInt8>) { buffer += bytes }

    /// The next frame; nil until more bytes come.
    mutating func next() -> Frame? {
        if isResuming, !resume() { return nil }
        guard let end = headerEnd() else {
            if buffer.count <= Self.greatestHeader { return nil }
            return refuse("a header of more than \(Self.greatestHeader) bytes")
        }
        let header = String(decoding: buffer[..<end.header], as: UTF8.self)
        guard let length = Self.length(in: header) else {
            return refuse("a header without Content-Length")
        }
        guard 0...Self.greatestLength ~= length else {
            return refuse("a Content-Length that is not from 0 to \(Self.greatestLength)")
        }
        guard buffer.count >= end.body + length else { return nil }
        let body = Array(buffer[end.body..<end.body + length])
        buffer.removeFirst(end.body + length)
        return .message(body)
    }

    /// Passes over the bytes that are no header.
    private mutating func refuse(_ reason: String) -> Frame {
        buffer.removeFirst()
        isResuming = true
        return .fault(reason)
    }

    /// Moves to the next `Content-Length:`; false while there is none.
    private mutating func resume() -> Bool {
        let word = Array("content-length:".utf8)
        let lowered = buffer.map { $0 >= 0x41 && $0 <= 0x5a ? $0 + 0x20 : $0 }
        let last = max(0, buffer.count - word.count)
        let found = (0...last).first { lowered[$0...].starts(with: word) }
        buffer.removeFirst(found ?? last)
        isResuming = found == nil
        return found != nil
    }

    private func headerEnd() -> (header: Int, body: Int)? {
        for index in buffer.indices.prefix(Self.greatestHeader) where buffer[index] == UInt8(ascii: "\n") {
            if buffer[(index + 1)...].starts(with: [0x0d, 0x0a]) { return (index, index + 3) }
            if buffer[(index + 1)...].first == 0x0a { return (index, index + 2) }
        }
        return nil
    }

    private static func length(in header: String) -> Int? {
        for line in header.split(whereSeparator: \.isNewline) {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2, parts[0].lowercased() == "content-length" else { continue }
            return Int(parts[1].filter { $0 != " " && $0 != "\t" })
        }
        return nil
    }

    /// A message with its header.
    static func frame(_ body: [UInt8]) -> [UInt8] {
        Array("Content-Length: \(body.count)\r\n\r\n".utf8) + body
    }
}
