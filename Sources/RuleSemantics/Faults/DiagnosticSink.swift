import Diagnostics
import RuleSyntax

/// Collects diagnostics; one that a `let` gives again at each of its uses is kept once.
struct DiagnosticSink {
    private(set) var diagnostics: [Diagnostic] = []
    private(set) var errorCount = 0
    private var seen: Set<String> = []

    mutating func report(_ diagnostic: Diagnostic) {
        let place = diagnostic.span.map { "\($0.file.name):\($0.start):\($0.end)" } ?? ""
        guard seen.insert("\(diagnostic.code) \(place) \(diagnostic.message)").inserted else { return }
        diagnostics.append(diagnostic)
        if diagnostic.level == .error { errorCount += 1 }
    }

    /// By file in the order given, then by place.
    func sorted(by files: [RuleFile]) -> [Diagnostic] {
        var ranks: [ObjectIdentifier: Int] = [:]
        for (index, file) in files.enumerated() { ranks[ObjectIdentifier(file.source)] = index }
        return diagnostics.enumerated()
            .map { offset, diagnostic -> (key: (Int, Int, Int), diagnostic: Diagnostic) in
                guard let span = diagnostic.span else { return ((files.count, 0, offset), diagnostic) }
                let rank = ranks[ObjectIdentifier(span.file)] ?? files.count
                return ((rank, span.start, offset), diagnostic)
            }
            .sorted { $0.key < $1.key }
            .map(\.diagnostic)
    }
}

extension Diagnostic {
    static func fault(
        _ code: FaultCode, _ message: String, at span: SourceSpan?, help: String..., notes: [Note] = []
    ) -> Diagnostic {
        let level: Level = code.rawValue.hasPrefix("W") ? .warning : .error
        return Diagnostic(level, code: code.rawValue, message, at: span, help: help, notes: notes)
    }

    /// Suggests the nearest name in place of what is written, or says something else where there is none.
    func meaning(_ near: String?, else advice: String) -> Diagnostic {
        guard let near, let span else { return helped(advice) }
        var result = helped("did you mean `\(near)`?")
        result.fixes = [Fix(replacing: span, with: near)]
        return result
    }

    private func helped(_ text: String) -> Diagnostic {
        var result = self
        result.help = [text]
        return result
    }
}
