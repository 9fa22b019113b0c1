import Feeds
import Foundation
import MarketModel
import Testing

/// A directory of its own for one test, removed with it.
final class Scratch {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("feeds-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    @discardableResult
    func write(_ name: String, _ bytes: [UInt8]) throws -> String {
        let file = "\(path)/\(name)"
        try Data(bytes).write(to: URL(fileURLWithPath: file))
        return file
    }

    @discardableResult
    func write(_ name: String, _ text: String) throws -> String { try write(name, Array(text.utf8)) }

    func bytes(_ name: String) throws -> [UInt8] {
        try [UInt8](Data(contentsOf: URL(fileURLWithPath: "\(path)/\(name)")))
    }

    /// What gzip, the program, makes of some bytes.
    func gzipped(_ bytes: [UInt8]) throws -> [UInt8] {
        let plain = try write("plain-\(UUID().uuidString)", bytes)
        try Program.run("gzip", [plain])
        let name = URL(fileURLWithPath: plain).lastPathComponent + ".gz"
        return try self.bytes(name)
    }
}

/// A program of this machine.
enum Program {
    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    static func path(_ name: String) -> String? {
        let directories = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        return directories.map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    @discardableResult
    static func run(_ name: String, _ arguments: [String]) throws -> String {
        guard let path = name.contains("/") ? name : path(name) else {
            throw Failure(description: "\(name) is not installed")
        }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure(description: "\(name): \(text)") }
        return text
    }
}

/// What a reader made of a file.
struct ReadFile {
    /// Line, symbol, time, price and size of each trade.
    var lines: [String]
    var refused: [String]
    var format: ExportReader.Format

    init(_ path: String, options: ExportOptions = ExportOptions(), batch: Int = 3) throws {
        let symbols = SymbolTable()
        let reader = try ExportReader(path: path, symbols: symbols, options: options)
        var trades: [Trade] = []
        while try reader.read(into: &trades, atMost: batch) {}
        lines = trades.map { "\($0.sequence) " + describe($0, symbols) }
        refused = reader.refused.kept.map { "\($0.line) \($0.refusal.reason)" }
        format = reader.format
    }
}
