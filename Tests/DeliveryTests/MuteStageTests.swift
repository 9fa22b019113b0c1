import MarketModel
import StateStore
import Testing

@testable import Delivery

@Suite("Who is told, in the order of events")
struct MuteStageTests {
    @Test("without mutes everything goes to everybody")
    func open() {
        var stage = Stage()
        #expect(
            stage.decide("1 F a/X", "2 P a/X", "3 E a/X critical", "4 R a/X")
                == [
                    "1 F a/X > desk,ops", "2 P a/X > desk,ops", "3 E a/X critical > desk,ops",
                    "4 R a/X > desk,ops",
                ])
        #expect(stage.close(100) == [] && stage.stage.alerts.isEmpty)
        // What fired before anybody took note was told.
        #expect(stage.decide("200 R b/X") == ["200 R b/X > desk,ops"])
    }

    @Test("a silence holds from its start until before its end, in event time")
    func bounds() throws {
        var stage = Stage(.init(), [try everything(1, 10, 20)])
        let said = stage.decide("9 F a/A", "10 F a/B", "19 F a/C", "20 F a/D")
        #expect(said.map { $0.suffix(9) } == [" desk,ops", "silence 1", "silence 1", " desk,ops"])
    }

    @Test("whoever was told of an alert hears of its end; of a muted fire there is no end")
    func ends() throws {
        var stage = Stage(.init(), [try everything(1, 10, 20)])
        #expect(
            stage.decide("5 F a/A", "11 F a/B", "12 P a/A") == [
                "5 F a/A > desk,ops", "11 F a/B - silence 1", "12 P a/A - silence 1",
            ])
        #expect(stage.decide("15 R a/A", "16 R a/B") == ["15 R a/A > desk,ops", "16 R a/B - untold"])
        #expect(stage.close(30) == [])
    }

    @Test("at its end what fired under it and still fires is told together, in the newest words")
    func catchUp() throws {
        var stage = Stage(.init(), [try everything(7, 10, 20)])
        _ = stage.decide("11 F a/B", "11 F a/C", "12 F a/D", "13 E a/D critical", "14 R a/C")
        // The instant of the end itself must be complete: what ends in it is not told.
        #expect(stage.close(20) == [])
        #expect(
            stage.close(21) == [
                "11 F a/B > desk,ops (silence 7 20)", "12 F a/D critical > desk,ops (silence 7 20)",
            ])
        #expect(stage.stage.alerts["a/D"]?.fireNow.message == "says 13")
        #expect(stage.close(99) == [])
        #expect(stage.decide("100 R a/B", "101 P a/D") == ["100 R a/B > desk,ops", "101 P a/D > desk,ops"])
    }

    @Test("transitions after the end bring the catch-up before them, whatever the batch")
    func catchUpOrder() throws {
        var stage = Stage(.init(), [try everything(1, 10, 20)])
        #expect(
            stage.decide("11 F a/B", "12 F a/C", "20 R a/C", "21 R a/B") == [
                "11 F a/B - silence 1", "12 F a/C - silence 1", "20 R a/C - untold",
                "11 F a/B > desk,ops (silence 1 20)", "21 R a/B > desk,ops",
            ])
    }

    @Test("a rise under a silence is told after it; a fall before that is not")
    func rise() throws {
        var stage = Stage(.init(), [try everything(1, 10, 20)])
        _ = stage.decide("5 F a/A", "5 F a/B")
        #expect(
            stage.decide("11 E a/A critical", "11 E a/B critical", "12 R a/B") == [
                "11 E a/A critical - silence 1", "11 E a/B critical - silence 1", "12 R a/B > desk,ops",
            ])
        #expect(stage.close(50) == ["11 E a/A critical > desk,ops (silence 1 20)"])
    }

    @Test("a silence of a level lets go of what rises above it")
    func level() throws {
        var stage = Stage(.init(), [try silence(1, 0, 100) { try $0.setSeverity("warning") }])
        #expect(
            stage.decide("1 F a/A", "9 E a/A critical") == [
                "1 F a/A - silence 1", "9 E a/A critical - untold",
            ])
        #expect(stage.close(10) == ["1 F a/A critical > desk,ops (silence 1 9)"])
        #expect(stage.decide("11 R a/A") == ["11 R a/A > desk,ops"])
    }

    @Test("of silences that overlap the last one's end counts")
    func overlap() throws {
        var stage = Stage(.init(), [try everything(1, 10, 20), try everything(2, 15, 40)])
        #expect(stage.decide("11 F a/A", "16 F a/B") == ["11 F a/A - silence 1", "16 F a/B - silence 2"])
        #expect(stage.close(40) == [])
        #expect(stage.close(41).map { String($0.suffix(14)) } == ["(silence 2 40)", "(silence 2 40)"])
    }

    @Test("one that is ended early catches up then; one that is taken out of the file at once")
    func endedEarly() throws {
        var stage = Stage(.init(), [try everything(1, 10, 1000), try everything(2, 20, 1000)])
        #expect(stage.decide("11 F a/A") == ["11 F a/A - silence 1"])
        #expect(stage.close(15) == [])
        stage.stage.update(StandingOrders(revision: 2, silences: [try everything(1, 10, 18)]))
        #expect(stage.close(18) == [])
        #expect(stage.close(30) == ["11 F a/A > desk,ops (silence 1 18)"])
        stage.stage.update(StandingOrders(revision: 3, silences: [try everything(3, 31, 99)]))
        #expect(stage.decide("40 F a/B") == ["40 F a/B - silence 3"])
        stage.stage.update(StandingOrders(revision: 4, silences: []))
        #expect(stage.close(51) == ["40 F a/B > desk,ops (silence 3 50)"])
    }

    @Test("a run that goes on decides as one that never ended", arguments: [12, 15, 19, 20, 25])
    func restart(cut: Int) throws {
        let silences = [try everything(1, 10, 20), try silence(2, 12, 30) { $0.key = try TextMatcher("C") }]
        let tape = [
            "5 F a/A", "11 F a/B", "13 F a/C", "14 R a/A", "22 P a/B", "26 E a/C critical", "33 R a/B",
        ]
        func run(restartAt cut: Int?) -> [String] {
            var stage = Stage(.init(), silences)
            var rows: [String: FiringRow] = [:]
            var said: [String] = []
            for time in 0..<40 {
                if time == cut {
                    stage = Stage(.init(), silences, firing: rows.values.sorted { $0.key > $1.key })
                }
                for line in tape where line.hasPrefix("\(time) ") { said += stage.decide(line) }
                said += stage.close(Int64(time) + 1)
                for change in stage.stage.changes {
                    switch change {
                    case .fires(let row): rows[row.rule + row.key] = row
                    case .isOver(let rule, let key): rows[rule + key] = nil
                    }
                }
                stage.stage.noteWritten()
            }
            #expect(rows.count == 1)
            return said
        }
        let whole = run(restartAt: nil)
        #expect(whole.contains("13 F a/C critical > desk,ops (silence 2 30)"))
        #expect(run(restartAt: cut) == whole)
    }

    @Test("what was decided before a crash is not decided anew, and later steps know of it")
    func known() throws {
        var first = Stage(.init(), [try everything(1, 10, 20)])
        _ = first.decide("11 F a/A", "12 R a/A", "13 F a/B")
        let ids = ["11 F a/A", "12 R a/A", "13 F a/B"].map { Stage.transition($0).id }
        // The silence is gone meanwhile: what was muted under it stays muted.
        var again = Stage()
        again.stage = MuteStage(
            orders: StandingOrders(silences: []),
            firing: first.stage.changes.compactMap {
                if case .fires(let row) = $0 { row } else { nil }
            }, decided: Set(ids))
        #expect(again.decide("11 F a/A", "12 R a/A", "13 F a/B").allSatisfy { $0.hasSuffix("- known") })
        #expect(again.close(15) == ["13 F a/B > desk,ops (silence 1 13)"])
        #expect(again.decide("16 R a/B") == ["16 R a/B > desk,ops"])
    }

    @Test("an alert about the engine, which goes by the wall clock, ends no silence")
    func wallClock() throws {
        var stage = Stage(.init(), [try everything(1, 10, 20)])
        _ = stage.decide("11 F a/A")
        let late = [(Stage.transition("900 F engine.no_progress"), ["ops"])]
        let said = stage.stage.decide(late, isByClock: true).map { Stage.text($0.ruling) }
        #expect(said == ["900 F engine.no_progress > ops"])
        #expect(stage.close(21) == ["11 F a/A > desk,ops (silence 1 20)"])
    }

    @Test("alerts of rules that are gone are forgotten")
    func forgotten() throws {
        var stage = Stage(.init(), [try everything(1, 10, 20)])
        _ = stage.decide("11 F a/A", "11 F b/A")
        stage.stage.noteWritten()
        stage.stage.forget { $0.rule == "a" }
        #expect(stage.stage.changes == [.isOver(rule: "a", key: "A")])
        #expect(stage.close(30) == ["11 F b/A > desk,ops (silence 1 20)"])
    }
}

@Suite("Matchers of alerts")
struct AlertMatcherTests {
    @Test(
        "a text, a glob, a pattern",
        arguments: [
            ("BTC/USD", "BTC/USD", true), ("BTC/USD", "BTC/USDT", false), ("BINANCE:*", "BINANCE:BTC", true),
            ("BINANCE:*", "XBINANCE:BTC", false), ("A?C", "ABC", true), ("A?C", "AC", false),
            ("*USD*T", "BTCUSDxT", true), ("*a*b", "aab", true), ("*a*b", "ba", false), ("*", "", true),
            ("?", "", false), ("/^BINANCE:(BTC|ETH)/", "BINANCE:ETHUSDT", true),
            ("/USD$/", "BTCUSDT", false), ("/", "/", true), ("//", "//", true),
        ])
    func texts(_ written: String, _ text: String, _ isMatch: Bool) throws {
        #expect(try TextMatcher(written).matches(text) == isMatch)
    }

    @Test("a pattern that explodes is bounded and matches nothing")
    func catastrophe() throws {
        let matcher = try TextMatcher("/^(a+)+$/")
        #expect(!matcher.matches(String(repeating: "a", count: 60) + "!"))
    }

    @Test("what is wrong is said, with the way out")
    func faults() {
        #expect(throws: MatcherFault.self) { try TextMatcher("/(/") }
        do {
            _ = try TextMatcher("/a(b/")
        } catch {
            #expect(error.message.hasPrefix("`/a(b/` is no pattern: missing closing parenthesis"))
        }
        var matcher = AlertMatcher()
        do {
            try matcher.setSeverity("urgent")
        } catch {
            #expect(error.message == "no alert has the severity `urgent`")
            #expect(error.help == "info, warning, critical")
        }
        #expect(matcher.isEmpty)
    }

    @Test("all parts must match; a label that is not there is empty")
    func parts() throws {
        var matcher = AlertMatcher()
        matcher.rule = try TextMatcher("fast_*")
        matcher.labels["team"] = try TextMatcher("risk")
        matcher.labels["desk"] = try TextMatcher("")
        var alert = Transition(
            rule: "fast_move", key: "A", kind: .firing, at: Timestamp(milliseconds: 0),
            labels: [.init(name: "team", value: "risk")])
        #expect(matcher.matches(alert))
        let again = try #require(AlertMatcher(json: matcher.json))
        #expect(again == matcher && again.matches(alert))
        #expect(again.text == "rule=fast_* label desk= label team=risk")
        alert.labels.append(.init(name: "desk", value: "x"))
        #expect(!matcher.matches(alert))
        // What matches everything was never meant.
        #expect(AlertMatcher(json: "{}") == nil && AlertMatcher(json: "{\"rule\":\"/(/\"}") == nil)
    }
}
