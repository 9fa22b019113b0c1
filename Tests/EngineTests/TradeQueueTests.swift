import MarketModel
import Testing

@testable import Engine

@Suite("Trades that wait for their instants")
struct TradeQueueTests {
    private func trade(_ time: Int64, origin: UInt16 = 0, sequence: Int64 = 0, price: Int64 = 1) -> Trade {
        let value = FixedPoint(uncheckedMantissa: price, scale: 0)
        return Trade(
            symbol: SymbolID(index: 0), time: time, price: value, size: value,
            origin: OriginID(index: origin), sequence: sequence)
    }

    @Test("They come out by (time, origin, sequence), equal ones as they came, whatever the order of arrival")
    func order() {
        var random = SystemRandomNumberGenerator()
        for span in [1, 3, 50, 5000] as [Int64] {
            var queue = TradeQueue()
            var expected: [Trade] = []
            var taken: [Trade] = []
            for index in 0..<3000 {
                let trade = trade(
                    .random(in: 0...span, using: &random), origin: .random(in: 0...1, using: &random),
                    sequence: .random(in: 0...2, using: &random), price: Int64(index + 1))
                queue.insert(trade)
                expected.append(trade)
                if index % 700 == 699 { queue.settle() }
            }
            expected.sort { left, right in
                (left.time, Int64(left.origin.index), left.sequence, left.price)
                    < (right.time, Int64(right.origin.index), right.sequence, right.price)
            }
            queue.settle()
            while !queue.isEmpty {
                taken.append(queue.first.pointee)
                queue.removeFirst()
            }
            #expect(taken == expected)
        }
    }

    @Test("An hour that came backwards costs no more than sorting it")
    func backwards() {
        var queue = TradeQueue()
        let count: Int64 = 200_000
        for index in 0..<count { queue.insert(trade(count - index)) }
        queue.settle()
        var next: Int64 = 1
        while !queue.isEmpty {
            #expect(queue.first.pointee.time == next)
            queue.removeFirst()
            next += 1
        }
        #expect(next == count + 1)
    }
}
