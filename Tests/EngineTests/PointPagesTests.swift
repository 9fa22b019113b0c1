import Testing

@testable import Engine

@Suite("Room for a stream's points")
struct PointPagesTests {
    @Test(arguments: 1...8)
    func `Each position keeps its point while the stream grows, shrinks and moves on`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var stream = PointStream(kind: .trades)
        var most = 0
        for round in 0..<40 {
            // Between a handful of points and some pages of them.
            let wanted = Int(random.next() % (seed % 2 == 0 ? 100 : 6_000))
            for _ in 0..<Int(random.next() % 3_000) {
                if stream.isFull {
                    stream.head = max(stream.head, stream.tail - wanted)
                    stream.extend(cap: Int.max)
                }
                stream.append(Point(time: Int64(stream.tail), a: Int64(stream.tail) * 3, b: 7))
                most = max(most, stream.tail - stream.head)
            }
            for position in stream.head..<stream.tail {
                #expect(stream[position].a == Int64(position) * 3, "round \(round), position \(position)")
            }
            let kept = stream.tail - stream.head
            #expect(stream.pages.capacity >= kept)
        }
        #expect(stream.pages.capacity <= max(most * 8 / 3 + 16, most + 2 * PointPages.pageSize))
    }

    @Test func `A long window takes little more room than its points`() {
        var stream = PointStream(kind: .trades)
        let kept = 40_000
        for _ in 0..<200_000 {
            if stream.isFull {
                stream.head = max(0, stream.tail - kept)
                stream.extend(cap: Int.max)
            }
            stream.append(Point(time: Int64(stream.tail), a: 1, b: 1))
        }
        let bytes = stream.pages.capacity * MemoryLayout<Point>.stride
        #expect(bytes <= kept * 26)
    }
}
