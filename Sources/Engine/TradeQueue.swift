import MarketModel

/// Trades of a cluster that wait for their instants to close, in the order (time, origin, sequence)
/// (LANGUAGE 2.3).
///
/// Input is nearly sorted: a trade mostly goes to the end, a late one is moved back a few places. One that
/// would move further waits in `displaced`, with all that follow it, until `settle` merges them.
struct TradeQueue: ~Copyable {
    private var trades: UnsafeMutablePointer<Trade>
    private var mask: Int
    private var head = 0
    private var tail = 0
    private var displaced: [Trade] = []

    private static let greatestMove = 64

    init() {
        trades = .allocate(capacity: 16)
        mask = 15
    }

    deinit { trades.deallocate() }

    @inline(__always) var isEmpty: Bool { head == tail && displaced.isEmpty }

    /// `Int64.max` when empty.
    @inline(__always) var firstTime: Int64 { head == tail ? Int64.max : trades[head & mask].time }

    @inline(__always) var first: UnsafeMutablePointer<Trade> { trades + (head & mask) }

    @inline(__always)
    mutating func removeFirst() { head &+= 1 }

    /// Until `settle` is called, `first` and `firstTime` may not know of the trade.
    @inline(__always)
    mutating func insert(_ trade: Trade) {
        guard displaced.isEmpty, place(trade) else { return displaced.append(trade) }
    }

    /// Brings what was inserted far from its place there: O(k log k) for k such trades, and one pass over
    /// those that they stand before.
    @inline(__always)
    mutating func settle() {
        if !displaced.isEmpty { merge() }
    }

    private mutating func place(_ trade: Trade) -> Bool {
        let lowest = max(head, tail &- TradeQueue.greatestMove)
        var place = tail
        while place > lowest, TradeQueue.precedes(trade, trades[(place &- 1) & mask]) { place &-= 1 }
        if place == lowest, place > head, TradeQueue.precedes(trade, trades[(place &- 1) & mask]) {
            return false
        }
        if tail &- head > mask { grow() }
        var hole = tail
        while hole > place {
            trades[hole & mask] = trades[(hole &- 1) & mask]
            hole &-= 1
        }
        trades[place & mask] = trade
        tail &+= 1
        return true
    }

    @inline(never)
    private mutating func merge() {
        displaced.sort(by: TradeQueue.precedes)
        while tail &+ displaced.count &- head > mask &+ 1 { grow() }
        // From the end: of equal trades those in the ring came first.
        var source = tail
        var target = tail &+ displaced.count
        tail = target
        while let last = displaced.last {
            target &-= 1
            if source > head, TradeQueue.precedes(last, trades[(source &- 1) & mask]) {
                source &-= 1
                trades[target & mask] = trades[source & mask]
            } else {
                trades[target & mask] = last
                displaced.removeLast()
            }
        }
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
