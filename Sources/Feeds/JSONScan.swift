/// Why a text is no JSON, and where.
struct JSONFault: Error {
    /// Bytes from the start of the text.
    var offset: Int
    var expected: StaticString
}

/// A cursor's steps through JSON text (RFC 8259). Nothing is copied; a string is the bytes between its
/// quotes.
extension Cursor {
    /// How deep arrays and objects may nest.
    static let greatestDepth = 64

    func fault(_ expected: StaticString) -> JSONFault {
        JSONFault(offset: place - start, expected: expected)
    }

    @inline(__always)
    mutating func skipSpace() {
        while place < end {
            let byte = place.load(as: UInt8.self)
            if byte > 32 || (byte != 32 && byte != 10 && byte != 13 && byte != 9) { return }
            place += 1
        }
    }

    /// From an opening quote, for a string without escapes that does not end in the text's last word.
    ///
    /// - Returns: the place of the closing quote; nil when the string needs the careful way.
    @inline(__always)
    func plainStringEnd() -> UnsafeRawPointer? {
        var at = place + 1
        while end - at >= 8 {
            let marks = stringMarks(EightBytes.load(at))
            if marks != 0 {
                at += EightBytes.first(marks)
                return at.load(as: UInt8.self) == UInt8(ascii: "\"") ? at : nil
            }
            at += 8
        }
        return nil
    }

    /// For a number or a word: the place of the character behind it; nil when it is no plain one.
    @inline(__always)
    func plainScalarEnd() -> UnsafeRawPointer? {
        let byte = byte
        guard byte != UInt8(ascii: "["), byte != UInt8(ascii: "{"), byte > 32 else { return nil }
        var at = place
        while end - at >= 8 {
            let word = EightBytes.load(at)
            let marks =
                EightBytes.equal(word, EightBytes.spread(UInt8(ascii: ",")))
                | EightBytes.equal(word | EightBytes.spread(32), EightBytes.spread(UInt8(ascii: "}")))
                | EightBytes.below(word, 33)
            if marks != 0 {
                at += EightBytes.first(marks)
                return at > place ? at : nil
            }
            at += 8
        }
        return nil
    }

    /// Marks quotes, backslashes and control characters.
    @inline(__always)
    private func stringMarks(_ word: UInt64) -> UInt64 {
        EightBytes.equal(word, EightBytes.spread(UInt8(ascii: "\"")))
            | EightBytes.equal(word, EightBytes.spread(UInt8(ascii: "\\")))
            | EightBytes.below(word, 32)
    }

    /// From an opening quote to behind the closing one.
    ///
    /// - Returns: the bytes between the quotes, and whether there are escapes among them.
    mutating func string() throws(JSONFault) -> (start: UnsafeRawPointer, length: Int, isEscaped: Bool) {
        let first = place + 1
        var at = first
        while true {
            let marks = stringMarks(word(at: at))
            if marks != 0 {
                at += EightBytes.first(marks)
                if at < end, at.load(as: UInt8.self) == UInt8(ascii: "\"") {
                    place = at + 1
                    return (first, at - first, false)
                }
                return try escapedString(from: first, at: at)
            }
            at += 8
        }
    }

    @inline(never)
    private mutating func escapedString(
        from first: UnsafeRawPointer, at: UnsafeRawPointer
    ) throws(JSONFault) -> (start: UnsafeRawPointer, length: Int, isEscaped: Bool) {
        place = at
        var isEscaped = false
        while place < end {
            let byte = place.load(as: UInt8.self)
            if byte == UInt8(ascii: "\"") {
                place += 1
                return (first, place - 1 - first, isEscaped)
            }
            if byte < 32 { throw fault("no control character inside a string") }
            if byte == UInt8(ascii: "\\") {
                isEscaped = true
                place += 1
            }
            place += 1
        }
        place = end
        throw fault("the string's closing quote")
    }

    /// Over any value.
    mutating func skipValue() throws(JSONFault) {
        switch byte {
        case UInt8(ascii: "\""):
            _ = try string()
        case UInt8(ascii: "["), UInt8(ascii: "{"):
            try skipNested()
        default:
            let before = place
            skipScalar()
            if place == before { throw fault("a value") }
        }
    }

    /// Over a number or a word, up to the next structural character.
    @inline(__always)
    mutating func skipScalar() {
        while place < end {
            let byte = place.load(as: UInt8.self)
            if byte == UInt8(ascii: ",") || byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]")
                || byte <= 32
            {
                return
            }
            place += 1
        }
    }

    /// Over an array or an object, with brackets matched.
    private mutating func skipNested() throws(JSONFault) {
        var depth = 0
        // One bit a level: 1 for an object.
        var kinds: UInt64 = 0
        while place < end {
            switch place.load(as: UInt8.self) {
            case UInt8(ascii: "\""):
                if let end = plainStringEnd() { place = end + 1 } else { _ = try string() }
                continue
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                if depth == Cursor.greatestDepth { throw fault("at most 64 levels of nesting") }
                kinds = kinds &<< 1 | (byte == UInt8(ascii: "{") ? 1 : 0)
                depth += 1
            case UInt8(ascii: "]"):
                if kinds & 1 != 0 { throw fault("the object's closing brace") }
                kinds &>>= 1
                depth -= 1
            case UInt8(ascii: "}"):
                if kinds & 1 == 0 { throw fault("the array's closing bracket") }
                kinds &>>= 1
                depth -= 1
            default: break
            }
            place += 1
            if depth == 0 { return }
        }
        throw fault("a closing bracket")
    }

    /// Over a word such as `null`, if it stands here.
    mutating func skipWord(_ word: StaticString) -> Bool {
        guard end - place >= word.utf8CodeUnitCount else { return false }
        for index in 0..<word.utf8CodeUnitCount
        where place.load(fromByteOffset: index, as: UInt8.self) != word.utf8Start[index] {
            return false
        }
        place += word.utf8CodeUnitCount
        return true
    }
}

/// A JSON string's bytes with its escapes resolved; a lone surrogate becomes U+FFFD.
func unescaped(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count)
    var index = 0
    func unit(at offset: Int) -> UInt32? {
        guard offset + 4 <= bytes.count else { return nil }
        var value: UInt32 = 0
        for byte in bytes[offset..<(offset + 4)] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { return nil }
            value = value << 4 | UInt32(digit)
        }
        return value
    }
    while index < bytes.count {
        guard bytes[index] == UInt8(ascii: "\\"), index + 1 < bytes.count else {
            out.append(bytes[index])
            index += 1
            continue
        }
        let letter = bytes[index + 1]
        index += 2
        switch letter {
        case UInt8(ascii: "n"): out.append(10)
        case UInt8(ascii: "r"): out.append(13)
        case UInt8(ascii: "t"): out.append(9)
        case UInt8(ascii: "b"): out.append(8)
        case UInt8(ascii: "f"): out.append(12)
        case UInt8(ascii: "u"):
            guard var code = unit(at: index) else { break }
            index += 4
            if code & 0xfc00 == 0xd800, index + 6 <= bytes.count, bytes[index] == UInt8(ascii: "\\"),
                bytes[index + 1] == UInt8(ascii: "u"), let low = unit(at: index + 2), low & 0xfc00 == 0xdc00
            {
                code = 0x10000 + (code & 0x3ff) << 10 + (low & 0x3ff)
                index += 6
            }
            out.append(contentsOf: String(Unicode.Scalar(code).map(Character.init) ?? "\u{fffd}").utf8)
        default: out.append(letter)
        }
    }
    return out
}
