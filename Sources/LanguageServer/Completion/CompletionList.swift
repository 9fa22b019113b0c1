import Diagnostics
import Foundation
import RuleSemantics
import RuleSyntax

/// Kinds of the protocol, chosen for their pictures.
enum CompletionKind: Int {
    case function = 3, variable = 6, property = 10, unit = 11, value = 12, keyword = 14, snippet = 15
    case file = 17, reference = 18, constant = 21, event = 23, typeParameter = 25
}

/// One offer.
struct Completion {
    var label: String
    var kind: CompletionKind
    /// Beside the label.
    var detail = ""
    var documentation = Prose()
    /// Instead of the label; `$1` are places to fill in.
    var snippet: String?
    /// Before others: `0` is what the place asks for, `9` what may also stand there.
    var rank = 5
}

extension TextPlace {
    /// What may be written here.
    func completions() -> JSONValue {
        let place = CursorPlace(in: document.source, at: offset)
        let offers = CompletionOffers(place: place, names: project.names, notifiers: project.notifiers)
        var seen: Set<String> = []
        let items = offers.all.filter { seen.insert($0.label).inserted }
            .map { json($0, replacing: place.typed) }
        return ["isIncomplete": false, "items": .array(items)]
    }

    private func json(_ offer: Completion, replacing typed: Range<Int>) -> JSONValue {
        let snippet = features.snippets ? offer.snippet : nil
        return .members([
            "label": .string(offer.label), "kind": .integer(offer.kind.rawValue),
            "detail": offer.detail.isEmpty ? nil : .string(offer.detail),
            "documentation": documentation(offer),
            "sortText": .string("\(offer.rank)\(offer.label)"), "filterText": .string(offer.label),
            "insertTextFormat": snippet == nil ? 1 : 2,
            "textEdit": [
                "range": document.range(typed), "newText": .string(snippet ?? offer.label),
            ],
        ])
    }

    private func documentation(_ offer: Completion) -> JSONValue? {
        if offer.documentation.isEmpty { return nil }
        guard let markdown = features.markdownInCompletion else { return .string(offer.documentation.plain) }
        return offer.documentation.json(markdown: markdown)
    }
}

/// The names and words that fit a place.
struct CompletionOffers {
    let place: CursorPlace
    let names: NameIndex
    let notifiers: RuleProject.NotifierNames

    var all: [Completion] {
        switch place.expected {
        case .nothing: []
        case .item: Vocabulary.items.map { keyword($0) }
        case .clause(let afterCondition): clauses(afterCondition: afterCondition)
        case .operand: operands
        case .infix: ["and", "or", "in", "crosses"].map { keyword($0) }
        case .windowForm: ["ending", "by"].map { keyword($0) }
        case .ago: [Completion(label: "ago", kind: .keyword)]
        case .duration: durations
        case .within: [keyword("within")]
        case .word(let words): words.map { keyword($0) }
        case .target(let mayBeAll):
            items { $0.word == "list" } + symbols + (mayBeAll ? [keyword("all", rank: 8)] : [])
        case .session: items { $0.word == "session" }
        case .sessionHours: Vocabulary.days.map { keyword($0) } + exchangeHours
        case .template: items { $0.word == "template" }
        case .notifier: notifierNames
        case .rule: items { $0.word == "rule" }
        case .rateSeries: rateSeries
        case .series: marketSeries + items { $0.word == "series" } + parameters + symbols
        case .type: parameterTypeNames.map { Completion(label: $0, kind: .typeParameter) }
        case .timeZone:
            TimeZone.knownTimeZoneIdentifiers.map { Completion(label: $0, kind: .value) }
        case .member(let owner): members(of: owner)
        }
    }

    private func keyword(_ word: String, rank: Int = 5) -> Completion {
        let guide = KeywordGuide[word]
        var offer = Completion(label: word, kind: .keyword, rank: rank)
        offer.detail = guide?.form ?? ""
        if let guide { offer.documentation.paragraph(guide.documentation) }
        offer.snippet = guide?.snippet
        return offer
    }

    private func clauses(afterCondition: Bool) -> [Completion] {
        guard place.item?.text == "rule" || place.item?.text == "template" else {
            return Vocabulary.items.map { keyword($0) }
                + (afterCondition ? ["and", "or"].map { keyword($0, rank: 8) } : [])
        }
        let repeatable: Set<String> = ["then", "escalate", "labels"]
        let left = Vocabulary.clauses.filter { repeatable.contains($0) || !place.clauses.contains($0) }
        return left.map { keyword($0, rank: 3) } + Vocabulary.items.map { keyword($0, rank: 7) }
            + (afterCondition ? ["and", "or"].map { keyword($0, rank: 4) } : [])
    }
}
