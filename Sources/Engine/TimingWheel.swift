/// Numbers by the instant at which each is due next: O(1) to move one, and those that are due are found
/// without a look at the others.
///
///     hand
///      v
///     [ 16 ms ][ 16 ms ]...[ 16 ms ]  4096 slots, one turn of 65 s; each a list of numbers
///     far: numbers due after the turn, looked through when the first of them may be due
///
/// - SeeAlso: G. Varghese, T. Lauck, "Hashed and hierarchical timing wheels" (1987).
struct TimingWheel: ~Copyable {
    private struct Entry {
        var due = Int64.max
        /// Neighbours in the list; negative: none.
        var next = nobody
        var previous = nobody
        /// Negative: in no list.
        var slot = nobody
    }

    private static let nobody: Int32 = -1
    private static let slotCount = 4096
    /// Milliseconds of a slot as a power of two.
    private static let slotShift: Int64 = 4
    private static let far = Int32(slotCount)

    private var entries = UnsafeList<Entry>()
    private let heads: UnsafeMutablePointer<Int32>
    /// One bit a slot: whether its list holds anyone.
    private let occupied: UnsafeMutablePointer<UInt64>
    /// Time in slots: those before it have been taken.
    private var hand = Int64.min >> slotShift
    /// Not after the first in `far`, in slots.
    private var leastFar = Int64.max

    init() {
        heads = .allocate(capacity: TimingWheel.slotCount + 1)
        heads.initialize(repeating: TimingWheel.nobody, count: TimingWheel.slotCount + 1)
        occupied = .allocate(capacity: TimingWheel.slotCount / 64)
        occupied.initialize(repeating: 0, count: TimingWheel.slotCount / 64)
    }

    deinit {
        heads.deallocate()
        occupied.deallocate()
    }

    var count: Int { entries.count }

    /// A new number, due never.
    mutating func add() -> Int32 {
        entries.append(Entry())
        return Int32(entries.count - 1)
    }

    /// Has a number due at `due`, and at no other instant; `Int64.max`: never.
    @inline(__always)
    mutating func place(_ number: Int32, at due: Int64) {
        let entry = entries.elements + Int(number)
        if entry.pointee.slot >= 0 { unlink(entry) }
        entry.pointee.due = due
        if due != Int64.max { link(number, entry) }
    }

    /// Takes out those that are due before `end`, in no particular order.
    ///
    /// - Parameter taken: they are appended to it.
    mutating func take(before end: Int64, into taken: inout UnsafeList<Int32>) {
        let last = end >> TimingWheel.slotShift
        guard last >= hand else { return }
        // Of a whole turn or more every slot is looked at, and once.
        let isTurn = last &- hand >= Int64(TimingWheel.slotCount)
        let first = isTurn ? 0 : Int(truncatingIfNeeded: hand) & (TimingWheel.slotCount - 1)
        let length = isTurn ? TimingWheel.slotCount : Int(last &- hand) + 1
        takeSlots(from: first, length, before: end, into: &taken)
        hand = last
        if leastFar <= last { lookThroughFar(before: end, into: &taken) }
    }

    // MARK: Inner steps

    private mutating func takeSlots(
        from first: Int, _ length: Int, before end: Int64, into taken: inout UnsafeList<Int32>
    ) {
        var offset = 0
        while offset < length {
            let slot = (first + offset) & (TimingWheel.slotCount - 1)
            let bits = occupied[slot / 64] >> UInt64(slot % 64)
            if bits == 0 {
                offset += 64 - slot % 64
                continue
            }
            let skipped = bits.trailingZeroBitCount
            if skipped > 0 {
                offset += skipped
                continue
            }
            take(slot: slot, before: end, into: &taken)
            offset += 1
        }
    }

    private mutating func take(slot: Int, before end: Int64, into taken: inout UnsafeList<Int32>) {
        var number = heads[slot]
        while number >= 0 {
            let entry = entries.elements + Int(number)
            let next = entry.pointee.next
            if entry.pointee.due < end {
                unlink(entry)
                taken.append(number)
            }
            number = next
        }
    }

    private mutating func lookThroughFar(before end: Int64, into taken: inout UnsafeList<Int32>) {
        var number = heads[TimingWheel.slotCount]
        heads[TimingWheel.slotCount] = TimingWheel.nobody
        leastFar = Int64.max
        while number >= 0 {
            let entry = entries.elements + Int(number)
            let next = entry.pointee.next
            if entry.pointee.due < end {
                entry.pointee.slot = TimingWheel.nobody
                taken.append(number)
            } else {
                link(number, entry)
            }
            number = next
        }
    }

    @inline(__always)
    private mutating func link(_ number: Int32, _ entry: UnsafeMutablePointer<Entry>) {
        let time = max(entry.pointee.due >> TimingWheel.slotShift, hand)
        var slot = TimingWheel.far
        if time &- hand < Int64(TimingWheel.slotCount) {
            slot = Int32(truncatingIfNeeded: time) & Int32(TimingWheel.slotCount - 1)
            occupied[Int(slot) / 64] |= 1 << UInt64(slot % 64)
        } else {
            leastFar = min(leastFar, time)
        }
        let head = heads[Int(slot)]
        entry.pointee.slot = slot
        entry.pointee.previous = TimingWheel.nobody
        entry.pointee.next = head
        if head >= 0 { entries.elements[Int(head)].previous = number }
        heads[Int(slot)] = number
    }

    @inline(__always)
    private mutating func unlink(_ entry: UnsafeMutablePointer<Entry>) {
        let slot = Int(entry.pointee.slot)
        let next = entry.pointee.next
        let previous = entry.pointee.previous
        entry.pointee.slot = TimingWheel.nobody
        if next >= 0 { entries.elements[Int(next)].previous = previous }
        if previous >= 0 {
            entries.elements[Int(previous)].next = next
        } else {
            heads[slot] = next
            if next < 0, slot < TimingWheel.slotCount { occupied[slot / 64] &= ~(1 << UInt64(slot % 64)) }
        }
    }
}
