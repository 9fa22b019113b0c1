import Engine
import RuleSemantics

/// How near a condition came to being true, over the instants at which its parts change.
///
/// The distance of a comparison is |left - right| / |right| (beside a 0, the difference itself); 0 where it
/// is true. An `and` is as far as its farthest operand, an `or` as its nearest; what is unknown, and a plain
/// condition that is false, is out of reach. The search begins again whenever the condition is true: what
/// is asked is why it is not true *now*.
struct NearestMiss {
    /// Values of the nodes of a condition, in the order of `WrittenNode.all`, with how they print.
    struct Reading {
        var at: Int64
        var transition: EngineTransition
        /// The distance; infinite where it is out of reach.
        var distance: Double
        /// The comparison, by its place, that the distance is of.
        var decisive: Int?
    }

    private typealias Distance = (value: Double, of: Int?)

    private let nodes: [WrittenNode]
    /// For each node the places of its children.
    private let children: [[Int]]
    private(set) var best: Reading?
    /// By the place of a comparison, since the condition was true: where it came nearest by itself.
    private(set) var bestAlone: [Int: Reading] = [:]
    /// Until when the condition was last true; nil where it never was.
    private(set) var lastTrue: Int64?
    private(set) var isTrue = false
    /// For ages: by the place of the comparison, the time of the last point.
    private var lastPoints: [Int: Int64] = [:]
    /// The values of the reading before.
    private var previous: [Double] = []

    init(_ condition: WrittenNode) {
        nodes = condition.all
        var children: [[Int]] = []
        func place(_ node: WrittenNode) {
            let own = children.count
            children.append([])
            for child in node.children {
                children[own].append(children.count)
                place(child)
            }
        }
        place(condition)
        self.children = children
    }

    /// The places of the comparisons.
    var comparisons: [Int] { nodes.indices.filter { nodes[$0].isComparison } }

    mutating func take(_ reported: EngineTransition) {
        var reported = reported
        for index in comparisons where nodes[index].comparesAge { ripen(index, &reported) }
        let values = reported.values
        previous = values
        let wasTrue = isTrue
        isTrue = values.first == 1
        if isTrue || wasTrue {
            // It is a step function: it was true up to here.
            lastTrue = reported.at
            best = nil
            bestAlone = [:]
        }
        if isTrue { return }
        let whole = distance(0, to: true, values)
        if best.map({ whole.value < $0.distance }) ?? true {
            best = Reading(
                at: reported.at, transition: reported, distance: whole.value, decisive: whole.of)
        }
        for index in comparisons {
            let alone = distance(index, to: true, values).value
            if bestAlone[index].map({ alone < $0.distance }) ?? alone.isFinite {
                bestAlone[index] = Reading(
                    at: reported.at, transition: reported, distance: alone, decisive: index)
            }
        }
    }

    /// A point that ends a silence shows an age of 0: how old the one before it had become is what counts.
    private mutating func ripen(_ index: Int, _ reported: inout EngineTransition) {
        let place = children[index][0]
        let age = reported.values[place]
        guard age.isFinite else { return }
        let newest = reported.at - Int64(age)
        // Where that was old enough, the comparison was true until now: no miss.
        let wasMet = previous.isEmpty || previous[index] == 1
        if let last = lastPoints[index], last < newest, nodes[index].wantsMore, !wasMet {
            reported.values[place] = Double(newest - last)
        }
        lastPoints[index] = newest
    }

    // MARK: Distance

    private func distance(_ index: Int, to wanted: Bool, _ values: [Double]) -> Distance {
        let parts = children[index]
        switch nodes[index].kind {
        case .not: return distance(parts[0], to: !wanted, values)
        case .and, .or:
            let distances = parts.map { distance($0, to: wanted, values) }
            let isAll = (nodes[index].kind == .and) == wanted
            let decisive =
                isAll
                ? distances.max { $0.value < $1.value } : distances.min { $0.value < $1.value }
            return decisive ?? (.infinity, nil)
        case .comparison, .crosses, .between:
            if values[index] == (wanted ? 1 : 0) { return (0, index) }
            let gap = gap(index, values)
            return (gap == 0 ? Double.leastNonzeroMagnitude : gap, index)
        case .literal, .value, .symbol, .condition:
            return (values[index] == (wanted ? 1 : 0) ? 0 : .infinity, nil)
        }
    }

    private func gap(_ index: Int, _ values: [Double]) -> Double {
        let sides = children[index].map { values[$0] }
        guard sides.allSatisfy(\.isFinite) else { return .infinity }
        let bound =
            sides.count == 3 && sides[0] > sides[2] ? sides[2] : sides[1]
        let difference = abs(sides[0] - bound)
        return bound == 0 ? difference : difference / abs(bound)
    }
}

extension WrittenNode {
    /// `>` and `>=`.
    fileprivate var wantsMore: Bool { kind == .comparison(.greater) || kind == .comparison(.greaterOrEqual) }
}
