internal import MarketModel

/// The columns of a CSV file as they nearly always are, read in one pass straight into a trade.
///
/// As with `ObjectTemplate`, what is unusual (a quoted field, a symbol not seen of late, a number with an
/// exponent, too few fields) is left to the general way, from the row's beginning.
struct QuickRow {
    enum Kind: UInt8 {
        case ignored, symbol, price, size, time, bid, ask
    }

    let columns: UnsafeMutableBufferPointer<Kind>
    private let delimiter: UInt8

    /// - Returns: nil for a file whose rows always need the general way.
    init?(_ header: CSVHeader) {
        // Of several columns for one role the one of the least rank counts, the first of them.
        var best: [UInt8: Int] = [:]
        for (index, meaning) in header.columns.enumerated() where meaning.slot < UInt8(FieldSlots.type) {
            if let other = best[meaning.slot], header.columns[other].rank <= meaning.rank { continue }
            best[meaning.slot] = index
        }
        guard best[0] != nil, best[1] == nil, best[2] != nil, best[4] != nil else { return nil }
        delimiter = header.delimiter
        columns = .allocate(capacity: header.columns.count)
        columns.initialize(repeating: .ignored)
        let kinds: [UInt8: Kind] = [0: .symbol, 2: .price, 3: .size, 4: .time, 5: .bid, 6: .ask]
        for (slot, index) in best { if let kind = kinds[slot] { columns[index] = kind } }
    }

    func deallocate() { columns.deallocate() }

    /// Reads the row at a place within a `LineBuffer`.
    ///
    /// - Parameter trade: without size and quote; worthless unless the row is read.
    /// - Returns: the place behind the row's end; nil when the general way must read it.
    @inline(__always)
    func read(
        _ start: UnsafeRawPointer, _ assembly: TradeAssembly, _ scan: QuickScan, _ trade: inout Trade
    ) -> UnsafeRawPointer? {
        let latest = assembly.state.pointee.limits.latest.milliseconds
        var at = start
        var quote = QuickQuote()
        var column = columns.baseAddress.unsafelyUnwrapped
        let last = column + (columns.count - 1)
        while true {
            switch column.pointee {
            case .ignored:
                guard at.load(as: UInt8.self) != UInt8(ascii: "\"") else { return nil }
                at = fieldEnd(at)
            case .symbol:
                let text = Cursor(from: start, to: scan.lastWord)
                guard let (symbol, after) = assembly.quickSymbol(at, delimiter, text, scan) else {
                    return nil
                }
                trade.symbol = symbol
                at = after
            case .price:
                guard let number = scan.number(at), number.mantissa > 0 else { return nil }
                trade.price = number.mantissa
                trade.priceScale = number.scale
                at = number.end
            case .size:
                // Empty is NULL, and means 0.
                if endsField(at) { break }
                guard let number = scan.number(at) else { return nil }
                trade.size = number.mantissa
                trade.sizeScale = number.scale
                at = number.end
            case .time:
                if let time = scan.time(at) {
                    trade.time = time
                    at += QuickScan.timeLength
                } else {
                    guard let (time, after) = timeText(at, assembly, scan) else { return nil }
                    trade.time = time
                    at = after
                }
                guard trade.time <= latest else { return nil }
            case .bid:
                if endsField(at) { break }
                guard let number = scan.number(at) else { return nil }
                quote.bid = number.mantissa
                quote.bidScaleBits = number.scaleBits
                at = number.end
            case .ask:
                if endsField(at) { break }
                guard let number = scan.number(at) else { return nil }
                quote.ask = number.mantissa
                quote.askScaleBits = number.scaleBits
                at = number.end
            }
            if column == last { break }
            guard at.load(as: UInt8.self) == delimiter else { return nil }
            at += 1
            column += 1
        }
        guard let after = rowEnd(at), quote.isAbsent || quote.set(in: &trade) else { return nil }
        return after
    }

    @inline(__always)
    private func endsField(_ place: UnsafeRawPointer) -> Bool {
        let byte = place.load(as: UInt8.self)
        return byte == delimiter || byte == 10 || byte == 13
    }

    /// The next delimiter or line feed.
    @inline(__always)
    private func fieldEnd(_ place: UnsafeRawPointer) -> UnsafeRawPointer {
        var at = place
        let pattern = EightBytes.spread(delimiter)
        while true {
            let word = EightBytes.load(at)
            let marks = EightBytes.equal(word, pattern) | EightBytes.equal(word, EightBytes.spread(10))
            if marks != 0 { return at + EightBytes.first(marks) }
            at += 8
        }
    }

    /// Behind the line end that stands here.
    @inline(__always)
    private func rowEnd(_ place: UnsafeRawPointer) -> UnsafeRawPointer? {
        let byte = place.load(as: UInt8.self)
        if byte == 10 { return place + 1 }
        return byte == 13 && place.load(fromByteOffset: 1, as: UInt8.self) == 10 ? place + 2 : nil
    }

    /// A time such as BigQuery's TIMESTAMP; nil for any other text.
    @inline(never)
    private func timeText(
        _ place: UnsafeRawPointer, _ assembly: TradeAssembly, _ scan: QuickScan
    ) -> (time: Int64, end: UnsafeRawPointer)? {
        guard place.load(fromByteOffset: 4, as: UInt8.self) == UInt8(ascii: "-") else { return nil }
        var end = fieldEnd(place)
        if end.load(as: UInt8.self) == 10, end.load(fromByteOffset: -1, as: UInt8.self) == 13 { end -= 1 }
        guard
            let time = TimeScan.milliseconds(
                text: UnsafeRawBufferPointer(start: place, count: end - place), limit: scan.lastWord,
                days: &assembly.state.pointee.days),
            time >= assembly.state.pointee.limits.earliest.milliseconds
        else { return nil }
        return (time, end)
    }
}
