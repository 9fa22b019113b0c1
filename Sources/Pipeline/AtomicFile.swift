import Foundation

/// Replaces a file's content in one step: whoever reads it, or loses power, sees the old or the new text and
/// never a part. A link stays a link, permissions stay.
///
/// - SeeAlso: POSIX.1-2017, `rename`: "the link named new shall remain visible to other threads".
enum AtomicFile {
    /// - Returns: why it failed, with the file as it was; nil when it is done.
    static func replace(_ path: String, with bytes: [UInt8]) -> String? {
        guard let resolved = realpath(path, nil) else { return reason() }
        let target = String(cString: resolved)
        free(resolved)
        // Renaming over a file that may not be written would succeed all the same.
        guard access(target, W_OK) == 0 else { return reason() }
        var status = stat()
        guard stat(target, &status) == 0 else { return reason() }
        var template = Array("\(target).XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        guard descriptor >= 0 else { return reason() }
        let beside = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        // The owner may differ where we write by the group's right; then the file becomes ours, as with `mv`.
        _ = fchown(descriptor, status.st_uid, status.st_gid)
        let isWritten =
            write(bytes, to: descriptor) && fchmod(descriptor, status.st_mode & 0o7777) == 0
            && fsync(descriptor) == 0
        let failure = isWritten ? nil : reason()
        close(descriptor)
        if failure == nil, rename(beside, target) == 0 { return nil }
        let said = failure ?? reason()
        unlink(beside)
        return said
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        bytes.withUnsafeBytes { buffer in
            var written = 0
            while written < buffer.count {
                let count = Foundation.write(
                    descriptor, buffer.baseAddress.map { $0 + written }, buffer.count - written)
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else { return false }
                written += count
            }
            return true
        }
    }

    private static func reason() -> String { String(cString: strerror(errno)) }
}
