public import Diagnostics
internal import Yams

/// Keys with values, read by name; `finish` reports the keys that nobody asked for.
public final class YAMLMap {
    public struct Entry {
        public let key: String
        public let keySpan: SourceSpan
        public let value: YAMLValue
    }

    /// Where the map stands; the start of the file for the root.
    public let span: SourceSpan
    /// All keys in the order of the text, for maps whose keys are the user's: `kafka.properties`. Reading
    /// this makes every key a known one.
    public var entries: [Entry] {
        isFreeForm = true
        return written
    }
    /// The key that the map stands under; nil for the root.
    public let owner: String?
    private let written: [Entry]
    private let reading: Reading
    private var known: [String] = []
    private var isFreeForm = false
    private var children: [YAMLMap] = []

    init(node: Node.Mapping?, span: SourceSpan, owner: String?, reading: Reading) {
        self.span = span
        self.owner = owner
        self.reading = reading
        var entries: [Entry] = []
        for (key, value) in node ?? Node.Mapping([]) {
            guard let name = key.scalar?.string else {
                reading.report(.keyIsNotText, at: reading.span(of: key))
                continue
            }
            let entry = YAMLValue(node: value, key: name, reading: reading)
            entries.append(Entry(key: name, keySpan: reading.span(of: key), value: entry))
        }
        written = entries
    }

    /// The value of an optional key, which is thereby known.
    public subscript(_ key: String) -> YAMLValue? {
        if !known.contains(key) { known.append(key) }
        return written.first { $0.key == key }?.value
    }

    /// The value of a key that must be there.
    public func required(_ key: String) -> YAMLValue? {
        if let value = self[key] { return value }
        if !reading.isUnreadable { reading.report(.missingKey(key, owner: owner), at: span) }
        return nil
    }

    /// Where a key stands; the whole map when it is absent.
    public func span(of key: String) -> SourceSpan { written.first { $0.key == key }?.keySpan ?? span }

    /// An error at a key.
    public func report(code: String, _ message: String, at key: String? = nil, help: [String] = []) {
        reading.found.append(
            Diagnostic(.error, code: code, message, at: key.map { span(of: $0) } ?? span, help: help))
    }

    public func string(_ key: String) -> String? { self[key]?.string() }
    public func requiredString(_ key: String) -> String? { required(key)?.string() }
    public func strings(_ key: String) -> [String]? { self[key]?.strings() }
    public func boolean(_ key: String) -> Bool? { self[key]?.boolean() }
    public func integer(_ key: String, in range: ClosedRange<Int> = Int.min...Int.max) -> Int? {
        self[key]?.integer(in: range)
    }
    public func number(_ key: String, in range: ClosedRange<Double> = -Double.infinity...Double.infinity)
        -> Double?
    {
        self[key]?.number(in: range)
    }
    public func duration(_ key: String, in range: ClosedRange<Duration>? = nil) -> Duration? {
        self[key]?.duration(in: range)
    }
    public func choice<Value>(_ key: String, _ type: Value.Type = Value.self) -> Value?
    where Value: RawRepresentable<String> & CaseIterable { self[key]?.choice() }

    /// A map below this one; `finish` covers it too.
    public func map(_ key: String) -> YAMLMap? { adopt(self[key]?.map()) }
    public func requiredMap(_ key: String) -> YAMLMap? { adopt(required(key)?.map()) }

    /// The items of a list; none when the key is absent.
    public func list(_ key: String) -> [YAMLValue] { self[key]?.list() ?? [] }

    /// The items of a list of maps; `finish` covers them too.
    public func maps(_ key: String) -> [YAMLMap] { list(key).compactMap { adopt($0.map()) } }

    /// The named maps of a map whose keys are the user's, such as topics by name; `finish` covers them too.
    public func namedMaps(_ key: String) -> [(name: String, map: YAMLMap)] {
        guard let outer = map(key) else { return [] }
        return outer.entries.compactMap { entry in adopt(entry.value.map()).map { (entry.key, $0) } }
    }

    /// Lets `finish` cover a map that was read from a `YAMLValue`.
    @discardableResult
    public func adopt(_ map: YAMLMap?) -> YAMLMap? {
        if let map { children.append(map) }
        return map
    }

    /// Reports every key that was not asked for, here and in the maps below. To be called once, on the
    /// root, when all has been read.
    public func finish() {
        if !isFreeForm {
            for entry in written where !known.contains(entry.key) {
                reading.report(.unknownKey(entry.key, owner: owner, known: known), at: entry.keySpan)
            }
        }
        for child in children { child.finish() }
    }
}
