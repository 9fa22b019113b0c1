import Diagnostics

extension Lexer {
    struct Trivia {
        var comments: [PlacedComment] = []
        var problems: [LocatedProblem] = []
        var sawNewline = false
    }

    /// Blanks and comments before the next token.
    mutating func skipTrivia() -> Trivia {
        var trivia = Trivia()
        var newlines = 0
        var isAtStart = position == 0
        while position < end {
            let current = text[position]
            if current.isBlank {
                if current == UInt8(ascii: "\n") {
                    newlines += 1
                    trivia.sawNewline = true
                }
                position += 1
            } else if current == UInt8(ascii: "#"), !isSlot {
                if newlines > 1, !trivia.comments.isEmpty {
                    trivia.comments[trivia.comments.count - 1].comment.beforeBlankLine = true
                }
                comment(into: &trivia, afterBlankLine: newlines > 1, isAtStart: isAtStart)
                newlines = 0
            } else {
                break
            }
            isAtStart = isAtStart && newlines == 0 && trivia.comments.isEmpty
        }
        if newlines > 1, !trivia.comments.isEmpty {
            trivia.comments[trivia.comments.count - 1].comment.beforeBlankLine = true
        }
        return trivia
    }

    private mutating func comment(into trivia: inout Trivia, afterBlankLine: Bool, isAtStart: Bool) {
        let start = position
        while position < end, text[position] != UInt8(ascii: "\n") { position += 1 }
        var from = start + 1
        var to = position
        while to > from, text[to - 1].isBlank { to -= 1 }
        // `##` is documentation, `###` and more is a rule drawn across the page.
        let isDocumentation =
            byte(at: from) == UInt8(ascii: "#") && from < to
            && !(from + 1 < to && byte(at: from + 1) == UInt8(ascii: "#"))
        if isDocumentation { from += 1 }
        if from < to, text[from] == 0x20 { from += 1 }
        var lineStart = start
        while lineStart > 0, text[lineStart - 1] == 0x20 || text[lineStart - 1] == 0x09 { lineStart -= 1 }
        let comment = Comment(
            text: string(from..<max(from, to)), isDocumentation: isDocumentation,
            afterBlankLine: afterBlankLine)
        trivia.comments.append(
            PlacedComment(
                comment: comment, offset: start, isOnOwnLine: trivia.sawNewline || isAtStart,
                indent: start - lineStart))
        if let problem = textProblem(in: start..<to) { trivia.problems.append(problem) }
    }

    /// The first byte of a comment, string, pattern or symbol that no text may hold.
    func textProblem(in range: Range<Int>) -> LocatedProblem? {
        var offset = range.lowerBound
        while offset < range.upperBound {
            if text[offset] < 0x80 {
                if text[offset].isControl {
                    let problem = SyntaxProblem.unknownCharacter(Unicode.Scalar(text[offset]))
                    return LocatedProblem(problem: problem, start: offset, end: offset + 1)
                }
                offset += 1
            } else if let (_, length) = scalar(at: offset), offset + length <= range.upperBound {
                offset += length
            } else {
                return LocatedProblem(problem: .notUTF8, start: offset, end: offset + 1)
            }
        }
        return nil
    }
}
