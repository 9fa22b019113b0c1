import Diagnostics
import MarketModel

/// One alert on one line, readable at a glance:
///
///     2011-11-25 11:03:59.000  FIRING    CRITICAL  fat_finger         BITSTAMP:BTCUSD  15.00 after 4.39
struct AlertLine {
    var time: Timestamp
    var kind: Transition.Kind
    var severity: Severity
    var rule: String
    var key: String
    var message: String

    init(_ transition: Transition) {
        time = transition.at
        kind = transition.kind
        severity = transition.severity
        rule = transition.rule
        key = transition.key
        message = transition.message
    }

    func text(colours: Bool) -> String {
        let day = time.description.replacing("T", with: " ").dropLast()
        let state = AlertLine.padded(kind.rawValue.uppercased(), 8)
        let level = AlertLine.padded(severity.rawValue.uppercased(), 8)
        let name = AlertLine.padded(rule.withControlPictures, 20)
        let symbol = AlertLine.padded(key.isEmpty ? "-" : key.withControlPictures, 16)
        let isOver = kind == .resolved || kind == .dropped
        let shownState = isOver ? Colour.green.paint(state, if: colours) : colour.paint(state, if: colours)
        let shownLevel = isOver ? Colour.dim.paint(level, if: colours) : colour.paint(level, if: colours)
        return Colour.dim.paint(String(day), if: colours) + "  \(shownState)  \(shownLevel)  "
            + Colour.bold.paint(name, if: colours) + "  \(symbol)  "
            + message.replacing("\n", with: " ").withControlPictures
    }

    private var colour: Colour {
        switch severity {
        case .info: .cyan
        case .warning: .yellow
        case .critical: .red
        }
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}
