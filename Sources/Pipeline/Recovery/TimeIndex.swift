import Kafka

/// Where in each partition a time begins: so that reading can go back by time without asking the broker,
/// which knows the times of its records and not those in them.
///
///     offset        0 ........ 1000 ........ 2000 ........ 3000
///     greatest time before it  10:00:01      10:00:02      10:00:03
///
/// From an offset on, everything later than its time is read.
///
/// - Invariant: by partition offsets ascend strictly, and times do not descend.
struct TimeIndex: Codable, Equatable, Sendable {
    struct Entry: Codable, Equatable, Sendable {
        var offset: Int64
        /// The greatest event time of the records before it; milliseconds.
        var time: Int64
    }

    /// Entries of one partition that are kept; beyond, every other one goes.
    static let capacity = 256

    private var entries: [Int32: [Entry]] = [:]
    /// By partition: how far the newest entry may be in front of the last but one before it stays.
    private var spacing: [Int32: Int64] = [:]
    /// Of partitions that others have read for a while: up to which time, before the first record.
    private var missed: [Int32: Int64] = [:]

    init() {}

    /// Takes note of records that were read.
    ///
    /// - Parameters:
    ///   - nextOffset: behind the last of them.
    ///   - greatestTime: of them; `Int64.min` for none.
    mutating func note(_ lane: Int32, nextOffset: Int64, greatestTime: Int64) {
        var list = entries[lane] ?? []
        let time = max(greatestTime, list.last?.time ?? Int64.min)
        guard nextOffset > list.last?.offset ?? -1 else { return }
        // The newest moves along until it is far enough from the one before it.
        let least = spacing[lane] ?? 250
        if list.count > 1, time == Int64.min || list[list.count - 1].time < list[list.count - 2].time &+ least
        {
            list[list.count - 1] = Entry(offset: nextOffset, time: time)
        } else {
            list.append(Entry(offset: nextOffset, time: time))
        }
        if list.count > TimeIndex.capacity {
            list = list.enumerated().filter { $0.offset % 2 == 0 || $0.offset == list.count - 1 }.map(
                \.element)
            spacing[lane] = least * 2
        }
        entries[lane] = list
    }

    /// Takes note that a partition is read from `offset` on.
    mutating func begin(_ lane: Int32, at offset: Int64) {
        if entries[lane] != nil { return }
        entries[lane] = [Entry(offset: offset, time: missed.removeValue(forKey: lane) ?? Int64.min)]
    }

    /// Takes note that records up to `time` were read by others.
    mutating func miss(_ lane: Int32, before time: Int64) { missed[lane] = time }

    mutating func forget(_ lane: Int32) {
        entries[lane] = nil
        spacing[lane] = nil
    }

    /// Forgets what lies before everything that is later than `time`.
    mutating func prune(after time: Int64) {
        for (lane, list) in entries {
            let first = list.lastIndex { $0.time <= time } ?? 0
            if first > 0 { entries[lane] = Array(list[first...]) }
        }
    }

    /// From where on a partition is to be read, so that no record later than `time` is missed.
    ///
    /// - Parameter limit: where reading stands.
    /// - Returns: the place, and the time after which nothing is missed: `time` or, where the index does not
    ///   reach so far, a later one; nil for a partition that the index does not know.
    func start(of lane: Int32, after time: Int64, before limit: Int64) -> Entry? {
        guard let list = entries[lane], let first = list.first else { return nil }
        return list.last { $0.time <= time && $0.offset <= limit } ?? first
    }

    /// Where the index begins.
    func first(of lane: Int32) -> Int64 { entries[lane]?.first?.offset ?? Int64.min }

    /// After which time nothing is missed, reading from `offset` on.
    func wholeAfter(of lane: Int32, from offset: Int64) -> Int64 {
        entries[lane]?.first { $0.offset >= offset }?.time ?? Int64.max
    }

    /// Under other numbers of the partitions.
    func renumbered(_ number: (Int32) -> Int32?) -> TimeIndex {
        var index = TimeIndex()
        for (lane, list) in entries {
            guard let own = number(lane) else { continue }
            index.entries[own] = list
            index.spacing[own] = spacing[lane]
        }
        return index
    }
}
