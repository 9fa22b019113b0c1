import Delivery
import Foundation
import MarketModel
import SampleMarket
import StateStore
import Synchronization

@testable import Pipeline

/// Time, chance, and whether the process still lives. Everything that leaves the process asks `mayAct`
/// first: once it was killed, nothing leaves it any more, whatever its memory goes on to do.
///
/// One thread moves it; the courier's own threads only read the time.
final class SimulatedWorld: DeliveryClock, @unchecked Sendable {
    private let time: Atomic<Int64>
    private var random: SplitMix64
    private(set) var isDead = false
    /// Steps until the kill, or until it is asked to stop in order.
    private var stepsLeft = Int.max
    private var stopsInOrder = false
    private(set) var stop = StopSignal()
    private(set) var steps = 0
    var faults: [String] = []

    init(seed: UInt64, at start: Int64) {
        time = Atomic(start)
        var source = SplitMix64(seed: ~seed)
        random = SplitMix64(seed: source.next())
    }

    var milliseconds: Int64 { time.load(ordering: .relaxed) }
    func advance(by milliseconds: Int64) { time.add(milliseconds, ordering: .relaxed) }
    var timestamp: Timestamp { Timestamp(milliseconds: milliseconds) }
    func now() -> Timestamp { timestamp }
    func pause(until time: Timestamp) -> Duration { .seconds(3600) }

    func below(_ bound: UInt64) -> UInt64 { random.below(bound) }
    func chance(_ percent: UInt64) -> Bool { random.below(100) < percent }

    /// A new process.
    func begin(endsAfter steps: Int?) {
        isDead = false
        stop = StopSignal()
        stepsLeft = steps.map(abs) ?? Int.max
        stopsInOrder = (steps ?? 0) < 0
    }

    /// One step: false when the process has been killed before it.
    func mayAct() -> Bool {
        if isDead { return false }
        steps += 1
        stepsLeft -= 1
        if stepsLeft == 0 {
            stop.request()
            isDead = !stopsInOrder
            trace(isDead ? "KILLED" : "stops")
        }
        return !isDead
    }

    /// Says what happens, when one seed alone is looked at.
    func trace(_ text: @autoclosure () -> String) {
        if Self.isTraced { print("  \(milliseconds - SimulatedCase.base) #\(steps) \(text())") }
    }

    private static let isTraced =
        ProcessInfo.processInfo.environment["BELLWETHER_SIMULATION_TRACE"] != nil

    func fail(_ text: String) { if faults.count < 5 { faults.append(text) } }
}
