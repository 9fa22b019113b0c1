import Foundation
import Testing

@Suite struct WordTests {
    @Test(arguments: ["TODO", "FIXME", "XXX:", "fatalError(", "try!", "as!", "unsafeBitCast"])
    func `Sources do without`(word: String) {
        let places = (Repository.sources + Repository.benchmarks).flatMap { file in
            file.places { $0.contains(word) }
        }
        #expect(places == [])
    }

    /// Names that say nothing of what the thing is.
    static let emptyNames = [
        "Manager", "Handler", "Helper", "Helpers", "Util", "Utils", "Data", "Info", "Impl",
    ]
    static let kinds = ["struct", "class", "enum", "actor", "protocol", "typealias"]

    @Test func `A type's name says what it is`() {
        let wrong = (Repository.sources + Repository.benchmarks).flatMap { file in
            file.places { line in
                guard let name = line.declaredType else { return false }
                return Self.emptyNames.contains { name.hasSuffix($0) }
            }
        }
        #expect(wrong == [])
    }

    @Test func `No type bears its module's name`() {
        let wrong = Repository.sources.flatMap { file in file.places { $0.declaredType == file.module } }
        #expect(wrong == [])
    }

    @Test func `No function is named process, and no file or folder for what does not fit elsewhere`() {
        let functions = Repository.sources.flatMap { file in file.places { $0.code.contains("func process(") }
        }
        #expect(functions == [])
        let paths = Repository.sources.map(\.path).filter { path in
            path.split(separator: "/").contains { name in
                Self.emptyNames.contains(String(name.prefix { $0 != "." })) || name.hasPrefix("Misc")
            }
        }
        #expect(paths == [])
    }

    /// What reads a clock or lets time pass. Where a real peer is waited for, the wait stands in one of these
    /// files, with its deadline.
    static let clockWords = [
        "Date()", "Date.now", "Date(timeIntervalSinceNow", "ContinuousClock", "SuspendingClock",
        "DispatchTime.now",
        "clock_gettime", "gettimeofday", "sleep(", ".now(", "ProcessInfo.processInfo.systemUptime",
    ]
    static let waitingFiles: Set<String> = [
        "Tests/DeliveryTests/Support/Eventually.swift", "Tests/KafkaTests/RoundTripTests.swift",
    ]

    @Test func `No test sleeps or reads the clock`() {
        let wrong = Repository.tests
            .filter { $0.module != "TidyTests" && !Self.waitingFiles.contains($0.path) }
            .flatMap { file in
                file.places { line in Self.clockWords.contains { line.code.contains($0) } }
            }
        #expect(wrong == [])
    }

    @Test func `Tests read nothing outside the repository and the temporary folder`() {
        let wrong = (Repository.tests + Repository.sources + Repository.benchmarks)
            .filter { $0.module != "TidyTests" }
            .flatMap { file in
                file.places { $0.contains("\"../") || $0.contains("\"/work") || $0.contains("\"/home/") }
            }
        #expect(wrong == [])
    }
}

extension Substring {
    /// `public final class Cluster: X {` -> `Cluster`.
    var declaredType: String? {
        let words = code.split(separator: " ")
        guard let kind = words.firstIndex(where: { WordTests.kinds.contains(String($0)) }),
            kind + 1 < words.count,
            kind == 0 || words[..<kind].allSatisfy({ $0.first?.isLowercase == true || $0.hasPrefix("@") })
        else { return nil }
        let name = words[kind + 1].prefix { $0.isLetter || $0.isNumber || $0 == "_" }
        return name.first?.isUppercase == true ? String(name) : nil
    }
}
