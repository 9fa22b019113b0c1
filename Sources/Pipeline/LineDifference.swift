/// What changes between two texts, by lines, in the unified form that `diff -u` has, cut short: enough to see
/// what is meant.
///
/// - SeeAlso: E. W. Myers, "An O(ND) difference algorithm and its variations" (1986), which the standard
///   library's `difference(from:)` is.
struct LineDifference {
    /// Lines of changes and context shown.
    static let shownLines = 24
    /// Lines compared behind the first difference; the algorithm's memory grows with its square.
    static let comparedLines = 1_000
    private static let context = 1

    private enum Row: Equatable {
        case same(Substring), old(Substring), new(Substring)
    }

    private struct Hunk {
        var firstOld: Int
        var firstNew: Int
        var rows: [Row] = []
    }

    private let hunks: [Hunk]

    init(_ old: String, _ new: String) {
        let (before, after) = (LineDifference.lines(old), LineDifference.lines(new))
        var first = 0
        while first < min(before.count, after.count), before[first] == after[first] { first += 1 }
        let start = max(0, first - Self.context)
        let left = Array(before[start...].prefix(Self.comparedLines))
        let right = Array(after[start...].prefix(Self.comparedLines))
        hunks = LineDifference.hunks(LineDifference.rows(left, right), from: start)
    }

    /// With `--- name` and `+++ name` above; empty for equal texts.
    func text(name: String, colours: Bool) -> String {
        if hunks.isEmpty { return "" }
        var out = Colour.bold.paint("--- \(name)", if: colours) + "\n"
        out += Colour.bold.paint("+++ \(name) (formatted)", if: colours) + "\n"
        var left = Self.shownLines
        for hunk in hunks {
            if left <= 0 { break }
            let old = hunk.rows.filter { if case .new = $0 { false } else { true } }.count
            let new = hunk.rows.filter { if case .old = $0 { false } else { true } }.count
            let header = "@@ -\(hunk.firstOld + 1),\(old) +\(hunk.firstNew + 1),\(new) @@"
            out += Colour.cyan.paint(header, if: colours) + "\n"
            for row in hunk.rows.prefix(left) { out += Self.line(row, colours) }
            left -= hunk.rows.count
        }
        return left < 0 ? out + "... and more\n" : out
    }

    private static func line(_ row: Row, _ colours: Bool) -> String {
        let (mark, line, colour): (String, Substring, Colour?) =
            switch row {
            case .same(let line): (" ", line, nil)
            case .old(let line): ("-", line, .red)
            case .new(let line): ("+", line, .green)
            }
        var text = String(line.unicodeScalars.filter { $0 != "\n" })
        // What cannot be seen would look like no change.
        text = text.replacing("\r", with: "\\r")
        let content = mark + text
        let painted = colour.map { $0.paint(content, if: colours) } ?? content
        return painted + "\n" + (line.unicodeScalars.last == "\n" ? "" : "\\ No newline at end of file\n")
    }

    /// With their ends; `\r\n` is two scalars here, and a carriage return stays visible.
    private static func lines(_ text: String) -> [Substring] {
        var lines: [Substring] = []
        let scalars = text.unicodeScalars
        var start = scalars.startIndex
        while start < scalars.endIndex {
            let end = scalars[start...].firstIndex(of: "\n").map { scalars.index(after: $0) }
            lines.append(Substring(scalars[start..<(end ?? scalars.endIndex)]))
            start = end ?? scalars.endIndex
        }
        return lines
    }

    private static func rows(_ old: [Substring], _ new: [Substring]) -> [Row] {
        var removed: Set<Int> = []
        var inserted: Set<Int> = []
        for change in new.difference(from: old) {
            switch change {
            case .remove(let offset, _, _): removed.insert(offset)
            case .insert(let offset, _, _): inserted.insert(offset)
            }
        }
        var rows: [Row] = []
        var (left, right) = (0, 0)
        while left < old.count || right < new.count {
            if left < old.count, removed.contains(left) {
                rows.append(.old(old[left]))
                left += 1
            } else if right < new.count, inserted.contains(right) {
                rows.append(.new(new[right]))
                right += 1
            } else {
                rows.append(.same(old[left]))
                left += 1
                right += 1
            }
        }
        return rows
    }

    /// Changes with a line of context on each side; those that touch are one hunk.
    private static func hunks(_ rows: [Row], from start: Int) -> [Hunk] {
        var hunks: [Hunk] = []
        var (old, new, lastTaken) = (start, start, -1)
        for (index, row) in rows.enumerated() {
            let near = rows[max(0, index - context)...min(rows.count - 1, index + context)]
            if near.contains(where: { if case .same = $0 { false } else { true } }) {
                if hunks.isEmpty || lastTaken != index - 1 {
                    hunks.append(Hunk(firstOld: old, firstNew: new))
                }
                hunks[hunks.count - 1].rows.append(row)
                lastTaken = index
            }
            if case .new = row {} else { old += 1 }
            if case .old = row {} else { new += 1 }
        }
        return hunks
    }
}
