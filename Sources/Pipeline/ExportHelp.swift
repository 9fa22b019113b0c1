import Feeds

extension CommandFailure {
    /// Files that cannot be read.
    init(_ error: ExportError) { self.init(.failure, error.description, help: error.help) }
}

extension ExportError {
    /// What of the dry-run's options mends it.
    fileprivate var help: [String] {
        let mappings = FieldMapping.names.joined(separator: ", ")
        return switch self {
        case .noHeader:
            [
                "a file without a header: --columns time,price,size --symbol BTC-USD",
                "other names for the fields: --mapping NAME, one of \(mappings)",
            ]
        case .missingColumn(_, .symbol, _, _): ["a file of one symbol: --symbol BTC-USD"]
        case .missingColumn, .ambiguousColumns:
            [
                "say all columns' names in order, such as --columns symbol,time,price,size; the header line "
                    + "then counts as one refused row"
            ]
        default: []
        }
    }
}
