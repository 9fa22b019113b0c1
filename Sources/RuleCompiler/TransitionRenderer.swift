public import Engine
public import MarketModel
import RuleSemantics

/// Gives the engine's transitions their names, values and messages. It cannot fail: whatever a register
/// holds has a text, and unknown prints as `n/a` (LANGUAGE 10).
public struct TransitionRenderer: Sendable {
    /// A message's part with its values looked up.
    private enum Segment: Sendable {
        case text(String)
        case rule
        case key
        case severity
        /// An index into the transition's values.
        case value(Int, NumberFormat)
    }

    private struct RuleText: Sendable {
        var name: String
        var labels: [Transition.Label]
        var valueNames: [String]
        var segments: [Segment]
    }

    private let rules: [RuleText]

    /// - Parameter rules: in the order of `RuleBook.rules`.
    init(_ rules: [CheckedRule]) {
        self.rules = rules.map { rule in
            // Registers are reported as the values first, then one for each slot of the message.
            var slot = rule.values.count
            let segments = rule.message.map { segment -> Segment in
                switch segment {
                case .text(let text): return .text(text)
                case .rule: return .rule
                case .symbol: return .key
                case .severity: return .severity
                case .value(let expression, let format):
                    defer { slot += 1 }
                    switch expression {
                    case .symbol(.key): return .key
                    case .symbol(.symbol(let name)): return .text(name)
                    default: return .value(slot, format)
                    }
                }
            }
            return RuleText(
                name: rule.name, labels: rule.labels, valueNames: rule.values.map(\.text), segments: segments)
        }
    }

    /// - Parameter symbols: the table that numbered the engine's symbols.
    public func render(_ transition: EngineTransition, symbols: SymbolTable) -> Transition {
        let rule = rules[transition.rule]
        let key = transition.key.map { symbols.name(of: $0) } ?? ""
        let values = zip(rule.valueNames, transition.values).map { name, value in
            Transition.Value(name: name, value: value.isFinite ? value : nil)
        }
        return Transition(
            rule: rule.name, key: key, kind: transition.kind, at: Timestamp(milliseconds: transition.at),
            severity: transition.severity, message: message(rule, transition, key: key), labels: rule.labels,
            values: values)
    }

    private func message(_ rule: RuleText, _ transition: EngineTransition, key: String) -> String {
        var text = ""
        for segment in rule.segments {
            switch segment {
            case .text(let part): text += part
            case .rule: text += rule.name
            case .key: text += key
            case .severity: text += transition.severity.rawValue
            case .value(let index, let format):
                var number = NumberText(format: format)
                if transition.key != nil {
                    number.priceDecimals = Int(transition.priceScale)
                    number.sizeDecimals = Int(transition.sizeScale)
                }
                text +=
                    index < transition.values.count
                    ? number.text(transition.values[index]) : NumberText.unknown
            }
        }
        return text
    }
}
