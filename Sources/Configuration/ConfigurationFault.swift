internal import Diagnostics

/// Everything that can be wrong with a configuration text; the one place where its words are made.
///
/// The words never show an expanded value: what comes from the environment is mostly a secret.
enum ConfigurationFault {
    case unreadable(path: String, reason: String)
    case syntax(String)
    case duplicateKeys([String])
    case rootIsNotAMap(found: String)
    case unknownKey(String, owner: String?, known: [String])
    case missingKey(String, owner: String?)
    case keyIsNotText
    case noValue(String)
    case wrongType(wanted: String, found: String)
    case notOneOf([String], found: String)
    case outOfRange(wanted: String)
    case unsetVariable(String)
    case brokenVariable(String)
    case unreadableFile(String)

    var code: String {
        switch self {
        case .unreadable: "E100"
        case .syntax: "E101"
        case .duplicateKeys: "E102"
        case .rootIsNotAMap: "E103"
        case .unknownKey: "E104"
        case .missingKey: "E105"
        case .keyIsNotText: "E106"
        case .noValue: "E107"
        case .wrongType: "E108"
        case .notOneOf: "E109"
        case .outOfRange: "E110"
        case .unsetVariable: "E111"
        case .brokenVariable: "E112"
        case .unreadableFile: "E113"
        }
    }

    var message: String {
        switch self {
        case .unreadable(let path, let reason): "cannot read `\(path)`: \(reason)"
        case .syntax(let problem): "this is not YAML: \(problem)"
        case .duplicateKeys(let keys): "the key \(quoted(keys, " and ")) is given more than once"
        case .rootIsNotAMap(let found): "the file holds \(found), not keys with values"
        case .unknownKey(let key, let owner, _): "unknown key `\(key)`\(place(owner))"
        case .missingKey(let key, let owner): "the key `\(key)` is missing\(place(owner))"
        case .keyIsNotText: "a key must be plain text"
        case .noValue(let key): "`\(key)` has no value"
        case .wrongType(let wanted, let found): "expected \(wanted), found \(found)"
        case .notOneOf(_, let found): "`\(found)` is not one of the values that this key takes"
        case .outOfRange(let wanted): "expected \(wanted)"
        case .unsetVariable(let name): "the environment variable `\(name)` is not set"
        case .brokenVariable(let text): "`\(text)` does not name an environment variable"
        case .unreadableFile(let path): "the file `\(path)` with a secret cannot be read"
        }
    }

    var help: [String] {
        switch self {
        case .unknownKey(let key, _, let known):
            if let nearest = nearestName(to: key, among: known) { return ["did you mean `\(nearest)`?"] }
            return known.isEmpty ? [] : ["known here: \(quoted(known.sorted(), ", "))"]
        case .notOneOf(let allowed, let found):
            let nearest = nearestName(to: found, among: allowed).map { ["did you mean `\($0)`?"] } ?? []
            return nearest + ["one of \(quoted(allowed, ", "))"]
        case .unsetVariable(let name):
            return ["set it before the start: `export \(name)=...`", "a literal `${` is written `$${`"]
        case .brokenVariable:
            return [
                "write `${NAME}` with letters, digits and underscores, or `${file:/PATH}`; a literal `${` is "
                    + "written `$${`"
            ]
        case .unreadableFile:
            return ["put it there, readable for this user, as UTF-8 text of at most 64 KiB"]
        default: return []
        }
    }

    private func place(_ owner: String?) -> String { owner.map { " in `\($0)`" } ?? "" }

    private func quoted(_ names: [String], _ separator: String) -> String {
        names.map { "`\($0)`" }.joined(separator: separator)
    }

    func diagnostic(at span: SourceSpan?) -> Diagnostic {
        Diagnostic(.error, code: code, message, at: span, help: help)
    }
}
