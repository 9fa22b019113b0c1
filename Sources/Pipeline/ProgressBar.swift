/// One line on a terminal that overwrites itself; silent elsewhere.
///
///     reading [##########--------------]  41%  2,310,000 trades  1,040,000 trades/s
struct ProgressBar {
    private static let width = 24
    /// Redrawing more often only flickers.
    private static let interval = Duration.milliseconds(100)

    private let console: Console
    private let label: String
    private let now: @Sendable () -> Duration
    private let start: Duration
    private var lastDrawn: Duration?

    init(_ console: Console, _ label: String, now: @escaping @Sendable () -> Duration) {
        self.console = console
        self.label = label
        self.now = now
        start = now()
    }

    /// - Parameter fraction: of the input, from 0 to 1.
    mutating func show(fraction: Double, trades: Int) {
        show(fraction: fraction) { elapsed in
            "\(trades.grouped) trades  \(NumberText.rate(trades, elapsed)) trades/s"
        }
    }

    /// - Parameter note: what stands behind the bar, from the seconds that have passed.
    mutating func show(fraction: Double, note: (Double) -> String) {
        guard console.statusIsTerminal else { return }
        let time = now()
        if let lastDrawn, time - lastDrawn < ProgressBar.interval { return }
        lastDrawn = time
        let bounded = min(1, max(0, fraction))
        let filled = Int(bounded * Double(ProgressBar.width))
        let bar =
            String(repeating: "#", count: filled)
            + String(repeating: "-", count: ProgressBar.width - filled)
        let percent = String(Int(bounded * 100))
        let padding = String(repeating: " ", count: 3 - percent.count)
        let elapsed = (time - start).seconds
        console.status.write(
            "\r\(label) [\(bar)] \(padding)\(percent)%  \(note(elapsed))\u{1b}[K")
    }

    /// Takes the line away, so that what follows starts on a clean one.
    mutating func clear() {
        guard lastDrawn != nil else { return }
        lastDrawn = nil
        console.status.write("\r\u{1b}[K")
    }
}

extension Duration {
    var seconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) / 1e18
    }
}
