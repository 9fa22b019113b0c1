import Testing

@Suite struct LengthTests {
    /// Tables, and what is all cases of one switch: their length is the language's.
    static let longFiles: Set<String> = []
    static let longFunctions: Set<String> = []

    static let code = Repository.sources + Repository.benchmarks + Repository.tests

    @Test func `A file has at most 400 lines`() {
        let long = Self.code.filter { $0.lines.count > 400 && !Self.longFiles.contains($0.path) }
        #expect(long.map(\.path) == [])
    }

    @Test func `A line has at most 110 columns`() {
        let wide = Self.code.flatMap { file in file.places { $0.count > 110 } }
        #expect(wide == [])
    }

    @Test func `A function has at most 70 lines`() {
        let long = (Repository.sources + Repository.benchmarks).flatMap(\.functions)
            .filter { $0.length > 70 && !Self.longFunctions.contains($0.name) }
        #expect(long.map { "\($0.place) \($0.name): \($0.length) lines" } == [])
    }

    /// Blank lines and comments aside. It must stay obvious: who doubts the engine reads it.
    @Test func `The reference interpreter has less than 500 lines of code`() {
        let files = Repository.tests.filter { $0.path.contains("EngineTests/Reference/") }
        let code = files.flatMap(\.lines).map { $0.drop { $0 == " " } }.filter {
            !$0.isEmpty && !$0.hasPrefix("//")
        }
        #expect(files.count == 5)
        #expect(code.count < 500)
    }

    @Test func `The measure of a function is right`() {
        let file = TextFile(
            path: "x.swift",
            text: """
                struct S {
                    func short() -> Int { 1 }
                    func long(
                        a: Int
                    ) -> Int {
                        if a > 0 {
                            return 1
                        }
                        return 2
                    }
                }
                """)
        #expect(file.functions.map(\.name) == ["long"])
        #expect(file.functions.map(\.length) == [8])
    }
}

struct MeasuredFunction {
    var name: String
    var place: String
    var length: Int
}

extension TextFile {
    /// The functions and initialisers that take more than one line. The layout is the formatter's, so a body
    /// ends at the first line that is a brace at its declaration's indentation.
    var functions: [MeasuredFunction] {
        lines.indices.compactMap { index in
            let line = lines[index]
            guard let name = TextFile.declaredFunction(line) else { return nil }
            let end = String(repeating: " ", count: line.indentation) + "}"
            guard !line.hasSuffix("}"), let last = lines[index...].firstIndex(where: { $0 == end }) else {
                return nil
            }
            // A requirement of a protocol has no body; the next declaration comes before any brace.
            let next = lines[(index + 1)...].firstIndex {
                $0.indentation <= line.indentation && TextFile.declaredFunction($0) != nil
            }
            if let next, next < last { return nil }
            return MeasuredFunction(name: name, place: "\(path):\(index + 1)", length: last - index + 1)
        }
    }

    private static func declaredFunction(_ line: Substring) -> String? {
        let words = line.code.split(separator: " ")
        for (index, word) in words.enumerated() {
            if word == "func", index + 1 < words.count {
                return String(words[index + 1].prefix { $0 != "(" && $0 != "<" })
            }
            if word.hasPrefix("init(") || word.hasPrefix("init?(") || word == "deinit"
                || word.hasPrefix("subscript(")
            {
                return String(word.prefix { $0 != "(" })
            }
            if !modifiers.contains(String(word)) && !word.hasPrefix("@") { return nil }
        }
        return nil
    }

    private static let modifiers: Set<String> = [
        "public", "package", "internal", "fileprivate", "private", "static", "final", "override", "mutating",
        "nonmutating", "consuming", "borrowing", "required", "convenience", "nonisolated", "isolated",
        "class",
    ]
}
