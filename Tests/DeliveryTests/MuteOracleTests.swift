import MarketModel
import StateStore
import Testing

@testable import Delivery

/// The stage beside an obvious one, which looks at every alert at every instant, over random lives of alerts,
/// silences, inhibitions and steps; and the same stage cut into other batches and restarted anywhere.
@Suite("Mutes, beside an obvious way")
struct MuteOracleTests {
    private static let end: Int64 = 120
    private static let rules = ["a", "halt", "z"]
    private static let keys = ["A", "B"]

    struct Case {
        var policy = MutePolicy()
        var silences: [StoredSilence] = []
        /// By instant, in the order of (rule, key).
        var tape: [Int64: [Transition]] = [:]

        init(_ random: inout SeededRandom) throws {
            func text(_ random: inout SeededRandom, _ texts: [String]) -> String? {
                Bool.random(using: &random) ? texts.randomElement(using: &random) : nil
            }
            func matcher(_ random: inout SeededRandom) throws -> AlertMatcher {
                var matcher = AlertMatcher()
                matcher.rule = try text(&random, rules + ["*"]).map { try TextMatcher($0) }
                matcher.key = try text(&random, keys).map { try TextMatcher($0) }
                if let level = text(&random, ["warning", "critical"]) { try matcher.setSeverity(level) }
                if matcher.isEmpty { matcher.rule = try TextMatcher("a") }
                return matcher
            }
            for number in 0..<Int64.random(in: 0...3, using: &random) {
                let start = Int64.random(in: -5...end, using: &random)
                let span = Int64.random(in: 0...50, using: &random)
                let wanted = try matcher(&random)
                silences.append(try silence(number + 1, start, start + span) { $0 = wanted })
            }
            for _ in 0..<Int.random(in: 0...2, using: &random) {
                let equal = [[], ["key"]].randomElement(using: &random) ?? []
                policy.inhibitions.append(
                    Inhibition(source: try matcher(&random), target: try matcher(&random), equal: equal))
            }
            for _ in 0..<Int.random(in: 0...2, using: &random) {
                let level = [Severity.warning, .critical].randomElement(using: &random) ?? .warning
                let receiver = ["pager", "boss", "desk"].randomElement(using: &random) ?? "pager"
                policy.escalations.append(
                    AgeEscalation(
                        after: .milliseconds(Int.random(in: 1...40, using: &random)), leastSeverity: level,
                        to: [receiver]))
            }
            for rule in rules {
                for key in keys { live(rule, key, &random) }
            }
        }

        private mutating func live(_ rule: String, _ key: String, _ random: inout SeededRandom) {
            var level = "warning"
            var isFiring = false
            for time in 0..<end where Int.random(in: 0..<8, using: &random) == 0 {
                let kind: String
                if !isFiring {
                    (kind, level, isFiring) = ("F", Bool.random(using: &random) ? level : "warning", true)
                } else if level == "warning", Int.random(in: 0..<4, using: &random) == 0 {
                    (kind, level) = ("E", "critical")
                } else if Bool.random(using: &random) {
                    kind = "P"
                } else {
                    (kind, isFiring) = ("R", false)
                }
                tape[time, default: []].append(Stage.transition("\(time) \(kind) \(rule)/\(key) \(level)"))
            }
        }
    }

    /// What of an alert the obvious way knows.
    private struct Life {
        var latest: Transition
        var since: Int64
        var toldAt: Int64?
        var isOwed = false
        var further: [String] = []
    }

    /// `12 F a/A > desk,ops` for all that somebody is told, sorted.
    private func obvious(_ what: Case) -> [String] {
        let silences = what.silences.compactMap { Silence($0) }
        var lives: [String: Life] = [:]
        var said: [String] = []
        func isMuted(_ transition: Transition, _ time: Int64) -> Bool {
            let face = AlertFace(transition)
            if silences.contains(where: {
                $0.startsAt.milliseconds <= time && time < $0.endsAt.milliseconds && $0.matcher.matches(face)
            }) {
                return true
            }
            return lives.contains { name, life in
                name != transition.alertName
                    && what.policy.inhibitions.contains { $0.mutes(face, while: AlertFace(life.latest)) }
            }
        }
        func tell(_ transition: Transition, _ receivers: [String]) {
            if receivers.isEmpty { return }
            said.append(Stage.text(MuteRuling(transition: transition, receivers: receivers)))
        }
        for time in 0..<Self.end {
            let instant = what.tape[time] ?? []
            let before = lives
            // First who fires, so that what fires after the instant mutes within it.
            for transition in instant {
                switch transition.kind {
                case .firing: lives[transition.alertName] = Life(latest: transition, since: time)
                case .escalated: lives[transition.alertName]?.latest = transition
                case .resolved: lives[transition.alertName] = nil
                default: break
                }
            }
            for transition in instant {
                let name = transition.alertName
                let muted = isMuted(transition, time)
                let life = lives[name] ?? before[name]
                let told = life?.toldAt != nil ? ["desk", "ops"] : []
                switch transition.kind {
                case .firing:
                    lives[name]?.isOwed = muted
                    if !muted {
                        lives[name]?.toldAt = time
                        tell(transition, ["desk", "ops"])
                    }
                case .escalated:
                    if muted {
                        lives[name]?.isOwed = true
                    } else if !told.isEmpty {
                        lives[name]?.isOwed = false
                        tell(transition, told + (life?.further ?? []))
                    }
                case .repeated: if !muted { tell(transition, told) }
                default: tell(transition, told + (life?.further ?? []))
                }
            }
            for name in lives.keys.sorted() {
                guard var life = lives[name], !isMuted(life.latest, time) else { continue }
                if life.isOwed {
                    var fire = life.latest
                    if life.toldAt == nil {
                        fire.kind = .firing
                        fire.at = Timestamp(milliseconds: life.since)
                        life.toldAt = time
                        tell(fire, ["desk", "ops"])
                    } else {
                        tell(fire, ["desk", "ops"] + life.further)
                    }
                    life.isOwed = false
                }
                for step in what.policy.escalations {
                    let targets = step.receivers.filter { $0 != "desk" && !life.further.contains($0) }
                    guard let toldAt = life.toldAt, toldAt + step.after.milliseconds <= time,
                        life.latest.severity >= step.leastSeverity, !targets.isEmpty
                    else { continue }
                    var rise = life.latest
                    rise.kind = .escalated
                    rise.at = Timestamp(milliseconds: time)
                    tell(rise, targets)
                    life.further += targets
                }
                lives[name] = life
            }
        }
        return said.sorted()
    }

    private func run(
        _ what: Case, _ random: inout SeededRandom, cuts: Int, restarts: Int
    ) -> [String] {
        func stage(_ rows: [FiringRow]) -> MuteStage {
            MuteStage(what.policy, orders: StandingOrders(silences: what.silences), firing: rows)
        }
        var current = stage([])
        var rows: [String: FiringRow] = [:]
        var said: [String] = []
        var batch: [(transition: Transition, receivers: [String])] = []
        func note(_ rulings: [MuteRuling]) {
            for var ruling in rulings where !ruling.receivers.isEmpty {
                ruling.occasion = .event
                ruling.reason = nil
                said.append(Stage.text(ruling))
            }
        }
        for time in 0..<Self.end {
            batch += (what.tape[time] ?? []).map { ($0, ["desk", "ops"]) }
            guard time == Self.end - 1 || Int.random(in: 0..<cuts, using: &random) == 0 else { continue }
            note(current.decide(batch).map(\.ruling))
            batch = []
            note(current.close(before: Timestamp(milliseconds: time + 1)))
            for change in current.changes {
                switch change {
                case .fires(let row): rows["\(row.rule)/\(row.key)"] = row
                case .isOver(let rule, let key): rows["\(rule)/\(key)"] = nil
                }
            }
            current.noteWritten()
            #expect(rows.keys.sorted() == current.alerts.keys.sorted())
            if Int.random(in: 0..<restarts, using: &random) == 0 {
                current = stage(rows.values.sorted { $0.rule > $1.rule })
            }
        }
        return said.sorted()
    }

    @Test("the same is told, however the input is cut into batches, and over restarts", arguments: 0..<20)
    func sameAsObvious(part: UInt64) throws {
        for seed in part * 50..<(part + 1) * 50 {
            var random = SeededRandom(seed: seed)
            let what = try Case(&random)
            let wanted = obvious(what)
            #expect(run(what, &random, cuts: 1, restarts: .max) == wanted, "seed \(seed), instant by instant")
            #expect(run(what, &random, cuts: 9, restarts: .max) == wanted, "seed \(seed), in batches")
            #expect(run(what, &random, cuts: 4, restarts: 5) == wanted, "seed \(seed), with restarts")
        }
    }
}
