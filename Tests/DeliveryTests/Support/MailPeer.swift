import Foundation
import Synchronization

/// A real SMTP server (aiosmtpd) in a process of its own, with a certificate made for the occasion.
final class MailPeer: Sendable {
    struct Options: Encodable {
        var tls = "none"
        var certificate: String?
        var key: String?
        var user: String?
        var password: String?
        var replies: [String: [String]] = [:]
        var data_reply: String?
    }

    struct Taken: Decodable, Sendable {
        var from: String
        var to: [String]
        var message: Data
        var tls: Bool
        var user: String
    }

    let port: Int
    private let input: Pipe
    private let mails = Mutex<[Taken]>([])

    /// What the server took so far; a mail is in it as soon as its sender has the answer, or a little later.
    var taken: [Taken] { mails.withLock { $0 } }

    /// Waits for that many mails; gives up after half a minute.
    func wait(for count: Int) async -> [Taken] {
        _ = await eventually { [self] in taken.count >= count }
        return taken
    }

    init(_ options: Options) throws {
        input = Pipe()
        let output = Pipe()
        let json = String(decoding: try JSONEncoder().encode(options), as: UTF8.self)
        _ = try Python.start([Python.script("smtp_server.py"), json], input: input, output: output)
        let lines = LineReader(output.fileHandleForReading)
        guard let first = lines.next(), let port = Int(first) else { throw Failure.noPort }
        self.port = port
        Thread.detachNewThread { [weak self] in
            while let line = lines.next() {
                guard let taken = try? JSONDecoder().decode(Taken.self, from: Data(line.utf8)) else {
                    continue
                }
                self?.mails.withLock { $0.append(taken) }
            }
        }
    }

    deinit { try? input.fileHandleForWriting.close() }

    enum Failure: Error { case noPort, noCertificate }
}

/// Used by one thread at a time: first by the maker, then by the reading thread.
private final class LineReader: @unchecked Sendable {
    private let handle: FileHandle
    private var rest = Data()

    init(_ handle: FileHandle) { self.handle = handle }

    func next() -> String? {
        while true {
            if let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                defer { rest = Data(rest[(end + 1)...]) }
                return String(decoding: rest[..<end], as: UTF8.self)
            }
            let more = handle.availableData
            if more.isEmpty { return nil }
            rest += more
        }
    }
}

/// A self-signed certificate for this machine's own address, in a directory that goes with it.
final class Certificate: Sendable {
    let file: String
    let key: String
    private let directory: URL

    init() throws {
        directory = FileManager.default.temporaryDirectory.appending(path: "bellwether-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        file = directory.appending(path: "certificate.pem").path
        key = directory.appending(path: "key.pem").path
        let openssl = Process()
        openssl.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        openssl.arguments =
            [
                "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                "/CN=localhost",
            ]
            + ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key, "-out", file]
        openssl.standardError = FileHandle.nullDevice
        try openssl.run()
        openssl.waitUntilExit()
        guard openssl.terminationStatus == 0 else { throw MailPeer.Failure.noCertificate }
    }

    deinit { try? FileManager.default.removeItem(at: directory) }
}
