import Feeds
import MarketModel
import Testing

@Suite struct RateTests {
    @Test func `The hike of March 2022 was readable two days after its statement`() throws {
        let scratch = try Scratch()
        let path = try scratch.write(
            "DFF.csv", "observation_date,DFF\n2022-03-17,0.33\n2022-03-16,0.08\n2022-03-18,.\n")
        let rates = try RateFile.read(path: path, series: "DFF")
        #expect(
            rates.map { "\($0.date) \($0.percent) \($0.knownAt)" } == [
                "2022-03-16 0.08 2022-03-17T13:00:00.000Z", "2022-03-17 0.33 2022-03-18T13:00:00.000Z",
            ])
    }

    @Test func `Friday, Saturday and Sunday are known on Monday`() {
        let lag = PublicationLag.nextBusinessDay
        for day in 17...19 {
            let known = lag.knownAt(for: CivilDate(year: 2023, month: 11, day: day))
            #expect("\(known)" == "2023-11-20T14:00:00.000Z")
        }
    }
}
