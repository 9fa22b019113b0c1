/// What the checker knows of the world outside the rule files.
public struct CheckOptions: Sendable {
    /// The notifiers that files define; nil: `notify` is not checked.
    public var notifiers: Set<String>?
    /// The longest window that is kept point by point; longer ones need `by` (LANGUAGE 4.4). Milliseconds.
    public var greatestExactWindow: Int64
    /// The rate series that are loaded; nil: not checked.
    public var rateSeries: Set<String>?

    public init(
        notifiers: Set<String>? = nil, greatestExactWindow: Int64 = 4 * 3_600_000,
        rateSeries: Set<String>? = nil
    ) {
        self.notifiers = notifiers
        self.greatestExactWindow = greatestExactWindow
        self.rateSeries = rateSeries
    }
}
