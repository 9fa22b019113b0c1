import Engine
import MarketModel
import RuleCompiler
import SampleMarket

@testable import Pipeline

/// What a seed makes: rules, records, and how the world behaves.
struct SimulatedCase {
    /// A trade of a record.
    struct Print {
        var symbol: String
        var time: Int64
        /// In hundredths.
        var price: Int64
        var size: Int64
    }

    struct Record {
        var prints: [Print]
        /// When the broker has it.
        var arrival: Int64

        var json: String {
            let trades = prints.map { print in
                let cents = print.price % 100 < 10 ? "0\(print.price % 100)" : "\(print.price % 100)"
                return "{\"s\":\"\(print.symbol)\",\"p\":\(print.price / 100).\(cents),"
                    + "\"t\":\(print.time),\"v\":\(print.size)}"
            }
            return trades.count == 1
                ? trades[0] : "{\"type\":\"trade\",\"data\":[\(trades.joined(separator: ","))]}"
        }
    }

    static let base: Int64 = 1_741_600_000_000
    static let symbols = ["A", "B", "C"]
    static let receivers = ["desk", "ops"]

    let seed: UInt64
    var random: SplitMix64
    var rules = ""
    /// By partition, in the order of their offsets.
    var partitions: [[Record]] = []
    var lateness: Int64 = 300
    var idle: Int64?
    var capacity = 100
    var checkpointsEvery: Int64 = 1000
    var greatestPoll = 20
    /// Beginning of the world.
    var start = SimulatedCase.base
    /// Steps until each kill; a negative one stops in order.
    var ends: [Int] = []
    var hasRebalances = false
    var isHostile = false
    var retryFor: Int64 = 86_400_000

    init(seed: UInt64) {
        self.seed = seed
        // Neighbours' streams would be each other's, one number later.
        var source = SplitMix64(seed: seed)
        random = SplitMix64(seed: source.next())
        writeRules()
        writeRecords()
        lateness = pick([0, 100, 300, 300, 1000])
        idle = pick([nil, 200, 500, 500])
        capacity = pick([3, 6, 20, 100])
        checkpointsEvery = pick([200, 500, 1000, 3000, 10_000])
        greatestPoll = pick([3, 10, 20, 60])
        if chance(30) { start += Int64(random.below(60_000)) }
        hasRebalances = seed % 10 >= 7
        isHostile = chance(60)
        if chance(15) { retryFor = 5000 }
        for _ in 0..<random.below(6) {
            let steps = 1 + Int(random.below(pick([5, 30, 100, 400])))
            ends.append(chance(15) ? -steps : steps)
        }
    }

    mutating func pick<Element>(_ choices: [Element]) -> Element {
        choices[Int(random.below(UInt64(choices.count)))]
    }

    mutating func chance(_ percent: UInt64) -> Bool { random.below(100) < percent }

    /// How the world is, in a line.
    var summary: String {
        "ends \(ends), \(partitions.map(\.count)) records from \(start - Self.base) ms on, "
            + "lateness \(lateness), "
            + "idle \(idle.map(String.init) ?? "off"), capacity \(capacity), checkpoints every "
            + "\(checkpointsEvery), polls of \(greatestPoll)\(hasRebalances ? ", rebalances" : "")"
            + "\(isHostile ? ", hostile" : "")"
    }

    /// What passes in one poll, milliseconds: a few hundred polls are enough for all of it.
    var greatestPause: UInt64 { UInt64(max(120, (lastArrival - start) / 100)) }

    private(set) var lastTime = SimulatedCase.base
    private(set) var lastArrival = SimulatedCase.base

    // MARK: Rules

    private mutating func writeRules() {
        for index in 0..<3 + Int(random.below(4)) {
            rules += "rule r\(index) on \(pick(["all", "all", "A, B", "C", "B"]))\n"
            rules += "  when \(condition(index))\n"
            if chance(20) { rules += "  then within \(pick(["5s", "12s"])) \(condition(0))\n" }
            if chance(35) { rules += "  for \(pick(["1s", "2500ms", "5s"]))\n" }
            if chance(25) { rules += "  until \(condition(0))\n" }
            if index > 0, chance(15) { rules += "  unless firing(r\(random.below(UInt64(index))))\n" }
            if chance(30) { rules += "  cooldown \(pick(["3s", "10s"]))\n" }
            if chance(20) { rules += "  repeat \(pick(["2s", "7s"]))\n" }
            if chance(20) { rules += "  escalate critical when \(condition(0))\n" }
            rules += "  notify \(pick(["desk", "desk", "ops", "desk, ops"]))\n"
            if chance(60) { rules += "  message \"{price} {\(value())} {\(value())}\"\n" }
        }
    }

    private mutating func span() -> String { pick(["2s", "5s", "12s", "30s"]) }
    private mutating func grid() -> String { pick(["4s by 1s", "10s by 2s", "30s by 5s", "6s by 500ms"]) }
    private mutating func level() -> String { pick(["99.5", "100", "100.5", "101", "99"]) }

    private mutating func value() -> String {
        switch random.below(12) {
        case 0: "avg(price, \(span()))"
        case 1: "high(\(span()))"
        case 2: "low(\(grid()))"
        case 3: "ewma(price, \(span()))"
        case 4: "prev(price)"
        case 5: "avg(price, \(pick(["3", "7", "20"])) trades)"
        case 6: "ago(price, \(span()))"
        case 7: "median(price, \(span()))"
        case 8: "vwap(\(grid()))"
        case 9: "ago(price, \(grid()))"
        case 10: "twap(\(grid()))"
        default: "max(price, \(span()))"
        }
    }

    private mutating func condition(_ index: Int) -> String {
        if chance(20) {
            let left = condition(0)
            return "(\(left) \(pick(["and", "or"])) \(condition(0)))"
        }
        let relation = pick(["<", ">", ">", "<="])
        switch random.below(12) {
        case 0, 1: return "price \(relation) \(level())"
        case 2: return "price crosses \(pick(["above ", "below ", ""]))\(level())"
        case 3: return "price crosses \(pick(["above ", "below "]))\(value())"
        case 4: return "change(price, \(span())) \(relation) \(pick(["0.5%", "-0.5%", "1%", "0"]))"
        case 5: return "trades(\(span())) > \(pick(["2", "5", "9"]))"
        case 6: return "volume(\(grid())) \(relation) \(pick(["20", "60"]))"
        case 7: return "rsi(\(grid())) \(relation) \(pick(["40", "60"]))"
        case 8: return "age(price) > \(pick(["1s", "3s", "8s"]))"
        case 9 where index > 0: return "firing(r\(random.below(UInt64(index))))"
        case 10: return "drawdown(\(span())) \(relation) \(pick(["0.5%", "1%"]))"
        default: return "\(value()) \(relation) \(value())"
        }
    }

    // MARK: Records

    private mutating func writeRecords() {
        let count = 2 + Int(random.below(2))
        partitions = Array(repeating: [], count: count)
        var time = Self.base
        var prices = [Int64](repeating: 10_000, count: Self.symbols.count)
        let pace = pick([20, 100, 400, 1000])
        for _ in 0..<20 + Int(random.below(pick([30, 130, 300]))) {
            var prints: [Print] = []
            let symbol = Int(random.below(UInt64(Self.symbols.count)))
            for _ in 0..<(chance(15) ? 2 + Int(random.below(3)) : 1) {
                time += chance(20) ? 0 : 1 + Int64(random.below(UInt64(2 * pace)))
                if chance(1) { time += 20_000 }
                // The trades of a record differ in time, so that each can be told from the others.
                if let last = prints.last, last.time == time { time += 1 }
                let step = Int64(random.below(101)) - 50
                prices[symbol] = min(10_300, max(9700, prices[symbol] + step))
                prints.append(
                    Print(
                        symbol: Self.symbols[symbol], time: time, price: prices[symbol],
                        size: 1 + Int64(random.below(9))))
            }
            var delay = Int64(random.below(UInt64(1 + pick([20, 100, 250]))))
            if chance(4) { delay += Int64(random.below(4000)) }
            let partition = chance(90) ? symbol % count : Int(random.below(UInt64(count)))
            partitions[partition].append(Record(prints: prints, arrival: time + delay))
            lastTime = time
            lastArrival = max(lastArrival, time + delay)
        }
        for index in partitions.indices {
            partitions[index].sort { $0.arrival < $1.arrival }
        }
    }
}
