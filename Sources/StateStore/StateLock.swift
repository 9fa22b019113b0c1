internal import Foundation

/// Holds a directory for this process: an advisory lock on a file in it, which the system lets go of when the
/// process ends, in whatever way.
///
/// - SeeAlso: flock(2)
struct StateLock: ~Copyable {
    private let descriptor: Int32

    init(directory: String, path: String) throws(StateError) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw .other(file: path, detail: String(cString: strerror(errno)))
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            var text = [UInt8](repeating: 0, count: 20)
            let count = read(descriptor, &text, text.count)
            close(descriptor)
            let digits = String(decoding: text.prefix(max(0, count)), as: UTF8.self).prefix { $0.isNumber }
            throw .inUse(directory: directory, pid: Int32(digits))
        }
        let pid = Array("\(getpid())\n".utf8)
        _ = ftruncate(descriptor, 0)
        _ = pid.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }
}
