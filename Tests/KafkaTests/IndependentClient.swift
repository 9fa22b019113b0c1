import Foundation
import Kafka
import Testing

/// A Python with Kafka clients of others in it: the interpreter that BELLWETHER_PYTHON names, else `python3`.
enum IndependentClient: String, CaseIterable, Sendable, CustomTestStringConvertible {
    /// Confluent's client, with a librdkafka of its own that is years newer than ours.
    case confluent = "confluent_kafka"
    /// Written in Python throughout.
    case kafkaPython = "kafka"

    var testDescription: String { self.rawValue }

    private static let interpreter = ProcessInfo.processInfo.environment["BELLWETHER_PYTHON"] ?? "python3"

    static let installed: [IndependentClient] = Self.allCases.filter {
        (try? run(["-c", $0.probe], input: "")) != nil
    }

    /// kafka-python 3 asks the embedded broker for what it does not know, and gives up.
    private var probe: String {
        switch self {
        case .confluent: "import confluent_kafka"
        case .kafkaPython: "import kafka; assert int(kafka.__version__.split('.')[0]) == 2"
        }
    }

    static let absence: Comment =
        "no independent Kafka client: pip install confluent-kafka 'kafka-python<3' for BELLWETHER_PYTHON"

    /// Runs `peer.py` with this client.
    func run(_ arguments: [String], input: String = "") throws -> String {
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Fixtures/peer.py").path
        return try Self.run([script, self.rawValue] + arguments, input: input)
    }

    struct Failure: Error { var output: String }

    private static func run(_ arguments: [String], input: String) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [Self.interpreter] + arguments
        let (standardInput, output, complaints) = (Pipe(), Pipe(), Pipe())
        process.standardInput = standardInput
        process.standardOutput = output
        process.standardError = complaints
        try process.run()
        try standardInput.fileHandleForWriting.write(contentsOf: Data(input.utf8))
        try standardInput.fileHandleForWriting.close()
        let text = try output.fileHandleForReading.readToEnd() ?? Data()
        let said = try complaints.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(output: String(decoding: said, as: UTF8.self))
        }
        return String(decoding: text, as: UTF8.self)
    }
}

/// A message as `peer.py` reads and writes it.
struct PeerMessage: Codable, Equatable {
    var key: String?
    var value: String?
    var headers: [[String?]]
    var timestamp: Int64

    init(key: [UInt8]?, value: [UInt8]?, headers: [KafkaHeader] = [], timestamp: Int64) {
        self.key = key.map(hex)
        self.value = value.map(hex)
        self.headers = headers.map { [$0.name, $0.value.map(hex)] }
        self.timestamp = timestamp
    }

    init(_ received: Received) {
        self.init(
            key: received.key, value: received.value, headers: received.headers,
            timestamp: received.timestamp ?? -1)
    }

    /// JSON with nulls spelt out.
    var line: String {
        func quoted(_ text: String?) -> String { text.map { "\"\($0)\"" } ?? "null" }
        let headers = self.headers.map { "[\($0.map(quoted).joined(separator: ", "))]" }
        return """
            {"key": \(quoted(self.key)), "value": \(quoted(self.value)), \
            "headers": [\(headers.joined(separator: ", "))], "timestamp": \(self.timestamp)}
            """
    }

    static func lines(of text: String) throws -> [PeerMessage] {
        try text.split(separator: "\n").map {
            try JSONDecoder().decode(PeerMessage.self, from: Data($0.utf8))
        }
    }
}

private func hex(_ bytes: [UInt8]) -> String {
    bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
}
