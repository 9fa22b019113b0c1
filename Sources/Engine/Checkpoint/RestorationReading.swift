import MarketModel

/// The parts of a checkpoint, in their order.
extension Restoration {
    mutating func readRules(from reader: inout StateReader) throws(CheckpointError) {
        for _ in 0..<(try reader.count()) {
            rules.append(RuleIdentity(name: try reader.text(), meaning: try reader.unsigned()))
        }
        known = Set(rules)
    }

    mutating func readAlerts(from reader: inout StateReader) throws(CheckpointError) {
        for _ in 0..<(try reader.count()) {
            let number = try reader.unsigned()
            guard number < UInt64(rules.count) else { throw CheckpointError(detail: "an alert of no rule") }
            let key = try symbol(try reader.int())
            alerts[AlertIdentity(rule: rules[Int(number)], key: key)] = try reader.part()
        }
    }

    mutating func readCrossings(from reader: inout StateReader) throws(CheckpointError) {
        for _ in 0..<(try reader.count()) {
            let meaning = try reader.unsigned()
            let key = try symbol(try reader.int())
            crossings[CrossingIdentity(meaning: meaning, key: key)] = (
                try reader.double(), try reader.double()
            )
        }
    }

    /// - Parameter series: from the numbers of the checkpoint to the engine's; nil for those it has not.
    mutating func readInputs(
        from reader: inout StateReader, _ names: [String], series: [Int?]
    ) throws(CheckpointError) {
        for _ in 0..<(try reader.count()) {
            let name = try reader.unsigned()
            guard name < UInt64(names.count) else { throw CheckpointError(detail: "an input of no kind") }
            let kind = try reader.int()
            let number = try reader.int()
            let state = try reader.part()
            var stream = StreamIdentity(kind: UInt8(truncatingIfNeeded: kind), number: number)
            if kind == 2 {
                guard series.indices.contains(number) else {
                    throw CheckpointError(detail: "an input of no series")
                }
                guard let own = series[number] else { continue }
                stream.number = own
            } else {
                stream.number = try symbol(number)
            }
            inputs[InputIdentity(stream: stream, request: names[Int(name)])] = state
        }
    }

    private func symbol(_ number: Int) throws(CheckpointError) -> Int {
        if number == -1 { return -1 }
        guard symbols.indices.contains(number) else { throw CheckpointError(detail: "a symbol of no name") }
        return symbols[number]
    }
}

extension AlertEngine {
    func readNames(from reader: inout StateReader) throws(CheckpointError) -> [String] {
        var names: [String] = []
        for _ in 0..<(try reader.count()) { names.append(try reader.text()) }
        return names
    }

    func readFeeds(from reader: inout StateReader) throws(CheckpointError) {
        for _ in 0..<(try reader.count()) {
            let name = try reader.text()
            let feed = feed(of: name.isEmpty ? name : name + ":")
            feed.pointee.start = try reader.int64()
            feed.pointee.leastPending = try reader.int64()
            feed.pointee.watermark = try reader.int64()
            // Whether it is silent is seen anew.
            feed.pointee.arrivedSinceIdleTick = true
        }
    }

    func readRates(from reader: inout StateReader) throws(CheckpointError) {
        for _ in 0..<(try reader.count()) {
            let name = try reader.text()
            var timeline = RateTimeline()
            try timeline.read(from: &reader)
            if let index = book.rateSeries.firstIndex(of: name) { rates[index] = timeline }
        }
    }

    func readSymbols(
        from reader: inout StateReader, _ restoration: inout Restoration
    ) throws(CheckpointError) {
        for _ in 0..<(try reader.count()) {
            guard let symbol = symbols.intern(try reader.text()) else {
                throw CheckpointError(detail: "more symbols than the table has room for")
            }
            let index = Int(symbol.index)
            restoration.symbols.append(index)
            if index >= slotCount || !slots[index].isKnown { register(symbol) }
            slots[index].hasDormantBlocks = false
            guard try reader.flag() else { continue }
            let closed = try reader.int64()
            // Symbols that rules read together only now may stand at different instants: none of them goes
            // back, so that no alert is evaluated twice.
            if let cluster = slots[index].cluster {
                cluster.pointee.closed = max(cluster.pointee.closed, closed)
            }
            if try reader.flag() { restoration.dormant.insert(index) }
            for kind in [UInt8(0), 1] where try reader.flag() {
                let stream = kind == 0 ? slots[index].trades : slots[index].quotes
                let after = try readPoints(from: &reader, into: stream, closed: closed)
                restoration.rereads[StreamIdentity(kind: kind, number: index)] = Restoration.Reread(
                    after: after)
            }
        }
    }

    /// - Returns: from the numbers of the checkpoint to this engine's; nil for those it has not.
    func readSeries(from reader: inout StateReader) throws(CheckpointError) -> [Int?] {
        var numbers: [Int?] = []
        for _ in 0..<(try reader.count()) {
            let meaning = try reader.text()
            let index = bookMeaning.series.firstIndex(of: meaning)
            numbers.append(index)
            _ = try readPoints(
                from: &reader, into: index.flatMap { seriesOutputs[$0] }, closed: Int64.max)
        }
        return numbers
    }

    /// - Parameters:
    ///   - stream: nil: no rule reads it any more.
    ///   - closed: instants before it are complete.
    /// - Returns: after which time its points are to be read again.
    private func readPoints(
        from reader: inout StateReader, into stream: UnsafeMutablePointer<PointStream>?, closed: Int64
    ) throws(CheckpointError) -> Int64 {
        let scaleA = try reader.int()
        let scaleB = try reader.int()
        let greatestA = try reader.unsigned()
        let greatestB = try reader.unsigned()
        let start = try reader.int64()
        let lostThrough = try reader.int64()
        var after = try reader.int64()
        let scales = 0..<PowersOfTen.int64.count
        guard scales.contains(scaleA), scales.contains(scaleB) else {
            throw CheckpointError(detail: "decimals that no price has")
        }
        let isSeries = closed == Int64.max
        if let stream {
            stream.pointee.setScales(UInt8(scaleA), UInt8(scaleB))
            stream.pointee.greatestA = greatestA
            stream.pointee.greatestB = greatestB
            stream.pointee.start = start
            stream.pointee.lostThrough = lostThrough
            // Other rules may look further back.
            if !isSeries { after = min(after, Engine.rereadAfter(stream, closed: closed)) }
        }
        var time: Int64 = 0
        for _ in 0..<(try reader.count()) {
            var point = try Point(from: &reader)
            time &+= point.time
            point.time = time
            guard let stream, isSeries || time <= after else { continue }
            if stream.pointee.isFull { stream.pointee.extend(cap: Int.max) }
            stream.pointee.append(point)
        }
        return after
    }
}

extension StateReader {
    /// What was written behind its length.
    fileprivate mutating func part() throws(CheckpointError) -> StateReader {
        StateReader(try bytes(try count()))
    }
}
