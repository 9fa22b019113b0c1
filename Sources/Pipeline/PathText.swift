/// Paths as text, relative ones left relative.
///
/// Foundation's `NSString.deletingLastPathComponent` traps on a path of one letter (swift-foundation of
/// Swift 6.3), so `--rules r` would have ended the process.
enum PathText {
    /// `rules` for `rules/a.rules`, nothing for a name alone, `/` for what lies in the root.
    static func parent(of path: String) -> String {
        let trimmed = withoutTrailingSlashes(path)
        guard let slash = trimmed.lastIndex(of: "/") else { return "" }
        return withoutTrailingSlashes(String(trimmed[...slash]))
    }

    /// `a.rules` for `rules/a.rules`.
    static func name(of path: String) -> String {
        let trimmed = withoutTrailingSlashes(path)
        guard let slash = trimmed.lastIndex(of: "/"), trimmed != "/" else { return trimmed }
        return String(trimmed[trimmed.index(after: slash)...])
    }

    /// A name in a directory; the empty directory is the working directory.
    static func join(_ directory: String, _ name: String) -> String {
        directory.isEmpty ? name : directory.hasSuffix("/") ? directory + name : "\(directory)/\(name)"
    }

    /// `rules` for `rules/`; the root stays.
    static func withoutTrailingSlashes(_ path: String) -> String {
        var path = Substring(path)
        while path.utf8.count > 1, path.hasSuffix("/") { path = path.dropLast() }
        return String(path)
    }
}
