import Foundation

/// Where the files of a workspace folder's program lie.
///
/// What `bellwether check` reads there: the files and directories that the editor's settings name, else the
/// directory `rules`. A folder without either is one program with all `*.rules` files below it.
struct ProjectRoots {
    let folder: String
    let settings: EditorSettings

    private var named: [String]? {
        if let rules = settings.rules { return rules.map(absolute) }
        let standard = absolute("rules")
        return Self.isDirectory(standard) ? [standard] : nil
    }

    /// The files in the order of `bellwether check`.
    var files: [String] {
        guard let named else { return Self.rulesBelow(folder, depth: 0) }
        return named.flatMap { Self.isDirectory($0) ? Self.rules(in: $0) : [$0] }
    }

    /// Whether a file, saved or not, belongs to the program.
    func holds(_ path: String) -> Bool {
        guard let named else { return path.hasPrefix(folder + "/") }
        let directory = (path as NSString).deletingLastPathComponent
        return named.contains(path) || named.contains(directory)
    }

    /// The directory of notifier files: the one that the settings name, else the one beside the rules.
    var notifiers: String? {
        if let named = settings.notifiers { return absolute(named) }
        let directories = (named ?? []).map { Self.isDirectory($0) ? $0 : Self.parent($0) }
        let candidates =
            directories.map { Self.parent($0) + "/notifiers" } + [
                folder + "/notifiers", Self.parent(folder) + "/notifiers",
            ]
        return candidates.first(where: Self.isDirectory)
    }

    private func absolute(_ path: String) -> String {
        let whole = path.hasPrefix("/") ? path : "\(folder)/\(path)"
        return DocumentAddress(path: whole).path ?? whole
    }

    static func parent(_ path: String) -> String { (path as NSString).deletingLastPathComponent }

    static func isDirectory(_ path: String) -> Bool {
        var isDirectory: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
            && isDirectory.boolValue
    }

    /// A directory's own `*.rules` files, by name.
    static func rules(in directory: String) -> [String] {
        entries(of: directory).filter { $0.hasSuffix(".rules") }.map { "\(directory)/\($0)" }
    }

    private static func entries(of directory: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? [])
            .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// Directories below a workspace folder that are looked into: a deeper tree is no folder of rules.
    private static let greatestDepth = 8
    /// Files of one program; more would be another kind of folder.
    private static let greatestCount = 2_000

    private static func rulesBelow(_ directory: String, depth: Int) -> [String] {
        var found: [String] = []
        for name in entries(of: directory) where !name.hasPrefix(".") && name != "node_modules" {
            let path = "\(directory)/\(name)"
            if isDirectory(path) {
                if depth < greatestDepth { found += rulesBelow(path, depth: depth + 1) }
            } else if name.hasSuffix(".rules") {
                found.append(path)
            }
            if found.count >= greatestCount { break }
        }
        return Array(found.prefix(greatestCount))
    }
}

/// What an editor may set for a workspace, as `initializationOptions` or under `bellwether` in its settings.
struct EditorSettings: Equatable {
    /// Rule files, or directories of `*.rules` files, relative to the workspace folder.
    var rules: [String]?
    var notifiers: String?

    init() {}

    init(_ value: JSONValue?) {
        let rules = value?["rules"]?.array?.compactMap(\.string) ?? []
        self.rules = rules.isEmpty ? nil : rules
        let notifiers = value?["notifiers"]?.string ?? ""
        self.notifiers = notifiers.isEmpty ? nil : notifiers
    }
}
