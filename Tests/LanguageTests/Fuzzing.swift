import Foundation

/// How long and from where the fuzzers run. Every text has a seed of its own, so that one that is found is
/// made again by `BELLWETHER_FUZZ_SEED=N BELLWETHER_FUZZ_TEXTS=1`.
enum Fuzzing {
    private static let environment = ProcessInfo.processInfo.environment
    static let firstSeed = UInt64(environment["BELLWETHER_FUZZ_SEED"] ?? "") ?? 1
    static let textCount = Int(environment["BELLWETHER_FUZZ_TEXTS"] ?? "") ?? 4_000
    static let parts = 8

    /// The seeds of one of the parts that run side by side.
    static func seeds(of part: Int) -> [UInt64] {
        (0..<textCount).filter { $0 % parts == part }.map { firstSeed + UInt64($0) }
    }

    /// Keeps the text at hand where the next reader of a crash finds it: `BELLWETHER_FUZZ_KEEP` names a
    /// directory.
    static func keep(_ bytes: [UInt8], seed: UInt64, part: Int) {
        guard let directory = environment["BELLWETHER_FUZZ_KEEP"] else { return }
        let heading = Array("# seed \(seed)\n".utf8)
        try? Data(heading + bytes).write(to: URL(fileURLWithPath: "\(directory)/part\(part).rules"))
    }
}

/// Changes texts into others that are nearly right.
struct TextMutation {
    private let seeds: [[UInt8]]
    private let words: [[String]]
    private let pool: [String]

    init() throws {
        var seeds: [[UInt8]] = []
        for path in SyntaxRepositoryTests.paths {
            let file = SyntaxRepositoryTests.root.appendingPathComponent(path)
            seeds.append(Array(try Data(contentsOf: file)))
        }
        for seed in 0..<8 {
            var generator = SyntaxGenerator(seed: UInt64(seed))
            seeds.append(Array(generator.file().utf8))
        }
        self.seeds = seeds
        words = seeds.map { TextMutation.words(String(decoding: $0, as: UTF8.self)) }
        pool = words.flatMap { $0 }
    }

    /// Even seeds change bytes, odd ones whole words, which makes rules rather than noise.
    func text(seed: UInt64) -> [UInt8] {
        var numbers = SeededNumbers(seed: seed)
        return seed.isMultiple(of: 2) ? mutatedBytes(&numbers) : mutatedWords(&numbers)
    }

    private func mutatedWords(_ numbers: inout SeededNumbers) -> [UInt8] {
        var words = words.randomElement(using: &numbers) ?? []
        for _ in 0..<Int.random(in: 1...8, using: &numbers) where !words.isEmpty {
            let place = Int.random(in: 0..<words.count, using: &numbers)
            switch Int.random(in: 0..<4, using: &numbers) {
            case 0: words[place] = pool.randomElement(using: &numbers) ?? ""
            case 1: words.remove(at: place)
            case 2: words.insert(pool.randomElement(using: &numbers) ?? "", at: place)
            default: words.swapAt(place, Int.random(in: 0..<words.count, using: &numbers))
            }
        }
        return Array(words.joined().utf8)
    }

    private func mutatedBytes(_ numbers: inout SeededNumbers) -> [UInt8] {
        var bytes = seeds.randomElement(using: &numbers) ?? []
        for _ in 0..<Int.random(in: 1...6, using: &numbers) { mutate(&bytes, &numbers) }
        return bytes
    }

    private func mutate(_ bytes: inout [UInt8], _ numbers: inout SeededNumbers) {
        func place() -> Int { Int.random(in: 0...bytes.count, using: &numbers) }
        let (first, second) = (place(), place())
        let range = min(first, second)..<max(first, second)
        let short = range.lowerBound..<min(range.upperBound, range.lowerBound + 12)
        switch Int.random(in: 0..<7, using: &numbers) {
        case 0: if !short.isEmpty { bytes[short.lowerBound] = UInt8.random(in: 0...255, using: &numbers) }
        case 1: bytes.removeSubrange(short)
        case 2: bytes.insert(contentsOf: bytes[short], at: place())
        case 3:
            let marks = Array(#"(){}"`/#:.,\-+<>=% 0mkA_"#.utf8) + [0, 0xff, 0xc3, 0x0a]
            bytes.insert(marks.randomElement(using: &numbers) ?? 0, at: place())
        case 4: bytes.removeSubrange(place()..<bytes.count)
        case 5:
            let words = [
                "when ", " and ", "rule r ", " not ", "message \"{", " within ", " trades ", "list x = /",
            ]
            bytes.insert(contentsOf: Array((words.randomElement(using: &numbers) ?? "").utf8), at: place())
        default:
            let other = seeds.randomElement(using: &numbers) ?? []
            bytes.insert(contentsOf: other.prefix(80), at: place())
        }
        if bytes.count > 20_000 { bytes.removeSubrange(20_000...) }
    }

    private static func words(_ text: String) -> [String] {
        var words: [String] = []
        var current = ""
        for character in text {
            if character.isLetter || character.isNumber || character == "_" {
                current.append(character)
            } else {
                if !current.isEmpty { words.append(current) }
                current = ""
                words.append(String(character))
            }
        }
        return words + (current.isEmpty ? [] : [current])
    }
}
