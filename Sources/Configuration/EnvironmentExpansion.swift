internal import Foundation

/// Replaces `${NAME}` by the variable's value, `${file:/PATH}` by the file's text without the line end behind
/// it, and `$$` by one dollar sign; any other `$` stays.
///
/// A value is not expanded again, so that a password may hold a `$`.
struct EnvironmentExpansion {
    enum Fault: Equatable {
        case unset(name: String)
        case unreadable(path: String)
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
        if isClosed, name.hasPrefix(EnvironmentExpansion.file + "/") {
            let path = String(name.dropFirst(EnvironmentExpansion.file.count))
            guard let secret = EnvironmentExpansion.secret(in: path) else {
                faults.append(.unreadable(path: path))
                return
            }
            text += secret
            return
        }
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

    private static let file = "file:"
    /// Longer than any key.
    private static let greatestFile = 65_536

    /// What containers mount: a file with a secret, often with a line end behind it.
    private static func secret(in path: String) -> String? {
        guard let bytes = FileManager.default.contents(atPath: path), bytes.count <= greatestFile,
            var text = String(bytes: bytes, encoding: .utf8)
        else { return nil }
        // A line end of two characters is one in Swift.
        if text.last?.isNewline == true { text.removeLast() }
        return text
    }

    private func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, !(48...57).contains(first) else { return false }
        return text.utf8.allSatisfy {
            (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0)
                || $0 == UInt8(ascii: "_")
        }
    }
}
