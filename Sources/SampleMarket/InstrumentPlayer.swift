import MarketModel

/// One instrument's state while its scene plays.
struct InstrumentPlayer: Sendable {
    private let instrument: Instrument
    /// Units of the last decimal in one unit of price, and of size.
    private let priceUnits: Double
    private let sizeUnits: Double
    private let sizeDecimals: UInt8
    private var lastTime: Int64
    /// The price's distance from its level, as a ratio.
    private var wander = 0.0
    private var nextPrint = 0

    /// Within this many seconds the price finds back to its level.
    private static let recovery = 1800.0

    init(_ instrument: Instrument, start: Int64) {
        self.instrument = instrument
        priceUnits = PowersOfTen.double[Int(instrument.decimals)]
        switch instrument.sizes {
        case .coins(_, let decimals): sizeDecimals = decimals
        case .shares, .none: sizeDecimals = 0
        }
        sizeUnits = PowersOfTen.double[Int(sizeDecimals)]
        lastTime = start
    }

    /// How many trades the second that begins at `second` has: the expected number, made uneven.
    mutating func tradesInSecond(from second: Int64, _ random: inout SplitMix64) -> Int {
        let activity = instrument.activity.isConstant ? 1 : instrument.activity.value(at: second)
        if activity <= 0 { return 0 }
        let burst = 0.25 + 1.5 * random.unit()
        return Int(instrument.tradesPerSecond * activity * burst + random.unit())
    }

    mutating func trade(at time: Int64, _ random: inout SplitMix64) -> SampleTrade {
        if nextPrint < instrument.prints.count, instrument.prints[nextPrint].time <= time {
            nextPrint += 1
            return badPrint(instrument.prints[nextPrint - 1], at: time)
        }
        let elapsed = Double(time - lastTime) * 1e-3
        lastTime = time
        wander -= wander * Swift.min(1, elapsed / InstrumentPlayer.recovery)
        wander += instrument.volatility * elapsed.squareRoot() * random.bell()

        let level = instrument.level.isConstant ? 1 : instrument.level.value(at: time)
        let width = instrument.width.isConstant ? 1 : instrument.width.value(at: time)
        let mid = instrument.price * level * (1 + wander) * priceUnits
        let half = mid * instrument.halfSpread * width
        let bid = Swift.max(1, Int64((mid - half).rounded(.down)))
        let ask = Swift.max(bid + 1, Int64((mid + half).rounded(.up)))

        let price = random.next() & 1 == 0 ? bid : ask
        var trade = SampleTrade(
            symbol: instrument.symbol, time: time, price: decimal(price, instrument.decimals),
            size: size(&random))
        if instrument.carriesQuotes {
            trade.quote = SampleTrade.Quote(
                bid: decimal(bid, instrument.decimals), ask: decimal(ask, instrument.decimals))
        }
        return trade
    }

    private func badPrint(_ print: Instrument.Print, at time: Int64) -> SampleTrade {
        SampleTrade(
            symbol: instrument.symbol, time: time,
            price: decimal(Int64((print.price * priceUnits).rounded()), instrument.decimals),
            size: decimal(Int64((print.size * sizeUnits).rounded()), sizeDecimals))
    }

    private func size(_ random: inout SplitMix64) -> FixedPoint {
        switch instrument.sizes {
        case .none: return .zero
        case .shares:
            // About a third of US prints are odd lots; a round lot's count of hundreds has a heavy tail.
            if random.below(100) < 35 { return decimal(1 + Int64(random.below(99)), 0) }
            return decimal(100 * (1 + Int64(0.3 / (random.unit() + 0.02))), 0)
        case .coins(let typical, _):
            let amount = typical * (0.02 + 0.3 / (random.unit() + 0.02) - 0.29)
            return decimal(Swift.max(1, Int64(amount * sizeUnits)), sizeDecimals)
        }
    }

    /// `units / 10^decimals` in canonical form; `units` stays far below 15 digits here.
    private func decimal(_ units: Int64, _ decimals: UInt8) -> FixedPoint {
        var mantissa = units
        var scale = decimals
        while scale > 0, mantissa % 10 == 0 {
            mantissa /= 10
            scale -= 1
        }
        return FixedPoint(uncheckedMantissa: mantissa, scale: scale)
    }
}
