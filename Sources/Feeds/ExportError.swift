internal import Glibc

/// Why an export cannot be read, or not to its end. Rows that are merely broken are no errors: they are
/// counted.
public enum ExportError: Error, Sendable, Equatable, CustomStringConvertible {
    case noFile(path: String)
    case noMatch(pattern: String)
    case directory(path: String)
    case unreadable(path: String, reason: String)
    /// The content is of another kind: `what` names it, `advice` says what to do.
    case otherFormat(path: String, what: String, advice: String)
    /// The first line names no price and no time column; `line` is its beginning.
    case noHeader(path: String, line: String)
    case missingColumn(path: String, role: FieldMapping.Role, known: String, columns: [String])
    case ambiguousColumns(path: String, columns: String)
    case truncatedGzip(path: String)
    case corruptGzip(path: String, reason: String)
    case lineTooLong(path: String, line: Int64)
    case tooManyFiles(count: Int)
    /// A trade belongs before others that a `TradeFlow` had handed out: read the files sorted.
    case outOfOrder(path: String, line: Int64)
    /// A rate file's first line names no date column.
    case noDateColumn(path: String, line: String)
    case noSeries(path: String, series: String, columns: [String])
    /// A rate file without a single value.
    case noRates(path: String, series: String)
    case noSpace(directory: String, reason: String)

    public var description: String {
        switch self {
        case .noFile(let path): "\(path): no such file; check the path"
        case .noMatch(let pattern):
            "\(pattern): no file matches this pattern; check the directory, and quote the pattern "
                + "so that the shell does not expand it"
        case .directory(let path):
            "\(path) is a directory; name its files by a pattern such as '\(path)/*.csv'"
        case .unreadable(let path, let reason): "\(path): cannot be read: \(reason)"
        case .otherFormat(let path, let what, let advice): "\(path): \(what); \(advice)"
        case .noHeader(let path, let line):
            "\(path): the first line '\(line)' names no price and no time column; if the file has no header, "
                + "give the mapping its columns in order, otherwise name its fields in the mapping"
        case .missingColumn(let path, let role, let known, let columns):
            "\(path): no \(role.rawValue) column (known names: \(known)) among "
                + "\(columns.joined(separator: ", ")); name the column in the mapping"
                + (role == .symbol ? ", or give the symbol of a file of one symbol" : "")
        case .ambiguousColumns(let path, let columns):
            "\(path): the columns \(columns) differ in case only and may both be the time; "
                + "name one in the mapping"
        case .truncatedGzip(let path):
            "\(path): truncated gzip: the file ends in the middle of its data; download or copy it again"
        case .corruptGzip(let path, let reason):
            "\(path): corrupt gzip (\(reason)); download or copy it again"
        case .lineTooLong(let path, let line):
            "\(path):\(line): a line of more than 64 MiB; is this a CSV or NDJSON export?"
        case .tooManyFiles(let count):
            "\(count) files are more than the 65,535 that one tape can hold; join some"
        case .outOfOrder(let path, let line):
            "\(path):\(line): a trade far earlier than those before it; the files must be sorted first"
        case .noDateColumn(let path, let line):
            "\(path): the first line '\(line)' names no date column; a rate file begins with "
                + "observation_date,SERIES (or DATE,SERIES), as FRED writes it"
        case .noSeries(let path, let series, let columns):
            "\(path): no column \(series) among \(columns.joined(separator: ", ")); check the series' name"
        case .noRates(let path, let series):
            "\(path): not one value of \(series); is the file cut off, or of another series?"
        case .noSpace(let directory, let reason):
            "cannot keep the sorted trades in \(directory): \(reason); "
                + "set TMPDIR to a directory with more room"
        }
    }

    /// What `errno` says.
    static var systemReason: String { String(cString: strerror(errno)) }
}

/// How to read export files.
public struct ExportOptions: Sendable {
    public var mapping: FieldMapping
    public var limits: TradeLimits
    /// The byte between two columns; nil: found by the first line, one of comma, semicolon, tab and bar.
    public var delimiter: UInt8?
    /// The greatest memory that `TradeTape` uses for trades before it moves them to a temporary file, in
    /// bytes.
    public var tapeMemory: Int

    public init(
        mapping: FieldMapping = .standard, limits: TradeLimits = TradeLimits(), delimiter: UInt8? = nil,
        tapeMemory: Int = 1 << 30
    ) {
        self.mapping = mapping
        self.limits = limits
        self.delimiter = delimiter
        self.tapeMemory = tapeMemory
    }
}

/// A row of a file that is no trade.
public struct RefusedRow: Sendable, Equatable, CustomStringConvertible {
    public let file: String
    /// From 1, the header included.
    public let line: Int64
    public let refusal: DecodeRefusal

    public init(file: String, line: Int64, refusal: DecodeRefusal) {
        self.file = file
        self.line = line
        self.refusal = refusal
    }

    /// `trades.csv:17: the price "abc" is not a number`
    public var description: String { "\(file):\(line): \(refusal.reason)" }
}

/// The refused rows: all counted, the first thousand kept.
public struct RefusedRows: Sendable {
    public static let greatestKept = 1000

    public private(set) var count = 0
    public private(set) var kept: [RefusedRow] = []
    private var counts: [DecodeRefusal.Kind: Int] = [:]

    public init() {}

    mutating func append(_ row: RefusedRow) {
        count += 1
        counts[row.refusal.kind, default: 0] += 1
        if kept.count < RefusedRows.greatestKept { kept.append(row) }
    }

    mutating func append(_ other: RefusedRows) {
        count += other.count
        for (kind, number) in other.counts { counts[kind, default: 0] += number }
        kept += other.kept.prefix(RefusedRows.greatestKept - kept.count)
    }

    /// How many of each kind, in the kinds' own order, without zeros.
    public var byKind: [(kind: DecodeRefusal.Kind, count: Int)] {
        DecodeRefusal.Kind.allCases.compactMap { kind in counts[kind].map { (kind, $0) } }
    }
}
