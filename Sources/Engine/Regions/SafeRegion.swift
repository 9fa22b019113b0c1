/// What may arrive on a stream without any rule of a block being moved: points inside the bounds, so many of
/// them. While that holds, the block is left alone; the first point outside has it evaluated.
///
/// - SeeAlso: safe regions of continuous queries, S. Prabhakar et al., "Query Indexing and Velocity
///   Constrained Indexing" (IEEE Transactions on Computers, 2002).
struct SafeRegion {
    /// Inclusive, in mantissas of the stream's scales.
    var leastA: Int64 = 0
    var greatestA: Int64 = 0
    var leastB: Int64 = 0
    var greatestB: Int64 = 0
    /// What the b of the points still to come may add up to.
    var weight = Int64.max
    /// How many more points may come; 0 when there is no region.
    var remaining = 0

    /// Whether the point changes nothing. It is counted if so.
    @inline(__always)
    mutating func admits(_ point: Point) -> Bool {
        guard remaining > 0, point.a >= leastA, point.a <= greatestA, point.b >= leastB,
            point.b <= greatestB, point.b <= weight
        else { return false }
        remaining &-= 1
        weight &-= point.b
        return true
    }
}
