import MarketModel

/// The real tapes, read into trades with this project's symbols (a venue's prefix, then its own name).
///
/// Each is in order of time (rows of equal time stay as in the file), although the captures are not.
public enum SampleTape: Sendable, CaseIterable {
    case bitstamp2011, mtgox2013, venues2021, coinbaseTicker2021

    public enum Failure: Error, Equatable {
        /// The file that the project carries is damaged.
        case malformed(file: String, line: Int)
    }

    /// - Throws: `Failure`, or the error of reading the file.
    public func trades() throws -> [SampleTrade] {
        let text = String(decoding: try file.bytes(), as: UTF8.self)
        var trades: [SampleTrade] = []
        var line = 0
        for row in text.split(separator: "\n", omittingEmptySubsequences: false) {
            line += 1
            if row.isEmpty || (line == 1 && hasHeader) { continue }
            let cells = row.split(separator: ",", omittingEmptySubsequences: false)
            guard let trade = trade(cells) else {
                throw Failure.malformed(file: file.rawValue, line: line)
            }
            trades.append(trade)
        }
        return SampleTape.inOrder(trades)
    }

    private var file: SampleFile {
        switch self {
        case .bitstamp2011: .bitstamp2011
        case .mtgox2013: .mtgox2013
        case .venues2021: .venues2021
        case .coinbaseTicker2021: .coinbaseTicker2021
        }
    }

    private var hasHeader: Bool { self != .bitstamp2011 }

    private func trade(_ cells: [Substring]) -> SampleTrade? {
        switch self {
        case .bitstamp2011:
            guard cells.count == 3, let seconds = Int64(cells[0]), let price = FixedPoint(cells[1]),
                let size = FixedPoint(cells[2])
            else { return nil }
            return SampleTrade(symbol: "BITSTAMP:BTCUSD", time: seconds * 1000, price: price, size: size)
        case .mtgox2013:
            guard cells.count == 4, let micros = Int64(cells[0]), let price = FixedPoint(cells[1]),
                let size = FixedPoint(cells[2])
            else { return nil }
            return SampleTrade(symbol: "MTGOX:BTCUSD", time: micros / 1000, price: price, size: size)
        case .venues2021:
            guard cells.count == 8, let price = FixedPoint(cells[2]), let time = Int64(cells[3]),
                let size = FixedPoint(cells[4])
            else { return nil }
            return SampleTrade(symbol: "\(cells[0]):\(cells[1])", time: time, price: price, size: size)
        case .coinbaseTicker2021:
            guard cells.count == 7, let time = Int64(cells[2]), let bid = FixedPoint(cells[3]),
                let ask = FixedPoint(cells[4]), let last = FixedPoint(cells[5])
            else { return nil }
            return SampleTrade(
                symbol: "\(cells[0]):\(cells[1])", time: time, price: last, size: .zero,
                quote: SampleTrade.Quote(bid: bid, ask: ask))
        }
    }

    /// Stable: `sort` alone promises nothing for equal times.
    static func inOrder(_ trades: [SampleTrade]) -> [SampleTrade] {
        let order = trades.indices.sorted { left, right in
            (trades[left].time, left) < (trades[right].time, right)
        }
        return order.map { trades[$0] }
    }
}
