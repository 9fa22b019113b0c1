/// Unhurried reading of JSON, for records that come a few a day.
extension Cursor {
    /// Calls `read` with each member's name and the cursor at its value, which `read` moves behind it.
    mutating func members(
        _ read: (String, inout Cursor) throws(JSONFault) -> Void
    ) throws(JSONFault) {
        place += 1
        skipSpace()
        if byte == UInt8(ascii: "}") {
            place += 1
            return
        }
        while true {
            guard byte == UInt8(ascii: "\"") else { throw fault("a member's name in quotes") }
            let name = try scalarText() ?? ""
            skipSpace()
            guard byte == UInt8(ascii: ":") else { throw fault("a colon") }
            place += 1
            skipSpace()
            try read(name, &self)
            skipSpace()
            if byte == UInt8(ascii: "}") {
                place += 1
                return
            }
            guard byte == UInt8(ascii: ",") else { throw fault("a comma or the object's closing brace") }
            place += 1
            skipSpace()
        }
    }

    /// Calls `read` with the cursor at each element, which `read` moves behind it.
    mutating func elements(_ read: (inout Cursor) throws(JSONFault) -> Void) throws(JSONFault) {
        place += 1
        skipSpace()
        if byte == UInt8(ascii: "]") {
            place += 1
            return
        }
        while true {
            try read(&self)
            skipSpace()
            if byte == UInt8(ascii: "]") {
                place += 1
                return
            }
            guard byte == UInt8(ascii: ",") else { throw fault("a comma or the array's closing bracket") }
            place += 1
            skipSpace()
        }
    }

    /// A value's text, a string's without quotes and escapes; nil for null.
    mutating func scalarText() throws(JSONFault) -> String? {
        if byte == UInt8(ascii: "\"") {
            let (first, length, isEscaped) = try string()
            let bytes = UnsafeRawBufferPointer(start: first, count: length)
            return isEscaped
                ? String(decoding: unescaped(bytes), as: UTF8.self) : String(decoding: bytes, as: UTF8.self)
        }
        if skipWord("null") { return nil }
        let before = place
        try skipValue()
        return String(decoding: UnsafeRawBufferPointer(start: before, count: place - before), as: UTF8.self)
    }
}
