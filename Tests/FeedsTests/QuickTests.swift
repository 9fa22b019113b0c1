import Feeds
import Foundation
import MarketModel
import Testing

/// A record means the same to a decoder that has read its like as to a new one, and a row the same behind
/// others as alone. New ones know no template and no symbol: they read everything the general way.
@Suite struct QuickTests {
    let scratch: Scratch

    init() throws { scratch = try Scratch() }

    /// Everything that a record led to, symbols by name.
    struct Result: Equatable {
        var outcome: DecodeOutcome
        var trades: [Trade]
        var names: [String]

        init(_ outcome: DecodeOutcome, _ trades: [Trade], _ symbols: SymbolTable) {
            self.outcome = outcome
            names = trades.map { symbols.name(of: $0.symbol) }
            self.trades = trades.map { trade in
                var trade = trade
                trade.symbol = SymbolID(index: 0)
                return trade
            }
        }
    }

    static func agrees(_ bytes: [UInt8], _ steady: SteadyDecoder) -> Bool {
        let trades = steady.trades(bytes)
        let known = Result(steady.outcome, trades, steady.symbols)
        let fresh = Decoded(bytes)
        let isSame = known == Result(fresh.outcome, fresh.trades, fresh.symbols)
        if !isSame {
            Issue.record("\(String(decoding: bytes, as: UTF8.self)): \(known) but \(fresh.outcome)")
        }
        return isSame
    }

    static let seeds: [[UInt8]] =
        ShapeTests.shapes.map { Array($0.json.utf8) }
        + [
            #"{"c":["1","24"],"p":129.58,"s":"AAPL","t":1672348887666,"v":100}"#,
            #"{"c":null,"p":66972.77,"s":"BINANCE:BTCUSDT","t":1672348887666,"v":0.01559}"#,
            #"{"symbol":"COINBASE:BTC-USD","price":83123.45,"volume":0.5,"trade_timestamp":1672348887666,"#
                + #""ingest_timestamp":1672348888101,"bid":83123.4,"ask":83124}"#,
            #"{"symbol": "A", "price": 1, "timestamp": "1672348887666", "volume": "2"}"#,
            #"{"symbol":"A","price":"1.5","time":"2022-12-29 21:21:27 UTC","timestamp":"1672348887666"}"#,
            #"{"data":[{"p":1,"s":"A","t":1672348887666,"v":1},{"p":2,"s":"B","t":1672348887667}]}"#,
            #"{"symbol":"IC MARKETS:EURUSD.long","price":1.25,"bid":null,"ask":null,"t":1672348887666}"#,
            #"{"p":1.5,"p":2.5,"s":"A","t":1672348887666,"type":"trade","price":7}"#,
        ].map { Array($0.utf8) }

    @Test func `A mutated record means the same to a decoder that knows its template`() {
        var random = SeededGenerator(seed: 31)
        var decoded = 0
        for round in 0..<8000 {
            let seed = Self.seeds[round % Self.seeds.count]
            let steady = SteadyDecoder()
            for _ in 0..<2 { _ = steady.trades(seed) }
            let bytes = FuzzTests.mutated(seed, &random)
            guard Self.agrees(bytes, steady) else { return }
            if case .decoded = steady.outcome { decoded += 1 }
            // What was learned last does not mislead: the seed is still what it was.
            guard Self.agrees(seed, steady) else { return }
        }
        #expect(decoded > 600)
    }

    /// Numbers at the borders of what a quick look can tell.
    static func number(_ random: inout SeededGenerator) -> String {
        func digits(_ counts: ClosedRange<Int>) -> String {
            let alphabet = Array(Bool.random(using: &random) ? "0123456789" : "0009")
            return String(
                (0..<Int.random(in: counts, using: &random)).map { _ in
                    alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
                })
        }
        switch Int.random(in: 0...9, using: &random) {
        case 0...4: return digits(1...9) + "." + digits(1...9)
        case 5: return digits(1...20)
        case 6: return digits(0...3) + "." + digits(0...17)
        case 7: return "-" + digits(1...4) + "." + digits(1...4)
        case 8:
            return digits(1...4) + ["e3", "E-2", ".", "x", "0000000000000000000"][digits(1...9).count % 5]
        default: return digits(1...16) + "." + digits(1...4)
        }
    }

    @Test func `Numbers of any length and form mean the same in a record that fits the template`() {
        var random = SeededGenerator(seed: 32)
        let steady = SteadyDecoder()
        var decoded = 0
        for _ in 0..<8000 {
            let price = Self.number(&random)
            let size = Self.number(&random)
            let time = Int.random(in: 0...3, using: &random) == 0 ? Self.number(&random) : "1672348887666"
            let bid = Self.number(&random)
            let ask = Self.number(&random)
            let records = [
                #"{"p":\#(price),"s":"AAPL","t":\#(time),"v":\#(size)}"#,
                #"{"p":"\#(price)","s":"AAPL","t":"\#(time)","v":"\#(size)"}"#,
                #"{"s":"AAPL","p":\#(price),"t":1672348887666,"bid":\#(bid),"ask":\#(ask)}"#,
            ]
            for record in records {
                guard Self.agrees(Array(record.utf8), steady) else { return }
                if case .decoded = steady.outcome { decoded += 1 }
            }
        }
        #expect(decoded > 4000)
    }

    @Test func `Arrays that do not matter end where they end, whatever their strings hold`() {
        let steady = SteadyDecoder()
        let arrays = [
            "[]", "[1]", #"["1"]"#, #"["1","24","12"]"#, #"["]"]"#, #"["a]b","c"]"#, #"["\"]"]"#, #"["\\"]"#,
            "[[1]]", #"[{"a":"]"}]"#, "[1}", #"["1]"#, "[1", #"["#, "[\"\u{1}\"]", #"["12345678","]"]"#,
            #"["1234567","]","x"]"#, #"["€","日本"]"#, "[null, 1.5e3, true]", #"[""]"#, #"["]","["]"#,
        ]
        for array in arrays {
            for tail in ["", " ", "]", ","] {
                _ = steady.trades(#"{"c":["1"],"p":1.5,"s":"AAPL","t":1672348887666,"v":100}"#)
                let record = #"{"c":\#(array)\#(tail),"p":1.5,"s":"AAPL","t":1672348887666,"v":100}"#
                _ = Self.agrees(Array(record.utf8), steady)
                let last = #"{"p":1.5,"s":"AAPL","t":1672348887666,"v":100,"c":\#(array)\#(tail)}"#
                _ = steady.trades(#"{"p":1.5,"s":"AAPL","t":1672348887666,"v":100,"c":["1"]}"#)
                _ = Self.agrees(Array(last.utf8), steady)
            }
        }
    }

    @Test func `Thousands of symbols, more than are kept at hand, are still told apart`() {
        let steady = SteadyDecoder()
        for round in 0..<2 {
            for index in 0..<5000 {
                let record =
                    #"{"p":\#(index).5,"s":"S\#(index % 7):\#(index)","t":1672348887666,"v":\#(round)}"#
                let trades = steady.trades(record)
                guard trades.count == 1, steady.symbols.name(of: trades[0].symbol) == "S\(index % 7):\(index)"
                else {
                    Issue.record("\(record): \(steady.outcome)")
                    return
                }
            }
        }
        #expect(steady.symbols.count == 5000)
        // A refused record gives its symbol no number.
        _ = steady.trades(#"{"p":0,"s":"NEW","t":1672348887666,"v":1}"#)
        #expect(steady.symbols.count == 5000)
    }

    // MARK: - Rows

    /// The trades of a text and its refusals, lines counted from its second line.
    func rows(_ header: String, _ before: String, _ text: [UInt8]) throws -> (
        trades: [Result], refused: [String]
    ) {
        let path = try scratch.write("rows.csv", Array((header + before).utf8) + text)
        let symbols = SymbolTable()
        let reader = try ExportReader(path: path, symbols: symbols)
        var trades: [Trade] = []
        while try reader.read(into: &trades, atMost: 7) {}
        let first = Int64((header + before).utf8.count { $0 == 10 })
        let own = trades.filter { $0.sequence > first }.map { trade in
            var trade = trade
            trade.sequence -= first
            return Result(.decoded(1), [trade], symbols)
        }
        let refused = reader.refused.kept.filter { $0.line > first }
        return (own, refused.map { "\($0.line - first) \($0.refusal.reason)" })
    }

    static let headers = [
        "symbol,price,timestamp,volume,time\n", "time;symbol;volume;price;note\n", "s,p,t\n",
        "symbol,price,bid,ask,timestamp\n", "symbol,time,timestamp,price,volume\r\n",
    ]

    static func row(_ header: Int, _ random: inout SeededGenerator) -> String {
        let symbol = ["AAPL", "BINANCE:BTCUSDT", "COINBASE:BTC-USD", "A"][
            Int.random(in: 0...3, using: &random)]
        let isOdd = Int.random(in: 0...3, using: &random) == 0
        let price = isOdd ? number(&random) : "129.58"
        let size = isOdd ? number(&random) : ["100", "", "0.5"][Int.random(in: 0...2, using: &random)]
        let time = ["2022-12-29 21:21:27.666 UTC", "2022-12-29 21:21:27 UTC", "1672348887666", "1672348887"][
            Int.random(in: 0...3, using: &random)]
        switch header {
        case 0: return "\(symbol),\(price),1672348887666,\(size),\(time)\n"
        case 1: return "\(time);\(symbol);\(size);\(price);\(isOdd ? "\"a;b\"" : "note")\n"
        case 2: return "\(symbol),\(price),\(time)\n"
        case 3: return "\(symbol),\(price),\(isOdd ? size : "1.25"),\(isOdd ? "" : "1.3"),\(time)\n"
        default: return "\(symbol),\(time),1672348887666,\(price),\(size)\r\n"
        }
    }

    @Test func `A mutated row means the same behind others as alone`() throws {
        var random = SeededGenerator(seed: 33)
        var read = 0
        for round in 0..<600 {
            let header = round % Self.headers.count
            // A header is no mutation's matter: the file would not open.
            let before = (0..<20).map { _ in Self.row(header, &random) }.joined()
            let rows = (0..<12).map { _ in Self.row(header, &random) }.joined()
            var text = Array(rows.utf8)
            if round % 3 > 0 { text = FuzzTests.mutated(text, &random) }
            // A file with a byte 0 near its start is no text at all.
            text.removeAll { $0 == 0 }
            let alone = try self.rows(Self.headers[header], "", text)
            let behind = try self.rows(Self.headers[header], before, text)
            read += alone.trades.count
            guard alone == behind else {
                let shown = String(decoding: text, as: UTF8.self).debugDescription
                Issue.record("\(Self.headers[header])\(shown): \(behind) but \(alone)")
                return
            }
        }
        #expect(read > 3000)
    }
}
