internal import Diagnostics
internal import Yams

/// What the maps and values of one file share: the text, the environment and the faults found so far.
final class Reading {
    let source: SourceFile
    /// The variables that `${NAME}` reads.
    let environment: [String: String]
    var found: [Diagnostic] = []
    /// The text itself is at fault: that its keys are missing would be no news.
    private(set) var isUnreadable = false

    init(_ source: SourceFile, environment: [String: String]) {
        self.source = source
        self.environment = environment
    }

    func report(_ fault: ConfigurationFault, at span: SourceSpan?) {
        switch fault {
        case .unreadable, .syntax, .duplicateKeys, .rootIsNotAMap: isUnreadable = true
        default: break
        }
        found.append(fault.diagnostic(at: span))
    }

    /// The outermost map; nil when there is none, and then, unless the file is empty, that was reported.
    func parseRoot() -> Node.Mapping? {
        let text = String(decoding: source.text, as: UTF8.self)
        do {
            guard let node = try Yams.compose(yaml: text) else { return nil }
            if let mapping = node.mapping { return mapping }
            if !node.isNull { report(.rootIsNotAMap(found: node.kindText), at: span(of: node)) }
        } catch let error as YamlError {
            report(error, in: text)
        } catch {
            report(.syntax("\(error)"), at: nil)
        }
        return nil
    }

    private func report(_ error: YamlError, in text: String) {
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            let because = context.map { " (\($0.text), line \($0.mark.line))" } ?? ""
            report(.syntax(problem + because), at: point(mark))
        case .reader(let problem, let offset, _, _):
            let start = offset.map { text.prefix($0).utf8.count } ?? 0
            report(.syntax(problem), at: SourceSpan(file: source, start: start, end: start + 1))
        case .duplicatedKeysInMapping(let keys, let context):
            report(.duplicateKeys(keys.sorted()), at: point(context.mark))
        default:
            report(.syntax("\(error)"), at: nil)
        }
    }

    private func point(_ mark: Mark) -> SourceSpan {
        let start = offset(of: mark)
        return SourceSpan(file: source, start: start, end: min(start + 1, source.text.count))
    }
}
