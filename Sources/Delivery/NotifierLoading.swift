internal import Configuration
public import Diagnostics
internal import Foundation

/// Reads every `NAME.yaml` (or `.yml`) of a directory, one notifier a file, and reports all that is wrong.
///
/// - Parameter environment: what `${NAME}` reads; nil takes the process's.
/// - Returns: the notifiers without a fault, by name.
public func loadNotifiers(
    directory: String, environment: [String: String]? = nil
) -> (notifiers: [NotifierDefinition], diagnostics: [Diagnostic]) {
    let files: [String]
    do {
        files = try notifierFiles(directory)
    } catch {
        let fault = Diagnostic(
            .error, code: "E120", "cannot read the notifiers' directory `\(directory)`", at: nil,
            help: ["make it, with one file `NAME.yaml` for each receiver that rules name in `notify`"])
        return ([], [fault])
    }
    var notifiers: [NotifierDefinition] = []
    var diagnostics: [Diagnostic] = []
    var seen: [String: String] = [:]
    for file in files {
        let path = directory.hasSuffix("/") ? directory + file : "\(directory)/\(file)"
        let name = stem(file)
        if let other = seen[name] {
            diagnostics.append(
                Diagnostic(
                    .error, code: "E121", "two files define the notifier `\(name)`: `\(other)` and `\(path)`",
                    at: nil,
                    help: ["remove or rename one of them"]))
            continue
        }
        seen[name] = path
        let loaded = readNotifier(
            name: name, reader: ConfigurationReader.open(path: path, environment: environment))
        if let notifier = loaded.notifier { notifiers.append(notifier) }
        diagnostics += loaded.diagnostics
    }
    return (notifiers, diagnostics)
}

/// The names that the directory's files define, faulty ones included: what `check` holds `notify` against
/// when no environment is set up. Empty when there is no such directory.
public func notifierNames(directory: String) -> Set<String> {
    Set(((try? notifierFiles(directory)) ?? []).map(stem))
}

private func notifierFiles(_ directory: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: directory)
        .filter { ($0.hasSuffix(".yaml") || $0.hasSuffix(".yml")) && !$0.hasPrefix(".") }
        .sorted()
}

private func stem(_ file: String) -> String {
    String(file.dropLast(file.hasSuffix(".yaml") ? 5 : 4))
}
