import Diagnostics
import Foundation
import RuleSyntax

/// `bellwether fmt`: brings rule files into the canonical format, or tells which are not in it.
///
/// A file with syntax errors is left as it is: what could not be read would be lost. A file that is in the
/// format already is not written.
public struct Formatting: Sendable {
    /// What a path must be to mean standard input.
    public static let standardInput = "-"

    private let paths: [String]
    private let checksOnly: Bool
    private let input: @Sendable () -> [UInt8]

    /// - Parameters:
    ///   - paths: files, directories of `*.rules`, and `-` for standard input, formatted to the output.
    ///   - checksOnly: writes nothing and shows what would change.
    ///   - input: reads standard input to its end; asked only for `-`.
    public init(paths: [String], checksOnly: Bool, input: @escaping @Sendable () -> [UInt8]) {
        self.paths = paths
        self.checksOnly = checksOnly
        self.input = input
    }

    private struct Tally {
        var files = 0
        var changed: [String] = []
        var refused = 0
        var unwritten = 0
    }

    /// - Returns: `.findings` for a file with syntax errors, one that is not there, and in a check for one
    ///   that is not in the format; `.failure` when a file could not be written.
    public func run(_ console: Console) -> CommandStatus {
        var tally = Tally()
        if paths.contains(Self.standardInput) {
            let source = SourceFile(name: "<stdin>", text: input())
            format(source, console, &tally) { text in
                console.output.write(text)
                return console.output.failure
            }
        }
        let sources = RuleSources(paths: paths.filter { $0 != Self.standardInput })
        // That a file is empty matters to `check` alone.
        let missing = sources.diagnostics.filter { $0.level == .error }
        show(missing, console)
        var seen: Set<String> = []
        for file in sources.files where seen.insert(file.name).inserted {
            format(file, console, &tally) { AtomicFile.replace(file.name, with: Array($0.utf8)) }
        }
        // A filter in an editor says nothing when all is well.
        let isFilter = !checksOnly && paths == [Self.standardInput] && tally.refused + tally.unwritten == 0
        if !isFilter { console.say(summary(tally, console)) }
        if tally.unwritten > 0 { return .failure }
        let isClean = tally.refused == 0 && missing.isEmpty && !(checksOnly && !tally.changed.isEmpty)
        return isClean ? .success : .findings
    }

    /// - Parameter write: takes the format and returns why it cannot be written; for standard input it is
    ///   asked even when nothing changes, because the output is the result.
    private func format(
        _ file: SourceFile, _ console: Console, _ tally: inout Tally, write: (String) -> String?
    ) {
        tally.files += 1
        let isInput = file.name == "<stdin>"
        let (tree, diagnostics) = parseRules(file)
        if diagnostics.hasErrors {
            tally.refused += 1
            show(diagnostics, console)
            console.say("not formatted: \(file.name) has \(diagnostics.errorCount.counted("syntax error"))")
            return
        }
        let text = formatRules(tree)
        let isSame = file.text.elementsEqual(text.utf8)
        if !isSame { tally.changed.append(file.name) }
        if checksOnly {
            if !isSame { console.output.write(difference(file, text, console)) }
            return
        }
        if isSame && !isInput { return }
        if let reason = write(text) {
            tally.unwritten += 1
            console.say("error: cannot write \(isInput ? "the output" : file.name): \(reason)")
        } else if !isInput {
            console.say("formatted \(file.name)")
        }
    }

    private func difference(_ file: SourceFile, _ text: String, _ console: Console) -> String {
        let old = String(decoding: file.text, as: UTF8.self)
        return LineDifference(old, text).text(name: file.name, colours: console.outputColours)
    }

    private func show(_ diagnostics: [Diagnostic], _ console: Console) {
        if diagnostics.isEmpty { return }
        console.status.write(DiagnosticRenderer(usesColour: console.statusColours).render(diagnostics) + "\n")
    }

    private func summary(_ tally: Tally, _ console: Console) -> String {
        var parts: [String] = []
        let (changed, files) = (tally.changed.count, tally.files.counted("file"))
        if checksOnly {
            parts.append(
                changed == 0 ? "\(files) in the canonical format" : "\(changed) of \(files) would change")
        } else {
            parts.append("\(changed - tally.unwritten) of \(files) changed")
        }
        if tally.refused > 0 { parts.append("\(tally.refused) with syntax errors, left as it was") }
        let isSound = tally.refused == 0 && tally.unwritten == 0 && !(checksOnly && changed > 0)
        let verdict =
            isSound
            ? Colour.green.paint("ok", if: console.statusColours)
            : Colour.red.paint("failed", if: console.statusColours)
        var text = "\(verdict): " + parts.joined(separator: ", ")
        let writable = tally.changed.filter { $0 != "<stdin>" }
        if checksOnly, !writable.isEmpty {
            text += "\n  = help: run `bellwether fmt \(writable.joined(separator: " "))`"
        }
        return text
    }
}
