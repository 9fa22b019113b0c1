internal import Glibc

/// Files by pattern: `trades-*.csv.gz`, `day?.csv`, `[0-9]*.csv`, `~/exports/*.csv`.
enum FilePattern {
    /// The files that the patterns name: in the patterns' order, those of one pattern by their names'
    /// bytes, each once.
    ///
    /// A name that is a file is that file, whatever characters it has.
    ///
    /// - Throws: `noMatch` or `noFile`.
    static func files(_ patterns: [String]) throws(ExportError) -> [String] {
        var all: [String] = []
        var known: Set<String> = []
        for pattern in patterns {
            for path in try matches(pattern) where known.insert(identity(path)).inserted { all.append(path) }
        }
        return all
    }

    private static func matches(_ pattern: String) throws(ExportError) -> [String] {
        if access(pattern, F_OK) == 0 { return [pattern] }
        guard pattern.utf8.contains(where: { "*?[~".utf8.contains($0) }) else { throw .noFile(path: pattern) }
        var found = glob_t()
        defer { globfree(&found) }
        let status = glob(pattern, GLOB_TILDE | GLOB_NOSORT, nil, &found)
        guard status == 0 || status == GLOB_NOMATCH else {
            throw .unreadable(path: pattern, reason: "the pattern cannot be expanded")
        }
        let paths = (0..<Int(found.gl_pathc)).compactMap { found.gl_pathv[$0].map { String(cString: $0) } }
        let files = paths.filter { !isDirectory($0) }
        if files.isEmpty { throw .noMatch(pattern: pattern) }
        return files.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    private static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// What two names of one file have in common.
    private static func identity(_ path: String) -> String {
        guard let real = realpath(path, nil) else { return path }
        defer { free(real) }
        return String(cString: real)
    }
}
