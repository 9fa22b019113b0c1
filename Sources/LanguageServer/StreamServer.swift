import Foundation

/// Serves one editor over a pair of byte streams until it says `exit` or closes its end.
public struct StreamServer {
    private let input: Int32
    private let output: Int32
    private let session: EditorSession

    /// - Parameters: file descriptors, which the caller owns; an editor gives its server's standard ones.
    public init(input: Int32, output: Int32, session: EditorSession) {
        self.input = input
        self.output = output
        self.session = session
    }

    /// - Returns: the exit status that the protocol asks for: 0 after `shutdown` and `exit`, else 1.
    public func run() -> Int32 {
        var frames = FrameReader()
        while true {
            guard let bytes = read() else { return session.exitStatus ?? 1 }
            frames.append(bytes)
            while let frame = frames.next() {
                switch frame {
                case .message(let message): write(session.receive(message))
                case .fault(let reason): write(session.refuse(reason))
                }
                if let status = session.exitStatus { return status }
            }
            // While more waits, what is told now would be out of date at once.
            if !hasMore { write(session.settle()) }
        }
    }

    private var hasMore: Bool {
        var request = pollfd(fd: input, events: Int16(POLLIN), revents: 0)
        return poll(&request, 1, 0) > 0 && request.revents & Int16(POLLIN) != 0
    }

    /// nil at the end of the stream.
    private func read() -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Foundation.read(input, &bytes, bytes.count)
            if count > 0 { return Array(bytes[..<count]) }
            if count < 0, errno == EINTR { continue }
            return nil
        }
    }

    /// An editor that has gone is seen at the next read.
    private func write(_ messages: [[UInt8]]) {
        for message in messages {
            let frame = FrameReader.frame(message)
            var written = 0
            while written < frame.count {
                let count = frame.withUnsafeBytes { bytes in
                    Foundation.write(output, bytes.baseAddress.map { $0 + written }, frame.count - written)
                }
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return }
                written += count
            }
        }
    }
}
