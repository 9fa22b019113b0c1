/// Replaces `${NAME}` by the variable's value and `$$` by one dollar sign; any other `$` stays.
///
/// A value is not expanded again, so that a password may hold a `$`.
struct EnvironmentExpansion {
    enum Fault: Equatable {
        case unset(name: String)
        /// What stands there: `${A-B}` or an unclosed `${A`.
        case broken(text: String)
    }

    private(set) var text = ""
    private(set) var faults: [Fault] = []

    init(_ written: String, environment: [String: String]) {
        var rest = written.unicodeScalars[...]
        while let dollar = rest.firstIndex(of: "$") {
            text.unicodeScalars += rest[..<dollar]
            rest = rest[dollar...]
            let next = rest.dropFirst().first
            if next == "$" {
                text += "$"
                rest = rest.dropFirst(2)
            } else if next == "{" {
                let close = rest.firstIndex(of: "}")
                let name = String(rest[..<(close ?? rest.endIndex)].dropFirst(2))
                rest = close.map { rest[rest.index(after: $0)...] } ?? rest[rest.endIndex...]
                append(name, isClosed: close != nil, environment)
            } else {
                text += "$"
                rest = rest.dropFirst()
            }
        }
        text.unicodeScalars += rest
    }

    private mutating func append(_ name: String, isClosed: Bool, _ environment: [String: String]) {
        guard isClosed, isName(name) else {
            faults.append(.broken(text: "${\(name)" + (isClosed ? "}" : "")))
            return
        }
        guard let value = environment[name] else {
            faults.append(.unset(name: name))
            return
        }
        text += value
    }

    private func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, !(48...57).contains(first) else { return false }
        return text.utf8.allSatisfy {
            (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0)
                || $0 == UInt8(ascii: "_")
        }
    }
}
