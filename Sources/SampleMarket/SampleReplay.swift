/// The whole sample market in one order of time: the real tapes and the generator's scenes, 2010 to 2025.
public enum SampleReplay {
    /// The same trades for the same seed. About 170,000 of them.
    ///
    /// - Throws: as `SampleTape.trades()`.
    public static func trades(seed: UInt64) throws -> [SampleTrade] {
        var all = Array(MarketGenerator(seed: seed))
        for tape in SampleTape.allCases { all += try tape.trades() }
        return SampleTape.inOrder(all)
    }
}
