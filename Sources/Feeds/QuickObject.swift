internal import MarketModel

/// The scan of an object by its template.
extension TradeDecoder {
    /// Reads the object as a trade if it fits the template and every value is as usual.
    ///
    /// - Parameters:
    ///   - object: at the opening brace.
    ///   - trade: without size and quote; worthless unless the object is read.
    /// - Returns: the place behind the object; nil when the general way must read it.
    @inline(__always)
    func quickTrade(
        _ object: Cursor, _ template: UnsafeMutablePointer<ObjectTemplate>, _ trade: inout Trade
    ) -> UnsafeRawPointer? {
        let scan = QuickScan(end: object.end)
        let latest = assembly.state.pointee.limits.latest.milliseconds
        var at = object.place
        var step = template.pointee.steps
        let last = step + template.pointee.count
        guard step < last else { return nil }
        var quote = QuickQuote()
        while step < last {
            guard ObjectTemplate.Step.matches(step, at, object.end, scan) else { return nil }
            at += step.pointee.length
            switch step.pointee.kind {
            case .ignored:
                guard let after = QuickScan.skip(at, scan, object) else { return nil }
                at = after
            case .symbol:
                guard let (symbol, after) = assembly.quickSymbol(at, UInt8(ascii: "\""), object, scan) else {
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
                guard let number = scan.number(at) else { return nil }
                trade.size = number.mantissa
                trade.sizeScale = number.scale
                at = number.end
            case .time:
                guard let time = scan.time(at), time <= latest else { return nil }
                trade.time = time
                at += QuickScan.timeLength
            case .timeText:
                guard let (time, after) = quickTime(at, object), time <= latest else { return nil }
                trade.time = time
                at = after
            case .bid:
                guard let number = scan.number(at) else { return nil }
                quote.bid = number.mantissa
                quote.bidScaleBits = number.scaleBits
                at = number.end
            case .ask:
                guard let number = scan.number(at) else { return nil }
                quote.ask = number.mantissa
                quote.askScaleBits = number.scaleBits
                at = number.end
            case .number:
                guard let number = scan.number(at) else { return nil }
                at = number.end
            case .null:
                guard scan.word(at) & 0xffff_ffff == QuickScan.null else { return nil }
                at += 4
            case .text:
                guard let close = QuickScan.stringEnd(at, object) else { return nil }
                at = close
            }
            step += 1
        }
        let closing = template.pointee.closing
        guard object.end - at >= closing.length, scan.word(at) & closing.mask == closing.text,
            quote.isAbsent || quote.set(in: &trade)
        else { return nil }
        return at + closing.length
    }

    /// A time written as text, from behind its opening quote.
    @inline(never)
    private func quickTime(
        _ place: UnsafeRawPointer, _ object: Cursor
    ) -> (time: Int64, close: UnsafeRawPointer)? {
        guard let close = QuickScan.stringEnd(place, object) else { return nil }
        let text = UnsafeRawBufferPointer(start: place, count: close - place)
        guard
            let time = TimeScan.milliseconds(
                text: text, limit: object.end, days: &assembly.state.pointee.days),
            time >= assembly.state.pointee.limits.earliest.milliseconds
        else { return nil }
        return (time, close)
    }
}

extension QuickScan {
    /// `null`.
    static let null: UInt64 = 0x6c6c_756e

    /// The closing quote of a string without escapes, from behind its opening one.
    @inline(__always)
    static func stringEnd(_ place: UnsafeRawPointer, _ object: Cursor) -> UnsafeRawPointer? {
        var cursor = object
        cursor.place = place - 1
        return cursor.plainStringEnd()
    }

    /// Behind a value that does not matter: a scalar, a string or an array of them.
    @inline(__always)
    static func skip(
        _ place: UnsafeRawPointer, _ scan: QuickScan, _ object: Cursor
    ) -> UnsafeRawPointer? {
        switch place.load(as: UInt8.self) {
        case UInt8(ascii: "["): return scan.flatArrayEnd(place)
        case UInt8(ascii: "\""): return stringEnd(place + 1, object).map { $0 + 1 }
        default:
            var cursor = object
            cursor.place = place
            return cursor.plainScalarEnd()
        }
    }
}

/// Both sides of a quote as they were read; 0 for one that is absent.
struct QuickQuote {
    var bid: Int64 = 0
    var bidScaleBits: UInt64 = 0
    var ask: Int64 = 0
    var askScaleBits: UInt64 = 0

    @inline(__always)
    var isAbsent: Bool { bid | ask == 0 }

    /// - Returns: false when one side is missing or 0, or when one scale does not hold both.
    @inline(__always)
    func set(in trade: inout Trade) -> Bool {
        let scaleBits = max(bidScaleBits, askScaleBits)
        guard bid > 0, ask > 0, let wideBid = QuickQuote.widened(bid, scaleBits &- bidScaleBits),
            let wideAsk = QuickQuote.widened(ask, scaleBits &- askScaleBits)
        else { return false }
        trade.bid = wideBid
        trade.ask = wideAsk
        trade.quoteScale = UInt8(truncatingIfNeeded: scaleBits &>> 3)
        trade.hasQuote = true
        return true
    }

    /// The mantissa with so many more decimals (eight bits each).
    @inline(__always)
    private static func widened(_ mantissa: Int64, _ bits: UInt64) -> Int64? {
        if bits == 0 { return mantissa }
        let (wide, overflows) = mantissa.multipliedReportingOverflow(
            by: powersOfTen[Int(truncatingIfNeeded: bits &>> 3)])
        return overflows || wide > 1_000_000_000_000_000 ? nil : wide
    }
}
