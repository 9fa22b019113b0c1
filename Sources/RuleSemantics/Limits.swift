/// Every bound of the checker, with its unit and its reason.
enum Limits {
    /// Milliseconds: a hundred years. Sums of three such durations stay far inside an Int64.
    static let greatestDuration: Int64 = 36_525 * 86_400_000
    /// Levels of one expression, `let` bodies included: the checker recurses, and the stack is finite.
    /// A chain of operators, which is all as high as the parser lets it be, costs one a level.
    static let greatestDepth = 600
    /// What a call costs beside that: its frames are more, and larger.
    static let callDepth = 2
    /// What entering the body of a `let` or series costs: half of a thread's stack (8 MiB) at the limit in a
    /// debug build.
    static let bodyDepth = 6
    /// Nodes of one expression once every `let` is expanded: ten that double fit, forty do not.
    static let greatestSize = 20_000
    /// `let` bodies that one top expression expands.
    static let greatestExpansions = 10_000
    /// Trades of a window `N trades`.
    static let greatestTradeCount = 1_000_000
    /// Steps of a grid window with its `ending`: a sample takes 16 bytes, a bucket some 200.
    static let greatestGridSteps: Int64 = 100_000
    /// Samples that a suggested grid window has at most.
    static let suggestedSamples: Int64 = 2_000
}
