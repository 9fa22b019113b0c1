/// A page of metrics in Prometheus' text format, a family at a time.
///
///     # HELP bellwether_trades_total Trades that were decoded, late ones too.
///     # TYPE bellwether_trades_total counter
///     bellwether_trades_total 1027
///
/// Families and samples stand in the order in which they are given.
///
/// - SeeAlso: https://prometheus.io/docs/instrumenting/exposition_formats/ (version 0.0.4)
struct MetricsText: Sendable {
    enum Kind: String, Sendable {
        case counter, gauge, histogram
    }

    struct Sample: Sendable {
        var labels: [(name: String, value: String)]
        var value: Double

        init(_ value: Double, _ labels: [(name: String, value: String)] = []) {
            self.labels = labels
            self.value = value
        }

        init(_ value: Int, _ labels: [(name: String, value: String)] = []) {
            self.init(Double(value), labels)
        }
    }

    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    private(set) var text = ""

    mutating func add(_ name: String, _ kind: Kind, _ help: String, _ samples: [Sample]) {
        if samples.isEmpty { return }
        head(name, kind, help)
        for sample in samples { line(name, sample.labels, sample.value) }
    }

    mutating func counter(_ name: String, _ help: String, _ value: Int) {
        add(name, .counter, help, [Sample(value)])
    }

    mutating func gauge(_ name: String, _ help: String, _ value: Double?) {
        add(name, .gauge, help, value.map { [Sample($0)] } ?? [])
    }

    mutating func histogram(_ name: String, _ help: String, _ parts: [(label: String, Histogram)], by: String)
    {
        if parts.isEmpty { return }
        head(name, .histogram, help)
        for (label, histogram) in parts {
            let labels = [(name: by, value: label)]
            for (bound, count) in zip(histogram.bounds, histogram.cumulated) {
                line("\(name)_bucket", labels + [("le", MetricsText.number(bound))], Double(count))
            }
            line("\(name)_bucket", labels + [("le", "+Inf")], Double(histogram.count))
            line("\(name)_sum", labels, histogram.sum)
            line("\(name)_count", labels, Double(histogram.count))
        }
    }

    private mutating func head(_ name: String, _ kind: Kind, _ help: String) {
        text += "# HELP \(name) \(MetricsText.escaped(help, quotes: false))\n"
        text += "# TYPE \(name) \(kind.rawValue)\n"
    }

    private mutating func line(_ name: String, _ labels: [(name: String, value: String)], _ value: Double) {
        text += name
        if !labels.isEmpty {
            let parts = labels.map { "\($0.name)=\"\(MetricsText.escaped($0.value, quotes: true))\"" }
            text += "{\(parts.joined(separator: ","))}"
        }
        text += " \(MetricsText.number(value))\n"
    }

    /// A backslash and a line end are escaped everywhere, a quotation mark in the values of labels.
    private static func escaped(_ text: String, quotes: Bool) -> String {
        var out = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\"" where quotes: out += "\\\""
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }

    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        return Int64(exactly: value).map(String.init) ?? "\(value)"
    }
}

/// How often a figure was at most so much.
struct Histogram: Sendable, Equatable {
    /// Ascending.
    let bounds: [Double]
    private var counts: [Int]
    private(set) var count = 0
    private(set) var sum = 0.0

    init(bounds: [Double]) {
        self.bounds = bounds
        counts = Array(repeating: 0, count: bounds.count)
    }

    /// By bound, those at most as great.
    var cumulated: [Int] {
        var total = 0
        return counts.map { count in
            total += count
            return total
        }
    }

    mutating func add(_ value: Double) {
        count += 1
        sum += value
        if let index = bounds.firstIndex(where: { value <= $0 }) { counts[index] += 1 }
    }
}
