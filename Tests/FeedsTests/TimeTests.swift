import Feeds
import Foundation
import MarketModel
import Testing

@Suite struct TimeTests {
    let decoder = SteadyDecoder()

    func time(_ value: String) -> String {
        let trades = decoder.trades(#"{"s":"A","p":1,"t":\#(value)}"#)
        return trades.first.map { Timestamp(milliseconds: $0.time).description } ?? "refused"
    }

    @Test(arguments: [
        ("1672348887", "2022-12-29T21:21:27.000Z"),
        ("1672348887.666", "2022-12-29T21:21:27.666Z"),
        ("1672348887666", "2022-12-29T21:21:27.666Z"),
        ("1672348887666.0", "2022-12-29T21:21:27.666Z"),
        ("1.672348887666E12", "2022-12-29T21:21:27.666Z"),
        ("1672348887666999", "2022-12-29T21:21:27.666Z"),
        ("1672348887666999999", "2022-12-29T21:21:27.666Z"),
        ("99999999999", "refused"),
        ("100000000000", "1973-03-03T09:46:40.000Z"),
        ("99999999999999", "refused"),
        ("100000000000000", "1973-03-03T09:46:40.000Z"),
        ("0", "1970-01-01T00:00:00.000Z"),
        ("-1", "1969-12-31T23:59:59.000Z"),
        ("-0.0005", "1969-12-31T23:59:59.999Z"),
    ])
    func `A number's unit is told by its magnitude`(_ sample: (String, String)) {
        #expect(time(sample.0) == sample.1)
        #expect(time("\"\(sample.0)\"") == sample.1)
    }

    @Test(arguments: [
        ("2025-03-10 14:30:00 UTC", "2025-03-10T14:30:00.000Z"),
        ("2025-03-10 11:03:03.93324 UTC", "2025-03-10T11:03:03.933Z"),
        ("2025-03-10 17:30:15.8053 UTC", "2025-03-10T17:30:15.805Z"),
        ("2025-03-10 00:53:51.577 UTC", "2025-03-10T00:53:51.577Z"),
        ("2025-03-10 00:53:51.5 UTC", "2025-03-10T00:53:51.500Z"),
        ("2025-03-10 00:53:51.000001 UTC", "2025-03-10T00:53:51.000Z"),
        ("2025-03-10T14:30:00Z", "2025-03-10T14:30:00.000Z"),
        ("2025-03-10t14:30:00.123456789z", "2025-03-10T14:30:00.123Z"),
        ("2025-03-10T14:30:00", "2025-03-10T14:30:00.000Z"),
        ("2025-03-10T14:30", "2025-03-10T14:30:00.000Z"),
        ("2025-03-10T14:30Z", "2025-03-10T14:30:00.000Z"),
        ("2025-03-10T14:30-05:00", "2025-03-10T19:30:00.000Z"),
        ("2025-03-10T14:30:00.5+05:30", "2025-03-10T09:00:00.500Z"),
        ("2025-03-10T14:30:00+0100", "2025-03-10T13:30:00.000Z"),
        ("2025-03-10 14:30:00-05", "2025-03-10T19:30:00.000Z"),
        ("2025-03-10 14:30:00.25 +00:00", "2025-03-10T14:30:00.250Z"),
        ("2024-02-29 23:59:59.999999 UTC", "2024-02-29T23:59:59.999Z"),
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000Z"),
        ("2025-02-29 00:00:00 UTC", "refused"), ("2025-13-01 00:00:00 UTC", "refused"),
        ("2025-00-10 00:00:00 UTC", "refused"), ("2025-03-00 00:00:00 UTC", "refused"),
        ("2025-03-10 24:00:00 UTC", "refused"), ("2025-03-10 14:60:00 UTC", "refused"),
        ("2025-03-10 14:30:61 UTC", "refused"), ("2025-03-10 14:30:00 EST", "refused"),
        ("2025-03-10 14:30:00.", "refused"), ("2025-03-10 14:30:0", "refused"),
        ("2025-03-10 1a:30:00", "refused"), ("2025/03/10 14:30:00", "refused"),
        ("2025-03-10X14:30:00", "refused"), ("2025-03-10 14:30:00+25:00", "refused"),
        ("20250310T143000Z", "refused"),
    ])
    func `Texts of a time are ISO 8601 or BigQuery's`(_ sample: (String, String)) {
        #expect(time("\"\(sample.0)\"") == sample.1)
    }

    @Test func `Any instant survives its texts and numbers`() {
        var random = SeededGenerator(seed: 5)
        for _ in 0..<5000 {
            let milliseconds = Int64.random(in: 200_000_000_000..<4_102_444_800_000, using: &random)
            let instant = Timestamp(milliseconds: milliseconds)
            let text = "\(instant)"
            let spaced = text.replacing("T", with: " ").replacing("Z", with: " UTC")
            for form in [
                "\"\(text)\"", "\"\(spaced)\"", "\(milliseconds)", "\(milliseconds)123",
                "\(milliseconds)123456",
            ] {
                #expect(time(form) == text)
            }
        }
    }

    @Test func `Foundation's ISO 8601 texts mean the same instants`() {
        let formatter = ISO8601DateFormatter()
        var random = SeededGenerator(seed: 6)
        for offset in [-12, -5, 0, 3, 14] {
            formatter.timeZone = TimeZone(secondsFromGMT: offset * 3600 + 1800) ?? .gmt
            for _ in 0..<200 {
                let seconds = Int64.random(in: -2_000_000_000..<4_000_000_000, using: &random)
                let text = formatter.string(from: Date(timeIntervalSince1970: Double(seconds)))
                #expect(time("\"\(text)\"") == Timestamp(milliseconds: seconds * 1000).description)
            }
        }
    }
}
