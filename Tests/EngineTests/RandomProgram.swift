/// Random well-typed rules as text, and a small tape of ties, gaps and bursts for them.
struct RandomProgram {
    var random: SeededGenerator
    private(set) var rules = ""
    var tape = Tape()
    /// Where the tape begins.
    var base: Int64 = 0
    /// Of the session that rules are bound to.
    private(set) var edge: SessionEdge?
    var hasSeries = false
    /// Rules before this one may be asked `firing`.
    var ruleIndex = 0
    var hasTable = false
    /// Names must be qualified: a rule without `on`.
    var isKeyless = false

    static let symbols = ["A", "B", "X:C"]

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        writeRules()
        writeTape()
    }

    mutating func pick<Element>(_ choices: [Element]) -> Element {
        choices[Int.random(in: 0..<choices.count, using: &random)]
    }

    mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }

    // MARK: Rules

    private mutating func writeRules() {
        if chance(30) {
            isKeyless = true
            rules += "series s = \(pick(["\(price()) - \(price())", "\(price()) / \(price())", ratio()]))\n"
            hasSeries = true
        }
        if chance(30) {
            rules += "table limits(level: price, move: ratio, quiet: duration, armed: bool)\n"
            for row in pick([["A"], ["A", "B"], ["B", "X:C"], []]) + ["else"] {
                rules += "  \(row) \(pick(["9.5", "10", "11"])) \(pick(["1%", "-1%", "0"])) \(duration())"
                rules += " \(pick(["true", "false"]))\n"
            }
            hasTable = true
        }
        // The checker and the compiler lay a session out to the end of the century: many would take long.
        if chance(7) {
            let edge = pick(SessionEdge.all)
            rules += "session hours = \(edge.session)\n"
            self.edge = edge
        }
        if chance(20) { rules += "list some = A, /^X/\n" }
        if chance(20) { rules += "let halfway(x: price, y: price) = (x + y) / 2\n" }
        for index in 0..<Int.random(in: 1...3, using: &random) {
            let target = target()
            isKeyless = target.isEmpty
            ruleIndex = index
            if chance(20) { template(index, target) } else { rule(index, target) }
            if edge != nil, chance(60) {
                rules += "  during hours\(pick(["", "", " after \(duration())"]))\n"
            }
            if chance(15) {
                rules += "  message \"{\(price())} {age(\(owner())price)} {\(pick([ratio(), count()]))}\"\n"
            }
        }
    }

    private mutating func target() -> String {
        if rules.contains("list some"), chance(30) { return pick([" on some", " on all except some"]) }
        return pick([" on A", " on A, B", " on all", " on all except A", " on X:C, B", " on /C$/, B", ""])
    }

    private mutating func rule(_ index: Int, _ target: String) {
        rules += "rule r\(index)\(target)\n  when \(condition(depth: 2))\n"
        if chance(15) { rules += "  then within \(duration()) \(condition(depth: 1))\n" }
        if chance(5) { rules += "  then within \(duration()) \(condition(depth: 0))\n" }
        if chance(35) { rules += "  for \(target.isEmpty || chance(60) ? duration() : "2 trades")\n" }
        if chance(30) { rules += "  until \(condition(depth: 1))\n" }
        if chance(20) { rules += "  unless \(condition(depth: 1))\n" }
        if chance(25) { rules += "  cooldown \(duration())\n" }
        if chance(20) { rules += "  repeat \(duration())\n" }
        if chance(10) { rules += "  unknown clear\n" }
        if chance(15) { rules += "  severity info\n  escalate warning when \(condition(depth: 1))\n" }
        if chance(15) { rules += "  escalate critical when \(condition(depth: 1))\n" }
    }

    /// A rule of which a part stands in a template; the rule's own clauses replace the template's.
    private mutating func template(_ index: Int, _ target: String) {
        rules += "template t\(index)(level: price, wait: duration, ref: symbol, on_top: bool)\n"
        rules += "  when (\(condition(depth: 1)) or ref.price > level) and (on_top or \(price()) > level)\n"
        if chance(40) { rules += "  for wait\n" }
        if chance(40) { rules += "  until ref.avg(price, wait) <= level\n" }
        if chance(30) { rules += "  cooldown wait\n" }
        if chance(30) { rules += "  repeat wait\n" }
        if chance(30) { rules += "  escalate critical when ref.price > level * 1.05\n" }
        rules += "rule r\(index)\(target)\n"
        if chance(30) { rules += "  until \(condition(depth: 1))\n" }
        let level = pick(["9.5", "10", "10.5", price()])
        let ref = isKeyless || chance(50) ? pick(Self.symbols) : "symbol"
        rules += "  use t\(index)(\(level), \(duration()), \(ref), \(condition(depth: 0)))\n"
        if chance(30) { rules += "  cooldown \(duration())\n" }
        if chance(20) { rules += "  escalate critical when \(condition(depth: 1))\n" }
    }
}
