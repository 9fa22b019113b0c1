import Foundation
import MarketModel
import StateStore

/// How far a run had come: what is before it has been evaluated, with all that it led to in the outbox.
///
/// A small one is written with every transition, so that a run that goes on from an earlier checkpoint knows
/// which records the transitions since then were made of, and takes the same ones.
struct ReadingPlace: Codable, Equatable, Sendable {
    /// A trade that came too late.
    struct LateTrade: Codable, Hashable, Sendable {
        var lane: Int32
        var offset: Int64
        var time: Int64
    }

    /// A record of which the engine has been given so many trades; of those before it, all.
    struct Record: Codable, Equatable, Sendable {
        var offset: Int64
        var taken = 0
    }

    /// By partition's number.
    var records: [Int32: Record] = [:]
    /// By feed: instants before it are evaluated, milliseconds.
    var watermarks: [String: Int64] = [:]
    /// Since the last checkpoint; in one, as far as reading may go back.
    var late: [LateTrade] = []

    static let version = 1

    var encoded: Checkpoint {
        get throws(CommandFailure) { Checkpoint(version: Self.version, state: try json(of: self)) }
    }

    init() {}

    /// Under other numbers of the partitions.
    func renumbered(_ number: (Int32) -> Int32?) -> ReadingPlace {
        var place = self
        place.records = [:]
        for (lane, record) in records { if let own = number(lane) { place.records[own] = record } }
        place.late = late.compactMap { trade in
            number(trade.lane).map { LateTrade(lane: $0, offset: trade.offset, time: trade.time) }
        }
        return place
    }

    init(_ checkpoint: Checkpoint) throws(CommandFailure) {
        self = try read(ReadingPlace.self, checkpoint.state[...], checkpoint.version, Self.version)
    }
}

/// What the next run goes on from.
struct RunCheckpoint: Sendable {
    struct Header: Codable, Sendable {
        /// The topics' names, by the upper bits of the partitions' numbers.
        var topics: [String] = []
        var place = ReadingPlace()
        var index = TimeIndex()
        /// The offset of the next record of each partition of the rates' topic.
        var rateOffsets: [Int32: Int64] = [:]
        /// The series that the engine knows from there.
        var rateSeries: [String] = []
        /// By symbol, from when its windows hold all their points again.
        var cappedUntil: [String: Int64] = [:]
    }

    var header: Header
    var engine: [UInt8]

    init(_ header: Header, engine: [UInt8]) {
        self.header = header
        self.engine = engine
    }

    /// Length of the header, header, engine.
    var encoded: Checkpoint {
        get throws(CommandFailure) {
            let head = try json(of: header)
            let length = withUnsafeBytes(of: UInt32(head.count).littleEndian) { Array($0) }
            return Checkpoint(version: ReadingPlace.version, state: length + head + engine)
        }
    }

    init(_ checkpoint: Checkpoint) throws(CommandFailure) {
        let bytes = checkpoint.state
        var length = 0
        for byte in bytes.prefix(4).reversed() { length = length << 8 | Int(byte) }
        let end = min(bytes.count, 4 + length)
        header = try read(
            Header.self, bytes[min(4, end)..<end], checkpoint.version, ReadingPlace.version)
        engine = Array(bytes[end...])
    }
}

private func json(of value: some Encodable) throws(CommandFailure) -> [UInt8] {
    do {
        return Array(try JSONEncoder().encode(value))
    } catch {
        throw CommandFailure(.failure, "the checkpoint cannot be written: \(error)")
    }
}

private func read<Value: Decodable>(
    _: Value.Type, _ bytes: ArraySlice<UInt8>, _ version: Int, _ known: Int
) throws(CommandFailure) -> Value {
    if version == known, let value = try? JSONDecoder().decode(Value.self, from: Data(bytes)) {
        return value
    }
    let reason =
        version > known ? "a newer bellwether has written it (version \(version))" : "it cannot be read"
    throw RunCheckpoint.failure(reason)
}

extension RunCheckpoint {
    static func failure(_ reason: String) -> CommandFailure {
        CommandFailure(
            .failure, "the checkpoint in the state file cannot be taken up: \(reason)",
            help: "move the state directory away to begin anew: what waits to be sent is in it too")
    }
}

/// What an earlier run has left in the state file.
struct RunRecovery: Sendable {
    var checkpoint: RunCheckpoint
    /// Transitions since then.
    var progress: ReadingPlace?

    /// With the numbers that this configuration gives to the partitions; those of other topics are left out.
    func renumbered(for topics: [String]) -> RunRecovery {
        func number(_ lane: Int32) -> Int32? {
            let topic = Int(lane >> TopicInputs.partitionBits)
            guard checkpoint.header.topics.indices.contains(topic),
                let own = topics.firstIndex(of: checkpoint.header.topics[topic])
            else { return nil }
            return Int32(own) << TopicInputs.partitionBits | lane & (1 << TopicInputs.partitionBits - 1)
        }
        var recovery = self
        recovery.checkpoint.header.place = checkpoint.header.place.renumbered(number)
        recovery.checkpoint.header.index = checkpoint.header.index.renumbered(number)
        recovery.progress = progress?.renumbered(number)
        return recovery
    }
}
