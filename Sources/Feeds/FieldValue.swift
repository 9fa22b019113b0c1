/// What stood in one field of a record, before its role gives it a meaning.
struct FieldValue {
    enum Kind: UInt8 {
        /// `mantissa / 10^scale`, trailing zeros of the fraction cut off.
        case number
        /// A number of more digits than an Int64 holds: only its text is kept.
        case wideNumber
        /// Text without escapes.
        case text
        /// Text with JSON escapes.
        case escapedText
        /// Text that was copied out of the record, free of escapes.
        case copiedText
        /// NaN or an infinity, written without quotes.
        case notFinite
        /// true, false, an array or an object.
        case other
    }

    /// The field's text (of a string: what stands between the quotes).
    var start: UnsafeRawPointer
    var length: Int
    var mantissa: Int64
    var scale: Int32
    var kind: Kind
    /// The alias' rank within its role, as `FieldTable.Meaning` gives it.
    var rank: UInt8

    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: start, count: length) }

    /// At most 40 characters of the field's text, for a message.
    var excerpt: String { excerptOf(bytes) }

    /// The text without its escapes; nil when the field is no text.
    var decodedText: [UInt8]? {
        switch kind {
        case .text, .copiedText: Array(bytes)
        case .escapedText: unescaped(bytes)
        default: nil
        }
    }

    var spellsNonFinite: Bool {
        if kind == .notFinite { return true }
        guard kind == .text, length <= 9 else { return false }
        var name = String(decoding: bytes, as: UTF8.self).lowercased()[...]
        if name.hasPrefix("-") || name.hasPrefix("+") { name.removeFirst() }
        return name == "nan" || name == "inf" || name == "infinity"
    }
}

/// At most 40 characters of some bytes, repaired where they are not UTF-8.
func excerptOf(_ bytes: UnsafeRawBufferPointer) -> String {
    let text = String(decoding: bytes.prefix(160), as: UTF8.self)
    let shown = text.prefix(40).map { $0.isNewline || $0.asciiValue.map { $0 < 32 } ?? false ? " " : $0 }
    return String(shown) + (text.count > 40 || bytes.count > 160 ? "..." : "")
}

/// The slots into which one record's fields are scanned: one a role, in memory that is never released
/// between records.
///
/// - Invariant: a slot means something only while its bit in the caller's `seen` mask is set.
struct FieldSlots {
    static let type = 8
    static let message = 9
    static let count = 10

    let base: UnsafeMutablePointer<FieldValue>

    @inline(__always)
    subscript(index: Int) -> UnsafeMutablePointer<FieldValue> { base + index }
}
