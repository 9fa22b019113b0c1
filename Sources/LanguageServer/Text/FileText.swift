import Foundation

/// Files as the server meets them.
enum FileText {
    static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }
}
