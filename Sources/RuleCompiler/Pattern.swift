import Foundation

/// Stands in for Patterns.Pattern until that module has it.
struct Pattern: Sendable {
    let source: String
    init(_ source: String) throws { self.source = source }
    func matches(_ text: String) -> Bool { text.range(of: source, options: .regularExpression) != nil }
}
