import Diagnostics

/// Where the comments within a clause or list go: between its parts, or before the whole.
struct CommentPlaces {
    var before: [Comment] = []
    var inside: [InsideComment] = []

    /// - Parameter parts: in order, apart.
    init(_ gathered: [PlacedComment], parts: [SourceSpan], in lexer: Lexer) {
        for placed in gathered {
            guard let previous = parts.lastIndex(where: { $0.end <= placed.offset }) else {
                before.append(placed.comment)
                continue
            }
            let isBeside = !placed.isOnOwnLine && Self.adjoins(parts[previous].end, placed.offset, lexer)
            if isBeside, previous < parts.count - 1 {
                inside.append(InsideComment(comment: placed.comment, part: previous, isBeside: true))
            } else {
                let part = min(previous + 1, parts.count - 1)
                inside.append(InsideComment(comment: placed.comment, part: part, isBeside: false))
            }
        }
    }

    /// Nothing but blanks and a comma between two offsets.
    private static func adjoins(_ start: Int, _ end: Int, _ lexer: Lexer) -> Bool {
        lexer.text[start..<end].allSatisfy { $0.isBlank || $0 == UInt8(ascii: ",") }
    }
}
