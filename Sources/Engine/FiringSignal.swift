/// Whether a rule fires: for one key, or for any. The blocks that ask are evaluated after those that tell
/// (`BlockProgram.level`).
///
/// Lives behind a stable pointer that the engine owns.
struct FiringSignal: ~Copyable {
    /// Instances that fire.
    private(set) var count = 0
    var readers = UnsafeList<StreamReader>()

    mutating func change(by difference: Int) { count += difference }
}
