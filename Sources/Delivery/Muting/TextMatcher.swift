internal import Patterns

/// Why a matcher cannot be used, with the fix.
public struct MatcherFault: Error, Sendable, Equatable {
    /// Stands alone.
    public var message: String
    public var help: String
}

/// A word that texts are compared with: as it is, with `*` and `?`, or a pattern between slashes.
///
/// | written | matches |
/// |---|---|
/// | `BTC/USD` | that text alone |
/// | `BINANCE:*`, `A?C` | the whole text; `*` is any number of characters, `?` is one |
/// | `/^BINANCE:(BTC|ETH)/` | a text in which PCRE2 finds it, within bounded time (`Pattern`) |
public struct TextMatcher: Sendable, Equatable {
    private enum Kind: Sendable {
        case exact
        case glob([Unicode.Scalar])
        case pattern(Pattern)
    }

    public let written: String
    private let kind: Kind

    public init(_ written: String) throws(MatcherFault) {
        self.written = written
        if written.utf8.count > MuteLimits.matcherBytes {
            throw MatcherFault(
                message: "a matcher of \(written.utf8.count) bytes is too long",
                help: "at most \(MuteLimits.matcherBytes); a `*` or a `/pattern/` says more in less")
        }
        if written.utf8.count > 2, written.hasPrefix("/"), written.hasSuffix("/") {
            do {
                kind = .pattern(try Pattern(String(written.dropFirst().dropLast())))
            } catch {
                throw MatcherFault(
                    message: "`\(written)` is no pattern: \(error.message), "
                        + "at character \(error.offset + 1) behind the slash",
                    help: "patterns are PCRE2's; `*` and `?` without slashes are simpler")
            }
        } else if written.unicodeScalars.contains(where: { $0 == "*" || $0 == "?" }) {
            kind = .glob(Array(written.unicodeScalars))
        } else {
            kind = .exact
        }
    }

    /// Whether it is one text and no more.
    var isExact: Bool { if case .exact = kind { true } else { false } }

    public func matches(_ text: String) -> Bool {
        switch kind {
        case .exact: text == written
        case .glob(let glob): Self.matches(glob, Array(text.unicodeScalars))
        case .pattern(let pattern): pattern.matches(text)
        }
    }

    /// Goes back to the last star alone, which is enough: what an earlier one could take, the last one can.
    ///
    /// - Complexity: O(glob * text).
    private static func matches(_ glob: [Unicode.Scalar], _ text: [Unicode.Scalar]) -> Bool {
        var (g, t) = (0, 0)
        var star: (glob: Int, text: Int)?
        while t < text.count {
            if g < glob.count, glob[g] == "*" {
                star = (g, t)
                g += 1
            } else if g < glob.count, glob[g] == "?" || glob[g] == text[t] {
                g += 1
                t += 1
            } else if let last = star {
                star = (last.glob, last.text + 1)
                g = last.glob + 1
                t = last.text + 1
            } else {
                return false
            }
        }
        return glob[g...].allSatisfy { $0 == "*" }
    }

    public static func == (left: TextMatcher, right: TextMatcher) -> Bool { left.written == right.written }
}
