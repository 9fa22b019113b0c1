import Delivery
import Engine
import Foundation
import GRDB
import MarketModel
import RuleCompiler

@testable import Kafka
@testable import Pipeline
@testable import StateStore

/// The whole pipeline in this thread, over as many processes as the seed ends, and what the checkers say.
///
///     SimulatedBroker -> SimulatedConsumer -> LiveSession -> WatchedOutbox -> CourierOutbox
///                              |                                                   |
///                              time passes        SimulatedReceivers <- DurableOutbox, StateFile
///
/// What stands between broker and receivers is the product: `LiveSession`, `ReadBack`, `TradePath`, the
/// engine, the courier, the outbox and SQLite. A kill is the end of all that leaves the process.
final class Simulation {
    /// Polls of one process after which it should have come to its end.
    static let patience = 20_000

    let given: SimulatedCase
    let mutation: Mutation?
    let world: SimulatedWorld
    let broker: SimulatedBroker
    let receivers: SimulatedReceivers
    let notes = WatchedOutbox.Notes()
    let rules: CompiledRules
    private let directory: String
    var stateDirectory: String { directory }
    private var diskIsFull = false
    private(set) var processes = 0

    /// Nothing is sent to it: the records are sound.
    private static let producer = try? KafkaProducer(properties: [])

    init(seed: UInt64, mutation: Mutation? = nil) throws {
        given = SimulatedCase(seed: seed)
        self.mutation = mutation
        world = SimulatedWorld(seed: seed, at: given.start)
        broker = SimulatedBroker(
            topic: "trades",
            records: given.partitions.map { $0.map { (Array($0.json.utf8), $0.arrival) } })
        receivers = SimulatedReceivers(
            world, isHostile: given.isHostile, settlesFirst: mutation == .settlesBeforeSending)
        rules = try compiled(given.rules)
        let memory = "/dev/shm"
        let parent = FileManager.default.isWritableFile(atPath: memory) ? memory : NSTemporaryDirectory()
        directory = "\(parent)/bellwether-simulation-\(UUID().uuidString)"
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    /// - Returns: what is wrong; empty when nothing is.
    func run() throws -> [String] {
        for (lane, records) in given.partitions.enumerated() {
            for (offset, record) in records.enumerated() {
                let prints = record.prints.map {
                    "\($0.symbol) \($0.price) at \($0.time - SimulatedCase.base)"
                }
                world.trace("\(lane)@\(offset): \(prints)")
            }
        }
        world.trace(given.rules)
        for end in given.ends.map(Optional.some) + [nil] {
            try process(endsAfter: end)
            if !world.faults.isEmpty { return world.faults }
        }
        try check()
        return world.faults
    }

    // MARK: A process

    private func process(endsAfter steps: Int?) throws {
        processes += 1
        world.begin(endsAfter: steps)
        receivers.begin()
        let file = try StateFile(directory: directory, role: .owner)
        if mutation == .forgetsAcceptedIDs {
            try file.queue.writeWithoutTransaction { try $0.execute(sql: "DELETE FROM accepted") }
        }
        let recovery = try recovery(from: file)
        settleLate(recovery)
        world.trace(
            "process \(processes): \(recovery?.checkpoint.header.place.summary ?? "no checkpoint"), "
                + "progress \(recovery?.progress?.summary ?? "none"); committed \(broker.committed)")
        let outbox = try SimulatedOutbox(
            DurableOutbox(file, limit: given.capacity, seed: given.seed), world, capacity: given.capacity)
        defer { outbox.end() }
        let console = Console(output: MemorySink(), status: MemorySink())
        let notices = LiveNotices(console, now: { [world] in world.milliseconds })
        let delivery = LiveDelivery(
            definitions, outbox: outbox, capacity: given.capacity, notices: notices, clock: world)
        defer { delivery.courier.stop() }
        var session = LiveSession(
            configuration: configuration, bootstrap: "", rules: rules, console: console,
            counters: LiveCounters(), stop: world.stop, now: { [world] in world.milliseconds })
        session.isHeldUp = { delivery.isHeldUp }
        session.recovery = recovery
        session.greatestPoll = given.greatestPoll
        session.checkpointsEvery = given.checkpointsEvery
        session.threads = .caller
        let taker = CourierOutbox(
            delivery, rules: rules, routes: rules.ruleRoutes,
            stage: try outbox.inner?.muteStage(MutePolicy()) ?? MuteStage(), counters: session.counters,
            keepsCheckpoints: true)
        let symbols = SymbolTable()
        var polls = 0
        let consumer = SimulatedConsumer(
            broker, world, hasRebalances: given.hasRebalances,
            onPoll: { [unowned self] in
                polls += 1
                if polls > Self.patience { world.stop.request() }
                move(file, outbox)
            }, onCommit: { [unowned self] in checkCommit($0, $1, file) })
        guard let producer = Self.producer else { return world.fail("no producer") }
        let parts = LiveSourceParts(
            consumer: consumer, inputs: try TopicInputs(configuration.trades, symbols: symbols),
            deadLetters: DeadLetters(
                producer: producer, topic: "letters", counters: session.counters, notices: notices),
            counters: session.counters, notices: notices, now: session.now, isHeldUp: session.isHeldUp,
            greatestPoll: given.greatestPoll)
        do {
            _ = try session.run(
                parts, symbols, makeRates: { _ in nil }, into: WatchedOutbox(taker, notes, mutation, world),
                isOver: { [unowned self] _, isDrained in isDrained && consumer.isReadThrough && isOver(outbox)
                })
        } catch  where world.isDead {
            // It has ended already.
        }
        if polls > Self.patience { world.fail("process \(processes) came to no end") }
    }

    private var definitions: [NotifierDefinition] {
        SimulatedCase.receivers.map { name in
            var definition = NotifierDefinition.webhook(name: name, url: "http://127.0.0.1:9/")
            definition.retryFor = .milliseconds(given.retryFor)
            return definition
        }
    }

    private var configuration: RunConfiguration {
        var configuration = RunConfiguration(
            bootstrap: .servers("simulated"), trades: [.init(name: broker.topic)])
        configuration.lateness = given.lateness
        configuration.idle = given.idle
        return configuration
    }

    private func recovery(from file: StateFile) throws -> RunRecovery? {
        guard let checkpoint = try file.checkpoint() else { return nil }
        return RunRecovery(
            checkpoint: try RunCheckpoint(checkpoint),
            progress: try file.progress().map { try ReadingPlace($0) })
    }

    /// What came too late behind the place where this process goes on is decided anew.
    private func settleLate(_ recovery: RunRecovery?) {
        guard let recovery else { return notes.late = [] }
        let place = recovery.progress ?? recovery.checkpoint.header.place
        notes.late = notes.late.filter { trade in
            guard let record = place.records[trade.lane] else { return false }
            if trade.offset != record.offset { return trade.offset < record.offset }
            let prints = given.partitions[Int(trade.lane)][Int(trade.offset)].prints
            return prints.prefix(record.taken).contains { $0.time == trade.time }
        }
    }

    /// What happens while the process waits for records.
    private func move(_ file: StateFile, _ outbox: SimulatedOutbox) {
        if world.isDead { return }
        let isLate = world.milliseconds > given.lastArrival
        world.advance(by: Int64(world.below(isLate ? 1500 : given.greatestPause)))
        // A day comes on which everything works.
        let isWell = world.milliseconds > given.lastArrival + 20_000
        receivers.areWell = isWell
        if given.isHostile {
            if diskIsFull ? isWell || world.chance(8) : !isWell && world.chance(2) {
                diskIsFull.toggle()
                fill(file, diskIsFull)
            }
        }
        if let inner = outbox.inner {
            receivers.move(inner)
            if !world.isDead, world.chance(10) { _ = inner.tend(at: world.timestamp) }
        }
    }

    /// A disk that is full, or one on which notices cannot even be settled.
    private func fill(_ file: StateFile, _ isFull: Bool) {
        let refusesAll = given.seed % 2 == 0
        try? file.queue.writeWithoutTransaction { db in
            let pages = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
            try db.execute(sql: "PRAGMA max_page_count = \(isFull ? pages : 1_000_000)")
            for (table, change) in [("outbox", "DELETE"), ("outbox", "INSERT"), ("checkpoint", "INSERT")] {
                try db.execute(sql: "DROP TRIGGER IF EXISTS temp.full_\(table)_\(change)")
                guard isFull, refusesAll else { continue }
                try db.execute(
                    sql: """
                        CREATE TEMP TRIGGER full_\(table)_\(change) BEFORE \(change) ON main.\(table)
                        BEGIN SELECT RAISE(ABORT, 'full'); END
                        """)
            }
        }
    }

    private func isOver(_ outbox: SimulatedOutbox) -> Bool {
        guard world.milliseconds > given.lastArrival + 30_000, !diskIsFull,
            SimulatedCase.receivers.allSatisfy({ outbox.pending(for: $0) == 0 })
        else { return false }
        return given.idle == nil || notes.watermark ?? 0 > given.lastTime + 20_000
    }
}
