import Engine
import RuleSemantics

/// Which named symbols each named series reads in the end, through the series before it.
struct SeriesReach {
    private(set) var symbols: [[String]] = []

    init(_ series: [CheckedSeries]) {
        for one in series {
            var mentions = Mentions()
            mentions.visit(one.expression)
            var reached = mentions.symbols
            for index in mentions.series where index < symbols.count { reached += symbols[index] }
            symbols.append(distinct(reached))
        }
    }

    /// The symbols whose trades decide about sources: in order of their names, since a set has no order.
    func symbols(of sources: some Sequence<Source>) -> [String] {
        var found: [String] = []
        for stream in sources.compactMap(\.stream) {
            if case .symbol(let name)? = stream.owner { found.append(name) }
            if case .series(let index) = stream.kind, index < symbols.count { found += symbols[index] }
        }
        return distinct(found).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
}

/// Rules without `on`, parted so that rules which read nothing in common do not wait for each other's feeds
/// (LANGUAGE 2.7: a rule is evaluated at the least watermark of the feeds that *it* reads).
enum KeylessParts {
    static func parts(of readings: [RuleReading], _ reach: SeriesReach) -> [[RuleReading]] {
        var parts: [(symbols: Set<String>, readings: [RuleReading])] = []
        for reading in readings {
            let symbols = Set(reach.symbols(of: reading.sources))
            let feeds = feeds(symbols)
            let touching = parts.indices.filter {
                !parts[$0].symbols.isDisjoint(with: symbols) && self.feeds(parts[$0].symbols) == feeds
                    || (symbols.isEmpty && parts[$0].symbols.isEmpty)
            }
            guard let first = touching.first else {
                parts.append((symbols, [reading]))
                continue
            }
            parts[first].symbols.formUnion(symbols)
            parts[first].readings.append(reading)
            for other in touching.dropFirst().reversed() {
                parts[first].symbols.formUnion(parts[other].symbols)
                parts[first].readings += parts[other].readings
                parts.remove(at: other)
            }
        }
        return parts.map { $0.readings.sorted { $0.index < $1.index } }
    }

    /// A rule without a key exists from the start of the first feed that it reads, so rules of different
    /// feeds share no block.
    private static func feeds(_ symbols: Set<String>) -> Set<Substring> {
        Set(symbols.map { $0.firstIndex(of: ":").map($0.prefix(upTo:)) ?? "" })
    }
}

/// What dynamic rules read of named symbols and series, kept before any of their instances exists, so that
/// an instance finds its windows full when its key first trades.
///
/// A lag as long as the longest window over a stream keeps all of that window's points: one input a stream
/// is enough, however many windows the rules have.
enum StandingReads {
    /// - Parameter accumulated: what each rule reads beyond that: grid windows, samples, decaying means.
    static func blocks(
        for sources: some Sequence<Source>, accumulated: [[Source: WindowAggregates]]
    ) -> [BlockProgram] {
        var reaches: [SourceStream: Int64] = [:]
        var lastPoints: [SourceStream: Int] = [:]
        for source in sources {
            guard let stream = source.stream else { continue }
            reaches[stream] = max(reaches[stream] ?? 0, source.reach)
            if case .window(_, .points(let count)) = source {
                lastPoints[stream] = max(lastPoints[stream] ?? 0, count)
            }
        }
        var united: [Source: WindowAggregates] = [:]
        for (source, aggregates) in accumulated.joined() { united[source, default: []].formUnion(aggregates) }
        let streams = reaches.keys.sorted { sortKey($0).lexicographicallyPrecedes(sortKey($1)) }
        return streams.flatMap { stream in
            var inputs: [InputRequest] = []
            if let reach = reaches[stream], reach > 0 { inputs.append(.lag(stream: 0, delay: reach)) }
            if let count = lastPoints[stream] {
                inputs.append(.window(stream: 0, WindowRequest(.points(count), aggregates: [])))
            }
            for (source, aggregates) in united where source.stream == stream {
                if case .window(_, let extent) = source {
                    inputs.append(.window(stream: 0, WindowRequest(extent, aggregates: aggregates)))
                } else if let request = source.request(on: 0) {
                    inputs.append(request)
                }
            }
            return blocks(stream, inputs)
        }
    }

    /// One block or more: nothing is computed, so their order does not matter.
    private static func blocks(_ stream: SourceStream, _ inputs: [InputRequest]) -> [BlockProgram] {
        let size = BlockProgram.greatestSourceCount - 1
        return stride(from: 0, to: max(1, inputs.count), by: size).map { first in
            var block = BlockProgram()
            var owner = StreamRequest.Owner.key
            if case .symbol(let name)? = stream.owner {
                block.symbols = [name]
                owner = .symbol(0)
            }
            block.streams = [StreamRequest(kind: stream.kind, owner: owner)]
            block.inputs = Array(inputs[first..<min(first + size, inputs.count)])
            return block
        }
    }

    private static func sortKey(_ stream: SourceStream) -> [UInt8] {
        let kind: String =
            switch stream.kind {
            case .trades: "0"
            case .quotes: "1"
            case .series(let index): "2 \(index)"
            }
        guard case .symbol(let name)? = stream.owner else { return Array(kind.utf8) }
        return Array("\(kind) \(name)".utf8)
    }
}

/// The elements without repetition, in order of appearance.
func distinct(_ names: [String]) -> [String] {
    var seen = Set<String>()
    return names.filter { seen.insert($0).inserted }
}
