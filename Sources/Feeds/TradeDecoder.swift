public import MarketModel

/// Reads trades from JSON records: one trade, an array of them, or a frame that wraps either.
///
/// One scan over the bytes; numbers go from their digits to integer mantissas, symbols from their bytes to
/// ids. In steady state nothing is allocated. An object like the ones before it is read by their template
/// (`ObjectTemplate`); in any other the members' names are recognised by the text that earlier records had
/// at the same place (`MemberMemory`), and symbols by a small cache before the table.
///
/// Of unknown members only the brackets and strings are checked, which is enough to step over them.
///
/// - Invariant: one owner; not for use from several threads.
public final class TradeDecoder {
    let assembly: TradeAssembly
    let memory = MemberMemory()
    /// One a level of nesting.
    let templates: UnsafeMutablePointer<ObjectTemplate>
    let slots: UnsafeMutablePointer<FieldValue>
    let findings: UnsafeMutablePointer<Findings>
    private let padding: UnsafeMutableRawPointer

    public init(mapping: FieldMapping = .standard, limits: TradeLimits = TradeLimits(), symbols: SymbolTable)
    {
        assembly = TradeAssembly(mapping: mapping, limits: limits, symbols: symbols)
        slots = .allocate(capacity: FieldSlots.count * MemberMemory.levels)
        templates = .allocate(capacity: MemberMemory.levels)
        for level in 0..<MemberMemory.levels { (templates + level).initialize(to: ObjectTemplate()) }
        findings = .allocate(capacity: 1)
        findings.initialize(to: Findings())
        padding = .allocate(byteCount: 16, alignment: 8)
        slots.initialize(
            repeating: FieldValue(start: padding, length: 0, mantissa: 0, scale: 0, kind: .other, rank: 0),
            count: FieldSlots.count * MemberMemory.levels)
    }

    deinit {
        assembly.deallocate()
        memory.deallocate()
        for level in 0..<MemberMemory.levels { templates[level].deallocate() }
        templates.deallocate()
        slots.deallocate()
        findings.deinitialize(count: 1)
        findings.deallocate()
        padding.deallocate()
    }

    public var limits: TradeLimits {
        get { assembly.state.pointee.limits }
        set { assembly.state.pointee.limits = newValue }
    }

    /// Tells the time: trades more than 60 s later are refused from now on (LANGUAGE 3.1, live only).
    public func setClock(_ now: Timestamp) {
        assembly.state.pointee.limits.latest = Timestamp(
            milliseconds: now.milliseconds + TradeLimits.greatestLead)
    }

    /// Appends the record's trades in their order; all of them bear `origin` and `sequence`.
    ///
    /// - Parameters:
    ///   - value: the record; it is read during the call only.
    ///   - key: the message's key, which names the symbol when the record does not.
    ///   - sequence: the record's offset in its partition, or its line in a file.
    public func decode(
        value: UnsafeRawBufferPointer, key: UnsafeRawBufferPointer?, origin: OriginID, sequence: Int64,
        into trades: inout [Trade]
    ) -> DecodeOutcome {
        let record = RecordOrigin(origin: origin, sequence: sequence, key: key)
        if value.count >= 8 {
            let text = Cursor(value)
            var trade = Trade(record)
            if let after = quickTrade(text, templates, &trade), after == text.end {
                trades.append(trade)
                return .decoded(1)
            }
            return decode(value, record, &trades)
        }
        if value.isEmpty { return .ignored(.tombstone) }
        // Words are loaded eight bytes at a time: spaces make up the rest.
        padding.initializeMemory(as: UInt8.self, repeating: 32, count: 16)
        padding.copyMemory(from: value.baseAddress.unsafelyUnwrapped, byteCount: value.count)
        return decode(UnsafeRawBufferPointer(start: padding, count: 8), record, &trades)
    }

    private func decode(
        _ value: UnsafeRawBufferPointer, _ record: RecordOrigin, _ trades: inout [Trade]
    ) -> DecodeOutcome {
        let before = trades.count
        do throws(JSONFault) {
            try scanTop(Cursor(value), record, &trades)
            let accepted = trades.count - before
            return findings.pointee.isEmpty && accepted > 0 ? .decoded(accepted) : settle(accepted)
        } catch {
            trades.removeLast(trades.count - before)
            findings.pointee = Findings()
            return .refused([RecordRefusal.of(value, error)], accepted: 0)
        }
    }

    @inline(never)
    private func settle(_ accepted: Int) -> DecodeOutcome {
        let found = findings.pointee
        findings.pointee = Findings()
        if let warning = found.warning { return .feedWarning(warning) }
        if !found.refusals.isEmpty { return .refused(found.refusals, accepted: accepted) }
        if accepted > 0 { return .decoded(accepted) }
        return .ignored(found.isPing ? .ping : .emptyFrame)
    }
}

/// What a record has shown besides trades.
struct Findings {
    var refusals: [DecodeRefusal] = []
    /// The feed's complaint.
    var warning: String?
    var isPing = false

    var isEmpty: Bool { refusals.isEmpty && warning == nil }
}
