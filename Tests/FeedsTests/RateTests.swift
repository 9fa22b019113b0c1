import Feeds
import Foundation
import MarketModel
import SampleMarket
import Testing

/// Rates and when they were known (LANGUAGE 7).
@Suite struct RateTests {
    let scratch: Scratch

    init() throws { scratch = try Scratch() }

    func read(_ text: String, series: String = "DFF") throws -> RateFile {
        try RateFile(path: try scratch.write("rates.csv", text), series: series)
    }

    func lines(_ file: RateFile) -> [String] {
        file.observations.map { "\($0.date) \($0.percent) \($0.knownAt)" }
    }

    // MARK: - Files

    @Test func `The hike of March 2022 was readable two days after its statement`() throws {
        let rates = try RateFile.read(path: SampleFile.fedFunds.path, series: "DFF")
        let rows = rates.filter { ["2022-03-16", "2022-03-17"].contains($0.date.description) }
        #expect(
            rows.map { "\($0.date) \($0.percent) \($0.knownAt)" } == [
                "2022-03-16 0.08 2022-03-17T13:00:00.000Z", "2022-03-17 0.33 2022-03-18T13:00:00.000Z",
            ])
    }

    @Test func `The whole series of the federal funds rate is read, in order and without a gap`() throws {
        let file = try RateFile(path: SampleFile.fedFunds.path, series: "DFF")
        #expect(file.observations.count == 25_832)
        #expect(file.refused.count == 0)
        #expect(file.observations.first?.date == CivilDate(year: 1954, month: 7, day: 1))
        #expect(file.observations.last?.date == CivilDate(year: 2025, month: 3, day: 21))
        for (earlier, later) in zip(file.observations, file.observations.dropFirst()) {
            #expect(later.date.daysSinceEpoch == earlier.date.daysSinceEpoch + 1)
            #expect(earlier.knownAt <= later.knownAt)
            let wait = later.knownAt.milliseconds - later.date.daysSinceEpoch * 86_400_000
            #expect(wait > 86_400_000 && wait < 6 * 86_400_000)
        }
    }

    @Test func `Both headers, every form of a missing value, any order, and the last of two rows`() throws {
        let new = try read(
            "observation_date,DFF\n2022-03-18,\n2022-03-17,0.33\n2022-03-16,0.07\n2022-03-16,0.08\n")
        #expect(
            lines(new) == [
                "2022-03-16 0.08 2022-03-17T13:00:00.000Z", "2022-03-17 0.33 2022-03-18T13:00:00.000Z",
            ])
        let old = try read(
            "\u{feff}DATE,DFF\r\n2022-03-16,.\r\n2022-03-17,0.330\r\n2022-03-18,ND\r\n2022-03-21,NA\r\n\r\n")
        #expect(lines(old) == ["2022-03-17 0.33 2022-03-18T13:00:00.000Z"])
        #expect(new.refused.count == 0 && old.refused.count == 0)
    }

    @Test func `A series is found among several, as a vintage, or as the only one`() throws {
        let several = "observation_date,DFF,SOFR\n2022-03-16,0.08,0.05\n2022-03-17,,0.30\n"
        #expect(
            lines(try read(several, series: "SOFR")).map { $0.prefix(15) } == [
                "2022-03-16 0.05", "2022-03-17 0.3 ",
            ])
        #expect(lines(try read(several, series: "dff")).count == 1)
        #expect(lines(try read("DATE,DFF_20240710\n2022-03-16,0.08\n")).count == 1)
        #expect(lines(try read("date,VALUE\n2022-03-16,0.08\n")).count == 1)
        #expect(
            throws: ExportError.noSeries(
                path: "\(scratch.path)/rates.csv", series: "EFFR", columns: ["DFF", "SOFR"])
        ) {
            try read(several, series: "EFFR")
        }
    }

    @Test func `Broken rows are told with their lines and the others kept`() throws {
        let file = try read(
            "observation_date,DFF\n2022-03-16,0.08\n16.03.2022,0.1\n2022-03-17,abc\n2022-03-18\n"
                + "2022-02-30,1\n2022-03-21,NaN\n2022-03-22,-0.05\n"
        )
        #expect(file.observations.map(\.percent.description) == ["0.08", "-0.05"])
        #expect(file.refused.kept.map(\.line) == [3, 4, 5, 6, 7])
        #expect(
            file.refused.kept.map(\.refusal.kind) == [.badTime, .badRate, .badRow, .badTime, .notFinite])
    }

    @Test func `A file that is no rate file says what one looks like`() throws {
        #expect(throws: ExportError.self) { try read("symbol,price\nA,1\n") }
        #expect(throws: ExportError.noRates(path: "\(scratch.path)/rates.csv", series: "DFF")) {
            try read("observation_date,DFF\n2022-03-16,.\n")
        }
        #expect(throws: ExportError.noFile(path: "/nonexistent/DFF.csv")) {
            try RateFile.read(path: "/nonexistent/DFF.csv", series: "DFF")
        }
        #expect(
            ExportError.noDateColumn(path: "f", line: "a,b").description.contains("observation_date,SERIES"))
    }

    @Test func `A packed rate file is read too`() throws {
        let packed = try scratch.gzipped(Array("observation_date,DFF\n2022-03-16,0.08\n".utf8))
        let rates = try RateFile.read(path: try scratch.write("DFF.csv.gz", packed), series: "DFF")
        #expect(rates.map(\.ratio) == [0.0008])
    }

    // MARK: - Records

    func decode(_ json: String, key: String? = nil, decoder: RateDecoder = RateDecoder()) -> (
        DecodeOutcome, [String]
    ) {
        var rates: [RateObservation] = []
        let outcome = Array(json.utf8).withUnsafeBytes { value in
            guard let key else { return decoder.decode(value: value, key: nil, into: &rates) }
            return Array(key.utf8).withUnsafeBytes { decoder.decode(value: value, key: $0, into: &rates) }
        }
        return (outcome, rates.map { "\($0.series) \($0.date) \($0.percent) \($0.knownAt)" })
    }

    @Test(arguments: [
        #"{"series":"DFF","date":"2025-03-20","value":4.33,"known_at":"2025-03-21T13:00:00Z"}"#,
        #"{"series":"DFF","date":"2025-03-20","value":4.33}"#,
        #"{"series_id":"DFF","observation_date":"2025-03-20","percent":"4.330","known_at":1742562000000}"#,
        #"[{"value":4.33,"series":"DFF","date":"2025-03-20T00:00:00Z","knownAt":"1742562000"}]"#,
        #"{"payload":{"after":{"series":"DFF","date":1742428800000,"rate":4.33}}}"#,
        #"{"refRates":[{"effectiveDate":"2025-03-20","type":"DFF","percentRate":4.33,"volume":1}]}"#,
    ])
    func `A rate's record is read in its forms`(json: String) {
        let (outcome, rates) = decode(json)
        #expect(outcome == .decoded(1))
        #expect(rates == ["DFF 2025-03-20 4.33 2025-03-21T13:00:00.000Z"])
    }

    @Test func `FRED's answer names its series by the key, and its dots are missing values`() {
        let json =
            #"{"realtime_start":"2024-07-10","observations":[{"date":"2024-07-08","value":"5.33"},"#
            + #"{"date":"2024-07-09","value":"."}]}"#
        let (outcome, rates) = decode(json, key: "DFF")
        #expect(outcome == .decoded(1))
        #expect(rates == ["DFF 2024-07-08 5.33 2024-07-09T13:00:00.000Z"])
        #expect(decode(#"{"series":"DFF","date":"2024-07-09","value":"."}"#).0 == .ignored(.missingValue))
        #expect(decode(#"{"series":"DFF","date":"2024-07-09","value":null}"#).0 == .ignored(.missingValue))
        #expect(decode("").0 == .ignored(.tombstone))
    }

    @Test(arguments: [
        (#"{"date":"2024-07-09","value":1}"#, DecodeRefusal.Kind.badSymbol),
        (#"{"series":"DFF","value":1}"#, .badTime),
        (#"{"series":"DFF","date":"9 July","value":1}"#, .badTime),
        (#"{"series":"DFF","date":"2024-07-09"}"#, .badRate),
        (#"{"series":"DFF","date":"2024-07-09","value":"high"}"#, .badRate),
        (#"{"series":"DFF","date":"2024-07-09","value":NaN}"#, .notFinite),
        (#"{"series":"DFF","date":"2024-07-09","value":1,"known_at":"soon"}"#, .badTime),
        (#"{"series":"DFF","date":"2024-07-09","value":1"#, .notJSON), ("DFF,2024-07-09,1", .notJSON),
    ])
    func `A record that is no rate is refused with a reason`(_ sample: (String, DecodeRefusal.Kind)) {
        guard case .refused(let refusals, 0) = decode(sample.0).0 else {
            Issue.record("accepted")
            return
        }
        #expect(refusals.map(\.kind) == [sample.1])
    }

    @Test func `A series may have a lag of its own`() throws {
        let lag = try #require(PublicationLag("1 business day 16:15"))
        let decoder = RateDecoder(lags: ["DGS10": lag])
        #expect(
            decode(#"{"series":"DGS10","date":"2025-03-20","value":4.24}"#, decoder: decoder).1 == [
                "DGS10 2025-03-20 4.24 2025-03-21T20:15:00.000Z"
            ])
    }
}
