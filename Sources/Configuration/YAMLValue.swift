public import Diagnostics
internal import Yams

/// A value of a configuration file with its place; each getter reports what it cannot read and returns nil.
public struct YAMLValue {
    let node: Node
    /// The key that it stands under, for messages.
    public let key: String
    let reading: Reading

    public var span: SourceSpan { reading.span(of: node) }

    /// As it is written, before `${NAME}` is expanded: what a message may show.
    public var written: String { node.scalar?.string ?? node.kindText }

    /// A text, number or boolean, neither a list nor a map.
    public var isScalar: Bool { node.scalar != nil }

    /// An error at this value.
    public func report(code: String, _ message: String, help: [String] = []) {
        reading.found.append(Diagnostic(.error, code: code, message, at: span, help: help))
    }

    /// A scalar's text with `${NAME}` expanded. Plain `yes`, `1.0` or `null`-like words stay text.
    public func string() -> String? { text(wanted: "text") }

    private func text(wanted: String) -> String? {
        guard case .scalar(let scalar) = node else {
            reading.report(.wrongType(wanted: wanted, found: node.kindText), at: span)
            return nil
        }
        if node.isNull {
            reading.report(.noValue(key), at: span)
            return nil
        }
        let expansion = EnvironmentExpansion(scalar.string, environment: reading.environment)
        for fault in expansion.faults {
            switch fault {
            case .unset(let name):
                reading.report(.unsetVariable(name), at: reading.span(of: "${\(name)}", in: node))
            case .unreadable(let path):
                reading.report(.unreadableFile(path), at: reading.span(of: "${file:\(path)}", in: node))
            case .broken(let text):
                reading.report(.brokenVariable(text), at: reading.span(of: text, in: node))
            }
        }
        return expansion.faults.isEmpty ? expansion.text : nil
    }

    private func scalar<Value>(_ wanted: String, _ read: (String) -> Value?) -> Value? {
        guard let text = text(wanted: wanted) else { return nil }
        guard let value = read(text) else {
            reading.report(.wrongType(wanted: wanted, found: node.kindText), at: span)
            return nil
        }
        return value
    }

    public func integer(in range: ClosedRange<Int> = Int.min...Int.max) -> Int? {
        guard let value = scalar("a whole number", { Int($0) }) else { return nil }
        return within(range, value, "a whole number from \(range.lowerBound) to \(range.upperBound)")
    }

    public func number(in range: ClosedRange<Double> = -Double.infinity...Double.infinity) -> Double? {
        guard let value = scalar("a number", { Double($0).flatMap { $0.isFinite ? $0 : nil } }) else {
            return nil
        }
        return within(range, value, "a number from \(range.lowerBound) to \(range.upperBound)")
    }

    /// `true` or `false`, nothing else.
    public func boolean() -> Bool? { scalar("`true` or `false`") { Bool($0) } }

    /// `10s`, `1m30s`, `250ms`.
    public func duration(in range: ClosedRange<Duration>? = nil) -> Duration? {
        guard let value = scalar("a duration such as `10s` or `1m30s`", { parseDuration($0) }) else {
            return nil
        }
        guard let range else { return value }
        return within(
            range, value, "a duration from \(range.lowerBound.shortText) to \(range.upperBound.shortText)")
    }

    private func within<Value: Comparable>(_ range: ClosedRange<Value>, _ value: Value, _ wanted: String)
        -> Value?
    {
        if range.contains(value) { return value }
        reading.report(.outOfRange(wanted: wanted), at: span)
        return nil
    }

    /// One of an enumeration's raw values.
    public func choice<Value>(_ type: Value.Type = Value.self) -> Value?
    where Value: RawRepresentable<String> & CaseIterable {
        let allowed = Value.allCases.map(\.rawValue)
        guard let text = text(wanted: "one of " + allowed.map { "`\($0)`" }.joined(separator: ", ")) else {
            return nil
        }
        if let value = Value(rawValue: text) { return value }
        reading.report(.notOneOf(allowed, found: written), at: span)
        return nil
    }

    /// The keys inside; an empty value is an empty map.
    public func map() -> YAMLMap? {
        if node.isNull { return YAMLMap(node: nil, span: span, owner: key, reading: reading) }
        guard let mapping = node.mapping else {
            reading.report(.wrongType(wanted: "a map of keys and values", found: node.kindText), at: span)
            return nil
        }
        return YAMLMap(node: mapping, span: span, owner: key, reading: reading)
    }

    /// The items of a list; an empty value is an empty list.
    public func list() -> [YAMLValue]? {
        if node.isNull { return [] }
        guard let sequence = node.sequence else {
            reading.report(.wrongType(wanted: "a list", found: node.kindText), at: span)
            return nil
        }
        return sequence.map { YAMLValue(node: $0, key: key, reading: reading) }
    }

    /// A list of texts, or one text alone.
    public func strings() -> [String]? {
        if case .scalar = node { return string().map { [$0] } }
        return list()?.compactMap { $0.string() }
    }
}
