/// Numbers and texts as bytes: what a checkpoint is written in. Small numbers take few bytes (LEB128; signed
/// ones zigzag, as in Protocol Buffers).
struct StateWriter {
    private(set) var bytes: [UInt8] = []

    mutating func append(_ flag: Bool) { bytes.append(flag ? 1 : 0) }

    mutating func append(unsigned value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    mutating func append(_ value: Int64) {
        append(unsigned: UInt64(bitPattern: (value << 1) ^ (value >> 63)))
    }

    mutating func append(_ value: Int) { append(Int64(value)) }

    mutating func append(_ value: Int128) {
        var rest = UInt128(bitPattern: (value << 1) ^ (value >> 127))
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    mutating func append(_ value: Double) {
        var bits = value.bitPattern
        for _ in 0..<8 {
            bytes.append(UInt8(truncatingIfNeeded: bits))
            bits >>= 8
        }
    }

    mutating func append(_ text: String) {
        append(unsigned: UInt64(text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }

    /// The bytes with a checksum behind them: a state file has none of its own, and a number that one bit has
    /// made another would be believed.
    var sealed: [UInt8] {
        var sum = StableHash()
        for byte in bytes { sum.add(byte: byte) }
        return bytes + (0..<8).map { UInt8(truncatingIfNeeded: sum.value >> ($0 * 8)) }
    }

    /// What was sealed.
    static func checked(_ sealed: [UInt8]) throws(CheckpointError) -> [UInt8] {
        guard sealed.count >= 8 else { throw CheckpointError(detail: "it ends too soon") }
        var writer = StateWriter()
        writer.bytes = Array(sealed.dropLast(8))
        guard writer.sealed == sealed else { throw CheckpointError(detail: "its checksum is another") }
        return writer.bytes
    }

    mutating func append(_ other: StateWriter) { bytes.append(contentsOf: other.bytes) }
}

/// What `StateReader` found that no `StateWriter` has written.
public struct CheckpointError: Error, Equatable, Sendable {
    public var detail: String
}

/// Reads what a `StateWriter` wrote. Whatever the bytes are, it reads nothing outside them and allocates no
/// more than they can hold.
struct StateReader {
    private let bytes: [UInt8]
    private var place = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { place == bytes.count }

    private mutating func byte() throws(CheckpointError) -> UInt8 {
        guard place < bytes.count else { throw CheckpointError(detail: "it ends too soon") }
        defer { place += 1 }
        return bytes[place]
    }

    mutating func flag() throws(CheckpointError) -> Bool { try byte() != 0 }

    mutating func unsigned() throws(CheckpointError) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            let next = try byte()
            value |= UInt64(next & 0x7f) << shift
            if next < 0x80 { return value }
        }
        throw CheckpointError(detail: "a number is too long")
    }

    mutating func int64() throws(CheckpointError) -> Int64 {
        let value = try unsigned()
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    mutating func int() throws(CheckpointError) -> Int { Int(try int64()) }

    /// A number of things of which each takes at least a byte.
    mutating func count() throws(CheckpointError) -> Int {
        let count = try unsigned()
        guard count <= UInt64(bytes.count - place) else {
            throw CheckpointError(detail: "it says that more follows than there is")
        }
        return Int(count)
    }

    mutating func int128() throws(CheckpointError) -> Int128 {
        var value: UInt128 = 0
        for shift in stride(from: UInt128(0), to: 133, by: 7) {
            let next = try byte()
            value |= UInt128(next & 0x7f) << shift
            if next < 0x80 { return Int128(bitPattern: value >> 1) ^ -Int128(bitPattern: value & 1) }
        }
        throw CheckpointError(detail: "a number is too long")
    }

    mutating func double() throws(CheckpointError) -> Double {
        var bits: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 8) { bits |= UInt64(try byte()) << shift }
        return Double(bitPattern: bits)
    }

    mutating func bytes(_ count: Int) throws(CheckpointError) -> [UInt8] {
        guard count <= bytes.count - place else { throw CheckpointError(detail: "it ends too soon") }
        defer { place += count }
        return Array(bytes[place..<place + count])
    }

    mutating func text() throws(CheckpointError) -> String {
        let length = try count()
        defer { place += length }
        return String(decoding: bytes[place..<place + length], as: UTF8.self)
    }
}
