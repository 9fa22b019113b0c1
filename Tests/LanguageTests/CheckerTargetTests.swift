import RuleSemantics
import Testing

@Suite("Checker: targets")
struct CheckerTargetTests {
    private func target(_ text: String) throws -> CheckedTarget {
        let checking = Checking(text + "\n  when price > 5\n")
        #expect(checking.errorCodes == [], "\(checking.rendered)")
        return try #require(checking.program.rules.last?.target)
    }

    @Test("A list's own exceptions do not reach the names beside it")
    func groups() throws {
        let text = """
            list venue = /^B:/ except B:X, /Y$/
            rule r on venue, B:X, /^C:/
            """
        let target = try target(text)
        let matcher = TargetMatcher(target)
        let selected = ["B:X", "B:Y", "B:Z", "C:Y", "C:X", "D:X"].filter(matcher.selects)
        #expect(selected == ["B:X", "B:Z", "C:Y", "C:X"])
        #expect(target.listedSymbols == ["B:X"])
        #expect(target.selectsUnlisted)
    }

    @Test("A list with exceptions that stands alone is written flat")
    func flat() throws {
        let target = try target("list venue = /^B:/ except B:X\nrule r on venue except /Y$/")
        #expect(target.include == [.pattern("^B:")])
        #expect(target.exclude == [.symbol("B:X"), .pattern("Y$")])
        let symbols = try self.target("list a = A, B, C except B\nlist b = a, D except C\nrule r on b, A")
        #expect(symbols.include == [.symbol("A"), .symbol("D"), .symbol("A")])
        #expect(symbols.exclude == [])
        #expect(symbols.listedSymbols == ["A", "D"])
    }

    @Test("`all` selects every symbol, its exceptions aside")
    func all() throws {
        let target = try target("list quiet = A, B\nrule r on all except quiet, /^X:/")
        let matcher = TargetMatcher(target)
        #expect(["A", "B", "C", "X:C"].filter(matcher.selects) == ["C"])
        #expect(target.listedSymbols == [])
    }

    /// A list as sets see it: its members less its exceptions, over a small universe.
    private struct Model {
        static let universe = ["A", "B", "C", "AB", "AC", "BA"]
        var lists: [String: Set<String>] = [:]
        var numbers: SeededNumbers

        mutating func names() -> (text: String, selected: Set<String>, isOpen: Bool) {
            var texts: [String] = []
            var selected: Set<String> = []
            for _ in 0..<Int.random(in: 1...3, using: &numbers) {
                let choice = Int.random(in: 0..<4, using: &numbers)
                if choice == 0, let name = lists.keys.sorted().randomElement(using: &numbers) {
                    texts.append(name)
                    selected.formUnion(lists[name] ?? [])
                } else if choice == 1 {
                    let prefix = ["A", "B"].randomElement(using: &numbers) ?? "A"
                    texts.append("/^\(prefix)/")
                    selected.formUnion(Self.universe.filter { $0.hasPrefix(prefix) })
                } else {
                    let symbol = Self.universe.randomElement(using: &numbers) ?? "A"
                    texts.append(symbol)
                    selected.insert(symbol)
                }
            }
            return (texts.joined(separator: ", "), selected, false)
        }

        mutating func target() -> (text: String, selected: Set<String>) {
            let include = names()
            guard Bool.random(using: &numbers) else { return (include.text, include.selected) }
            let exclude = names()
            return ("\(include.text) except \(exclude.text)", include.selected.subtracting(exclude.selected))
        }
    }

    @Test("Nested lists select what sets say", arguments: 0..<200)
    func oracle(seed: UInt64) throws {
        var model = Model(numbers: SeededNumbers(seed: seed))
        var text = ""
        for index in 0..<3 {
            let list = model.target()
            text += "list l\(index) = \(list.text)\n"
            model.lists["l\(index)"] = list.selected
        }
        let wanted = model.target()
        text += "rule r on \(wanted.text)"
        let target = try target(text)
        let matcher = TargetMatcher(target)
        #expect(Set(Model.universe.filter(matcher.selects)) == wanted.selected, "\(text)")
        #expect(Set(target.listedSymbols).isSubset(of: wanted.selected))
    }
}
