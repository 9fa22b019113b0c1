import Foundation
import Testing

@Suite struct FormatTests {
    @Test(.enabled(if: Formatter.path != nil, "swift-format is not installed"))
    func `The sources are laid out as swift format has them`() throws {
        let lint = Process()
        lint.executableURL = URL(fileURLWithPath: try #require(Formatter.path))
        lint.currentDirectoryURL = Repository.root
        lint.arguments =
            ["lint", "--strict", "--parallel", "--recursive"] + [
                "Package.swift", "Sources", "Tests", "Benchmarks",
            ]
        let output = Pipe()
        lint.standardError = output
        lint.standardOutput = output
        try lint.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        lint.waitUntilExit()
        #expect(lint.terminationStatus == 0, "\(text)")
    }

    enum Formatter {
        /// The toolchain's `swift-format`, from the search path.
        static let path = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
            .map { "\($0)/swift-format" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }
}
