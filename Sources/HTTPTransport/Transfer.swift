internal import CCurl

/// What libcurl's callbacks fill and empty during one transfer.
final class Transfer {
    private(set) var body: [UInt8] = []
    private(set) var headers: [HTTPHeader] = []
    /// A mail server's lines, the latest 200.
    private var lines: [String] = []
    private(set) var isTruncated = false
    private let bodyLimit: Int
    private let upload: [UInt8]
    private var uploaded = 0
    private let cancellation: Cancellation?

    init(bodyLimit: Int, upload: [UInt8] = [], cancellation: Cancellation?) {
        self.bodyLimit = bodyLimit
        self.upload = upload
        self.cancellation = cancellation
    }

    var isCancelled: Bool { cancellation?.isCancelled ?? false }

    /// - Returns: the number of bytes taken; fewer than given ends the transfer.
    func receive(_ bytes: UnsafeRawBufferPointer) -> Int {
        let room = bodyLimit - body.count
        if bytes.count > room {
            body.append(contentsOf: bytes.prefix(room))
            isTruncated = true
            return 0
        }
        body.append(contentsOf: bytes)
        return bytes.count
    }

    /// A status line starts a new answer: what an interim answer (100, 103) said is forgotten.
    func receiveHeader(_ bytes: UnsafeRawBufferPointer) {
        let line = String(decoding: bytes, as: UTF8.self).trimmingLineEnd()
        if line.hasPrefix("HTTP/") {
            headers = []
            return
        }
        guard !line.isEmpty else { return }
        if lines.count == 200 { lines.removeFirst() }
        lines.append(line)
        guard headers.count < 200, let colon = line.firstIndex(of: ":") else { return }
        let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
        headers.append(HTTPHeader(String(line[..<colon]), String(value)))
    }

    /// The text of a mail server's last reply with that code, its lines joined: what came after it was the
    /// farewell.
    func reply(code: Int) -> String {
        guard let last = lines.lastIndex(where: { $0.hasPrefix("\(code)") }) else { return "" }
        var first = last
        while first > 0, lines[first - 1].hasPrefix("\(code)-") { first -= 1 }
        return "\(code) " + lines[first...last].map { $0.dropFirst(4) }.joined(separator: " ")
    }

    func supply(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(buffer.count, upload.count - uploaded)
        upload[uploaded..<uploaded + count].withUnsafeBytes { buffer.copyMemory(from: $0) }
        uploaded += count
        return count
    }
}

extension String {
    fileprivate func trimmingLineEnd() -> String {
        var scalars = unicodeScalars[...]
        while let last = scalars.last, last == "\r" || last == "\n" || last == " " { scalars.removeLast() }
        return String(scalars)
    }
}

private func transfer(_ context: UnsafeMutableRawPointer?) -> Transfer? {
    context.map { Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
}

let receiveBody: curl_write_callback = { bytes, size, count, context in
    transfer(context)?.receive(UnsafeRawBufferPointer(start: bytes, count: size * count)) ?? 0
}

let receiveHeader: curl_write_callback = { bytes, size, count, context in
    transfer(context)?.receiveHeader(UnsafeRawBufferPointer(start: bytes, count: size * count))
    return size * count
}

let supplyBody: curl_read_callback = { buffer, size, count, context in
    transfer(context)?.supply(UnsafeMutableRawBufferPointer(start: buffer, count: size * count)) ?? 0
}

let askCancellation: curl_xferinfo_callback = { context, _, _, _, _ in
    transfer(context)?.isCancelled == true ? 1 : 0
}
