import Engine
import MarketModel
import RuleCompiler
import RuleSemantics
import StateStore

@testable import Delivery
@testable import Pipeline

extension Simulation {
    /// What the group is told must be in the file: the place of a checkpoint, behind which nothing waits.
    func checkCommit(_ partition: Int, _ offset: Int64, _ file: StateFile) {
        do {
            guard let checkpoint = try file.checkpoint() else {
                return world.fail("offset \(offset) is committed, and there is no checkpoint")
            }
            let place = try RunCheckpoint(checkpoint).header.place.records[Int32(partition)]
            if offset > place?.offset ?? 0 {
                world.fail(
                    "offset \(offset) of \(partition) is committed, "
                        + "the checkpoint is at \(place?.offset ?? 0)"
                )
            }
            if offset > broker.end(of: partition, at: world.milliseconds) {
                world.fail("offset \(offset) of \(partition) is committed and does not exist")
            }
        } catch {
            world.fail("\(error)")
        }
    }

    /// At the end: the transitions of an uninterrupted run over the same trades, all of them told.
    func check() throws {
        let expected = try expected()
        let file = try StateFile(directory: stateDirectory, role: .visitor)
        let known = try file.transitions(since: Timestamp(milliseconds: 0))
        let wanted = expected.map(\.json)
        let missing = Set(wanted).subtracting(known)
        let foreign = Set(known).subtracting(wanted)
        if let first = missing.sorted().first {
            world.fail("\(missing.count) transitions are lost: \(first)")
        }
        if let first = foreign.sorted().first {
            world.fail("\(foreign.count) transitions are none of an uninterrupted run: \(first)")
        }
        if known.count != Set(known).count { world.fail("a transition is there twice") }
        let dead = try file.deadLetters()
        // What the last process could not settle on a full disk, the next one sends.
        let unsettled = Set(try file.queued().map(\.id))
        for (index, receiver) in SimulatedCase.receivers.enumerated() {
            let routes = rules.ruleRoutes
            let numbers = Dictionary(uniqueKeysWithValues: rules.rules.enumerated().map { ($1.name, $0) })
            let due = expected.filter { transition in
                numbers[transition.rule].map { routes[$0].contains(receiver) } ?? false
            }
            checkDeliveries(
                receiver, receivers.arrivals[index], due,
                givenUp: Set(dead.filter { $0.receiver == receiver }.map(\.id)).union(unsettled))
        }
    }

    private func checkDeliveries(
        _ receiver: String, _ arrivals: [Notice], _ due: [Transition], givenUp: Set<String>
    ) {
        var places: [String: Int] = [:]
        for (place, transition) in due.enumerated() { places[transition.id] = place }
        var content: [String: String] = [:]
        var last: [String: Int] = [:]
        for notice in arrivals {
            let text = NoticeRecord(notice).text
            if let earlier = content[notice.id], earlier != text {
                world.fail("\(receiver) got \(notice.id) twice, and not the same: \(earlier) \(text)")
            }
            let isAgain = content.updateValue(text, forKey: notice.id) != nil
            // What a full disk could not settle is sent again, also after what came later.
            if isAgain, given.isHostile { continue }
            guard let place = places[notice.id] else {
                world.fail("\(receiver) got what no rule says: \(text)")
                continue
            }
            if notice.transition.json != due[place].json {
                world.fail("\(receiver) got \(notice.transition.json) for \(due[place].json)")
            }
            let alert = "\(notice.transition.rule) \(notice.transition.key)"
            if place < last[alert] ?? -1 { world.fail("\(receiver) got \(alert) out of order: \(text)") }
            last[alert] = place
        }
        let lost = due.filter { content[$0.id] == nil && !givenUp.contains($0.id) }
        if let first = lost.first { world.fail("\(receiver) never got \(lost.count): \(first.json)") }
    }

    /// What one engine makes of all trades that were in time, in the order of their times.
    private func expected() throws -> [Transition] {
        guard let watermark = notes.watermark else { return [] }
        let symbols = SymbolTable()
        let engine = AlertEngine(book: rules.book, symbols: symbols, options: EngineOptions(order: .sorted))
        var trades: [Trade] = []
        for (lane, records) in given.partitions.enumerated() {
            for (offset, record) in records.enumerated() {
                for print in record.prints where print.time < watermark {
                    let mark = ReadingPlace.LateTrade(
                        lane: Int32(lane), offset: Int64(offset), time: print.time)
                    guard !notes.late.contains(mark), let symbol = symbols.intern(print.symbol),
                        let price = FixedPoint(mantissa: print.price, scale: 2),
                        let size = FixedPoint(mantissa: print.size, scale: 0)
                    else { continue }
                    trades.append(
                        Trade(
                            symbol: symbol, time: print.time, price: price, size: size,
                            origin: OriginID(index: UInt16(lane)), sequence: Int64(offset)))
                }
            }
        }
        trades.sort { ($0.time, $0.origin.index, $0.sequence) < ($1.time, $1.origin.index, $1.sequence) }
        engine.append(trades)
        let found = engine.advance() + engine.finish(through: watermark - 1)
        return found.map { rules.renderer.render($0, symbols: symbols) }
            .filter { $0.kind != .pending && $0.kind != .dropped }.sorted(by: OrderedOutput.precedes)
    }
}
