/// A column of a `table`: one constant for each symbol that has a row, one for all others.
///
/// Two values are equal when they are the same column of one program.
public final class TableColumn: Sendable {
    /// `limits.upper`.
    public let name: String
    /// By symbol; ratios as Doubles, durations in milliseconds, true as 1.
    public let rows: [String: Double]
    /// The row `else`; nil where every symbol that asks has a row of its own.
    public let otherwise: Double?
    public let isBool: Bool
    /// nil for true and false.
    let quantity: Quantity?

    init(name: String, rows: [String: Double], otherwise: Double?, type: ValueType) {
        self.name = name
        self.rows = rows
        self.otherwise = otherwise
        isBool = type == .bool
        quantity = type.quantity
    }

    /// The constant for a symbol; nil where no row speaks of it, which the checker has excluded for every
    /// symbol that asks.
    public func value(for symbol: String) -> Double? { rows[symbol] ?? otherwise }

    /// Every value that it may give, in no order.
    var values: [Double] { rows.values + (otherwise.map { [$0] } ?? []) }
}

extension TableColumn: Hashable {
    public static func == (left: TableColumn, right: TableColumn) -> Bool { left === right }
    public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
