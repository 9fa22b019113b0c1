import MarketModel

extension PointStream {
    /// Brings all points, and the sums of the windows over them, to finer decimals. A rare step: a symbol's
    /// decimals settle with its first trades.
    ///
    /// - Returns: false, and nothing is changed, when a point would need more than 15 digits.
    mutating func rescale(toA newA: UInt8, toB newB: UInt8) -> Bool {
        if newA == scaleA, newB == scaleB { return true }
        let factorA = PowersOfTen.int64[Int(newA - scaleA)]
        let factorB = PowersOfTen.int64[Int(newB - scaleB)]
        let limit = FixedPoint.greatestMantissa
        // Of all points ever: windows may hold what the stream has dropped, and what is refused may not
        // depend on what happens to be kept.
        if greatestA > (limit / factorA).magnitude || greatestB > (limit / factorB).magnitude { return false }
        greatestA *= factorA.magnitude
        greatestB *= factorB.magnitude
        for position in head..<tail {
            self[position].a *= factorA
            self[position].b *= factorB
        }
        setScales(newA, newB)
        return true
    }
}

extension BlockState {
    /// The stream has become finer by these factors.
    mutating func rescale(_ stream: UnsafeMutablePointer<PointStream>, _ factorA: Int64, _ factorB: Int64) {
        for index in 0..<inputCount where inputs[index].stream == stream {
            inputs[index].rescale(factorA, factorB)
        }
    }

    /// The stream has dropped its oldest points at the cap.
    mutating func forget(before head: Int, of stream: UnsafeMutablePointer<PointStream>) {
        for index in 0..<inputCount where inputs[index].stream == stream {
            inputs[index].forget(before: head)
        }
    }

    /// The observation of a stream that starts at `start` has been settled: its windows, unknown until now,
    /// look at `instant` when their warm-up ends.
    ///
    /// - Returns: whether the block reads such a stream.
    mutating func reconsiderWindows(startingAt start: Int64, at instant: Int64) -> Bool {
        var reads = false
        for index in 0..<inputCount where inputs[index].isWarmingUp && !inputs[index].isPassive {
            guard inputs[index].stream.pointee.start == start else { continue }
            inputDeadlines[index] = min(inputDeadlines[index], instant)
            reads = true
        }
        return reads
    }
}
