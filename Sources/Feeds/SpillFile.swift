internal import Glibc
internal import MarketModel

/// A temporary file without a name for trades that are too many for memory; it goes with its owner.
final class SpillFile {
    private let descriptor: Int32
    private let directory: String
    private var size: Int64 = 0

    init() throws(ExportError) {
        directory = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(directory)/bellwether-tape-XXXXXX".utf8CString)
        descriptor = mkstemp(&template)
        guard descriptor >= 0 else { throw .noSpace(directory: directory, reason: ExportError.systemReason) }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        unlink(template)
    }

    deinit { close(descriptor) }

    /// - Returns: where the trades lie.
    func append(_ trades: UnsafeMutableBufferPointer<Trade>) throws(ExportError) -> SortedRun.Storage {
        let bytes = UnsafeRawBufferPointer(trades)
        var done = 0
        while done < bytes.count {
            let written = pwrite(
                descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done, off_t(size) + off_t(done)
            )
            if written > 0 {
                done += written
            } else if errno != EINTR {
                throw .noSpace(directory: directory, reason: ExportError.systemReason)
            }
        }
        defer { size += Int64(bytes.count) }
        return .file(offset: size, count: trades.count)
    }

    func read(into trades: UnsafeMutableBufferPointer<Trade>, at offset: Int64) throws(ExportError) {
        let bytes = UnsafeMutableRawBufferPointer(trades)
        var done = 0
        while done < bytes.count {
            let count = pread(
                descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done,
                off_t(offset) + off_t(done))
            if count > 0 {
                done += count
            } else if count == 0 || errno != EINTR {
                throw .unreadable(path: directory, reason: "the tape's temporary file is shorter than it was")
            }
        }
    }
}
