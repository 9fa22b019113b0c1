import Feeds
import Foundation
import MarketModel
import Testing

/// Seeded mutations of real inputs: nothing traps, and what is accepted keeps the invariants.
@Suite struct FuzzTests {
    let scratch: Scratch

    init() throws { scratch = try Scratch() }

    static let bits: [[UInt8]] =
        [
            "\"", "\\", "{", "}", "[", "]", ",", ":", "-", ".", "e", "E9", "e-400", "null", "NaN", "0",
            "9999999999999999999",
            "\n", "\r", "\r\n", "\"\"", "\\u", "\\ud800", " ", "\t", "type", "data", "\u{feff}",
            "2025-03-10 14:30:00.5 UTC",
            "-Infinity", "1e999999999999", "0.00000000000000000000000000000001", "日",
        ].map { Array($0.utf8) } + [[0], [0xff], [0xc3], [0x80, 0x80]]

    static func mutated(_ seed: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
        var bytes = seed
        for _ in 0..<Int.random(in: 1...6, using: &random) {
            let place = Int.random(in: 0...bytes.count, using: &random)
            let end = min(bytes.count, place + Int.random(in: 0...12, using: &random))
            switch Int.random(in: 0...5, using: &random) {
            case 0: bytes.removeSubrange(place..<end)
            case 1: bytes.insert(contentsOf: bytes[place..<end], at: place)
            case 2: bytes.insert(contentsOf: bits[Int.random(in: 0..<bits.count, using: &random)], at: place)
            case 3: bytes.removeSubrange(place...)  // cut off
            case 4 where place < bytes.count: bytes[place] = UInt8.random(in: 0...255, using: &random)
            default: if place < bytes.count { bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random) }
            }
            if bytes.isEmpty { bytes = [UInt8(ascii: "{")] }
        }
        return bytes
    }

    static func isSound(_ trade: Trade, _ symbols: SymbolTable) -> Bool {
        func isCanonical(_ mantissa: Int64, _ scale: UInt8) -> Bool {
            mantissa.magnitude <= FixedPoint.greatestMantissa.magnitude && scale <= FixedPoint.greatestScale
                && (scale == 0 || mantissa % 10 != 0)
        }
        let limits = TradeLimits()
        let name = symbols.name(of: trade.symbol)
        return isCanonical(trade.price, trade.priceScale) && isCanonical(trade.size, trade.sizeScale)
            && trade.price > 0
            && trade.size >= 0 && trade.time <= limits.latest.milliseconds
            && trade.time >= limits.earliest.milliseconds
            && !name.isEmpty && !name.contains("\u{fffd}")
            && (!trade.hasQuote || trade.bid > 0 && trade.ask > 0 && trade.quoteScale <= 12)
    }

    @Test func `Mutated records never trap, and their trades are sound`() {
        var random = SeededGenerator(seed: 1)
        let decoder = SteadyDecoder()
        let seeds =
            ShapeTests.shapes.map { Array($0.json.utf8) } + [
                Array(
                    #"{"data":[{"p":1,"s":"A","t":1672348887666,"v":1},{"p":2,"s":"B","t":1672348887667}]}"#
                        .utf8),
                Array(#"{"type":"ping"}"#.utf8), Array(#"{"msg":"x","type":"error"}"#.utf8),
            ]
        var kinds: Set<DecodeRefusal.Kind> = []
        var accepted = 0
        for _ in 0..<20_000 {
            let bytes = Self.mutated(seeds[Int.random(in: 0..<seeds.count, using: &random)], &random)
            let trades = decoder.trades(bytes)
            accepted += trades.count
            for trade in trades where !Self.isSound(trade, decoder.symbols) {
                Issue.record("\(String(decoding: bytes, as: UTF8.self)): \(describe(trade, decoder.symbols))")
            }
            if case .refused(let refusals, _) = decoder.outcome {
                for refusal in refusals {
                    kinds.insert(refusal.kind)
                    #expect(!refusal.reason.isEmpty)
                }
            }
        }
        #expect(accepted > 2000)
        #expect(kinds.count >= 10, "\(kinds)")
    }

    @Test func `Mutated exports never trap, and what is read does not depend on the batch`() throws {
        var random = SeededGenerator(seed: 2)
        let csv = #"""
            symbol,price,timestamp,volume,time
            AAPL,129.58,1672348887666,1,2022-12-29 21:21:27.666 UTC
            "BRK.B",1e2,1672348887667,,2022-12-29 21:21:27.667 UTC
            "say ""hi""",1.5,1672348887,0.25,2022-12-29 21:21:27 UTC
            MSFT,2,1672348887668,3,2022-12-29 21:21:27.668 UTC

            """#
        let json = ShapeTests.shapes.map(\.json).joined(separator: "\n")
        let packed = try scratch.gzipped(Array(csv.utf8))
        let seeds = [
            Array(csv.utf8), Array(csv.replacing("\n", with: "\r\n").utf8), Array(json.utf8), packed,
        ]
        var read = 0
        for round in 0..<3000 {
            let path = try scratch.write("fuzz", Self.mutated(seeds[round % seeds.count], &random))
            let first = Result { try ReadFile(path, batch: 1) }
            let second = Result { try ReadFile(path, batch: 1000) }
            switch (first, second) {
            case (.success(let one), .success(let other)):
                read += one.lines.count
                #expect(one.lines == other.lines && one.refused == other.refused)
            case (.failure(let one), .failure(let other)): #expect("\(one)" == "\(other)")
            default: Issue.record("round \(round): \(first) but \(second)")
            }
        }
        #expect(read > 3000)
    }

    @Test func `Mutated rates never trap`() throws {
        var random = SeededGenerator(seed: 3)
        let records = [
            #"{"series":"DFF","date":"2025-03-20","value":4.33,"known_at":"2025-03-21T13:00:00Z"}"#,
            #"{"refRates":[{"effectiveDate":"2024-07-09","type":"EFFR","percentRate":5.33}]}"#,
            #"{"observations":[{"date":"2024-07-08","value":"5.33"},{"date":"2024-07-09","value":"."}]}"#,
        ].map { Array($0.utf8) }
        let decoder = RateDecoder()
        var rates: [RateObservation] = []
        for round in 0..<5000 {
            let bytes = Self.mutated(records[round % 3], &random)
            _ = bytes.withUnsafeBytes { decoder.decode(value: $0, key: $0, into: &rates) }
        }
        #expect(rates.count > 50)
        let file = Array(
            "observation_date,DFF,SOFR\n2022-03-17,0.33,0.30\n2022-03-16,0.08,.\n2022-03-18,,\n".utf8)
        var read = 0
        for _ in 0..<1000 {
            let path = try scratch.write("rates", Self.mutated(file, &random))
            if let rows = try? RateFile.read(path: path, series: "DFF") { read += rows.count }
        }
        #expect(read > 300)
    }
}
