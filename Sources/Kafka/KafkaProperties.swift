internal import CRdKafka
internal import Glibc

/// librdkafka's properties, in the order in which they are set: a later one wins.
///
/// Everything of librdkafka's CONFIGURATION.md passes through, so a TLS cluster with SASL needs no code.
public typealias KafkaProperties = [(String, String)]

/// Every property name that this librdkafka knows, sorted, for the nearest name in a caller's message.
///
/// librdkafka tells them only as its manual's table, one property a line: `name | C/P | range | ...`.
public func knownKafkaProperties() -> [String] {
    var text: UnsafeMutablePointer<CChar>?
    var size = 0
    guard let stream = open_memstream(&text, &size) else { return [] }
    rd_kafka_conf_properties_show(stream)
    fclose(stream)
    defer { free(text) }
    let table = String(
        decoding: UnsafeRawBufferPointer(start: text, count: text == nil ? 0 : size), as: UTF8.self)
    var names: Set<String> = []
    for line in table.split(separator: "\n") {
        let cells = line.split(separator: "|").map { $0.filter { $0 != " " } }
        guard cells.count > 5, ["*", "C", "P"].contains(cells[1]) else { continue }
        names.insert(cells[0])
    }
    return names.filter { !$0.hasSuffix("_cb") && $0 != "opaque" && $0 != "default_topic_conf" }.sorted()
}

/// Owner of a configuration until a client takes it over.
struct ClientConfiguration: ~Copyable {
    private let raw: OpaquePointer
    private var isTaken = false

    init() { self.raw = rd_kafka_conf_new() }

    deinit { if !self.isTaken { rd_kafka_conf_destroy(self.raw) } }

    /// Lends the configuration, for the callbacks.
    func withRaw<R>(_ body: (OpaquePointer) -> R) -> R { body(self.raw) }

    func set(_ name: String, _ value: String) throws(KafkaError) {
        var explanation = [CChar](repeating: 0, count: 512)
        guard rd_kafka_conf_set(self.raw, name, value, &explanation, explanation.count) == RD_KAFKA_CONF_OK
        else {
            throw KafkaError(
                .invalidArgument, .property(name), text(explanation))
        }
    }

    /// The value in force, nil when it is unset.
    func value(of name: String) -> String? {
        var size = 0
        guard rd_kafka_conf_get(self.raw, name, nil, &size) == RD_KAFKA_CONF_OK, size > 1 else { return nil }
        var value = [CChar](repeating: 0, count: size)
        guard rd_kafka_conf_get(self.raw, name, &value, &size) == RD_KAFKA_CONF_OK else { return nil }
        return text(value)
    }

    /// Makes the client, which owns the configuration from here on.
    consuming func makeClient(_ type: rd_kafka_type_t) throws(KafkaError) -> OpaquePointer {
        var explanation = [CChar](repeating: 0, count: 512)
        // On success rd_kafka_new frees the configuration, on failure it stays ours.
        guard let client = rd_kafka_new(type, self.raw, &explanation, explanation.count) else {
            throw KafkaError(KafkaErrorCode(rd_kafka_last_error()), .client, text(explanation))
        }
        self.isTaken = true
        return client
    }
}

/// A property on which this module's promises rest, so that only one value will do.
struct RequiredProperty {
    let name: String
    let value: String
    let reason: String

    var refusal: String { "it must be '\(value)' because \(reason)" }
}

extension ClientConfiguration {
    /// Sets what the caller wrote and then what is required.
    ///
    /// - Throws: an error about the property: unknown, of a wrong value, or contrary to `required`.
    func apply(_ properties: KafkaProperties, required: [RequiredProperty]) throws(KafkaError) {
        for (name, value) in properties {
            if let rule = required.first(where: { $0.name == name }), rule.value != value {
                throw KafkaError(.invalidArgument, .property(name), rule.refusal)
            }
            try self.set(name, value)
        }
        for rule in required { try self.set(rule.name, rule.value) }
    }
}

private func text(_ buffer: [CChar]) -> String {
    String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
