import MarketModel
import Scenarios
import Testing

@testable import Pipeline

@Suite("The recent history of a live run")
struct RecentHistoryTests {
    private let symbols = SymbolTable()

    private func trades(_ times: [Int64], _ price: Int64 = 100) throws -> [Trade] {
        let symbol = try #require(symbols.intern("A"))
        let whole = try #require(FixedPoint(mantissa: price, scale: 0))
        return times.map {
            Trade(
                symbol: symbol, time: $0, price: whole, size: whole, origin: OriginID(index: 0), sequence: $0)
        }
    }

    @Test("it never holds more bytes than it may, but for the chunk that is being filled")
    func memory() throws {
        let chunk = 4096 * MemoryLayout<Trade>.stride
        let history = RecentHistory(RecentHistory.Limits(span: Int64.max / 2, bytes: 2 * chunk))
        for start in stride(from: Int64(0), to: 100_000, by: 1000) {
            history.add(try trades(Array(start..<(start + 1000))), late: [], symbols)
            let kept = history.snapshot.chunks.joined().count * MemoryLayout<Trade>.stride
            #expect(kept <= 3 * chunk)
        }
        let snapshot = history.snapshot
        let first = try #require(snapshot.chunks.first?.first?.time)
        #expect(snapshot.begin == first)
        #expect(snapshot.chunks.last?.last?.time == 99_999)
    }

    @Test("it lets go what is older than its span, whole chunks at a time")
    func span() throws {
        let history = RecentHistory(RecentHistory.Limits(span: 5000, bytes: 1 << 30))
        history.add(try trades(Array(0..<20_000)), late: [], symbols)
        let snapshot = history.snapshot
        #expect(snapshot.begin == 12_288)
        #expect(snapshot.chunks.first?.first?.time == 12_288)
    }

    @Test("late trades are not in it, and an instant that has lost a trade is not asked about")
    func lateTrades() throws {
        let history = RecentHistory(RecentHistory.Limits(span: 5000, bytes: 1 << 30))
        let batch = try trades(Array(0..<5000))
        history.add(batch, late: Array(batch[10..<20]), symbols)
        #expect(history.snapshot.chunks.joined().count == 4990)
        #expect(history.snapshot.begin == nil)
        history.add(try trades([4000] + Array(5000..<20_000)), late: [], symbols)
        history.close(before: 15_000)
        let span = try #require(history.snapshot.span)
        let begin = try #require(history.snapshot.begin)
        #expect(span.lowerBound.milliseconds == begin)
        #expect(span.upperBound.milliseconds == 14_999)
    }

    @Test("of several trades in one record only the late ones are left out, of equal ones the later")
    func oneRecord() throws {
        var batch = try trades([5000, 100, 9000, 5000])
        for index in batch.indices { batch[index].sequence = 7 }
        let history = RecentHistory()
        history.add(batch, late: [batch[1], batch[3]], symbols)
        #expect(Array(history.snapshot.chunks.joined()) == [batch[0], batch[2]])
    }

    @Test("the longest window of the rules is kept beside the time that may be asked about")
    func reach() throws {
        let place = try TemporaryDirectory()
        try place.write(
            "rule a on A\n  when avg(price, 1h ending 5m ago) > 1\nrule b on A\n  when price > 1\n",
            to: "test.rules")
        let set = RuleSet(
            paths: ["\(place.path)/test.rules"], notifiers: nil, depth: .names, environment: [:])
        #expect(set.longestReach == 3_900_000)
    }

    @Test("an answer that the history does not reach far enough back for says where it begins")
    func limit() throws {
        let history = RecentHistory(RecentHistory.Limits(span: 5000, bytes: 1 << 30))
        history.add(try trades(Array(0..<20_000)), late: [], symbols)
        history.close(before: 19_500)
        let program = LiveWhyTests.program("rule r on A\n  when avg(price, 10s) > 1\n")
        let question = WhyQuestion(rule: "r", key: "A", at: 19_000)
        let answer = try history.snapshot.answer(question, in: program)
        #expect(answer.conditions[0].tree.value == nil)
        #expect(
            answer.reasons.first == "as far as the history tells, which begins at 1970-01-01T00:00:12.288Z")
        #expect(
            answer.notes.last?.contains("recent history, which begins at 1970-01-01T00:00:12.288Z") == true)
        #expect(throws: WhyFault.self) {
            try history.snapshot.answer(WhyQuestion(rule: "r", key: "A", at: 19_700), in: program)
        }
    }

    @Test("where the history begins after the alert did, the answer says what the instance itself said last")
    func told() throws {
        let history = RecentHistory(RecentHistory.Limits(span: 5000, bytes: 1 << 30))
        history.add(try trades(Array(0..<20_000)), late: [], symbols)
        history.close(before: 19_500)
        for (kind, at) in [(Transition.Kind.firing, 5000), (.repeated, 12_000), (.resolved, 19_100)] {
            history.add([
                RenderedTransition(
                    rule: 0,
                    transition: Transition(
                        rule: "r", key: "A", kind: kind, at: Timestamp(milliseconds: Int64(at)),
                        message: "up"))
            ])
        }
        let program = LiveWhyTests.program("rule r on A\n  when price > 1000\n  until price < 1\n")
        func reasons(at instant: Int64) throws -> [String] {
            try history.snapshot.answer(WhyQuestion(rule: "r", key: "A", at: instant), in: program).reasons
        }
        #expect(
            try reasons(at: 19_000).contains(
                "the instance itself last said by then: repeated at 1970-01-01T00:00:12.000Z \"up\""))
        #expect(try reasons(at: 19_200).contains { $0.contains("resolved at 1970-01-01T00:00:19.100Z") })
    }

    @Test("of what the instance said only the newest is kept")
    func toldIsBounded() throws {
        let history = RecentHistory()
        for at in 0..<50_000 {
            history.add([
                RenderedTransition(
                    rule: 0,
                    transition: Transition(
                        rule: "r", key: "A", kind: .repeated, at: Timestamp(milliseconds: Int64(at))))
            ])
        }
        let told = history.snapshot.told
        #expect((RecentHistory.toldLength..<2 * RecentHistory.toldLength).contains(told.count))
        #expect(told.last?.at.milliseconds == 49_999)
    }

    @Test("a rate that came late takes effect in the answer when it did in the run")
    func rates() throws {
        let history = RecentHistory()
        history.add(try trades(Array(stride(from: 0, to: 10_000, by: 100))), late: [], symbols)
        history.close(before: 9901)
        let rate = RateObservation(
            series: "DFF", date: CivilDate(year: 1969, month: 12, day: 30),
            percent: try #require(FixedPoint(mantissa: 5, scale: 0)), knownAt: Timestamp(milliseconds: 2000))
        history.add(rate, effective: 5050)
        let program = LiveWhyTests.program("rule r on A\n  when rate(DFF) > 1%\n")
        func value(at instant: Int64) throws -> Double? {
            let question = WhyQuestion(rule: "r", key: "A", at: instant)
            return try history.snapshot.answer(question, in: program).conditions[0].tree.value
        }
        #expect(try value(at: 3000) == nil)
        #expect(try value(at: 5049) == nil)
        #expect(try value(at: 5050) == 1)
        #expect(try value(at: 9900) == 1)
    }
}
