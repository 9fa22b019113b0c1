import MarketModel
import RuleSemantics
import RuleSyntax

extension CompletionOffers {
    /// Whatever a value may begin with.
    var operands: [Completion] {
        BuiltinTable.rows.map { offer($0) } + parameters
            + items { ["let", "series", "table"].contains($0.word) } + symbols
            + [Completion(label: "symbol", kind: .variable, detail: "the rule's symbol", rank: 8)]
            + ["not", "true", "false"].map { Completion(label: $0, kind: .keyword, rank: 9) }
    }

    var marketSeries: [Completion] {
        BuiltinTable.rows.filter { if case .series = $0.meaning { true } else { false } }
            .map { offer($0, rank: 1) }
    }

    private func offer(_ row: Builtin, rank: Int = 5) -> Completion {
        var offer = Completion(label: row.name, kind: .function, rank: rank)
        offer.detail = row.headline
        row.describe(in: &offer.documentation)
        if case .series = row.meaning {
            offer.kind = .variable
        } else {
            let places = row.parameters.filter { $0 != .within && $0 != .moreValues }.enumerated()
                .map { "${\($0 + 1):\($1.text)}" }
            offer.snippet = "\(row.name)(\(places.joined(separator: ", ")))"
        }
        return offer
    }

    /// Definitions of a kind, in every file of the program.
    func items(where fits: (Item) -> Bool) -> [Completion] {
        names.items.filter { thing, item in
            if case .repeated = thing { return false }
            return fits(item)
        }
        .map { thing, item in
            var offer = Completion(label: thing.name, kind: item.completionKind, rank: 2)
            offer.detail = item.headline
            offer.documentation.paragraph(item.documentation.joined(separator: " "))
            let parameters = item.parameters.enumerated().map { "${\($0 + 1):\($1.name.text)}" }
            if item.word == "table" {
                offer.snippet = "\(thing.name).$0"
            } else if !parameters.isEmpty {
                offer.snippet = "\(thing.name)(\(parameters.joined(separator: ", ")))"
            }
            return offer
        }
        .sorted { $0.label < $1.label }
    }

    /// Of the item being written.
    var parameters: [Completion] {
        place.parameters.map {
            Completion(label: $0.name, kind: .variable, detail: $0.type, rank: 1)
        }
    }

    /// Symbols that stand anywhere in the program.
    var symbols: [Completion] {
        let seen = names.occurrences.compactMap { occurrence -> String? in
            if case .symbol(let name) = occurrence.thing { name } else { nil }
        }
        return Set(seen).sorted().map {
            Completion(label: canonicalSymbol($0), kind: .constant, detail: "symbol", rank: 6)
        }
    }

    var rateSeries: [Completion] {
        let seen = names.occurrences.compactMap { occurrence -> String? in
            if case .rateSeries(let name) = occurrence.thing { name } else { nil }
        }
        return Set(seen).union(["DFF", "SOFR", "DGS2", "DGS10"]).sorted().map {
            Completion(label: canonicalSymbol($0), kind: .constant, detail: "rate series")
        }
    }

    /// `XNYS regular` and its kind: every exchange that has a calendar.
    var exchangeHours: [Completion] {
        ExchangeCalendar.all.flatMap { calendar in
            let kinds = calendar.extended.isEmpty ? ["regular"] : ["regular", "extended"]
            return calendar.codes.flatMap { code in
                kinds.map { kind in
                    var offer = Completion(label: "\(code) \(kind)", kind: .value, rank: 3)
                    offer.detail = calendar.timeZone
                    offer.documentation.paragraph(
                        "The exchange's hours with its holidays and early closes, known from "
                            + "\(calendar.firstDay) to \(calendar.lastDay).")
                    return offer
                }
            }
        }
    }

    var notifierNames: [Completion] {
        let seen = names.occurrences.compactMap { occurrence -> String? in
            if case .notifier(let name) = occurrence.thing { name } else { nil }
        }
        return (notifiers.names ?? Set(seen)).sorted().map {
            Completion(label: $0, kind: .file, detail: "notifiers/\($0).yaml")
        }
    }

    var durations: [Completion] {
        let usual = ["30s", "1m", "5m", "15m", "1h", "4h", "1d"]
        return usual.enumerated().map { Completion(label: $1, kind: .unit, rank: $0 > 3 ? 4 : 3) }
            + items { item in
                guard case .constant(_, let parameters, let body) = item.kind else { return false }
                if case .duration = body.kind { return parameters.isEmpty }
                return false
            } + parameters.filter { $0.detail == "duration" }
    }

    /// Behind a point: a table's columns, or what reads a symbol's market data.
    func members(of owner: String) -> [Completion] {
        if let table = names.items[.value(owner)], table.word == "table" {
            return table.parameters.map {
                Completion(label: $0.name.text, kind: .property, detail: $0.type.text)
            }
        }
        return BuiltinTable.rows.filter { $0.readsTrades || $0.hasSeries }.map { offer($0) }
    }
}

extension Item {
    var completionKind: CompletionKind {
        switch kind {
        case .constant(_, let parameters, _): parameters.isEmpty ? .constant : .function
        case .list: .value
        case .series: .variable
        case .session, .table: .property
        case .template: .snippet
        case .rule: .event
        }
    }
}
