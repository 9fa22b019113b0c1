/// Every limit of silences with its unit and its reason.
public enum MuteLimits {
    /// Bytes of one matcher: a list of two hundred symbols.
    static let matcherBytes = 2000
    /// Silences that are not over: each of them is compared with each transition.
    public static let silences = 1000
    /// Characters of a comment: it stands in messages.
    public static let comment = 500
    /// The longest silence, milliseconds: a rule that is to be quiet for longer is better changed.
    public static let longest: Int64 = 366 * 86_400_000
}
