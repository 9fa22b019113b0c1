/// What must be so throughout a region for a rule not to be moved.
enum RuleNeed {
    case nothing
    case neverTrue(Int)
    case neverFalse(Int)
    case staysTrue(Int)
    case neverTrueNorUnknown(Int)
    /// Each instant is looked at.
    case evaluation

    /// The register that it is about; -1 for none.
    var register: Int {
        switch self {
        case .neverTrue(let register), .neverFalse(let register), .staysTrue(let register),
            .neverTrueNorUnknown(let register):
            register
        case .nothing, .evaluation: -1
        }
    }

    /// Whether it is so at present, by registers.
    func holds(now registers: UnsafeMutablePointer<Double>) -> Bool {
        switch self {
        case .nothing: true
        case .neverTrue(let register): registers[register] != 1
        case .neverFalse(let register): registers[register] != 0
        case .staysTrue(let register): registers[register] == 1
        case .neverTrueNorUnknown(let register): registers[register] == 0
        case .evaluation: false
        }
    }

    func holds(in intervals: UnsafeMutablePointer<Interval>) -> Bool {
        switch self {
        case .nothing: true
        case .neverTrue(let register): !intervals[register].canBeTrue
        case .neverFalse(let register): !intervals[register].canBeFalse
        case .staysTrue(let register): intervals[register].isCertainlyTrue
        case .neverTrueNorUnknown(let register):
            !intervals[register].canBeTrue && !intervals[register].mayBeUnknown
        case .evaluation: false
        }
    }
}
