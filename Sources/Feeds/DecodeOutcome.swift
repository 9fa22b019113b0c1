public import MarketModel

/// What became of one record.
public enum DecodeOutcome: Sendable, Equatable {
    /// So many trades, or rates, were appended; at least one.
    case decoded(Int)
    /// Nothing to decode, and nothing wrong.
    case ignored(IgnoredRecord)
    /// The feed's own complaint, `{"type":"error","msg":...}`: count it and show it, the record is no trade.
    case feedWarning(String)
    /// At least one trade, or rate, of the record was refused; `accepted` others of the same record were
    /// appended.
    case refused([DecodeRefusal], accepted: Int)
}

public enum IgnoredRecord: String, Sendable, CaseIterable {
    /// `{"type":"ping"}`, about one a minute from Finnhub.
    case ping = "ping"
    /// A frame whose list of trades is empty or null.
    case emptyFrame = "empty frame"
    /// A record without a value: the deletion mark of a compacted topic.
    case tombstone = "tombstone"
    /// A published rate without a value: FRED's `.`; the last value stays in force.
    case missingValue = "missing value"
}

/// Why a record, or a row of a file, is no trade and no rate.
public struct DecodeRefusal: Error, Sendable, Equatable, CustomStringConvertible {
    /// Counted apart. The raw value is the counter's name.
    public enum Kind: String, Sendable, CaseIterable {
        case notJSON = "not JSON"
        case registryRecord = "Avro or other registry record"
        case notATrade = "not a trade"
        case ambiguous = "ambiguous fields"
        case badSymbol = "symbol missing or unfit"
        case badPrice = "price missing or not a number"
        case badSize = "size not a number"
        case badTime = "time missing or not a time"
        case badQuote = "bid or ask not a number"
        case badRate = "rate missing or not a number"
        case badRow = "broken row"
        case notPositive = "price not positive"
        case negativeSize = "size negative"
        case notFinite = "not a finite number"
        case inTheFuture = "time too far in the future"
        case tooOld = "time before 1900"
        case tooManyDigits = "more than 15 digits"
        case symbolTableFull = "symbol table full"
    }

    public let kind: Kind
    /// One sentence that stands alone: what is wrong with which field, and what to do where that is known.
    public let reason: String

    public init(_ kind: Kind, _ reason: String) {
        self.kind = kind
        self.reason = reason
    }

    public var description: String { reason }

    /// The engine's word for the same refusal, where it has one.
    public var tradeRefusal: TradeRefusal? { TradeRefusal(rawValue: kind.rawValue) }
}

/// What a trade's numbers may be (LANGUAGE 3.1). Beyond these limits a trade is refused.
public struct TradeLimits: Sendable, Equatable {
    /// How far the event time of a live trade may lie ahead of the clock, in milliseconds.
    public static let greatestLead: Int64 = 60_000
    /// Symbols longer than this many bytes are refused.
    public static let greatestSymbolLength = 64

    /// Whether prices of zero and below are trades; oil has traded below zero.
    public var allowsNonPositivePrices: Bool
    /// The latest event time. Files have no clock to compare with: the end of 2099 keeps out times in wrong
    /// units.
    public var latest: Timestamp
    /// The earliest event time: the start of 1900.
    public var earliest: Timestamp

    public init(
        allowsNonPositivePrices: Bool = false,
        latest: Timestamp = Timestamp(milliseconds: 4_102_444_799_999)
    ) {
        self.allowsNonPositivePrices = allowsNonPositivePrices
        self.latest = latest
        earliest = Timestamp(milliseconds: -2_208_988_800_000)
    }
}
