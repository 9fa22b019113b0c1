import MarketModel

/// Trades of a cluster that wait for their instants to close, in the order (time, origin, sequence)
/// (LANGUAGE 2.3).
///
/// Input is nearly sorted: a trade mostly goes to the end, a late one is moved back a few places.
struct TradeQueue: ~Copyable {
    private var trades: UnsafeMutablePointer<Trade>
    private var mask: Int
    private var head = 0
    private var tail = 0

    init() {
        trades = .allocate(capacity: 16)
        mask = 15
    }

    deinit { trades.deallocate() }

    @inline(__always) var isEmpty: Bool { head == tail }

    /// `Int64.max` when empty.
    @inline(__always) var firstTime: Int64 { head == tail ? Int64.max : trades[head & mask].time }

    @inline(__always) var first: UnsafeMutablePointer<Trade> { trades + (head & mask) }

    @inline(__always)
    mutating func removeFirst() { head &+= 1 }

    @inline(__always)
    mutating func insert(_ trade: Trade) {
        if tail &- head > mask { grow() }
        var place = tail
        while place > head, TradeQueue.precedes(trade, trades[(place &- 1) & mask]) {
            trades[place & mask] = trades[(place &- 1) & mask]
            place &-= 1
        }
        trades[place & mask] = trade
        tail &+= 1
    }

    @inline(__always)
    private static func precedes(_ left: Trade, _ right: Trade) -> Bool {
        if left.time != right.time { return left.time < right.time }
        if left.origin != right.origin { return left.origin.index < right.origin.index }
        return left.sequence < right.sequence
    }

    private mutating func grow() {
        let capacity = (mask + 1) * 2
        let larger = UnsafeMutablePointer<Trade>.allocate(capacity: capacity)
        for place in head..<tail { larger[place & (capacity - 1)] = trades[place & mask] }
        trades.deallocate()
        trades = larger
        mask = capacity - 1
    }
}
