import Feeds
import Foundation
import MarketModel
import Testing

/// Prices and sizes are exactly what was written; Foundation's Decimal, of 38 digits, is the judge.
@Suite struct NumberTests {
    /// What a text is worth with at most 15 significant digits and 12 decimals, rounded half to even.
    static func judged(_ text: String) -> Decimal? {
        guard var exact = Decimal(string: text, locale: Locale(identifier: "en_US_POSIX")) else { return nil }
        var decimals = 12
        var rounded = Decimal()
        while true {
            NSDecimalRound(&rounded, &exact, decimals, .bankers)
            // 15 digits, or the one more of 10^15 itself.
            var scaled = Decimal()
            var copy = rounded
            _ = NSDecimalMultiplyByPowerOf10(&scaled, &copy, Int16(decimals), .plain)
            if abs(scaled) <= Decimal(sign: .plus, exponent: 15, significand: 1) { return rounded }
            if decimals == 0 { return nil }
            decimals -= 1
        }
    }

    static func decimal(_ mantissa: Int64, _ scale: UInt8) -> Decimal {
        Decimal(
            sign: mantissa < 0 ? .minus : .plus, exponent: -Int(scale),
            significand: Decimal(mantissa.magnitude))
    }

    /// A number as some producer may write it.
    static func text(_ random: inout SeededGenerator) -> String {
        func digits(_ count: Int) -> String {
            String((0..<count).map { _ in Character("\(Int.random(in: 0...9, using: &random))") })
        }
        let whole =
            Bool.random(using: &random)
            ? "\(Int.random(in: 0...999_999, using: &random))"
            : digits(Int.random(in: 1...14, using: &random))
        switch Int.random(in: 0...5, using: &random) {
        case 0: return whole
        case 1: return whole + "." + digits(Int.random(in: 1...3, using: &random))
        case 2: return whole + "." + digits(Int.random(in: 1...18, using: &random))
        case 3:
            return whole + "." + digits(2)
                + String(repeating: "0", count: Int.random(in: 1...14, using: &random))
        case 4: return whole + "." + digits(4) + "e" + "\(Int.random(in: -12...3, using: &random))"
        default:
            return "0." + String(repeating: "0", count: Int.random(in: 0...9, using: &random)) + digits(4)
        }
    }

    @Test func `A decoded number equals the decimal that was written, in every place that it may stand`()
        throws
    {
        var random = SeededGenerator(seed: 2024)
        var accepted = 0
        let decoder = SteadyDecoder()
        for round in 0..<20_000 {
            let text = Self.text(&random)
            let quoted = round % 2 == 0 ? text : "\"\(text)\""
            let members = ["\"volume\":\(quoted)", #""s":"A""#, #""p":1"#, #""t":1672348887666"#].shuffled(
                using: &random)
            guard let trade = decoder.trades("{\(members.joined(separator: ","))}").first else {
                #expect(Self.judged(text) == nil, "\(text): \(decoder.outcome)")
                continue
            }
            accepted += 1
            #expect(Self.decimal(trade.size, trade.sizeScale) == Self.judged(text), "\(text)")
            // Canonical: equal numbers have equal representations.
            #expect(trade.sizeScale == 0 || trade.size % 10 != 0, "\(text)")
            #expect(
                FixedPoint(text) == FixedPoint(uncheckedMantissa: trade.size, scale: trade.sizeScale),
                "\(text)")
        }
        #expect(accepted > 15_000)
    }

    @Test func `CSV reads numbers as JSON does`() throws {
        var random = SeededGenerator(seed: 77)
        let texts = (0..<5000).map { _ in Self.text(&random) }
        let rows = texts.map { text in
            switch Int.random(in: 0...3, using: &random) {
            case 0: "A,\"\(text)\",1672348887666"
            case 1: "A, \(text) ,1672348887666"
            default: "A,\(text),1672348887666"
            }
        }
        let scratch = try Scratch()
        let path = try scratch.write("n.csv", "symbol,price,t\n" + rows.joined(separator: "\n"))
        let read = try ReadFile(path, batch: 64)
        let decoder = SteadyDecoder()
        let expected = texts.enumerated().compactMap { index, text in
            decoder.trades("{\"s\":\"A\",\"p\":\(text),\"t\":1672348887666}").isEmpty
                ? nil : "\(index + 2) A 2022-12-29T21:21:27.666Z \(FixedPoint(text)?.description ?? "?") x 0"
        }
        #expect(read.lines == expected)
        #expect(read.refused.count == texts.count - expected.count)
    }

    @Test(arguments: [
        ("129.58", "129.58"), ("1.0", "1"), ("0.1", "0.1"), ("1e-7", "0.0000001"), ("1.5E+3", "1500"),
        ("+2", "2"),
        (".5", "0.5"), ("5.", "5"), ("007", "7"), ("0.30000000000000004", "0.3"),
        ("999999999999999", "999999999999999"),
        ("1000000000000000", "1000000000000000"), ("66972.770000000004", "66972.77"),
        ("5.800000000000", "5.8"),
        ("12.452100000000", "12.4521"), ("0.176882380000", "0.17688238"),
        ("123456.1234567890123456789", "123456.123456789"),
        ("0.1234567890125", "0.123456789012"), ("0.1234567890135", "0.123456789014"),
        ("1302e-8", "0.00001302"),
    ])
    func `Numbers of all forms come out plain`(_ sample: (String, String)) {
        #expect(
            Decoded(#"{"s":"A","p":"\#(sample.0)","t":1672348887666}"#).line
                == "A 2022-12-29T21:21:27.666Z \(sample.1) x 0")
    }
}
