import MarketModel
import Testing

@testable import Pipeline

@Suite("bellwether check")
struct CheckTests {
    /// Runs a check and returns its status and what it said.
    private func check(_ paths: [String], notifiers: String? = nil) -> (status: CommandStatus, text: String) {
        let sink = MemorySink()
        let check = Check(paths: paths, notifiers: notifiers, environment: [:])
        return (check.run(Console(output: MemorySink(), status: sink)), sink.text)
    }

    @Test("sound rules: success, and the counts")
    func sound() throws {
        let place = try TemporaryDirectory()
        try place.write(
            "rule a on AAPL when price > 100\nrule b on AAPL when price < 50\n", to: "rules/a.rules")
        let result = check(["\(place.path)/rules"], notifiers: nil)
        #expect(result.status == .success)
        #expect(result.text.contains("ok: 2 rules in 1 file, 0 errors, 0 warnings"))
    }

    static let tenMistakes = """
        list tech = AAPL, MSFT

        rule one on tech
          when change(price, 5m) > 2

        rule two on tehc
          when price > 100

        rule three on tech
          when volume(5m) > 5m

        rule four on tech
          when prise > 100

        rule five on tech
          when price > size

        rule six on tech
          when price > 100
          notify dsek

        rule seven on tech
          when price > 100
          severity urgent

        rule eight on tech
          when price >

        rule nine on tech
          when price > 100
          message "{volume(5)}"

        rule two on tech
          when price > 200
        """

    @Test("a file with ten mistakes reports all ten, each with its place, in one run")
    func tenMistakes() throws {
        let place = try TemporaryDirectory()
        let file = try place.write(Self.tenMistakes, to: "rules/bad.rules")
        try place.write(
            "kind: webhook\nurl: https://example.com/x\nformat: slack\n", to: "notifiers/desk.yaml")
        let result = check([file])
        #expect(result.status == .findings)
        #expect(result.text.contains("10 errors"), "\(result.text)")
        for line in [4, 6, 10, 13, 16, 20, 24, 27, 31, 33] {
            #expect(result.text.contains("\(file):\(line):"), "line \(line): \(result.text)")
        }
        #expect(result.text.contains("desk"))
    }

    @Test("a notifier that no file defines is an error that names the nearest one")
    func unknownNotifier() throws {
        let place = try TemporaryDirectory()
        try place.write("rule a on AAPL\n  when price > 100\n  notify dsek\n", to: "rules/a.rules")
        try place.write(
            "kind: webhook\nurl: ${DESK_URL}\nformat: slack\n", to: "notifiers/desk.yaml")
        let result = check(["\(place.path)/rules"])
        #expect(result.status == .findings)
        #expect(result.text.contains("dsek"))
        #expect(result.text.contains("desk"))
        #expect(result.text.contains("1 error,"), "\(result.text)")
    }

    @Test("a notifier file is checked although its secrets are not in the environment")
    func notifiersWithoutSecrets() throws {
        let place = try TemporaryDirectory()
        try place.write("rule a on AAPL\n  when price > 100\n  notify desk\n", to: "rules/a.rules")
        try place.write(
            "kind: webhook\nurl: ${DESK_URL}\nformat: slack\n", to: "notifiers/desk.yaml")
        #expect(check(["\(place.path)/rules"]).status == .success)
        try place.write(
            "kind: webhook\nurl: ${DESK_URL}\nformat: slack\ntimeuot: 5s\n", to: "notifiers/desk.yaml")
        let result = check(["\(place.path)/rules"])
        #expect(result.status == .findings)
        #expect(result.text.contains("did you mean `timeout`?"), "\(result.text)")
    }

    @Test("a missing directory, an empty one and files without a rule say what to do")
    func nothingToCheck() throws {
        let place = try TemporaryDirectory()
        #expect(check(["\(place.path)/rules"]).text.contains("create it, or name the files"))
        #expect(check([place.path]).text.contains("write rules into files that end in .rules"))
        let empty = try place.write("", to: "rules/empty.rules")
        let result = check([empty])
        #expect(result.status == .findings)
        #expect(result.text.contains("is empty: it defines no rule"))
        #expect(result.text.contains("no rule in"))
    }

    @Test("a calendar that ends within ninety days is a warning, and one that does not is silent")
    func calendarEnds() throws {
        let place = try TemporaryDirectory()
        try place.write(
            "session hk = XHKF regular\nrule a on HSI\n  when price > 100\n  during hk\n", to: "rules/a.rules"
        )
        func check(_ now: Timestamp) -> (CommandStatus, String) {
            let sink = MemorySink()
            var check = Check(paths: ["\(place.path)/rules"], notifiers: nil, environment: [:])
            check.now = now
            return (check.run(Console(output: MemorySink(), status: sink)), sink.text)
        }
        let early = check(Timestamp(year: 2026, month: 9, day: 1))
        #expect(early.0 == .success && early.1.contains("0 errors, 0 warnings"))
        let late = check(Timestamp(year: 2026, month: 10, day: 5))
        #expect(late.0 == .success)
        #expect(late.1.contains("warning[W013]: the calendar of `XHKF` ends on 2026-12-31"))
        #expect(late.1.contains("0 errors, 1 warning"))
    }
}

extension CheckTests {
    @Test("--explain shows each rule's bounds on the output, and nothing of faulty rules")
    func explain() throws {
        let place = try TemporaryDirectory()
        let file = try place.write(
            "rule a on AAPL\n  when volume(5m) > 100\nrule b on AAPL\n  when price > 5\n", to: "a.rules")
        let (output, status) = (MemorySink(), MemorySink())
        let check = Check(paths: [file], notifiers: nil, environment: [:], explains: true)
        #expect(check.run(Console(output: output, status: status)) == .success)
        let lines = output.text.split(separator: "\n")
        #expect(lines.filter { $0.hasPrefix("rule ") }.map { $0.prefix(7) } == ["rule a:", "rule b:"])
        #expect(output.text.contains("  shares  the trades of its symbol, with b\n"))
        try place.write("rule a on AAPL\n  when prise > 100\n", to: "a.rules")
        let faulty = MemorySink()
        #expect(check.run(Console(output: faulty, status: status)) == .findings)
        #expect(faulty.text.isEmpty)
    }
}
