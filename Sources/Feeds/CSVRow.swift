/// Reads the rows of a CSV text (RFC 4180) into slots.
///
/// The text belongs to a `LineBuffer`: words may be loaded beyond it, and it ends with a line feed. Numbers
/// are read where they stand; only what is no plain number is looked at twice.
struct CSVRow {
    enum Result {
        /// The row's fields lie in the slots.
        case row
        /// A line without any character.
        case blank
        /// The text ends inside quotes.
        case unfinished
        /// Not a row; `tooFew` and `tooMany` tell how many fields there were.
        case textBehindQuote, tooFew(Int), tooMany(Int)
    }

    private static let copyLength = 128

    let header: CSVHeader
    let slots: FieldSlots
    private let meanings: UnsafeMutablePointer<FieldTable.Meaning>
    private let count: Int
    /// A copy of each slot's text whose quotes were doubled.
    private let copies: UnsafeMutableRawPointer
    private let delimiters: UInt64
    /// One bit for each slot that has a value.
    private(set) var seen: UInt32 = 0
    /// Whether a field of the row was quoted: only then can the row take several lines.
    private(set) var hasQuotes = false

    init(_ header: CSVHeader) {
        self.header = header
        count = header.columns.count
        meanings = .allocate(capacity: count)
        _ = UnsafeMutableBufferPointer(start: meanings, count: count).initialize(from: header.columns)
        copies = .allocate(byteCount: CSVRow.copyLength * FieldSlots.count, alignment: 16)
        copies.initializeMemory(as: UInt8.self, repeating: 0, count: CSVRow.copyLength * FieldSlots.count)
        slots = FieldSlots(base: .allocate(capacity: FieldSlots.count))
        slots.base.initialize(
            repeating: FieldValue(start: copies, length: 0, mantissa: 0, scale: 0, kind: .other, rank: 0),
            count: FieldSlots.count)
        delimiters = EightBytes.spread(header.delimiter)
    }

    func deallocate() {
        meanings.deallocate()
        copies.deallocate()
        slots.base.deallocate()
    }

    /// Reads one row and moves the cursor behind its end; when it is not a row, the cursor's place is
    /// undefined.
    @inline(__always)
    mutating func read(_ cursor: inout Cursor) -> Result {
        seen = 0
        hasQuotes = false
        let first = cursor.byte
        if first == 10 {
            cursor.place += 1
            return .blank
        }
        if first == 13, cursor.place.load(fromByteOffset: 1, as: UInt8.self) == 10 {
            cursor.place += 2
            return .blank
        }
        var column = 0
        while true {
            let meaning = column < count ? meanings[column] : .ignored
            column += 1
            if meaning.slot < UInt8(FieldSlots.type) {
                if let fault = readField(&cursor, meaning) { return fault }
            } else if cursor.byte == UInt8(ascii: "\"") {
                if let fault = readQuoted(&cursor, FieldSlots.message) { return fault }
            } else {
                skipPlain(&cursor)
            }
            let byte = cursor.byte
            cursor.place += 1
            if byte == header.delimiter { continue }
            if byte == 13 { cursor.place += 1 }
            break
        }
        if column == count { return .row }
        return column < count ? .tooFew(column) : .tooMany(column)
    }

    /// Moves to the delimiter or line end behind an unquoted field.
    @inline(__always)
    private func skipPlain(_ cursor: inout Cursor) {
        while true {
            let word = EightBytes.load(cursor.place)
            let marks =
                EightBytes.equal(word, delimiters) | EightBytes.equal(word, EightBytes.spread(10))
                | EightBytes.equal(word, EightBytes.spread(13))
            if marks != 0 {
                cursor.place += EightBytes.first(marks)
                if cursor.byte != 13 || cursor.place.load(fromByteOffset: 1, as: UInt8.self) == 10 { return }
                // A carriage return that ends no line is a character like any other.
                cursor.place += 1
            } else {
                cursor.place += 8
            }
        }
    }

    @inline(__always)
    private func endsField(_ cursor: Cursor) -> Bool {
        let byte = cursor.byte
        return byte == header.delimiter || byte == 10
            || byte == 13 && cursor.place.load(fromByteOffset: 1, as: UInt8.self) == 10
    }

    @inline(__always)
    private mutating func readField(_ cursor: inout Cursor, _ meaning: FieldTable.Meaning) -> Result? {
        let index = Int(meaning.slot)
        let bit: UInt32 = 1 &<< UInt32(truncatingIfNeeded: index)
        let slot = slots[index]
        if seen & bit != 0, meaning.rank >= slot.pointee.rank {
            if cursor.byte == UInt8(ascii: "\"") { return readQuoted(&cursor, FieldSlots.message) }
            skipPlain(&cursor)
            return nil
        }
        let start = cursor.place
        if index >= 2, !isDate(start, index), let after = cursor.number(into: slot) {
            cursor.place = after
            if endsField(cursor) {
                slot.pointee.rank = meaning.rank
                seen |= bit
                return nil
            }
            cursor.place = start
        }
        if cursor.byte == UInt8(ascii: "\"") {
            if let fault = readQuoted(&cursor, index) { return fault }
            if slot.pointee.length == 0 { return nil }
            if index >= 2 { reread(slot) }
        } else {
            skipPlain(&cursor)
            if cursor.place == start { return nil }
            slot.pointee.start = start
            slot.pointee.length = cursor.place - start
            slot.pointee.kind = .text
            if index >= 2, index != FieldMapping.Role.time.index || hasSpaceAround(slot.pointee.bytes) {
                reread(slot)
            }
        }
        slot.pointee.rank = meaning.rank
        seen |= bit
        return nil
    }

    /// Whether a field for a time looks like `2025-...`: no use to try it as a number first.
    @inline(__always)
    private func isDate(_ start: UnsafeRawPointer, _ index: Int) -> Bool {
        // Four digits first: of a shorter field the fifth byte is another field's.
        index == 4 && start.load(fromByteOffset: 4, as: UInt8.self) == UInt8(ascii: "-")
            && EightBytes.digitCount(EightBytes.digitValues(EightBytes.load(start))) == 4
    }

    private func hasSpaceAround(_ text: UnsafeRawBufferPointer) -> Bool {
        text[0] <= 32 || text[text.count - 1] <= 32
    }

    /// A numeric field that is not plainly a number: space around it, or quotes.
    @inline(never)
    private func reread(_ slot: UnsafeMutablePointer<FieldValue>) {
        guard slot.pointee.kind == .text else { return }
        var start = slot.pointee.start
        var end = start + slot.pointee.length
        while start < end, start.load(as: UInt8.self) <= 32 { start += 1 }
        while start < end, (end - 1).load(as: UInt8.self) <= 32 { end -= 1 }
        if Cursor(from: start, to: end).slowNumber(into: slot) == end { return }
        slot.pointee.start = start
        slot.pointee.length = end - start
        slot.pointee.kind = .text
    }

    /// Works on a copy of the cursor, so that the loop's own stays in registers.
    @inline(__always)
    private mutating func readQuoted(_ cursor: inout Cursor, _ index: Int) -> Result? {
        var careful = cursor
        let fault = quotedField(&careful, index)
        cursor = careful
        return fault
    }

    /// From a field's opening quote to behind the closing one; `""` inside stands for one quote.
    @inline(never)
    private mutating func quotedField(_ cursor: inout Cursor, _ index: Int) -> Result? {
        let slot = slots[index]
        let start = cursor.place + 1
        var at = start
        hasQuotes = true
        var hasDoubled = false
        while true {
            guard at < cursor.end else { return .unfinished }
            if at.load(as: UInt8.self) == UInt8(ascii: "\"") {
                if at + 1 < cursor.end, (at + 1).load(as: UInt8.self) == UInt8(ascii: "\"") {
                    hasDoubled = true
                    at += 1
                } else {
                    break
                }
            }
            at += 1
        }
        slot.pointee.start = start
        slot.pointee.length = at - start
        slot.pointee.kind = .text
        cursor.place = at + 1
        if cursor.place >= cursor.end { return .unfinished }
        if !endsField(cursor) { return .textBehindQuote }
        if hasDoubled { copy(slot, to: copies + index * CSVRow.copyLength) }
        return nil
    }

    /// Copies a text with its doubled quotes made single; what is longer than any symbol is cut.
    private func copy(_ slot: UnsafeMutablePointer<FieldValue>, to target: UnsafeMutableRawPointer) {
        var length = 0
        var isSecond = false
        for byte in slot.pointee.bytes where length < CSVRow.copyLength {
            if byte == UInt8(ascii: "\""), !isSecond {
                isSecond = true
                continue
            }
            isSecond = false
            target.storeBytes(of: byte, toByteOffset: length, as: UInt8.self)
            length += 1
        }
        slot.pointee.start = UnsafeRawPointer(target)
        slot.pointee.length = length
        slot.pointee.kind = .copiedText
    }
}
