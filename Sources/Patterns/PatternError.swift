/// Why a pattern does not compile, in PCRE2's words.
public struct PatternError: Error, Equatable {
    /// `missing closing parenthesis`.
    public var message: String
    /// Bytes from the start of the pattern to where it went wrong.
    public var offset: Int

    public init(message: String, offset: Int) {
        self.message = message
        self.offset = offset
    }
}
