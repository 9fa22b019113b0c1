import Dispatch
import Synchronization

/// Each element's result, computed on all cores, in the order of the elements.
///
/// - Parameter progress: called with the number done, from any thread, one call at a time.
func inParallel<Element: Sendable, Result: Sendable>(
    _ elements: [Element], progress: (@Sendable (Int) -> Void)? = nil,
    _ body: @Sendable (Element) -> Result
) -> [Result] {
    let results = Mutex<(results: [Result?], done: Int)>(
        (Array(repeating: nil, count: elements.count), 0))
    DispatchQueue.concurrentPerform(iterations: elements.count) { index in
        let result = body(elements[index])
        results.withLock {
            $0.results[index] = result
            $0.done += 1
            progress?($0.done)
        }
    }
    return results.withLock { $0.results.compactMap { $0 } }
}
