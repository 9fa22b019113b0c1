/// A text that no log, error or dump may show: a webhook's address, a password.
public struct Secret: Sendable, Hashable {
    private let text: String

    public init(_ text: String) { self.text = text }

    /// The text itself, for the wire only.
    public func revealed() -> String { text }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "[withheld]" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}
