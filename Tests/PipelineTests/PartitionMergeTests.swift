import MarketModel
import Testing

@testable import Pipeline

@Suite("Merging the partitions of a topic")
struct PartitionMergeTests {
    private func trade(_ time: Int64, _ partition: UInt16, _ sequence: Int64) -> Trade {
        Trade(
            symbol: SymbolID(index: 0), time: time, price: .zero, size: .zero,
            origin: OriginID(index: partition), sequence: sequence)
    }

    /// Feeds both lanes in the given cuts and returns what was released, as (partition, sequence).
    private func released(
        _ lanes: [[Int64]], cuts: [(lane: Int32, count: Int)]
    ) -> [[Int64]] {
        var merge = PartitionMerge()
        for lane in lanes.indices { merge.open(Int32(lane)) }
        var next = [Int](repeating: 0, count: lanes.count)
        var out: [Trade] = []
        for cut in cuts {
            let lane = Int(cut.lane)
            let end = min(lanes[lane].count, next[lane] + cut.count)
            let trades = (next[lane]..<end).map { trade(lanes[lane][$0], UInt16(lane), Int64($0)) }
            merge.append(trades, to: cut.lane, before: Int64(end), at: 0)
            next[lane] = end
            merge.mark(cut.lane, atEnd: end == lanes[lane].count)
            merge.release(into: &out, at: 0)
        }
        return out.map { [Int64($0.origin.index), $0.sequence] }
    }

    @Test("the order released does not depend on how the broker interleaves a backlog")
    func interleavingDoesNotMatter() {
        let lanes: [[Int64]] = [[1, 4, 9, 9, 20], [2, 3, 9, 30], [5, 6]]
        let inTurn = released(
            lanes,
            cuts: [(0, 1), (1, 1), (2, 1), (0, 1), (1, 1), (2, 1), (0, 1), (1, 1), (0, 1), (1, 1), (0, 1)])
        let oneByOne = released(lanes, cuts: [(0, 5), (1, 4), (2, 2)])
        let backwards = released(lanes, cuts: [(2, 2), (1, 4), (0, 5)])
        #expect(oneByOne.count == 11)
        #expect(oneByOne == inTurn)
        #expect(oneByOne == backwards)
    }

    @Test("equal times go by partition, then by offset")
    func tiesGoByPartition() {
        let out = released([[7, 7], [7, 7]], cuts: [(1, 2), (0, 2)])
        #expect(out == [[0, 0], [0, 1], [1, 0], [1, 1]])
    }

    @Test("a record that is late in its partition stays behind the one that made it late")
    func lateRecordsStayLate() {
        let out = released([[10, 2, 11], [5, 10]], cuts: [(0, 3), (1, 2)])
        #expect(out == [[1, 0], [0, 0], [0, 1], [1, 1], [0, 2]])
    }

    @Test("a partition with a backlog holds the others up until its next record is there")
    func backlogIsWaitedFor() {
        var merge = PartitionMerge()
        merge.open(0)
        merge.open(1)
        merge.append([trade(5, 0, 0)], to: 0, before: 1, at: 0)
        var out: [Trade] = []
        merge.release(into: &out, at: 0)
        #expect(out.isEmpty)
        #expect(merge.isWaiting)
        merge.mark(1, atEnd: true)
        merge.release(into: &out, at: 0)
        #expect(out.count == 1)
    }

    @Test("without patience everything is released")
    func impatience() {
        var merge = PartitionMerge()
        merge.open(0)
        merge.open(1)
        merge.append([trade(5, 0, 0), trade(6, 0, 1)], to: 0, before: 2, at: 0)
        var out: [Trade] = []
        merge.release(into: &out, at: 0, waits: false)
        #expect(out.count == 2)
        #expect(merge.pending == 0)
    }

    @Test("released in pieces, the order is the same, and the rest stays for the next piece")
    func pieces() {
        var merge = PartitionMerge()
        let poll = LanePoll(
            stretches: [
                .init(lane: 0, trades: 3, nextOffset: 3), .init(lane: 1, trades: 2, nextOffset: 2),
                .init(lane: 0, trades: 1, nextOffset: 4),
            ], ends: [(0, true), (1, true)], time: 0)
        let trades = [(1, 0, 0), (4, 0, 1), (9, 0, 2), (2, 1, 0), (8, 1, 1), (10, 0, 3)].map {
            trade($0.0, $0.1, $0.2)
        }
        merge.take(poll, trades)
        var out: [Trade] = []
        merge.release(into: &out, at: 0, atMost: 3)
        #expect(out.map(\.time) == [1, 2, 4])
        #expect(merge.states.lanes.map(\.released) == [2, 1])
        #expect(merge.states.lanes.map(\.releasedBefore) == [2, 1])
        merge.release(into: &out, at: 0, atMost: 3)
        #expect(out.map(\.time) == [1, 2, 4, 8, 9, 10])
        #expect(merge.states.lanes.map(\.releasedBefore) == [4, 2])
        #expect(merge.states.pending == 0)
    }

    @Test("records without trades count as released once what came before them is")
    func recordsWithoutTrades() {
        var merge = PartitionMerge()
        merge.append([trade(5, 0, 7)], to: 0, before: 8, at: 0)
        merge.append([], to: 0, before: 12, at: 0)
        merge.append([], to: 1, before: 3, at: 0)
        #expect(merge.states.lanes.map(\.releasedBefore) == [7, 3])
        var out: [Trade] = []
        merge.release(into: &out, at: 0, waits: false)
        #expect(merge.states.lanes.map(\.releasedBefore) == [12, 3])
    }

    @Test("a poll gives up partitions before it brings records of them, and takes new ones after")
    func orderInAPoll() {
        var merge = PartitionMerge()
        merge.append([trade(5, 0, 0)], to: 0, before: 1, at: 0)
        merge.take(
            LanePoll(
                closed: [0], stretches: [.init(lane: 0, trades: 1, nextOffset: 1)], opened: [1],
                ends: [(0, true)], time: 0), [trade(6, 0, 0)])
        #expect(merge.states.pending == 1)
        #expect(merge.isWaiting)
        var out: [Trade] = []
        merge.release(into: &out, at: 0, waits: false)
        #expect(out.map(\.time) == [6])
    }

    @Test("a revoked partition takes its unreleased records with it")
    func revokedPartitionsAreForgotten() {
        var merge = PartitionMerge()
        merge.open(0)
        merge.open(1)
        merge.append([trade(5, 0, 0)], to: 0, before: 1, at: 0)
        merge.close(1)
        merge.close(0)
        var out: [Trade] = []
        merge.release(into: &out, at: 0, waits: false)
        #expect(out.isEmpty)
    }

    @Test("in a replay a record waits for a quiet partition as long as a fetch takes, and no longer")
    func grace() {
        var merge = PartitionMerge(grace: 100)
        merge.open(0)
        merge.open(1)
        merge.mark(1, atEnd: true)
        merge.append([trade(50, 0, 0)], to: 0, before: 1, at: 1000)
        merge.append([trade(60, 0, 1)], to: 0, before: 2, at: 1080)
        merge.mark(0, atEnd: true)
        var out: [Trade] = []
        merge.release(into: &out, at: 1099)
        #expect(out.isEmpty)
        merge.append([trade(40, 1, 0)], to: 1, before: 1, at: 1099)
        merge.release(into: &out, at: 1099)
        #expect(out.map(\.time) == [40])
        merge.release(into: &out, at: 1100)
        #expect(out.map(\.time) == [40, 50])
        merge.release(into: &out, at: 1180)
        #expect(out.map(\.time) == [40, 50, 60])
    }

    /// By the definition: of the lanes' greatest times so far the least, of equal ones the lower lane.
    private func merged(_ lanes: [[Int64]]) -> [[Int64]] {
        var out: [[Int64]] = []
        var next = [Int](repeating: 0, count: lanes.count)
        var greatest = [Int64](repeating: .min, count: lanes.count)
        while true {
            let heads = lanes.indices.filter { next[$0] < lanes[$0].count }
                .map { (time: max(greatest[$0], lanes[$0][next[$0]]), lane: $0) }
            guard let first = heads.min(by: <) else { return out }
            out.append([Int64(first.lane), Int64(next[first.lane])])
            greatest[first.lane] = first.time
            next[first.lane] += 1
        }
    }

    @Test("any number of lanes comes out as by the definition", arguments: 1...40)
    func manyLanes(count: Int) {
        let length: Int64 = count.isMultiple(of: 20) ? 4_000 : 60
        var seed = UInt64(count)
        func draw(_ below: Int64) -> Int64 {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int64(seed >> 33) % below
        }
        let lanes = (0..<count).map { _ in (0..<draw(length)).map { -20 + $0 + draw(9) } }
        var cuts: [(lane: Int32, count: Int)] = []
        for lane in lanes.indices {
            // Long cuts stay in the arrays that bring them, short ones are copied.
            let first = Int(draw(Int64(lanes[lane].count) + 1))
            let second = Int(draw(Int64(lanes[lane].count - first) + 1))
            let third = lanes[lane].count - first - second
            cuts += [first, second, third].map { (Int32(lane), $0) }
        }
        let shuffled = cuts.indices.sorted { (cuts[$0].count, $0) < (cuts[$1].count, $1) }.map { cuts[$0] }
        // Empty cuts at the end say that the lanes are read.
        let ends = lanes.indices.map { (lane: Int32($0), count: Int(length)) }
        #expect(released(lanes, cuts: shuffled + ends) == merged(lanes))
    }
}
