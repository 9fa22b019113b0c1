import Foundation
import Synchronization

/// A receiver on loopback that notes when each request's first byte was there; it answers every request
/// with 200 and reads JSON bodies only afterwards.
final class WebhookSink: Sendable {
    struct Arrival: Sendable {
        /// Seconds of the monotonic clock.
        var at: Double
        var body: Data
    }

    let url: String
    private let listener: Int32
    private let content = Mutex<[Arrival]>([])

    struct NoSocket: Error {
        let number = errno
    }

    init() throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 16) == 0
                    && getsockname(listener, $0, &length) == 0
            }
        }
        guard isBound else { throw NoSocket() }
        self.listener = listener
        url = "http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))/alerts"
        Thread.detachNewThread { [self] in
            while true {
                let connection = accept(listener, nil, nil)
                if connection < 0 { return }
                Thread.detachNewThread { [self] in serve(connection) }
            }
        }
    }

    var arrivals: [Arrival] { content.withLock { $0 } }

    func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

    private func serve(_ connection: Int32) {
        defer { close(connection) }
        let answer = Data("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".utf8)
        var bytes = Data()
        var buffer = [UInt8](repeating: 0, count: 65_536)
        var begin = 0.0
        while true {
            let count = read(connection, &buffer, buffer.count)
            if bytes.isEmpty { begin = ProcessorTime.wall }
            if count <= 0 { return }
            bytes.append(contentsOf: buffer[..<count])
            guard let body = WebhookSink.body(of: bytes) else { continue }
            _ = answer.withUnsafeBytes { write(connection, $0.baseAddress, $0.count) }
            content.withLock { $0.append(Arrival(at: begin, body: body)) }
            bytes = Data()
        }
    }

    /// nil while the request is not whole.
    private static func body(of request: Data) -> Data? {
        guard let end = request.range(of: Data("\r\n\r\n".utf8)) else { return nil }
        let header = String(decoding: request[..<end.lowerBound], as: UTF8.self).lowercased()
        let line = header.split(separator: "\r\n").first { $0.hasPrefix("content-length:") }
        let length = line.flatMap { Int($0.dropFirst(15).trimmingCharacters(in: .whitespaces)) } ?? 0
        guard request.count >= end.upperBound + length else { return nil }
        return request[end.upperBound..<end.upperBound + length]
    }
}
