internal import Glibc
internal import MarketModel

/// Sorts trades by time; those of one time keep their order.
///
/// Least-significant-digit radix sort of (time, index) pairs, a byte a pass, over as many bytes as the
/// times' range takes; then the 64-byte trades move once.
///
/// - Complexity: O(n) for times within one range.
enum TradeSort {
    private struct Key {
        var time: UInt64
        var index: UInt32
    }

    /// Sorts in place.
    static func sort(_ trades: UnsafeMutableBufferPointer<Trade>) {
        let sorted = RunBuilder.allocate(trades.count)
        order(trades, into: sorted)
        _ = trades.update(from: sorted)
        free(sorted.baseAddress)
    }

    /// - Returns: the sorted trades in new memory of `malloc`; the old, of `malloc` too, is released.
    static func sorted(_ trades: UnsafeMutableBufferPointer<Trade>) -> UnsafeMutableBufferPointer<Trade> {
        let sorted = RunBuilder.allocate(trades.count)
        order(trades, into: sorted)
        free(trades.baseAddress)
        return sorted
    }

    /// - Precondition: fewer than 2^32 trades.
    private static func order(
        _ trades: UnsafeMutableBufferPointer<Trade>, into sorted: UnsafeMutableBufferPointer<Trade>
    ) {
        var least = Int64.max
        var greatest = Int64.min
        for trade in trades {
            least = min(least, trade.time)
            greatest = max(greatest, trade.time)
        }
        var keys = UnsafeMutableBufferPointer<Key>.allocate(capacity: trades.count)
        var other = UnsafeMutableBufferPointer<Key>.allocate(capacity: trades.count)
        for index in trades.indices {
            let time = UInt64(bitPattern: trades[index].time &- least)
            keys.initializeElement(at: index, to: Key(time: time, index: UInt32(index)))
        }
        other.initialize(repeating: Key(time: 0, index: 0))
        let range = UInt64(bitPattern: greatest &- least)
        var shift: UInt64 = 0
        while shift < 64, range &>> shift > 0 {
            pass(keys, other, shift)
            swap(&keys, &other)
            shift += 8
        }
        for index in keys.indices { sorted.initializeElement(at: index, to: trades[Int(keys[index].index)]) }
        keys.deallocate()
        other.deallocate()
    }

    private static func pass(
        _ keys: UnsafeMutableBufferPointer<Key>, _ other: UnsafeMutableBufferPointer<Key>, _ shift: UInt64
    ) {
        withUnsafeTemporaryAllocation(of: Int.self, capacity: 256) { offsets in
            offsets.initialize(repeating: 0)
            for key in keys { offsets[Int((key.time &>> shift) & 0xff)] += 1 }
            var sum = 0
            for index in 0..<256 {
                let count = offsets[index]
                offsets[index] = sum
                sum += count
            }
            for key in keys {
                let digit = Int((key.time &>> shift) & 0xff)
                other[offsets[digit]] = key
                offsets[digit] += 1
            }
        }
    }
}
