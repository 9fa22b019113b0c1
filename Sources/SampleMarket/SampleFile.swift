import Foundation

/// A file of real data that the project carries; Resources/NOTICE.md tells origin and licence of each.
public enum SampleFile: String, Sendable, CaseIterable {
    /// Trades, no header: Unix seconds, price, amount. 9,999 rows, 2011-09-13 to 2012-05-31.
    case bitstamp2011 = "bitstamp_btcusd_2011.csv"
    /// Trades: id (Unix microseconds), price, amount, type. 2,331 rows of one day.
    case mtgox2013 = "mtgox_btcusd_2013-01-01.csv"
    /// Trades of four venues with their time of receipt: captures of 30 s on two days of 2021.
    case venues2021 = "venues_2021.csv"
    /// Best bid and ask with their time of receipt, from one of those captures.
    case coinbaseTicker2021 = "coinbase_ticker_2021.csv"
    /// The effective federal funds rate, FRED's form: every calendar day, 1954-07-01 to 2025-03-21.
    case fedFunds = "DFF.csv"

    /// Where the file lies: in the folder of resources beside the executable, as the build leaves it.
    public var path: String {
        let name = rawValue as NSString
        return Bundle.module.path(
            forResource: name.deletingPathExtension, ofType: name.pathExtension, inDirectory: "Resources")
            ?? rawValue
    }

    /// - Throws: Foundation's reading error, which names the path.
    public func bytes() throws -> [UInt8] {
        try [UInt8](Data(contentsOf: URL(fileURLWithPath: path)))
    }
}
