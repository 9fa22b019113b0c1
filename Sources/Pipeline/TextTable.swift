import Diagnostics
import MarketModel

/// Columns as wide as what stands in them, two spaces apart; the last one ends where its text ends.
struct TextTable {
    private let heads: [String]
    /// Columns of numbers, which stand at the right.
    private let numbers: Set<Int>
    private var rows: [[String]] = []

    init(_ heads: [String], numbers: Set<Int> = []) {
        self.heads = heads
        self.numbers = numbers
    }

    /// - Parameter cells: as many as there are heads; control characters become their pictures.
    mutating func add(_ cells: [String]) { rows.append(cells.map(\.withControlPictures)) }

    /// None for a table without rows.
    var lines: [String] {
        if rows.isEmpty { return [] }
        let widths = heads.indices.map { column in
            max(heads[column].count, rows.map { $0[column].count }.max() ?? 0)
        }
        return ([heads] + rows).map { cells in
            cells.indices.map { column in
                let padding = String(repeating: " ", count: widths[column] - cells[column].count)
                if numbers.contains(column) { return padding + cells[column] }
                return column == cells.count - 1 ? cells[column] : cells[column] + padding
            }.joined(separator: "  ")
        }
    }
}

extension TextTable {
    /// `2025-03-10 14:30:00`
    static func time(_ milliseconds: Int64) -> String {
        String(Timestamp(milliseconds: milliseconds).description.replacing("T", with: " ").prefix(19))
    }
}
