public import Diagnostics

/// The syntax tree of one rule file: what was written, where, with its comments, nothing resolved.
///
/// Comments stay on the item or clause that they stand before or beside, so that the tree prints back.
public struct RuleFile: Sendable {
    public var source: SourceFile
    public var items: [Item]
    /// Comments after the last item.
    public var trailingComments: [Comment]
    /// Names of items that are written here but could not be read, so that `items` lacks them. What was
    /// wrong is already reported: a reference to one of these is no mistake of its own.
    public var refusedNames: [Name]

    public init(
        source: SourceFile, items: [Item], trailingComments: [Comment], refusedNames: [Name] = []
    ) {
        self.source = source
        self.items = items
        self.trailingComments = trailingComments
        self.refusedNames = refusedNames
    }
}

/// `# text` to the end of the line.
public struct Comment: Sendable, Equatable {
    public var text: String
    /// `##`: belongs to the next item as its documentation.
    public var isDocumentation: Bool
    /// True where a blank line stands before it.
    public var afterBlankLine: Bool
    /// True where a blank line stands behind it.
    public var beforeBlankLine: Bool

    public init(text: String, isDocumentation: Bool, afterBlankLine: Bool, beforeBlankLine: Bool = false) {
        self.text = text
        self.isDocumentation = isDocumentation
        self.afterBlankLine = afterBlankLine
        self.beforeBlankLine = beforeBlankLine
    }
}

/// Comments of an item or clause: on the lines before it, on its own line behind it, and between its parts.
public struct AttachedComments: Sendable {
    public var before: [Comment]
    /// Behind an item's header or a clause.
    public var beside: Comment?
    /// Between the parts of a condition (operands of its topmost `and` or `or`) or of a list (its members).
    public var inside: [InsideComment]
    /// Indented lines behind the last clause or row of an item.
    public var after: [Comment]

    public init(
        before: [Comment] = [], beside: Comment? = nil, inside: [InsideComment] = [], after: [Comment] = []
    ) {
        self.before = before
        self.beside = beside
        self.inside = inside
        self.after = after
    }
}

/// A comment between the parts of a condition or list.
public struct InsideComment: Sendable, Equatable {
    public var comment: Comment
    /// The part, from 0, that it stands before or beside.
    public var part: Int
    /// Behind the part on its line; else on a line of its own before it.
    public var isBeside: Bool

    public init(comment: Comment, part: Int, isBeside: Bool) {
        self.comment = comment
        self.part = part
        self.isBeside = isBeside
    }
}

/// A name as written, with its place.
public struct Name: Sendable {
    public var text: String
    public var span: SourceSpan

    public init(text: String, span: SourceSpan) {
        self.text = text
        self.span = span
    }
}

public struct Item: Sendable {
    public enum Kind: Sendable {
        case constant(name: Name, parameters: [Parameter], body: Expression)
        case list(name: Name, names: [TargetName], except: [TargetName])
        case series(name: Name, expression: Expression)
        case session(name: Name, SessionHours)
        case table(name: Name, parameters: [Parameter], rows: [TableRow])
        case template(name: Name, parameters: [Parameter], clauses: [Clause])
        case rule(name: Name, target: RuleTarget?, clauses: [Clause])
    }

    public var kind: Kind
    public var span: SourceSpan
    public var comments: AttachedComments
    /// False where clauses or rows of it could not be read and are left out. What was wrong is already
    /// reported: that something is missing from it is no mistake of its own.
    public var isComplete: Bool

    public init(kind: Kind, span: SourceSpan, comments: AttachedComments, isComplete: Bool = true) {
        self.kind = kind
        self.span = span
        self.comments = comments
        self.isComplete = isComplete
    }
}

public struct Parameter: Sendable {
    public var name: Name
    /// `price`, `duration`, `symbol`, ...: checked by RuleSemantics.
    public var type: Name

    public init(name: Name, type: Name) {
        self.name = name
        self.type = type
    }
}

/// A member of a list or target.
public enum TargetName: Sendable {
    case symbol(Name)
    case list(Name)
    /// The pattern between the slashes, `\/` unescaped.
    case pattern(Name)
}

public struct RuleTarget: Sendable {
    /// nil: `all`.
    public var names: [TargetName]?
    public var except: [TargetName]
    public var span: SourceSpan

    public init(names: [TargetName]?, except: [TargetName], span: SourceSpan) {
        self.names = names
        self.except = except
        self.span = span
    }
}

public enum SessionHours: Sendable {
    /// `XNYS regular`.
    case exchange(mic: Name, hours: Name)
    /// `mon-fri 09:00-12:00, 13:00-17:30 "Europe/London"`.
    case weekly(firstDay: Name, lastDay: Name?, clocks: [ClockRange], timeZone: Name)
}

/// `09:00-17:30`, minutes after midnight.
public struct ClockRange: Sendable {
    public var open: Int
    public var close: Int
    public var span: SourceSpan

    public init(open: Int, close: Int, span: SourceSpan) {
        self.open = open
        self.close = close
        self.span = span
    }
}

public struct TableRow: Sendable {
    /// nil: `else`.
    public var symbol: Name?
    public var values: [Expression]
    public var span: SourceSpan
    public var comments: AttachedComments

    public init(symbol: Name?, values: [Expression], span: SourceSpan, comments: AttachedComments) {
        self.symbol = symbol
        self.values = values
        self.span = span
        self.comments = comments
    }
}
