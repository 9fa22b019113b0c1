import Foundation

/// Where a document is, as the editor names it.
struct DocumentAddress: Hashable, Comparable {
    /// As the editor wrote it, since it is sent back.
    let uri: String
    /// Of a `file:` document; nil for one that was never saved.
    let path: String?

    init(uri: String) {
        self.uri = uri
        guard uri.lowercased().hasPrefix("file:"), let url = URL(string: uri) else {
            path = nil
            return
        }
        path = Self.normal(url.path(percentEncoded: false))
    }

    init(path: String) {
        let normal = Self.normal(path)
        self.path = normal
        uri = "file://" + (normal.addingPercentEncoding(withAllowedCharacters: Self.plain) ?? normal)
    }

    /// What RFC 3986 never escapes, and the slash: the spelling that editors use.
    private static let plain = CharacterSet(
        charactersIn: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/")

    /// Two spellings of one file are one document: `file:///a%2Db` and `file:///a-b`.
    private var key: String { path ?? uri }

    static func == (left: DocumentAddress, right: DocumentAddress) -> Bool { left.key == right.key }
    static func < (left: DocumentAddress, right: DocumentAddress) -> Bool {
        left.key.utf8.lexicographicallyPrecedes(right.key.utf8)
    }

    func hash(into hasher: inout Hasher) { hasher.combine(key) }

    var directory: String? { path.map { ($0 as NSString).deletingLastPathComponent } }

    /// The last part of the name.
    var name: String { ((path ?? uri) as NSString).lastPathComponent }

    private static func normal(_ path: String) -> String {
        let standard = (path as NSString).standardizingPath
        return standard.count > 1 && standard.hasSuffix("/") ? String(standard.dropLast()) : standard
    }
}
