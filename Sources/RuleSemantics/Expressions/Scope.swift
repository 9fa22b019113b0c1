import Diagnostics

/// Where an expression stands: whose market data its unqualified names mean, and what its parameters are.
struct Scope {
    /// Whose data `price` is.
    enum Key: Equatable {
        /// That of the rule's instance.
        case instance
        /// `SPY.avg(price, 5m)`.
        case symbol(String)
        /// A definition that is checked by itself: known where it is used.
        case deferred
        case absent(Absence)
    }

    enum Absence: Equatable {
        case ruleWithoutTarget(String)
        case series(String)
    }

    enum Place: Equatable {
        case condition, message, series
        /// A `let` or template by itself: what only its use decides is not refused here.
        case definition
    }

    var key: Key
    var place: Place
    var parameters: [String: Term] = [:]
    /// True where the written text already says the owner: inside `SPY.avg(...)`.
    var ownerIsWritten = false
    /// The `let`s whose bodies are being expanded, outermost first.
    var expanding: [String] = []
    /// Where the outermost of them is used.
    var outermostUse: SourceSpan?
    /// What a rule's instances are, for `table` rows.
    var target: CheckedTarget?
    var depth = 0

    init(key: Key, place: Place) {
        self.key = key
        self.place = place
    }

    /// nil where unqualified market data has no owner.
    var owner: SymbolOwner? {
        switch key {
        case .instance, .deferred: .key
        case .symbol(let name): .symbol(name)
        case .absent: nil
        }
    }

    /// The symbol that the canonical text must name before the point.
    var unwrittenSymbol: String? {
        if case .symbol(let name) = key, !ownerIsWritten { name } else { nil }
    }

    /// True of a `let` or template by itself: what it reads is read only where it is used.
    var isDefinition: Bool { place == .definition || key == .deferred }

    func owned(by key: Key) -> Scope {
        var scope = self
        scope.key = key
        scope.ownerIsWritten = false
        return scope
    }
}
