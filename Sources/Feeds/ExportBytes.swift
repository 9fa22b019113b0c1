internal import CZlib
internal import Glibc

/// A file's content as a stream of bytes, unpacked when its first two bytes are those of gzip: a large file
/// on a thread of its own.
final class ExportBytes {
    /// Packed files smaller than this are unpacked where they are read; there may be thousands of them.
    static let leastForThread: Int64 = 256 * 1024

    let path: String
    /// The file's own size, packed.
    let totalBytes: Int64
    private let source: Source

    private enum Source {
        case plain(PackedFile)
        case packed(PackedFile)
        case thread(InflateThread)
    }

    init(path: String) throws(ExportError) {
        self.path = path
        let file = try PackedFile(path: path)
        totalBytes = file.totalBytes
        guard file.isPacked else {
            source = .plain(file)
            return
        }
        if totalBytes >= ExportBytes.leastForThread, let thread = InflateThread(try PackedFile(path: path)) {
            source = .thread(thread)
        } else {
            source = .packed(file)
        }
    }

    /// How much of the file has been read, packed.
    var bytesRead: Int64 {
        switch source {
        case .plain(let file), .packed(let file): file.bytesRead
        case .thread(let thread): thread.bytesRead
        }
    }

    /// A file's size; 0 when it cannot be told, which reading will report.
    static func size(of path: String) -> Int64 {
        var status = stat()
        return stat(path, &status) == 0 ? Int64(status.st_size) : 0
    }

    /// Fills `buffer` from its start with as much as one step gives.
    ///
    /// - Returns: how many bytes; 0 at the end.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(ExportError) -> Int {
        switch source {
        case .plain(let file): try file.read(into: buffer)
        case .packed(let file): try file.unpack(into: buffer)
        case .thread(let thread): try thread.read(into: buffer)
        }
    }
}

/// A file as it lies on disk, and what it holds if it is packed.
final class PackedFile {
    let totalBytes: Int64
    /// How much of the file has been read.
    private(set) var bytesRead: Int64 = 0
    private let path: String
    private let descriptor: Int32
    private let inflater: Inflater?
    /// Bytes that were read to see what the file is.
    private var ahead: [UInt8]

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
        do throws(ExportError) {
            let count = try PackedFile.read(descriptor, signature, path)
            bytesRead = Int64(count)
            ahead = Array(signature.prefix(count))
            inflater = ahead == [0x1f, 0x8b] ? try Inflater(path: path) : nil
        } catch {
            close(descriptor)
            throw error
        }
    }

    deinit { close(descriptor) }

    var isPacked: Bool { inflater != nil }

    /// Unpacks on.
    ///
    /// - Returns: how many bytes were put into `buffer`; 0 at the end.
    func unpack(into buffer: UnsafeMutableRawBufferPointer) throws(ExportError) -> Int {
        guard let inflater else { return try read(into: buffer) }
        return try inflater.read(into: buffer) { (input) throws(ExportError) in try self.read(into: input) }
    }

    /// Reads on, packed.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(ExportError) -> Int {
        if !ahead.isEmpty {
            let count = ahead.count
            buffer.copyBytes(from: ahead)
            ahead = []
            return count
        }
        let count = try PackedFile.read(descriptor, buffer, path)
        bytesRead += Int64(count)
        return count
    }

    private static func read(
        _ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer, _ path: String
    ) throws(ExportError) -> Int {
        while true {
            let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            if count >= 0 { return count }
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
