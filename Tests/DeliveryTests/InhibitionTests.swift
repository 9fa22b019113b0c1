import MarketModel
import StateStore
import Testing

@testable import Delivery

private func matcher(rule: String? = nil, severity: String? = nil) throws -> AlertMatcher {
    var matcher = AlertMatcher()
    if let rule { matcher.rule = try TextMatcher(rule) }
    if let severity { try matcher.setSeverity(severity) }
    return matcher
}

private func inhibit(
    _ source: AlertMatcher, _ target: AlertMatcher, equal: [String] = []
) -> MutePolicy {
    var policy = MutePolicy()
    policy.inhibitions = [Inhibition(source: source, target: target, equal: equal)]
    return policy
}

@Suite("An alert mutes others while it fires")
struct InhibitionTests {
    private func halt() throws -> MutePolicy {
        inhibit(try matcher(rule: "halt", severity: "critical"), try matcher(rule: "move"), equal: ["key"])
    }

    @Test("of the same key, from the instant of its fire to that of its end; then comes one catch-up")
    func sameKey() throws {
        var stage = Stage(try halt())
        #expect(
            stage.decide("5 F halt/A critical", "6 F move/A", "6 F move/B", "7 F other/A")
                == [
                    "5 F halt/A critical > desk,ops", "6 F move/A - halt/A", "6 F move/B > desk,ops",
                    "7 F other/A > desk,ops",
                ])
        #expect(stage.close(10) == [])
        #expect(stage.decide("20 R halt/A critical") == ["20 R halt/A critical > desk,ops"])
        #expect(stage.close(20) == [])
        #expect(stage.close(21) == ["6 F move/A > desk,ops (halt/A 20)"])
        #expect(stage.decide("22 R move/A") == ["22 R move/A > desk,ops"])
    }

    @Test("within one instant what fires after it counts, whatever the names' order")
    func oneInstant() throws {
        var stage = Stage(inhibit(try matcher(rule: "z"), try matcher(rule: "a")))
        #expect(stage.decide("5 F a/A", "5 F z/A") == ["5 F a/A - z/A", "5 F z/A > desk,ops"])
        // Its end and another's fire in one instant: that one is told.
        #expect(stage.decide("9 F a/B", "9 R z/A") == ["9 F a/B > desk,ops", "9 R z/A > desk,ops"])
        // What ends with it is not told.
        #expect(stage.decide("9 R a/A") == ["9 R a/A - untold"])
        #expect(stage.close(10) == [])
    }

    @Test("a source of a level begins when it rises to it")
    func rise() throws {
        var stage = Stage(try halt())
        #expect(
            stage.decide(
                "5 F halt/A", "6 F move/A", "7 E halt/A critical", "8 P move/A", "9 E move/A critical"
            )
            .suffix(2) == ["8 P move/A - halt/A", "9 E move/A critical - halt/A"])
        // Told before: it hears of the end, also while it is muted.
        #expect(stage.decide("10 R move/A") == ["10 R move/A > desk,ops"])
    }

    @Test("alerts on both sides do not mute each other")
    func bothSides() throws {
        let both = try matcher(rule: "*")
        var stage = Stage(inhibit(try matcher(severity: "critical"), both))
        #expect(
            stage.decide("1 F a/A critical", "2 F b/A critical", "3 F c/A")
                == ["1 F a/A critical > desk,ops", "2 F b/A critical > desk,ops", "3 F c/A - a/A"])
    }

    @Test("labels that neither bears are equal; another label's value is not")
    func labels() throws {
        let (source, target) = (try matcher(rule: "halt"), try matcher(rule: "move"))
        var stage = Stage(inhibit(source, target, equal: ["team", "region"]))
        #expect(stage.decide("1 F halt/A", "2 F move/B") == ["1 F halt/A > desk,ops", "2 F move/B - halt/A"])
        let rule = Inhibition(source: source, target: target, equal: ["team"])
        var other = Stage.transition("2 F move/B")
        other.labels = [.init(name: "team", value: "ops")]
        #expect(!rule.mutes(AlertFace(other), while: AlertFace(Stage.transition("1 F halt/A"))))
    }

    @Test("with two sources the last one's end counts, and a muted source still mutes")
    func twoSources() throws {
        var stage = Stage(
            inhibit(try matcher(rule: "halt"), try matcher(rule: "move")),
            [
                try silence(1, 0, 1000) { $0.rule = try TextMatcher("halt") }
            ])
        _ = stage.decide("1 F halt/A", "2 F halt/B", "3 F move/C", "4 R halt/A")
        #expect(stage.close(10) == [])
        _ = stage.decide("11 R halt/B")
        #expect(stage.close(20) == ["3 F move/C > desk,ops (halt/B 11)"])
    }

    @Test("a source that was over is still known to the events of a feed that lags")
    func laggingFeed() throws {
        var stage = Stage(try halt())
        _ = stage.decide("5 F halt/A critical")
        _ = stage.decide("20 R halt/A critical")
        #expect(stage.decide("10 F move/A") == ["10 F move/A - halt/A"])
    }

    @Test("after a restart a source still mutes, and one whose rule is gone does not")
    func restart() throws {
        var first = Stage(try halt())
        _ = first.decide("5 F halt/A critical", "6 F move/A")
        let rows = first.stage.changes.compactMap { if case .fires(let row) = $0 { row } else { nil } }
        var second = Stage(try halt(), firing: rows)
        #expect(second.close(10) == [])
        #expect(
            second.decide("11 F move/A", "12 P move/A") == ["11 F move/A - halt/A", "12 P move/A - halt/A"])
        var third = Stage(try halt(), firing: rows)
        third.stage.forget { $0.rule == "halt" }
        #expect(third.close(10) == ["6 F move/A > desk,ops (halt/A 9)"])
        var fourth = Stage(firing: rows)
        #expect(fourth.close(10) == ["6 F move/A > desk,ops (halt/A 9)"])
    }
}

@Suite("Others are told of an alert that goes on firing")
struct AgeEscalationTests {
    private func policy(_ steps: AgeEscalation...) -> MutePolicy {
        var policy = MutePolicy()
        policy.escalations = steps
        return policy
    }

    private func step(_ after: Int, _ receivers: String..., severity: Severity = .warning) -> AgeEscalation {
        AgeEscalation(
            after: .milliseconds(after), leastSeverity: severity, to: receivers, unlessAcknowledged: true)
    }

    @Test("once, in event time, and of its end too; its own receivers are not told again")
    func once() {
        var stage = Stage(policy(step(10, "pager", "desk"), step(30, "boss", "pager")))
        #expect(stage.decide("5 F a/A", "6 F a/B", "7 R a/B").count == 3)
        #expect(stage.close(15) == [])
        #expect(stage.close(16) == ["15 E a/A > pager (age 10)"])
        #expect(stage.close(30) == [])
        #expect(
            stage.decide("31 P a/A", "40 E a/A critical", "41 R a/A critical")
                == [
                    "31 P a/A > desk,ops", "35 E a/A > boss (age 30)",
                    "40 E a/A critical > desk,ops,pager,boss",
                    "41 R a/A critical > desk,ops,pager,boss",
                ])
        #expect(stage.close(999) == [])
    }

    @Test("its id is its own, the same each time, and no step's of the rule at that instant")
    func ids() {
        let fire = Stage.transition("15 E a/A")
        let age = Occasion.age(.milliseconds(10), note: "")
        #expect(Notice(fire, occasion: age).id == Notice(fire, occasion: age).id)
        #expect(Notice(fire, occasion: age).id != Notice(fire).id)
        #expect(
            Notice(fire, occasion: age).id != Notice(fire, occasion: .age(.milliseconds(30), note: "")).id)
        #expect(Notice(fire, occasion: age).id.count == 32)
    }

    @Test("not of what somebody has acknowledged; the next fire is another incident")
    func acknowledged() {
        var stage = Stage(policy(step(10, "pager")))
        _ = stage.decide("5 F a/A")
        let incident = Stage.transition("5 F a/A").id
        stage.stage.update(
            StandingOrders(
                revision: 2, silences: [],
                acknowledgements: [
                    Acknowledgement(
                        incident: incident, rule: "a", key: "A", at: Timestamp(milliseconds: 9),
                        author: "eve",
                        comment: "")
                ]))
        #expect(stage.close(99) == [])
        #expect(stage.decide("100 R a/A", "101 F a/A") == ["100 R a/A > desk,ops", "101 F a/A > desk,ops"])
        #expect(stage.close(200) == ["111 E a/A > pager (age 10)"])
    }

    @Test("from a level on; one that rises to it when it is old enough is told at once")
    func level() {
        var stage = Stage(policy(step(10, "pager", severity: .critical)))
        _ = stage.decide("5 F a/A")
        #expect(stage.close(50) == [])
        #expect(stage.decide("60 E a/A critical") == ["60 E a/A critical > desk,ops"])
        #expect(stage.close(61) == ["60 E a/A critical > pager (age 10)"])
    }

    @Test("while it is muted nobody more is told; of a muted fire its age counts from the catch-up")
    func muted() throws {
        var stage = Stage(policy(step(10, "pager")), [try everything(1, 10, 20)])
        _ = stage.decide("5 F a/A", "11 F a/B")
        #expect(stage.close(19) == [])
        #expect(stage.close(25) == ["20 E a/A > pager (age 10)", "11 F a/B > desk,ops (silence 1 20)"])
        #expect(stage.close(40) == ["30 E a/B > pager (age 10)"])
    }

    @Test("an alert about the engine grows old by the wall clock, while the trades' time stands still")
    func byClock() throws {
        var stage = Stage(policy(step(10, "pager")), [try everything(1, 905, 920)])
        _ = stage.decide("5 F a/A")
        _ = stage.stage.decide([(Stage.transition("900 F engine.no_progress"), ["ops"])], isByClock: true)
        #expect(stage.stage.advanceClock(to: Timestamp(milliseconds: 919)) == [])
        let rows = stage.stage.changes.compactMap { if case .fires(let row) = $0 { row } else { nil } }
        stage.stage = MuteStage(stage.stage.policy, orders: stage.stage.orders, firing: rows)
        #expect(stage.close(15) == [])
        let said = stage.stage.advanceClock(to: Timestamp(milliseconds: 921)).map(Stage.text)
        #expect(said == ["920 E engine.no_progress > pager (age 10)"])
        #expect(stage.close(16) == ["15 E a/A > pager (age 10)"])
    }

    @Test("a restart neither forgets nor repeats it", arguments: [10, 15, 16, 25])
    func restart(cut: Int64) {
        let policy = policy(step(10, "pager"))
        var stage = Stage(policy)
        _ = stage.decide("5 F a/A")
        var said = stage.close(cut)
        let rows = stage.stage.changes.compactMap { if case .fires(let row) = $0 { row } else { nil } }
        stage = Stage(policy, firing: rows)
        said += stage.close(50)
        #expect(said == ["15 E a/A > pager (age 10)"])
        #expect(stage.decide("60 R a/A") == ["60 R a/A > desk,ops,pager"])
    }
}
