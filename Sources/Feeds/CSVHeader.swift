/// What each column of a CSV file is, by its header or by the mapping's columns.
struct CSVHeader {
    /// Meanings by column.
    let columns: [FieldTable.Meaning]
    let delimiter: UInt8
    /// The header's own text, to know it again where files were joined; empty without a header.
    let text: [UInt8]

    private static let delimiters: [UInt8] = [44, 59, 9, 124]

    /// - Parameter firstLine: the file's first line that is not blank, without its end.
    init(
        firstLine: UnsafeRawBufferPointer, path: String, table: FieldTable, delimiter: UInt8?
    ) throws(ExportError) {
        let chosen = delimiter ?? CSVHeader.likelyDelimiter(firstLine)
        self.delimiter = chosen
        let fields = CSVHeader.split(firstLine, chosen)
        let explicit = table.mapping.columns
        let isHeader =
            explicit.isEmpty || fields.map(FieldMapping.normalized) == explicit.map(FieldMapping.normalized)
        text = isHeader ? Array(firstLine) : []
        let names = explicit.isEmpty ? fields : explicit
        let meanings = names.map { name in CSVHeader.meaning(of: name, table, isExplicit: !explicit.isEmpty) }
        columns = meanings
        func has(_ role: FieldMapping.Role) -> Bool { meanings.contains { Int($0.slot) == role.index } }
        if !has(.price), !has(.time) {
            throw .noHeader(path: path, line: excerptOf(firstLine))
        }
        for role in [FieldMapping.Role.price, .time, .symbol] where !has(role) {
            if role == .symbol, table.mapping.symbolWhenAbsent != nil { continue }
            throw .missingColumn(path: path, role: role, known: table.names(of: role), columns: names)
        }
        let twins = zip(names, meanings).filter { $0.1.rank & FieldTable.Meaning.twinBit != 0 }.map(\.0)
        if twins.count > 1 { throw .ambiguousColumns(path: path, columns: twins.joined(separator: ", ")) }
    }

    private static func meaning(of name: String, _ table: FieldTable, isExplicit: Bool) -> FieldTable.Meaning
    {
        var name = name
        let known = name.withUTF8 { table.meaning(of: UnsafeRawBufferPointer($0)) }
        if known.slot < UInt8(FieldSlots.type), known.slot != FieldTable.Meaning.envelope { return known }
        // Columns given by hand may bear their roles' names.
        if isExplicit, let role = FieldMapping.Role(rawValue: name), role != .envelope {
            return FieldTable.Meaning(slot: UInt8(role.index), rank: 0)
        }
        return .ignored
    }

    /// The one that stands most often outside quotes.
    private static func likelyDelimiter(_ line: UnsafeRawBufferPointer) -> UInt8 {
        var counts = [Int](repeating: 0, count: 256)
        var isQuoted = false
        for byte in line {
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            if !isQuoted { counts[Int(byte)] += 1 }
        }
        return delimiters.max {
            counts[Int($0)] < counts[Int($1)] || $0 != 44 && counts[Int($0)] == 0 && $1 == 44
        }
            ?? 44
    }

    /// A line's fields, quotes removed.
    static func split(_ line: UnsafeRawBufferPointer, _ delimiter: UInt8) -> [String] {
        var fields: [String] = []
        var field: [UInt8] = []
        var isQuoted = false
        for byte in line {
            if byte == UInt8(ascii: "\"") {
                isQuoted.toggle()
            } else if byte == delimiter, !isQuoted {
                fields.append(String(decoding: SymbolText.trimmed(field), as: UTF8.self))
                field.removeAll()
            } else {
                field.append(byte)
            }
        }
        fields.append(String(decoding: SymbolText.trimmed(field), as: UTF8.self))
        return fields
    }
}
