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

    @Test func `every unset and every broken variable is a fault`() {
        let expansion = EnvironmentExpansion("${NO} ${A:-b} ${1A} ${} ${OPEN", environment: ["A": "x"])
        #expect(
            expansion.faults == [
                .unset(name: "NO"), .broken(text: "${A:-b}"), .broken(text: "${1A}"), .broken(text: "${}"),
                .broken(text: "${OPEN"),
            ])
    }
}
