/// A rule file in the canonical format (LANGUAGE 10): one clause a line in the grammar's order, two-space
/// indent, conditions broken at their topmost `and` or `or`, one blank line between items, comments kept.
///
/// Formatting a formatted text changes nothing. The tree that is read from the result is the one given, with
/// clauses in the grammar's order (which has no meaning of its own).
///
/// - Precondition: the file was read without errors; what could not be read is not in the tree and would
///   be lost.
public func formatRules(_ file: RuleFile) -> String {
    var formatter = RuleFormatter()
    for item in file.items { formatter.write(item) }
    if !file.trailingComments.isEmpty {
        formatter.separate()
        formatter.write(file.trailingComments, keepsLastBlank: false)
    }
    return formatter.text
}

/// Writes items one after the other.
struct RuleFormatter {
    private(set) var text = ""

    /// A blank line, unless nothing stands before it.
    mutating func separate() {
        if !text.isEmpty { text += "\n" }
    }

    private mutating func line(_ content: String, indent: Int = 0, beside: Comment? = nil) {
        text += String(repeating: " ", count: indent) + content
        if let beside { text += "  " + beside.canonicalText }
        text += "\n"
    }

    /// Comments at the margin; blank lines between them are the author's, at most one.
    mutating func write(_ comments: [Comment], keepsLastBlank: Bool) {
        for (index, comment) in comments.enumerated() {
            if index > 0, comment.afterBlankLine { text += "\n" }
            line(comment.canonicalText)
        }
        // Documentation stays with what it documents.
        if keepsLastBlank, let last = comments.last, last.beforeBlankLine, !last.isDocumentation {
            text += "\n"
        }
    }

    mutating func write(_ item: Item) {
        separate()
        write(item.comments.before, keepsLastBlank: true)
        let beside = item.comments.beside
        switch item.kind {
        case .constant(let name, let parameters, let body):
            let header = name.text + (parameters.isEmpty ? "" : parameters.canonicalText)
            line("let \(header) = \(body.canonicalText)", beside: beside)
        case .list(let name, let names, let except):
            list(name, names, except, item.comments)
        case .series(let name, let expression):
            line("series \(name.text) = \(expression.canonicalText)", beside: beside)
        case .session(let name, let hours):
            line("session \(name.text) = \(hours.canonicalText)", beside: beside)
        case .table(let name, let parameters, let rows):
            line("table \(name.text)\(parameters.canonicalText)", beside: beside)
            for row in rows { write(row) }
        case .template(let name, let parameters, let clauses):
            line("template \(name.text)\(parameters.canonicalText)", beside: beside)
            for clause in clauses.inGrammarOrder { write(clause) }
        case .rule(let name, let target, let clauses):
            line("rule \(name.text)" + (target.map { " \($0.canonicalText)" } ?? ""), beside: beside)
            for clause in clauses.inGrammarOrder { write(clause) }
        }
        for comment in item.comments.after { line(comment.canonicalText, indent: 2) }
    }

    /// One line, or one member a line where comments stand between the members.
    private mutating func list(
        _ name: Name, _ names: [TargetName], _ except: [TargetName], _ comments: AttachedComments
    ) {
        if comments.inside.isEmpty {
            let exception = except.isEmpty ? "" : " except \(except.canonicalText)"
            return line("list \(name.text) = \(names.canonicalText)\(exception)", beside: comments.beside)
        }
        line("list \(name.text) =")
        let all = names + except
        for (index, member) in all.enumerated() {
            own(comments.inside, before: index, indent: 2)
            let isLast = index == names.count - 1 || index == all.count - 1
            let content = (index == names.count ? "except " : "") + member.canonicalText + (isLast ? "" : ",")
            let beside = index == all.count - 1 ? comments.beside : comments.inside.beside(index)
            line(content, indent: 2, beside: beside)
        }
    }

    private mutating func own(_ comments: [InsideComment], before part: Int, indent: Int) {
        for inside in comments where inside.part == part && !inside.isBeside {
            line(inside.comment.canonicalText, indent: indent)
        }
    }

    private mutating func write(_ row: TableRow) {
        for comment in row.comments.before { line(comment.canonicalText, indent: 2) }
        let values = row.values.map(\.canonicalText).joined(separator: " ")
        line(
            (row.symbol.map { canonicalSymbol($0.text) } ?? "else") + " " + values, indent: 2,
            beside: row.comments.beside)
    }

    private mutating func write(_ clause: Clause) {
        for comment in clause.comments.before { line(comment.canonicalText, indent: 2) }
        guard let condition = clause.kind.condition else {
            return line(clause.kind.canonicalText, indent: 2, beside: clause.comments.beside)
        }
        let parts = condition.canonicalParts
        own(clause.comments.inside, before: 0, indent: 2)
        for (index, part) in parts.enumerated() {
            if index > 0 { own(clause.comments.inside, before: index, indent: 4) }
            let beside =
                index == parts.count - 1 ? clause.comments.beside : clause.comments.inside.beside(index)
            let content = index == 0 ? "\(clause.kind.canonicalText) \(part)" : part
            line(content, indent: index == 0 ? 2 : 4, beside: beside)
        }
    }
}

extension [InsideComment] {
    fileprivate func beside(_ part: Int) -> Comment? { first { $0.part == part && $0.isBeside }?.comment }
}

extension [Clause] {
    /// In the grammar's order; several of a kind in the author's.
    var inGrammarOrder: [Clause] {
        let ranks = Dictionary(uniqueKeysWithValues: Keyword.clauses.enumerated().map { ($1, $0) })
        return enumerated()
            .sorted { left, right in
                let (first, second) = (
                    ranks[left.element.kind.word] ?? 0, ranks[right.element.kind.word] ?? 0
                )
                return (first, left.offset) < (second, right.offset)
            }
            .map(\.element)
    }
}
