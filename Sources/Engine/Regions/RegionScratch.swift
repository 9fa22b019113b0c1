/// What the evaluation over intervals needs room for; all instances of a block share it.
final class RegionScratch {
    let intervals: UnsafeMutablePointer<Interval>
    /// What may arrive on each stream.
    let regions: UnsafeMutablePointer<SafeRegion>
    /// For each input, the stream it is on; 0 for one without a stream.
    let streamOfInput: UnsafeMutablePointer<Int>
    private let outlooks: UnsafeMutablePointer<WindowOutlook>
    private let isLooked: UnsafeMutablePointer<Bool>
    private let isFound: UnsafeMutablePointer<Bool>
    private let inputCount: Int

    init(_ program: BlockProgram) {
        intervals = .allocate(capacity: program.registerCount + 1)
        intervals.initialize(repeating: .unknown, count: program.registerCount + 1)
        regions = .allocate(capacity: max(1, program.streams.count))
        regions.initialize(repeating: SafeRegion(), count: max(1, program.streams.count))
        inputCount = program.inputs.count
        streamOfInput = .allocate(capacity: max(1, inputCount))
        outlooks = .allocate(capacity: max(1, inputCount))
        isLooked = .allocate(capacity: max(1, inputCount))
        outlooks.initialize(
            repeating: WindowOutlook(count: 0, sums: WindowSums()), count: max(1, inputCount))
        isFound = .allocate(capacity: max(1, inputCount))
        isFound.initialize(repeating: false, count: max(1, inputCount))
        isLooked.initialize(repeating: false, count: max(1, inputCount))
        for (index, input) in program.inputs.enumerated() {
            (streamOfInput + index).initialize(to: input.stream ?? 0)
        }
    }

    deinit {
        intervals.deallocate()
        regions.deallocate()
        streamOfInput.deallocate()
        outlooks.deallocate()
        isLooked.deallocate()
        isFound.deallocate()
    }

    func forgetOutlooks() { isLooked.update(repeating: false, count: inputCount) }

    /// Made once a region: several functions look at one window.
    func outlook(
        of source: Int, _ input: UnsafeMutablePointer<InputState>, _ place: RegionPlace, _ region: SafeRegion
    ) -> UnsafeMutablePointer<WindowOutlook>? {
        if !isLooked[source] {
            isLooked[source] = true
            isFound[source] = input.pointee.look(place, region, outlooks + source)
        }
        return isFound[source] ? outlooks + source : nil
    }
}
