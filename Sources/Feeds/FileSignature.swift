/// Files that are no text, told by their first bytes, and what to do with them.
enum FileSignature {
    private static let known: [(magic: [UInt8], what: String, advice: String)] = [
        ([0x1f, 0x8b], "compressed with gzip twice", "unpack it once with gunzip"),
        (Array("PAR1".utf8), "a Parquet file, which this version does not read", "export as CSV or NDJSON"),
        (Array("Obj\u{1}".utf8), "an Avro file, which this version does not read", "export as CSV or NDJSON"),
        (Array("PK\u{3}\u{4}".utf8), "a zip archive", "unpack it first"),
        (
            [0x28, 0xb5, 0x2f, 0xfd], "compressed with zstd",
            "unpack it with zstd -d, or compress it with gzip"
        ),
        (Array("BZh".utf8), "compressed with bzip2", "unpack it with bunzip2, or compress it with gzip"),
        (
            [0xfd, 0x37, 0x7a, 0x58, 0x5a], "compressed with xz",
            "unpack it with unxz, or compress it with gzip"
        ),
        ([0xff, 0xfe], "UTF-16 text", "convert it to UTF-8: iconv -f utf-16 -t utf-8"),
        ([0xfe, 0xff], "UTF-16 text", "convert it to UTF-8: iconv -f utf-16 -t utf-8"),
    ]

    static func check(_ content: UnsafeRawBufferPointer, path: String) throws(ExportError) {
        for entry in known where content.starts(with: entry.magic) {
            throw .otherFormat(path: path, what: entry.what, advice: entry.advice)
        }
        if content.first(where: { $0 > 32 }) == UInt8(ascii: "[") {
            throw .otherFormat(
                path: path, what: "a JSON array",
                advice: "write one object a line: jq -c '.[]' FILE > FILE.ndjson")
        }
        if content.prefix(4096).contains(0) {
            throw .otherFormat(path: path, what: "binary data", advice: "export as CSV or NDJSON")
        }
    }
}

/// What a refusal says about a CSV row.
enum RowRefusal {
    /// A record's refusal, in words for columns.
    @inline(never)
    static func of(_ refusal: DecodeRefusal, _ seen: UInt32) -> DecodeRefusal {
        guard refusal.reason.hasPrefix("the record has no ") else { return refusal }
        let needed: [FieldMapping.Role] = [.symbol, .price, .time]
        let empty = needed.filter { seen & (1 << UInt32($0.index)) == 0 }.map(\.rawValue)
        let names = empty.joined(separator: " and ")
        return DecodeRefusal(refusal.kind, "the \(names) \(empty.count == 1 ? "is" : "are") empty")
    }

    @inline(never)
    static func of(_ result: CSVRow.Result, columns: Int) -> DecodeRefusal {
        switch result {
        case .tooFew(let count):
            DecodeRefusal(.badRow, "\(count) fields instead of \(columns); is the line cut off?")
        case .tooMany(let count):
            DecodeRefusal(
                .badRow, "\(count) fields instead of \(columns); a field with a delimiter needs quotes")
        case .textBehindQuote:
            DecodeRefusal(.badRow, "text behind a closing quote; quotes inside a field are doubled")
        case .unfinished: DecodeRefusal(.badRow, "an opening quote is never closed")
        case .row, .blank: DecodeRefusal(.badRow, "not a trade")
        }
    }
}
