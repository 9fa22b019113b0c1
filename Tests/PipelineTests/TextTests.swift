import MarketModel
import Testing

@testable import Pipeline

@Suite("Times, durations and numbers as text")
struct TextTests {
    @Test(
        "times on the command line",
        arguments: [
            ("2025-03-10", "2025-03-10T00:00:00.000Z"),
            ("2025-03-10T14:30", "2025-03-10T14:30:00.000Z"),
            ("2025-03-10 14:30:00.123456Z", "2025-03-10T14:30:00.123Z"),
            ("2025-03-10T14:30:00+01:00", "2025-03-10T13:30:00.000Z"),
            ("2025-03-10T14:30:00-0500", "2025-03-10T19:30:00.000Z"),
            ("1741617000123", "2025-03-10T14:30:00.123Z"),
        ])
    func times(text: String, expected: String) {
        #expect(TimeText.timestamp(text)?.description == expected)
    }

    @Test(
        "what is no time is refused",
        arguments: [
            "", "today", "2025", "2025-02-29", "2025-13-01", "2025-03-10T25:00", "2025-03-10T14:30:00+1",
            "9223372036854775807", "-9223372036854775808",
        ])
    func notTimes(text: String) {
        #expect(TimeText.timestamp(text) == nil)
    }

    @Test("counts are grouped and agree with their noun")
    func counts() {
        #expect(NumberText.count(1, "trade") == "1 trade")
        #expect(NumberText.count(1_234_567, "trade") == "1,234,567 trades")
        #expect(NumberText.count(0, "delivery") == "0 deliveries")
        #expect(NumberText.grouped(-1000) == "-1,000")
        #expect(NumberText.grouped(999) == "999")
        #expect(NumberText.rate(5000, 2) == "2,500")
        #expect(NumberText.seconds(12.34) == "12.3 s")
    }

    @Test("an alert stands on one line, most important first")
    func alertLine() {
        let transition = Transition(
            rule: "fat_finger", key: "BITSTAMP:BTCUSD", kind: .firing,
            at: Timestamp(milliseconds: 1_322_219_039_000), severity: .critical, message: "15.00\nafter 4.39")
        #expect(
            AlertLine(transition).text(colours: false)
                == "2011-11-25 11:03:59.000  FIRING    CRITICAL  fat_finger            BITSTAMP:BTCUSD   "
                + "15.00 after 4.39")
        #expect(AlertLine(transition).text(colours: true).contains("\u{1b}[1;31mFIRING"))
    }

    @Test("what a feed or a message says is shown by the terminal and never obeyed")
    func controls() {
        let transition = Transition(
            rule: "r", key: "A\u{1b}[2J", kind: .firing, at: Timestamp(milliseconds: 0),
            message: "now\u{7}\nand \u{9b}31m\tthen\r")
        let line = AlertLine(transition).text(colours: false)
        #expect(line.contains("A␛[2J"))
        #expect(line.hasSuffix("now␇ and \u{fffd}31m\tthen␍"))
    }

    @Test("the progress bar draws on a terminal, overwrites itself and leaves a clean line")
    func progressBar() {
        let sink = MemorySink()
        let console = Console(output: MemorySink(), status: sink, statusIsTerminal: true)
        let clock = ManualClock()
        var bar = ProgressBar(console, "reading", now: clock.read)
        clock.set(.seconds(2))
        bar.show(fraction: 0.5, trades: 4000)
        bar.show(fraction: 0.6, trades: 5000)
        bar.clear()
        #expect(
            sink.text
                == "\rreading [############------------]  50%  4,000 trades  2,000 trades/s\u{1b}[K\r\u{1b}[K"
        )
    }

    @Test("no progress bar in a log file")
    func noProgressBar() {
        let sink = MemorySink()
        var bar = ProgressBar(Console(output: MemorySink(), status: sink), "reading", now: ManualClock().read)
        bar.show(fraction: 0.5, trades: 4000)
        bar.clear()
        #expect(sink.text.isEmpty)
    }
}
