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
    private static let greatestStreamCount = BlockProgram.greatestSourceCount / 2

    static func blocks(for sources: some Sequence<Source>) -> [BlockProgram] {
        var reaches: [SourceStream: Int64] = [:]
        for source in sources {
            guard let stream = source.stream else { continue }
            reaches[stream] = max(reaches[stream] ?? 0, source.reach)
        }
        let streams = reaches.keys.sorted { sortKey($0).lexicographicallyPrecedes(sortKey($1)) }
        return stride(from: 0, to: streams.count, by: greatestStreamCount).map { first in
            let part = streams[first..<min(first + greatestStreamCount, streams.count)]
            return block(part.map { ($0, reaches[$0] ?? 0) })
        }
    }

    private static func block(_ streams: [(SourceStream, reach: Int64)]) -> BlockProgram {
        var block = BlockProgram()
        for (stream, reach) in streams {
            var owner = StreamRequest.Owner.key
            if case .symbol(let name)? = stream.owner {
                let place = block.symbols.firstIndex(of: name) ?? block.symbols.count
                if place == block.symbols.count { block.symbols.append(name) }
                owner = .symbol(place)
            }
            block.streams.append(StreamRequest(kind: stream.kind, owner: owner))
            if reach > 0 { block.inputs.append(.lag(stream: block.streams.count - 1, delay: reach)) }
        }
        return block
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
