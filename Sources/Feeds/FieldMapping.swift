/// Which field of a record plays which part in a trade.
///
/// A role has aliases, the preferred one first; of several that a record carries (and that are not null)
/// the preferred one counts. Names are compared without regard to case and underscores, except names of one
/// letter, which are compared exactly: Binance writes the time as `T` and the trade's number as `t`.
///
/// The standard mapping reads what public producers of Finnhub's trades write. A topic of another origin
/// takes one of the ready mappings (`binance`, `alpaca`, `polygon`) or sets roles of its own: a role that
/// is set takes its names away from the other roles' standard aliases.
public struct FieldMapping: Sendable, Equatable {
    public enum Role: String, Sendable, CaseIterable {
        case symbol
        /// Put before the symbol with a colon, unless the symbol has one: `COINBASE` + `BTC-USD`.
        case venue
        case price
        /// Optional: without it the size is 0, as on foreign exchange feeds.
        case size
        case time
        /// Bid and ask count only together.
        case bid, ask
        /// A member whose object, or whose array of objects, holds the trades.
        case envelope
    }

    private var aliases: [[String]]
    private var chosen: Set<Role> = []

    /// The columns of a CSV file without a header, in order, each by an alias or by its role's name;
    /// a column that is not needed may be called anything else. Empty: the file has a header.
    public var columns: [String] = []
    /// The symbol of records that carry none, such as a tape of one symbol.
    public var symbolWhenAbsent: String?

    /// The standard mapping.
    public init() {
        aliases = Role.allCases.map(FieldMapping.standardAliases)
    }

    /// The aliases of a role, the preferred one first. Setting them replaces the standard ones.
    public subscript(role: Role) -> [String] {
        get { aliases[role.index] }
        set {
            aliases[role.index] = newValue
            chosen.insert(role)
        }
    }

    /// Names that two roles were set to, each with its roles: such a mapping means nothing.
    public var conflicts: [String] {
        var owners: [String: Role] = [:]
        var found: [String] = []
        for role in Role.allCases where chosen.contains(role) {
            for alias in self[role] {
                let name = FieldMapping.normalized(alias)
                if let owner = owners[name], owner != role {
                    found.append("\(alias) is both \(owner.rawValue) and \(role.rawValue)")
                }
                owners[name] = role
            }
        }
        return found
    }

    /// Every name with its role and rank (0 = preferred); a name that a role was set to belongs to it alone.
    var entries: [(name: String, role: Role, rank: Int)] {
        var owners: Set<String> = []
        var all: [(name: String, role: Role, rank: Int)] = []
        let order = Role.allCases.filter(chosen.contains) + Role.allCases.filter { !chosen.contains($0) }
        for role in order {
            for (rank, alias) in self[role].enumerated() {
                let name = FieldMapping.normalized(alias)
                if owners.insert(name).inserted { all.append((name, role, rank)) }
            }
        }
        return all
    }

    /// The form in which names are compared.
    static func normalized(_ name: some StringProtocol) -> String {
        let kept = name.utf8.filter { $0 != UInt8(ascii: "_") }
        if kept.count <= 1 { return String(decoding: kept, as: UTF8.self) }
        return String(decoding: kept, as: UTF8.self).lowercased()
    }
}

extension FieldMapping.Role {
    var index: Int {
        switch self {
        case .symbol: 0
        case .venue: 1
        case .price: 2
        case .size: 3
        case .time: 4
        case .bid: 5
        case .ask: 6
        case .envelope: 7
        }
    }
}

// MARK: - Ready mappings

extension FieldMapping {
    public static let standard = FieldMapping()

    /// Binance's own trade and aggregate trade streams: `s p q T`; `t`, `a` and `b` are numbers of trades
    /// and orders.
    public static let binance = ready(symbol: ["s"], price: ["p"], size: ["q"], time: ["T"])

    /// Alpaca's stream: `S` is the symbol and `s` the size.
    public static let alpaca = ready(
        symbol: ["S"], price: ["p"], size: ["s"], time: ["t"], bid: ["bp"], ask: ["ap"])

    /// Polygon's stream: `sym` is the symbol, `s` the size and `q` a sequence number.
    public static let polygon = ready(
        symbol: ["sym"], price: ["p"], size: ["s"], time: ["t"], bid: ["bp"], ask: ["ap"])

    /// The names under which a configuration chooses a ready mapping.
    public static let names = ["standard", "binance", "alpaca", "polygon"]

    public static func named(_ name: String) -> FieldMapping? {
        switch name {
        case "standard": standard
        case "binance": binance
        case "alpaca": alpaca
        case "polygon": polygon
        default: nil
        }
    }

    private static func ready(
        symbol: [String], price: [String], size: [String], time: [String], bid: [String] = [],
        ask: [String] = []
    ) -> FieldMapping {
        var mapping = FieldMapping()
        mapping[.symbol] = symbol
        mapping[.price] = price
        mapping[.size] = size
        mapping[.time] = time
        mapping[.bid] = bid
        mapping[.ask] = ask
        return mapping
    }

    private static func standardAliases(of role: Role) -> [String] {
        switch role {
        case .symbol: ["s", "symbol", "sym", "ticker", "stock_symbol", "instrument", "product_id", "instId"]
        case .venue: ["venue"]
        case .price: ["p", "price", "last", "lp", "px", "last_price", "stock_price", "close"]
        case .size: ["v", "volume", "size", "qty", "quantity", "q", "amount", "trade_volume", "sz"]
        case .time:
            [
                "t", "timestamp", "ts", "trade_timestamp", "trade_ts", "trade_time", "time", "T",
                "event_time",
                "event_ts", "timestamp_ms", "unix_trade_timestamp", "datetime", "ts_exchange",
            ]
        case .bid: ["bid", "b", "bp", "bid_price", "best_bid"]
        case .ask: ["ask", "a", "ap", "ask_price", "best_ask"]
        case .envelope: ["data", "trade", "payload", "after"]
        }
    }
}
