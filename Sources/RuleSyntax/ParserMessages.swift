import Diagnostics

extension Parser {
    /// The current string with its slots read; the token is consumed.
    mutating func message() throws(SyntaxFailure) -> MessageText {
        guard current.kind == .string else {
            throw failure(expected: "a string", help: "write the text between double quotes")
        }
        let token = current
        advance()
        if token.isSpoilt { return MessageText(parts: [], span: span(token)) }
        return MessageText(parts: parts(of: token, slots: true), span: span(token))
    }

    /// The current string without slots; the token is consumed.
    mutating func plainString() throws(SyntaxFailure) -> Name {
        guard current.kind == .string else {
            throw failure(expected: "a string", help: "write the text between double quotes")
        }
        let token = current
        advance()
        var text = ""
        if !token.isSpoilt {
            for case .text(let part) in parts(of: token, slots: false) { text += part }
        }
        return Name(text: text, span: span(token))
    }

    private mutating func parts(of token: Token, slots: Bool) -> [MessageText.Part] {
        var parts: [MessageText.Part] = []
        var text: [UInt8] = []
        if let problem = lexer.textProblem(in: token.start..<token.end) {
            report(problem.problem, problem.start, problem.end)
            isBroken = true
        }
        func flush() {
            if !text.isEmpty { parts.append(.text(String(decoding: text, as: UTF8.self))) }
            text = []
        }
        var offset = token.start + 1
        let end = token.end - 1
        while offset < end {
            let byte = lexer.text[offset]
            if byte == UInt8(ascii: "\\"), offset + 1 < end {
                text += escape(at: offset)
                offset += 1 + (lexer.scalar(at: offset + 1)?.length ?? 1)
            } else if byte == UInt8(ascii: "{") {
                let close = slotEnd(from: offset + 1, end)
                // `{symbol {price}`: the first was never closed.
                if let inner = lexer.text[(offset + 1)..<close].firstIndex(of: UInt8(ascii: "{")), slots,
                    !lexer.text[offset..<inner].contains(UInt8(ascii: "`"))
                {
                    report(.unclosedSlot, offset, offset + 1)
                    isBroken = true
                    offset = inner
                    continue
                }
                if !slots {
                    report(.slotOutsideMessage, offset, close + 1)
                    isBroken = true
                } else if let part = slot(offset + 1..<close) {
                    flush()
                    parts.append(part)
                }
                offset = close + 1
            } else {
                if byte == UInt8(ascii: "}") {
                    report(.strayBrace, offset, offset + 1)
                    isBroken = true
                }
                text.append(byte)
                offset += 1
            }
        }
        flush()
        return parts
    }

    /// The bytes that an escape stands for.
    private mutating func escape(at offset: Int) -> [UInt8] {
        let escaped = lexer.text[offset + 1]
        switch escaped {
        case UInt8(ascii: "n"): return [0x0a]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "{"), UInt8(ascii: "}"): return [escaped]
        default:
            let end = offset + 1 + (lexer.scalar(at: offset + 1)?.length ?? 1)
            report(.unknownEscape(lexer.string(offset..<end)), offset, end)
            isBroken = true
            return []
        }
    }

    /// The `}` that ends a slot; back-quoted symbols may hold others.
    private func slotEnd(from start: Int, _ end: Int) -> Int {
        var offset = start
        while offset < end, lexer.text[offset] != UInt8(ascii: "}") {
            if lexer.text[offset] == UInt8(ascii: "`"),
                let close = lexer.text[(offset + 1)..<end].firstIndex(of: UInt8(ascii: "`"))
            {
                offset = close
            }
            offset += 1
        }
        return min(offset, end)
    }

    /// `expr [: format]`, read by a parser of its own within these bytes.
    private mutating func slot(_ range: Range<Int>) -> MessageText.Part? {
        var inner = Parser(Lexer(source, slot: range))
        inner.depth = depth
        defer { absorb(inner) }
        if inner.current.isEnd {
            inner.isBroken = true
            inner.report(.emptySlot, range.lowerBound - 1, range.upperBound + 1)
            return nil
        }
        guard let expression = try? inner.expression() else { return nil }
        if inner.current.isEnd { return .slot(expression, format: nil) }
        guard inner.current.is(.colon) else {
            inner.refuse(inner.unexpectedBehindExpression(), at: inner.current)
            return nil
        }
        var (start, stop) = (inner.current.end, range.upperBound)
        while start < stop, lexer.text[start].isBlank { start += 1 }
        while stop > start, lexer.text[stop - 1].isBlank { stop -= 1 }
        if start == stop {
            inner.refuse(.emptyFormat, at: inner.current)
            return nil
        }
        return .slot(expression, format: Name(text: lexer.string(start..<stop), span: span(start, stop)))
    }
}
