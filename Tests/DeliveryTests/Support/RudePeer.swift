import Foundation
import HTTPTransport
import Synchronization

/// A peer that breaks the rules of HTTP, on a real socket of this machine.
final class RudePeer: Sendable {
    enum Manner: Sendable {
        /// Closes each connection as soon as a request came.
        case hangsUp
        /// Promises more bytes than it sends.
        case breaksOff
        /// Answers what is not HTTP.
        case talksNonsense
        /// Never answers.
        case isSilent
        /// Sends without end.
        case babbles
    }

    let port: UInt16
    private let listener: Int32
    private let connections = Atomic<Int>(0)

    var url: Secret { Secret("http://127.0.0.1:\(port)/rude") }
    var count: Int { connections.load(ordering: .relaxed) }

    init(_ manner: Manner) {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = bind(listener, $0, size)
                _ = listen(listener, 16)
                _ = getsockname(listener, $0, &size)
            }
        }
        self.listener = listener
        port = UInt16(bigEndian: address.sin_port)
        Thread.detachNewThread { [weak self] in
            while true {
                let connection = accept(listener, nil, nil)
                // Closed here alone: another peer may get the number, and its connections must not come here.
                guard connection >= 0 else {
                    close(listener)
                    return
                }
                self?.connections.add(1, ordering: .relaxed)
                Thread.detachNewThread { Self.behave(manner, connection) }
            }
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
    }

    private static func behave(_ manner: Manner, _ connection: Int32) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        guard read(connection, &buffer, buffer.count) > 0 else { return }
        func say(_ text: String) -> Int {
            Array(text.utf8).withUnsafeBytes {
                send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
        }
        switch manner {
        case .hangsUp: break
        case .breaksOff: _ = say("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
        case .talksNonsense: _ = say("hello, who is there?\r\n\r\n")
        case .isSilent: while read(connection, &buffer, buffer.count) > 0 {}
        case .babbles:
            _ = say("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
            while say(String(repeating: "bla ", count: 1000)) > 0 {}
        }
        close(connection)
    }
}
