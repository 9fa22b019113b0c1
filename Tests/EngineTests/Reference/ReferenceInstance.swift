import MarketModel
import RuleSemantics

/// What an expression says at each instant. NaN is unknown; true is 1.
struct Meaning {
    /// The series that it reads itself.
    var reads: [SeriesReference] = []
    /// Every instant at which it may change (LANGUAGE 5): the engine's own change points, no fewer.
    var changes: Set<Int64> = []
    var value: (Int64) -> Double
}

/// One instance of a rule: what its expressions mean (LANGUAGE 3 to 5).
struct ReferenceInstance {
    typealias Point = ReferenceInterpreter.Point

    let world: ReferenceInterpreter
    let key: String
    /// `crosses` looks back no further.
    let birth: Int64

    func meaning(_ expression: CheckedExpression) -> Meaning {
        switch expression {
        case .number(let number): return Meaning { _ in number }
        case .bool(let bool): return Meaning { _ in bool ? 1 : 0 }
        case .symbol: return Meaning { _ in .nan }
        case .lookup(let column): return Meaning { _ in column.value(for: key) ?? .nan }
        case .call(let call): return meaning(call)
        case .series(let series):
            let points = world.points(own(series))
            return Meaning(reads: [own(series)], changes: Set(points.map(\.time))) { t in
                points.last { $0.time <= t }?.value.rounded ?? .nan
            }
        case .negate(let x): return lift([x]) { -$0[0] }
        case .not(let x): return lift([x]) { 1 - $0[0] }
        case .and(let a, let b): return lift([a, b]) { both($0[0], $0[1]) }
        case .or(let a, let b): return lift([a, b]) { 1 - both(1 - $0[0], 1 - $0[1]) }
        case .between(let x, let low, let high):
            return meaning(.and(.comparison(.greaterOrEqual, x, low), .comparison(.lessOrEqual, x, high)))
        case .arithmetic(.add, let a, let b): return lift([a, b]) { $0[0] + $0[1] }
        case .arithmetic(.subtract, let a, let b): return lift([a, b]) { $0[0] - $0[1] }
        case .arithmetic(.multiply, let a, let b): return lift([a, b]) { $0[0] * $0[1] }
        case .arithmetic(.divide, let a, let b): return lift([a, b]) { $0[0] / $0[1] }
        case .comparison(let relation, .symbol(let a), .symbol(let b)):
            let isEqual = name(a) == name(b)
            return Meaning { _ in isEqual == (relation == .equal) ? 1 : 0 }
        case .comparison(.less, let a, let b): return holds(<, a, b)
        case .comparison(.lessOrEqual, let a, let b): return holds(<=, a, b)
        case .comparison(.greater, let a, let b): return holds(>, a, b)
        case .comparison(.greaterOrEqual, let a, let b): return holds(>=, a, b)
        case .comparison(.equal, let a, let b): return holds(==, a, b)
        case .comparison(.notEqual, let a, let b): return holds(!=, a, b)
        case .crosses(let direction, let a, let b): return crosses(direction, a, b)
        }
    }

    func lift(_ parts: [CheckedExpression], _ body: @escaping ([Double]) -> Double) -> Meaning {
        let parts = parts.map(meaning)
        return Meaning(
            reads: parts.flatMap(\.reads), changes: Set(parts.flatMap(\.changes)),
            value: { t in finite(body(parts.map { $0.value(t) })) })
    }

    func finite(_ value: Double) -> Double { value.isFinite ? value : .nan }

    /// Kleene's conjunction.
    private func both(_ a: Double, _ b: Double) -> Double { a == 0 || b == 0 ? 0 : a * b }

    private func holds(
        _ relation: @escaping (Double, Double) -> Bool, _ a: CheckedExpression, _ b: CheckedExpression
    ) -> Meaning {
        var meaning = lift([a, b]) { $0[0].isNaN || $0[1].isNaN ? .nan : relation($0[0], $0[1]) ? 1 : 0 }
        for (age, bound) in [(a, b), (b, a)] {
            // It changes when x is that old, and a millisecond later.
            guard case .call(let call) = age, call.builtin == .age else { continue }
            let bound = Int64(self.meaning(bound).value(0))
            meaning.changes.formUnion(meaning.changes.flatMap { [$0 + bound, $0 + bound + 1] })
        }
        return meaning
    }

    /// Now a > b, and a <= b at the previous change point of a or b at which both were known; held between.
    private func crosses(
        _ direction: CrossDirection, _ a: CheckedExpression, _ b: CheckedExpression
    ) -> Meaning {
        var meaning = lift([a, b]) { _ in .nan }
        let (a, b) = (self.meaning(a), self.meaning(b))
        let times = meaning.changes.union([birth]).filter { $0 >= birth }.sorted(by: >)
        meaning.value = { t in
            let values = times.drop { $0 > t }.lazy.map { (a: a.value($0), b: b.value($0)) }
            guard let now = values.first, !(now.a - now.b).isNaN else { return .nan }
            guard let before = values.dropFirst().first(where: { !($0.a - $0.b).isNaN }) else { return 0 }
            let rises = now.a > now.b && before.a <= before.b && direction != .below
            let falls = now.a < now.b && before.a >= before.b && direction != .above
            return rises || falls ? 1 : 0
        }
        return meaning
    }

    private func name(_ owner: SymbolOwner) -> String {
        if case .symbol(let name) = owner { name } else { key }
    }

    /// The series with the instance's own symbol in its place.
    func own(_ series: SeriesReference) -> SeriesReference {
        if case .market(let field, .key) = series { .market(field, .symbol(key)) } else { series }
    }
}
