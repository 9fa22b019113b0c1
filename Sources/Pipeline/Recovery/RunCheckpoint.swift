import Foundation
import MarketModel
import StateStore

/// How far a run had come: what is before it has been evaluated, with all that it led to in the outbox.
///
/// A small one is written with every transition, so that a run that goes on from an earlier checkpoint knows
/// which records the transitions since then were made of, and takes the same ones.
struct ReadingPlace: Codable, Equatable {
    /// A trade that came too late.
    struct LateTrade: Codable, Hashable {
        var lane: Int32
        var offset: Int64
        var time: Int64
    }

    /// By partition's number here, the offset of the first record that the engine has not been given.
    var offsets: [Int32: Int64] = [:]
    /// By feed: instants before it are evaluated, milliseconds.
    var watermarks: [String: Int64] = [:]
    /// Since the last checkpoint; in one, as far as reading may go back.
    var late: [LateTrade] = []

    static let version = 1

    var encoded: Checkpoint {
        get throws(CommandFailure) { Checkpoint(version: Self.version, state: try json(of: self)) }
    }

    init() {}

    init(_ checkpoint: Checkpoint) throws(CommandFailure) {
        self = try read(ReadingPlace.self, checkpoint.state[...], checkpoint.version, Self.version)
    }
}

/// What the next run goes on from.
struct RunCheckpoint {
    struct Header: Codable {
        /// The topics' names, by the upper bits of the partitions' numbers.
        var topics: [String] = []
        var place = ReadingPlace()
        var index = TimeIndex()
        /// The offset of the next record of each partition of the rates' topic.
        var rateOffsets: [Int32: Int64] = [:]
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
    throw CommandFailure(
        .failure, "the checkpoint in the state file cannot be taken up: \(reason)",
        help: "move the state directory away to begin anew: what waits to be sent is in it too")
}
