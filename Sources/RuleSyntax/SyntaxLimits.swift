/// Every limit of the syntax, with its unit and its reason.
enum SyntaxLimits {
    /// Brackets within brackets. Each costs the parser three stack frames; no reader follows this many.
    static let nesting = 100
    /// Levels of an expression's tree, which every later walk of it descends (a chain of n operators has n).
    static let expressionHeight = 500
    /// Milliseconds: 100 years. An instant plus a duration stays far from the end of Int64.
    static let duration: Int64 = 36_500 * 86_400_000
    /// `100 trades`: more points than any window keeps.
    static let tradeCount = 1_000_000_000
    /// Bytes of a number's text; the longest Double in plain decimals has 309 digits before the point.
    static let numberText = 1_100
    /// Findings in a file. Whatever has more is no rule file.
    static let diagnostics = 500
}
