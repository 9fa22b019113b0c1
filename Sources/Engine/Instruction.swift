/// What an instruction computes. `r` are registers, `s` a stream, `i` an input; each is unknown when an
/// operand is.
public enum Opcode: UInt8, Sendable {
    case constant  // constant
    case last  // column of s's last point
    case previous  // column of the last point of the instant of s before its last instant
    case windowCount  // n
    case windowSum  // sum of column
    case windowProductSum  // sum of a*b (notional)
    case windowMean  // sum / n
    case windowWeightedMean  // sum of a*b / sum of b (vwap)
    case windowFirst  // first point's column
    case windowLast  // last point's column
    case windowLeast  // min of column
    case windowGreatest  // max of column
    case windowRange  // max - min
    case windowVariance  // sample variance of column
    case windowDeviation  // sample standard deviation of column
    case windowPopulationDeviation  // standard deviation that divides by n
    case windowDrawdown  // (x - max) / max of the column's last value x
    case windowRebound  // (x - min) / min
    case windowScore  // (last - mean(B')) / stddev(B'), B' without the last point's instant
    case windowPercentile  // type 7 at rank `constant`, in millionths of a per cent
    case windowSlope  // least squares on time, a millisecond
    case sampleMean  // mean of the samples (twap)
    case sampleStrength  // 100 * gains / (gains + losses) (rsi)
    case sampleVolatility  // sample deviation of the log returns
    case sampleCorrelation  // of the log returns of i's samples and of those of input `b`
    case sampleBeta  // slope of i's log returns on those of input `b`
    case sampleValue  // the oldest sample: at the last grid point <= t - d
    case sampleChange  // (x - y) / y against it
    case sampleMove  // x - y
    case decayingMean  // ewma
    case firing  // whether i's rule fires
    case lagValue  // column at t - d
    case lagChange  // (x - y) / y against t - d
    case lagMove  // x - y
    case deadlineReached  // t >= time of the last point + d
    case age  // t - time of s's last point
    case rate  // as of known-at, as a ratio
    case add  // ra + rb
    case subtract  // ra - rb
    case multiply  // ra * rb
    case divide  // ra / rb
    case negate  // -ra
    case relativeDeviation  // (ra - rb) / rb, rounded once
    case absolute  // |ra|
    case squareRoot  // sqrt(ra)
    case logarithm  // ln(ra)
    case least  // min(ra, rb)
    case greatest  // max(ra, rb)
    case less  // ra < rb
    case lessOrEqual  // ra <= rb
    case equal  // ra == rb
    case and  // Kleene
    case or  // Kleene
    case not  // 1 - ra
    case crossesAbove  // ra > rb now, ra <= rb before; register out + 1 keeps the last sign
    case crossesBelow  // ra < rb now, ra >= rb before
    case crosses  // either
    case known  // ra is known
    case coalesce  // ra if known, else rb
}

/// One step of a block's tape.
public struct Instruction: Sendable {
    /// Sources on which the result depends; the instruction runs when one of them changed.
    public var mask: UInt64
    public var constant: Double
    public var opcode: Opcode
    public var column: Column
    public var out: UInt16
    public var a: UInt16
    public var b: UInt16
    /// A stream's or input's index in the block.
    public var source: UInt16

    public init(
        _ opcode: Opcode, out: UInt16, a: UInt16 = 0, b: UInt16 = 0, column: Column = .a, source: Int = 0,
        constant: Double = 0, mask: UInt64 = 0
    ) {
        self.mask = mask
        self.constant = constant
        self.opcode = opcode
        self.column = column
        self.out = out
        self.a = a
        self.b = b
        self.source = UInt16(source)
    }
}
