import Diagnostics

/// The reserved words: none of them is ever a NAME (LANGUAGE 10).
///
/// `trades ago above below keep clear regular extended`, levels, days and type names are not here:
/// they are words only in their places.
enum Keyword: String, CaseIterable {
    case `let`, list, series, session, table, template, rule
    case use, when, then, `for`, until, unless, during, cooldown, `repeat`, unknown
    case severity, escalate, labels, notify, runbook, message
    case on, all, except, `else`, after, within, by, ending
    case and, or, not, `in`, crosses, `true`, `false`

    /// Starts an item: parsing takes hold again here.
    var startsItem: Bool { Self.items.contains(self) }
    /// Starts a clause: parsing takes hold again here.
    var startsClause: Bool { Self.clauses.contains(self) }

    static let items: [Keyword] = [.list, .let, .series, .session, .table, .template, .rule]
    /// In the grammar's order, which is the canonical order too.
    static let clauses: [Keyword] = [
        .use, .when, .then, .for, .until, .unless, .during, .cooldown, .repeat, .unknown, .severity,
        .escalate,
        .labels, .notify, .runbook, .message,
    ]
    /// Two in a row make sense.
    var mayRepeat: Bool { [.not, .true, .false, .else].contains(self) }

    /// Stands between two parts: where a name must stand, the name is missing.
    var joins: Bool {
        [.on, .except, .after, .within, .by, .ending, .and, .or, .in, .crosses].contains(self)
    }

    static let infix: [Keyword] = [.and, .or, .in, .crosses, .by, .ending]

    /// The keyword among some that a misspelt or capitalised word is nearest to.
    static func nearest(to word: String, among keywords: [Keyword]) -> Keyword? {
        nearestName(to: word, among: keywords.map(\.rawValue)).flatMap(Keyword.init(rawValue:))
    }
}

/// Whether a text is a NAME: a lower-case letter, then these, digits and underscores; never a keyword.
func isName(_ text: String) -> Bool {
    text.utf8.first?.isLower == true && Keyword(rawValue: text) == nil
        && text.utf8.allSatisfy { $0.isLower || $0.isDigit || $0 == UInt8(ascii: "_") }
}
