internal import CZlib
internal import Glibc

/// A file's content as a stream of bytes, unpacked when its first two bytes are those of gzip.
final class ExportBytes {
    let path: String
    /// The file's own size, packed.
    let totalBytes: Int64
    /// How much of the file has been read, packed.
    private(set) var bytesRead: Int64 = 0
    private let descriptor: Int32
    private var inflater: Inflater?
    /// Bytes that were read to see what the file is.
    private var ahead: [UInt8] = []

    init(path: String) throws(ExportError) {
        self.path = path
        var status = stat()
        guard stat(path, &status) == 0 else {
            if errno == ENOENT { throw .noFile(path: path) }
            throw .unreadable(path: path, reason: ExportError.systemReason)
        }
        if status.st_mode & S_IFMT == S_IFDIR { throw .directory(path: path) }
        totalBytes = Int64(status.st_size)
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .unreadable(path: path, reason: ExportError.systemReason) }
        let signature = UnsafeMutableRawBufferPointer.allocate(byteCount: 2, alignment: 2)
        defer { signature.deallocate() }
        ahead = Array(signature.prefix(try readFile(signature)))
        if ahead == [0x1f, 0x8b] { inflater = try Inflater(path: path) }
    }

    deinit { close(descriptor) }

    /// A file's size; 0 when it cannot be told, which reading will report.
    static func size(of path: String) -> Int64 {
        var status = stat()
        return stat(path, &status) == 0 ? Int64(status.st_size) : 0
    }

    /// Fills `buffer` from its start with as much as one step gives.
    ///
    /// - Returns: how many bytes; 0 at the end.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(ExportError) -> Int {
        guard let inflater else { return try readPacked(buffer) }
        return try inflater.read(into: buffer) { (input) throws(ExportError) in try self.readPacked(input) }
    }

    private func readPacked(_ buffer: UnsafeMutableRawBufferPointer) throws(ExportError) -> Int {
        if !ahead.isEmpty {
            let count = ahead.count
            buffer.copyBytes(from: ahead)
            ahead = []
            return count
        }
        return try readFile(buffer)
    }

    private func readFile(_ buffer: UnsafeMutableRawBufferPointer) throws(ExportError) -> Int {
        while true {
            let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            if count >= 0 {
                bytesRead += Int64(count)
                return count
            }
            if errno != EINTR { throw .unreadable(path: path, reason: ExportError.systemReason) }
        }
    }
}

/// Unpacks gzip data, one or more members one behind the other, as a stream.
///
/// - SeeAlso: RFC 1952; https://zlib.net/manual.html
final class Inflater {
    private static let inputSize = 256 * 1024

    private let path: String
    private let stream: UnsafeMutablePointer<z_stream>
    private let input: UnsafeMutableRawBufferPointer
    /// Whether a member is under way; between two members the file may end.
    private var isInMember = false
    private var isAtEnd = false

    init(path: String) throws(ExportError) {
        self.path = path
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        input = .allocate(byteCount: Inflater.inputSize, alignment: 16)
        let status = bw_inflate_init(stream)
        guard status == Z_OK else { throw .corruptGzip(path: path, reason: "zlib cannot start: \(status)") }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
        input.deallocate()
    }

    func read(
        into buffer: UnsafeMutableRawBufferPointer,
        from source: (UnsafeMutableRawBufferPointer) throws(ExportError) -> Int
    ) throws(ExportError) -> Int {
        stream.pointee.next_out = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_out = UInt32(clamping: buffer.count)
        let room = Int(stream.pointee.avail_out)
        while !isAtEnd, Int(stream.pointee.avail_out) == room {
            if stream.pointee.avail_in == 0 {
                let count = try source(input)
                if count == 0 {
                    if isInMember { throw .truncatedGzip(path: path) }
                    isAtEnd = true
                    break
                }
                stream.pointee.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
                stream.pointee.avail_in = UInt32(count)
            }
            if !isInMember { skipPadding() }
            if stream.pointee.avail_in == 0 { continue }
            isInMember = true
            try step()
        }
        return room - Int(stream.pointee.avail_out)
    }

    /// Zeros between or behind members, as tapes and block devices leave them.
    private func skipPadding() {
        while stream.pointee.avail_in > 0, let next = stream.pointee.next_in, next.pointee == 0 {
            stream.pointee.next_in = next + 1
            stream.pointee.avail_in -= 1
        }
    }

    private func step() throws(ExportError) {
        let status = inflate(stream, Z_NO_FLUSH)
        switch status {
        case Z_OK, Z_BUF_ERROR: break
        case Z_STREAM_END:
            isInMember = false
            inflateReset(stream)
        default:
            let reason = stream.pointee.msg.map { String(cString: $0) } ?? "zlib says \(status)"
            throw .corruptGzip(path: path, reason: reason)
        }
    }
}
