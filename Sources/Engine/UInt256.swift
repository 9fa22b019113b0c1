/// The least of 256-bit arithmetic that an exact variance needs.
struct UInt256: Equatable {
    var high: UInt128
    var low: UInt128

    static let zero = UInt256(high: 0, low: 0)

    /// The full product.
    init(_ left: UInt128, times right: UInt128) {
        let product = left.multipliedFullWidth(by: right)
        high = product.high
        low = product.low
    }

    init(high: UInt128, low: UInt128) {
        self.high = high
        self.low = low
    }

    var isZero: Bool { high == 0 && low == 0 }

    var bitWidth: Int {
        high == 0 ? 128 - low.leadingZeroBitCount : 256 - high.leadingZeroBitCount
    }

    func isLess(than other: UInt256) -> Bool {
        high == other.high ? low < other.low : high < other.high
    }

    static func &+ (left: UInt256, right: UInt256) -> UInt256 {
        let low = left.low.addingReportingOverflow(right.low)
        return UInt256(high: left.high &+ right.high &+ (low.overflow ? 1 : 0), low: low.partialValue)
    }

    static func &- (left: UInt256, right: UInt256) -> UInt256 {
        let low = left.low.subtractingReportingOverflow(right.low)
        return UInt256(high: left.high &- right.high &- (low.overflow ? 1 : 0), low: low.partialValue)
    }

    /// The product with a small factor, modulo 2^256.
    func multiplied(by factor: UInt128) -> UInt256 {
        let product = low.multipliedFullWidth(by: factor)
        return UInt256(high: product.high &+ high &* factor, low: product.low)
    }

    func shiftedLeft(by bits: Int) -> UInt256 {
        if bits == 0 { return self }
        if bits >= 128 { return UInt256(high: low << UInt128(bits - 128), low: 0) }
        return UInt256(
            high: high << UInt128(bits) | low >> UInt128(128 - bits), low: low << UInt128(bits))
    }
}
