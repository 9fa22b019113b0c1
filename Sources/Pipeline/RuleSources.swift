public import Diagnostics
import Foundation

/// The rule files that a command names: files as they are, directories by their `*.rules` files.
public struct RuleSources: Sendable {
    /// In the order given; a directory's files by name.
    public private(set) var files: [SourceFile] = []
    public private(set) var diagnostics: [Diagnostic] = []
    /// The directories that the files lie in.
    public private(set) var directories: [String] = []

    /// Reads every file; what cannot be read becomes a diagnostic (E141 to E143, W141).
    public init(paths: [String]) {
        for path in paths {
            var isDirectory: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
                diagnostics.append(missing(path))
                continue
            }
            if isDirectory.boolValue {
                readDirectory(path)
            } else {
                note(directory: PathText.parent(of: path))
                read(path)
            }
        }
    }

    /// A `notifiers` directory beside a directory of rules; nil without one.
    public var notifiersBeside: String? {
        let candidates = directories.map { directory in
            let isNamed = ![".", ".."].contains(PathText.name(of: directory))
            return PathText.join(isNamed ? PathText.parent(of: directory) : directory + "/..", "notifiers")
        }
        return candidates.first { path in
            var isDirectory: ObjCBool = false
            return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
                && isDirectory.boolValue
        }
    }

    private mutating func note(directory: String) {
        if !directories.contains(directory) { directories.append(directory) }
    }

    private mutating func readDirectory(_ path: String) {
        let trimmed = PathText.withoutTrailingSlashes(path)
        note(directory: trimmed)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        let rules = names.filter { $0.hasSuffix(".rules") }.sorted {
            $0.utf8.lexicographicallyPrecedes($1.utf8)
        }
        if rules.isEmpty {
            diagnostics.append(
                Diagnostic(
                    .error, code: "E143", "no rule files in the directory \(path)", at: nil,
                    help: [
                        "write rules into files that end in .rules, for example "
                            + PathText.join(trimmed, "moves.rules")
                    ]))
        }
        for name in rules { read(PathText.join(trimmed, name)) }
    }

    private mutating func read(_ path: String) {
        let bytes: Foundation.Data
        do {
            bytes = try Foundation.Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            diagnostics.append(
                Diagnostic(
                    .error, code: "E142", "cannot read \(path): \(CommandFailure.reason(error))", at: nil,
                    help: ["check the file's permissions"]))
            return
        }
        let file = SourceFile(name: path, text: bytes)
        files.append(file)
        if bytes.allSatisfy({ $0 == 0x20 || $0 == 0x0a || $0 == 0x0d || $0 == 0x09 }) {
            diagnostics.append(
                Diagnostic(
                    .warning, code: "W141", "the file \(path) is empty: it defines no rule", at: nil,
                    help: ["add a rule, for example: rule big_move on AAPL when abs(change(price, 5m)) >= 2%"]
                ))
        }
    }

    private func missing(_ path: String) -> Diagnostic {
        let parent = PathText.parent(of: path)
        let siblings =
            (try? FileManager.default.contentsOfDirectory(atPath: parent.isEmpty ? "." : parent)) ?? []
        let wanted = PathText.name(of: path)
        var help = ["create it, or name the files or directories that hold your rules"]
        if let near = nearestName(to: wanted, among: siblings.sorted()) {
            help.insert("did you mean \(PathText.join(parent, near))?", at: 0)
        }
        return Diagnostic(.error, code: "E141", "no such file or directory: \(path)", at: nil, help: help)
    }
}

extension CommandFailure {
    /// The short reason of an error of the system: `Permission denied`.
    static func reason(_ error: any Error) -> String {
        let cocoa = error as NSError
        if let posix = cocoa.userInfo[NSUnderlyingErrorKey] as? POSIXError {
            return String(cString: strerror(posix.code.rawValue))
        }
        return cocoa.domain == NSPOSIXErrorDomain
            ? String(cString: strerror(Int32(cocoa.code))) : "\(error)"
    }
}
