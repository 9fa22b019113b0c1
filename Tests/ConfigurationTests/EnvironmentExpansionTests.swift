import Foundation
import Testing

@testable import Configuration

struct EnvironmentExpansionTests {
    @Test(arguments: [
        ("${A}", "x"), ("a${A}b${B}", "axby z"), ("$$", "$"), ("$${A}", "${A}"), ("$A", "$A"), ("a$", "a$"),
        ("$$$${A}", "$${A}"), ("$$${A}", "$x"), ("${C}", "${A}"), ("", ""), ("é${A}", "éx"),
    ])
    func `a variable is replaced once and two dollar signs are one`(written: String, expanded: String) {
        let expansion = EnvironmentExpansion(written, environment: ["A": "x", "B": "y z", "C": "${A}"])
        #expect(expansion.text == expanded)
        #expect(expansion.faults.isEmpty)
    }

    @Test func `a file's text stands for it, without the line end behind it`() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for (written, read) in [
            ("s3cret\n", "s3cret"), ("s3cret\r\n", "s3cret"), ("a$b ${A}", "a$b ${A}"), ("", ""),
        ] {
            let path = folder.appendingPathComponent("key").path
            try written.write(toFile: path, atomically: true, encoding: .utf8)
            let expansion = EnvironmentExpansion("<${file:\(path)}>", environment: [:])
            #expect(expansion.text == "<\(read)>" && expansion.faults.isEmpty)
        }
        let missing = EnvironmentExpansion("${file:/nowhere/key} ${file:key}", environment: [:])
        #expect(missing.faults == [.unreadable(path: "/nowhere/key"), .broken(text: "${file:key}")])
    }

    @Test func `every unset and every broken variable is a fault`() {
        let expansion = EnvironmentExpansion("${NO} ${A:-b} ${1A} ${} ${OPEN", environment: ["A": "x"])
        #expect(
            expansion.faults == [
                .unset(name: "NO"), .broken(text: "${A:-b}"), .broken(text: "${1A}"), .broken(text: "${}"),
                .broken(text: "${OPEN"),
            ])
    }
}
