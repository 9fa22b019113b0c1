internal import MarketModel

/// The assembly's rarer ways: composed symbols, quotes, and what a refusal says.
extension TradeAssembly {
    /// A symbol that needs work: with a venue, with escapes or space around it, from the message's key, or
    /// the one that the mapping gives to records without any.
    @inline(never)
    func unusualSymbol(
        _ slots: FieldSlots, _ seen: UInt32, _ record: RecordOrigin
    ) throws(DecodeRefusal) -> SymbolID {
        var name: [UInt8]
        if seen & 1 != 0 {
            let value = slots[0].pointee
            guard let text = value.decodedText else {
                throw refusal(
                    .badSymbol, .symbol, slots[0],
                    "is not a text; if this feed's symbol is another field, set the mapping's symbol "
                        + "(ready mappings: \(FieldMapping.names.joined(separator: ", ")))")
            }
            name = text
        } else if let key = SymbolText.fromKey(record.key) {
            name = key
        } else if let constant = table.mapping.symbolWhenAbsent {
            name = Array(constant.utf8)
        } else {
            throw missing(seen)
        }
        name = SymbolText.trimmed(name)
        if seen & 2 != 0, !name.contains(UInt8(ascii: ":")) {
            let prefix = SymbolText.trimmed(slots[1].pointee.decodedText ?? [])
            if !prefix.isEmpty, !name.isEmpty { name = prefix + [UInt8(ascii: ":")] + name }
        }
        if let fault = SymbolText.fault(name) {
            throw DecodeRefusal(.badSymbol, "the symbol '\(name.withUnsafeBytes(excerptOf))' \(fault)")
        }
        if let symbol = name.withUnsafeBytes({ symbols.intern($0) }) { return symbol }
        throw name.withUnsafeBytes { symbolTableFull($0) }
    }

    /// Sets the quote if both sides have a number; a side that is empty, 0 or NaN means that there is none.
    @inline(never)
    func setQuote(_ trade: inout Trade, _ slots: FieldSlots) throws(DecodeRefusal) {
        guard let bid = try quoted(slots[5], .bid), let ask = try quoted(slots[6], .ask) else { return }
        trade.setQuote(bid: bid, ask: ask)
    }

    private func quoted(
        _ slot: UnsafeMutablePointer<FieldValue>, _ role: FieldMapping.Role
    ) throws(DecodeRefusal) -> FixedPoint? {
        let value = slot.pointee
        var fixed: FixedPoint?
        switch value.kind {
        case .number: fixed = FixedPoint(mantissa: value.mantissa, scale: Int(value.scale))
        case .wideNumber:
            fixed = WideNumber.scan(from: value.start, to: value.start + value.length)?.0.fixedPoint
        default:
            if value.kind == .text && value.length == 0 || value.spellsNonFinite { return nil }
            throw refusal(.badQuote, role, slot, "is not a number")
        }
        guard let fixed else { throw refusal(.tooManyDigits, role, slot, "has more than 15 digits") }
        return fixed.mantissa > 0 || state.pointee.limits.allowsNonPositivePrices ? fixed : nil
    }

    // MARK: Refusals

    @inline(never)
    func refusal(
        _ kind: DecodeRefusal.Kind, _ role: FieldMapping.Role, _ slot: UnsafeMutablePointer<FieldValue>,
        _ fault: String
    ) -> DecodeRefusal {
        DecodeRefusal(kind, "the \(role.rawValue) \(quoted(slot.pointee)) \(fault)")
    }

    private func quoted(_ value: FieldValue) -> String {
        switch value.kind {
        case .text, .escapedText, .copiedText: "\"\(value.excerpt)\""
        default: value.excerpt
        }
    }

    @inline(never)
    func missing(_ seen: UInt32) -> DecodeRefusal {
        let needed: [(FieldMapping.Role, DecodeRefusal.Kind)] = [
            (.symbol, .badSymbol), (.price, .badPrice), (.time, .badTime),
        ]
        let absent = needed.filter { seen & (1 << UInt32($0.0.index)) == 0 }
        // A symbol may come from elsewhere; it is worth a word only when it is all that is missing.
        let told = absent.count > 1 ? absent.filter { $0.0 != .symbol } : absent
        let names = told.map { "no \($0.0.rawValue) (\(table.names(of: $0.0)))" }.joined(separator: " and ")
        let kind = told.count > 1 ? .notATrade : told.first?.1 ?? .notATrade
        return DecodeRefusal(
            kind, "the record has \(names); name the field in the mapping if it is called otherwise")
    }

    @inline(never)
    func badTime(_ slot: UnsafeMutablePointer<FieldValue>) -> DecodeRefusal {
        if slot.pointee.spellsNonFinite { return refusal(.notFinite, .time, slot, "is not a finite number") }
        return refusal(
            .badTime, .time, slot,
            "is not a time; known are numbers since 1970 in s, ms, us or ns, ISO 8601 "
                + "and '2025-03-10 14:30:00 UTC'"
        )
    }

    @inline(never)
    func tooLate(_ slot: UnsafeMutablePointer<FieldValue>, _ time: Int64) -> DecodeRefusal {
        let latest = state.pointee.limits.latest
        let instant = Timestamp(milliseconds: min(time, 253_402_300_799_999))
        return refusal(
            .inTheFuture, .time, slot,
            "is \(instant), later than \(latest): check the unit of the feed's times and the clocks")
    }

    @inline(never)
    func symbolTableFull(_ name: UnsafeRawBufferPointer) -> DecodeRefusal {
        DecodeRefusal(
            .symbolTableFull,
            "the symbol \"\(excerptOf(name))\" would be number \(symbols.capacity + 1); "
                + "raise the limit, or check whether the symbol field holds something else")
    }
}

extension FieldMapping.Role {
    var badKind: DecodeRefusal.Kind {
        switch self {
        case .symbol, .venue: .badSymbol
        case .price: .badPrice
        case .size: .badSize
        case .time: .badTime
        case .bid, .ask: .badQuote
        case .envelope: .notATrade
        }
    }
}

/// What may be a symbol: 1 to 64 bytes of UTF-8 without control characters and without space around it.
enum SymbolText {
    /// Whether all bytes are printable ASCII and no space is first or last.
    @inline(__always)
    static func isPlain(_ name: UnsafeRawBufferPointer, _ cursor: Cursor) -> Bool {
        let count = name.count
        guard let start = name.baseAddress, name[0] > 32, name[count - 1] > 32 else { return false }
        var at = 0
        while at < count {
            var word = cursor.word(at: start + at)
            if count - at < 8 {
                // Bytes behind the name count as letters.
                let mask = EightBytes.mask(count &- at)
                word = (word & mask) | (EightBytes.spread(65) & ~mask)
            }
            if (EightBytes.below(word, 32) | (word & EightBytes.tops)) != 0 { return false }
            at += 8
        }
        return true
    }

    /// Without blanks, tabs and line ends around it.
    static func trimmed(_ name: [UInt8]) -> [UInt8] {
        func isBlank(_ byte: UInt8) -> Bool { byte == 32 || byte == 9 || byte == 10 || byte == 13 }
        guard let first = name.firstIndex(where: { !isBlank($0) }),
            let last = name.lastIndex(where: { !isBlank($0) })
        else { return [] }
        return Array(name[first...last])
    }

    /// What is wrong with a symbol; nil when it is one.
    static func fault(_ name: [UInt8]) -> String? {
        if name.isEmpty { return "is empty" }
        if name.count > TradeLimits.greatestSymbolLength { return "has more than 64 bytes" }
        if name.contains(where: { $0 < 32 }) { return "has a control character" }
        return String(validating: name, as: UTF8.self) == nil ? "is not UTF-8" : nil
    }

    /// A message key as a symbol: quotes of a JSON string removed; keys without a letter are something else.
    static func fromKey(_ key: UnsafeRawBufferPointer?) -> [UInt8]? {
        guard let key, !key.isEmpty else { return nil }
        var name = Array(key)
        if name.count >= 2, name.first == UInt8(ascii: "\""), name.last == UInt8(ascii: "\"") {
            name = Array(name[1..<(name.count - 1)])
        }
        name = trimmed(name)
        let hasLetter = name.contains { $0 | 0x20 >= 97 && $0 | 0x20 <= 122 || $0 >= 128 }
        return hasLetter && fault(name) == nil ? name : nil
    }
}
