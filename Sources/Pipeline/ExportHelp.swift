import Feeds

extension ExportError {
    /// What of the dry-run's options mends it.
    var help: [String] {
        switch self {
        case .noHeader:
            [
                "a file without a header: --columns time,price,size --symbol BTC-USD",
                "other names for the fields: --mapping \(FieldMapping.names.joined(separator: ", "))",
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
