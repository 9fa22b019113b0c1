/// What a refusal says about a whole record.
enum RecordRefusal {
    /// Why a value could not be read as JSON at all.
    @inline(never)
    static func of(_ value: UnsafeRawBufferPointer, _ fault: JSONFault) -> DecodeRefusal {
        if value[0] == 0, value.count > 5 {
            let schema = value[1..<5].reduce(0) { $0 << 8 | Int($1) }
            return DecodeRefusal(
                .registryRecord,
                "Avro record of a schema registry (schema \(schema)), or Protobuf or JSON Schema with its "
                    + "header; this feed reads plain JSON: let the producer write JSON, or convert the topic")
        }
        if value.starts(with: "Obj\u{1}".utf8) {
            return DecodeRefusal(
                .registryRecord, "Avro container file; this feed reads one JSON record a message")
        }
        if value.starts(with: [0x1f, 0x8b]) {
            return DecodeRefusal(
                .notJSON, "gzip data; compress with the producer's compression.type, not the value itself")
        }
        let isText = value.prefix(32).allSatisfy { $0 >= 32 || $0 == 9 || $0 == 10 || $0 == 13 }
        if !isText {
            return DecodeRefusal(
                .notJSON, "binary data, perhaps Avro without a header; this feed reads plain JSON")
        }
        if value.first == UInt8(ascii: "\"") {
            return DecodeRefusal(
                .notJSON, "a JSON string instead of an object; perhaps the producer encodes the record twice")
        }
        let rest = UnsafeRawBufferPointer(rebasing: value[min(fault.offset, value.count)...])
        let place =
            rest.isEmpty ? "at the end (is it cut off?)" : "at byte \(fault.offset + 1): '\(excerptOf(rest))'"
        return DecodeRefusal(.notJSON, "not JSON: expected \(fault.expected) \(place)")
    }

    @inline(never)
    static func ambiguous() -> DecodeRefusal {
        DecodeRefusal(
            .ambiguous,
            "the record has two fields that differ in case and may both be its time, such as t and T "
                + "(in Binance's own format t is the trade's number): choose the mapping binance for this "
                + "topic, or set the mapping's time field")
    }

    /// Adds the names that an object has when what it lacks is a name.
    @inline(never)
    static func explain(
        _ refusal: DecodeRefusal, _ opening: Cursor
    ) -> DecodeRefusal {
        guard refusal.reason.hasPrefix("the record has no ") else { return refusal }
        let names = memberNames(opening)
        let list = names.isEmpty ? "it is empty" : "its fields are " + names.joined(separator: ", ")
        return DecodeRefusal(refusal.kind, refusal.reason + "; " + list)
    }

    /// The first dozen names of an object that was scanned before.
    private static func memberNames(_ object: Cursor) -> [String] {
        var cursor = object
        cursor.place += 1
        var names: [String] = []
        do throws(JSONFault) {
            while names.count < 12 {
                cursor.skipSpace()
                if cursor.byte == UInt8(ascii: ",") {
                    cursor.place += 1
                    cursor.skipSpace()
                }
                guard cursor.byte == UInt8(ascii: "\"") else { return names }
                let name = try cursor.string()
                names.append(excerptOf(UnsafeRawBufferPointer(start: name.start, count: name.length)))
                cursor.skipSpace()
                cursor.place += 1
                cursor.skipSpace()
                try cursor.skipValue()
            }
            names.append("...")
        } catch {}
        return names
    }
}
