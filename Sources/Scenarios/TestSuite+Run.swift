import RuleSemantics

extension TestSuite {
    /// Runs the tests on all cores.
    ///
    /// - Parameters:
    ///   - filter: runs those whose sentence, file or rules contain it.
    ///   - progress: called with the number done, one call at a time.
    /// - Returns: an outcome a test, in order.
    public func run(
        filter: String? = nil, progress: (@Sendable (Int) -> Void)? = nil
    ) -> [TestOutcome] {
        let engine = TapeEngine(program)
        return inParallel(selected(filter), progress: progress) { bound in
            bound.outcome(engine, program, files: files)
        }
    }
}
