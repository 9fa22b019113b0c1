/// The candidate nearest to a misspelt name: least Damerau-Levenshtein distance (optimal string alignment),
/// within max(1, length/3) edits; the first in the given order wins a tie.
///
/// - SeeAlso: F. J. Damerau, "A technique for computer detection and correction of spelling errors" (1964).
public func nearestName(to name: String, among candidates: some Sequence<String>) -> String? {
    let typed = Array(name.lowercased().unicodeScalars)
    var best: (distance: Int, name: String)?
    for candidate in candidates {
        let distance = editDistance(typed, Array(candidate.lowercased().unicodeScalars))
        if distance <= max(1, typed.count / 3), best.map({ distance < $0.distance }) ?? true {
            best = (distance, candidate)
        }
    }
    return best?.name
}

private func editDistance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
    if left.isEmpty || right.isEmpty { return max(left.count, right.count) }
    var beforeLast = [Int](repeating: 0, count: right.count + 1)
    var last = Array(0...right.count)
    for row in 1...left.count {
        var current = [row] + [Int](repeating: 0, count: right.count)
        for column in 1...right.count {
            let substitution = left[row - 1] == right[column - 1] ? 0 : 1
            var cost = min(
                last[column] + 1, current[column - 1] + 1, last[column - 1] + substitution)
            let swapped =
                row > 1 && column > 1
                && left[row - 1] == right[column - 2] && left[row - 2] == right[column - 1]
            if swapped { cost = min(cost, beforeLast[column - 2] + 1) }
            current[column] = cost
        }
        beforeLast = last
        last = current
    }
    return last[right.count]
}
