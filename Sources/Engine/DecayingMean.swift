import Glibc

/// `ewma(x, half_life)`: one step an instant, with the instant's last value (LANGUAGE 11).
struct DecayingMean: ~Copyable {
    let column: Column
    /// Milliseconds.
    let halfLife: Double
    /// Position in the stream of the first point that has not been seen.
    var consumed = 0
    private(set) var mean = Double.nan
    private var time = Int64.min

    init(column: Column, halfLife: Int64) {
        self.column = column
        self.halfLife = Double(halfLife)
    }

    mutating func adopt(_ other: borrowing DecayingMean) {
        consumed = other.consumed
        mean = other.mean
        time = other.time
    }

    func write(to writer: inout StateWriter) {
        writer.append(mean)
        writer.append(time)
    }

    mutating func read(from reader: inout StateReader) throws(CheckpointError) {
        mean = try reader.double()
        time = try reader.int64()
    }

    /// Sees the stream's points up to `t`, whose instant is complete.
    mutating func advance(_ stream: UnsafeMutablePointer<PointStream>, to t: Int64) {
        let tail = stream.pointee.tail
        consumed = max(consumed, stream.pointee.head)
        while consumed < tail {
            let point = stream.pointee[consumed]
            if point.time > t { return }
            consumed += 1
            if consumed < tail, stream.pointee[consumed].time == point.time { continue }
            step(InputState.value(point, column, stream), at: point.time)
        }
    }

    private mutating func step(_ value: Double, at now: Int64) {
        if time == Int64.min {
            mean = value
        } else {
            let weight = exp2(-Double(now - time) / halfLife)
            mean = weight * mean + (1 - weight) * value
        }
        time = now
    }
}
