import Foundation

/// Text that waits to be written: in memory and, when it is much, in a temporary file without a name.
final class HeldText {
    private let greatestInMemory: Int
    private var text = ""
    private var file: UnsafeMutablePointer<FILE>?
    /// The lengths of the parts in the file.
    private var parts: [Int] = []

    /// - Parameter greatestInMemory: bytes.
    init(greatestInMemory: Int = 32 << 20) { self.greatestInMemory = greatestInMemory }

    deinit {
        if let file { fclose(file) }
    }

    func append(_ more: String) {
        text += more
        if text.utf8.count < greatestInMemory { return }
        if file == nil { file = tmpfile() }
        // Where the file has no room, the text stays in memory.
        guard let file, fseeko(file, off_t(parts.reduce(0, +)), SEEK_SET) == 0 else { return }
        let length = text.utf8.count
        let written = text.withUTF8 { fwrite($0.baseAddress, 1, $0.count, file) }
        guard written == length, fflush(file) == 0 else { return }
        parts.append(length)
        text = ""
    }

    /// Hands out everything in its order, once.
    func release(_ write: (String) -> Void) throws(CommandFailure) {
        if let file {
            rewind(file)
            for length in parts {
                var bytes = [UInt8](repeating: 0, count: length)
                guard fread(&bytes, 1, length, file) == length else {
                    throw CommandFailure(
                        .failure, "the alerts kept in a temporary file cannot be read again",
                        help: "make room in /tmp, and run again")
                }
                write(String(decoding: bytes, as: UTF8.self))
            }
        }
        parts = []
        if !text.isEmpty { write(text) }
        text = ""
    }
}
