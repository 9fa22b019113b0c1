/// The heads of lanes that are being merged, the least in front: a tournament, each node the lesser of two.
///
///                 1: 10:00:01|2                 a head is a time and its lane in one number, so that of
///           2: 10:00:04|0   3: 10:00:01|2       equal times the lower lane goes first, and a lane's next
///           lane 0  lane 1  lane 2  lane 3      head is in place after log2(lanes) comparisons
struct LaneHeads {
    private static let laneBits: Int64 = 16
    private static let none = Int64.max

    private var nodes: [Int64] = []
    private var leaves = 1

    /// - Parameter times: of the lanes in order, at most 65,536; milliseconds, nil for one that has nothing.
    mutating func fill(_ times: some Collection<Int64?>) {
        leaves = 1
        while leaves < times.count { leaves *= 2 }
        nodes.removeAll(keepingCapacity: true)
        nodes.append(contentsOf: repeatElement(LaneHeads.none, count: 2 * leaves))
        for (lane, time) in times.enumerated() {
            if let time { nodes[leaves + lane] = LaneHeads.head(time, lane) }
        }
        for node in stride(from: leaves - 1, through: 1, by: -1) {
            nodes[node] = min(nodes[2 * node], nodes[2 * node + 1])
        }
    }

    /// The lane whose head is the least; nil when none has any.
    @inline(__always)
    var first: Int? {
        nodes[1] == LaneHeads.none ? nil : Int(nodes[1] & (1 << LaneHeads.laneBits - 1))
    }

    /// - Parameter time: of the lane's next head; nil when it has none.
    @inline(__always)
    mutating func replace(_ lane: Int, _ time: Int64?) {
        nodes.withUnsafeMutableBufferPointer { nodes in
            var node = leaves + lane
            var least = time.map { LaneHeads.head($0, lane) } ?? LaneHeads.none
            nodes[node] = least
            // The lesser one is carried up: no level waits for what the one below has stored.
            while node > 1 {
                least = min(least, nodes[node ^ 1])
                node /= 2
                nodes[node] = least
            }
        }
    }

    /// 47 bits of time are 4,459 years before and after 1970; the decoder takes none outside.
    @inline(__always)
    private static func head(_ time: Int64, _ lane: Int) -> Int64 { time << laneBits | Int64(lane) }
}
