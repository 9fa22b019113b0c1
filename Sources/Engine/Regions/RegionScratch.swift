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
    /// The proof in which each register's interval was made (`settle`).
    private let proofs: UnsafeMutablePointer<UInt64>
    private var proof: UInt64 = 0

    init(_ program: BlockProgram) {
        intervals = .allocate(capacity: program.registerCount + 1)
        intervals.initialize(repeating: .unknown, count: program.registerCount + 1)
        proofs = .allocate(capacity: program.registerCount + 1)
        proofs.initialize(repeating: 0, count: program.registerCount + 1)
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
        proofs.deallocate()
    }

    /// Begins a proof that makes intervals only of what may change.
    func beginProof() { proof += 1 }

    @inline(__always)
    func set(_ register: Int, to bounds: Interval) {
        intervals[register] = bounds
        proofs[register] = proof
    }

    /// Gives a register that cannot change its value for an interval.
    @inline(__always)
    func settle(_ register: Int, _ registers: UnsafeMutablePointer<Double>) {
        if proofs[register] != proof { set(register, to: Interval(registers[register])) }
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
