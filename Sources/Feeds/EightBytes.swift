/// Eight bytes of text examined at once in one 64-bit word; the first byte is the least significant.
///
/// The tests below are exact for the lowest byte that answers; bytes above it may answer wrongly because of
/// a carry, which never matters since only the first one is asked for.
///
/// - SeeAlso: Henry S. Warren, "Hacker's Delight", 2nd edition (2012), 6-1; Johnny Lee, "Fast numeric
///   string to int" (2017), for `value`.
enum EightBytes {
    static let ones: UInt64 = 0x0101_0101_0101_0101
    static let tops: UInt64 = 0x8080_8080_8080_8080

    @inline(__always)
    static func load(_ pointer: UnsafeRawPointer) -> UInt64 {
        UInt64(littleEndian: pointer.loadUnaligned(as: UInt64.self))
    }

    @inline(__always)
    static func spread(_ byte: UInt8) -> UInt64 { UInt64(byte) &* ones }

    /// The top bit of each byte that equals the one in `pattern`.
    @inline(__always)
    static func equal(_ word: UInt64, _ pattern: UInt64) -> UInt64 {
        let difference = word ^ pattern
        return (difference &- ones) & ~difference & tops
    }

    /// The top bit of each byte below `limit` (at most 128).
    @inline(__always)
    static func below(_ word: UInt64, _ limit: UInt8) -> UInt64 {
        (word &- spread(limit)) & ~word & tops
    }

    /// The number of bytes before the first one that is marked; 8 when none is.
    @inline(__always)
    static func first(_ marks: UInt64) -> Int { marks.trailingZeroBitCount &>> 3 }

    /// Turns ASCII digits into their values; other bytes become 10 or more.
    @inline(__always)
    static func digitValues(_ word: UInt64) -> UInt64 { word ^ 0x3030_3030_3030_3030 }

    /// How many digits a word of digit values begins with.
    @inline(__always)
    static func digitCount(_ values: UInt64) -> Int {
        first(((values &+ 0x7676_7676_7676_7676) | values) & tops)
    }

    /// The number that the first `count` (1...8) digit values spell.
    @inline(__always)
    static func value(_ values: UInt64, count: Int) -> UInt64 {
        number(ofAligned: values &<< UInt64(truncatingIfNeeded: 64 &- 8 &* count))
    }

    /// The number that eight digit values spell.
    @inline(__always)
    static func number(ofAligned values: UInt64) -> UInt64 {
        var word = ((values & 0x0f0f_0f0f_0f0f_0f0f) &* 2561) &>> 8
        word = ((word & 0x00ff_00ff_00ff_00ff) &* 6_553_601) &>> 16
        return ((word & 0x0000_ffff_0000_ffff) &* 42_949_672_960_001) &>> 32
    }

    /// A mask of the lowest `count` (0...7) bytes.
    @inline(__always)
    static func mask(_ count: Int) -> UInt64 {
        let one: UInt64 = 1
        return (one &<< UInt64(truncatingIfNeeded: 8 &* count)) &- 1
    }
}
