import RuleSemantics
import Testing

/// Each `.rules` file beside the diagnostics that it gets. `UPDATE_GOLDEN=1` rewrites them; then the diff is
/// read.
@Suite struct CheckerGoldenTests {
    @Test(arguments: CheckerFixtures.names)
    func `A rule file gets the diagnostics of its golden file`(name: String) throws {
        let options = CheckOptions(notifiers: ["desk", "ops"], rateSeries: ["DFF", "DGS10", "DGS2"])
        let checking = Checking(files: [try CheckerFixtures.rules(name)], options: options)
        try CheckerFixtures.expect(checking.rendered, inGolden: name)
    }
}
