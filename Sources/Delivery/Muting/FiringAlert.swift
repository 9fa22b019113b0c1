internal import Foundation
public import MarketModel
public import StateStore

/// Why nobody is told.
public enum MuteCause: Codable, Sendable, Hashable {
    case silence(Int64)
    /// While this alert fires.
    case inhibited(by: String)

    /// `silence 3`, `halt/AAPL`
    public var text: String {
        switch self {
        case .silence(let number): "silence \(number)"
        case .inhibited(let source): source
        }
    }
}

/// An alert that fires, and who knows.
public struct FiringAlert: Sendable, Equatable {
    /// What it last said: its fire, or its rise to a level.
    public internal(set) var latest: Transition
    /// The id of its fire.
    public internal(set) var incident: String
    public internal(set) var since: Timestamp
    /// Its rule's receivers, when it fired.
    public internal(set) var receivers: [String]
    /// From when on they know of it; nil: they do not.
    public internal(set) var toldAt: Timestamp?
    /// Others who were told because it went on firing.
    public internal(set) var further: [String] = []
    /// Why they were not told of what they are still to be told: that it fires, or its new level.
    public internal(set) var owed: MuteCause?
    /// Whether it goes by the wall clock, as alerts about the engine do that fire while nothing is read.
    var isByClock = false
    /// When it is to be looked at again; nil: when something happens.
    var wakeAt: Timestamp?
    /// What mutes it where something waits for the end of that, and when it was last looked at for it.
    var waitsFor: MuteCause?
    var lookedAt: Timestamp?

    init(_ fire: Transition, receivers: [String]) {
        latest = fire
        incident = fire.id
        since = fire.at
        self.receivers = receivers
    }

    var face: AlertFace { AlertFace(latest) }
    /// Of its rule's receivers those who know of it.
    public var told: [String] { toldAt == nil ? [] : receivers }

    /// Its fire in the newest words, at the level that it has reached.
    var fireNow: Transition {
        var fire = latest
        fire.kind = .firing
        fire.at = since
        return fire
    }
}

extension FiringAlert {
    /// In the state file. A key is never renamed; one that is missing has its value below.
    private struct Record: Codable {
        var version = 1
        var latest: NoticeRecord
        var receivers: [String]
        var toldAt: Int64?
        var further: [String]?
        var owed: MuteCause?
        var waitsFor: MuteCause?
        var lookedAt: Int64?
        var isByClock: Bool?
    }

    var row: FiringRow {
        let record = Record(
            latest: NoticeRecord(Notice(latest)), receivers: receivers, toldAt: toldAt?.milliseconds,
            further: further.isEmpty ? nil : further, owed: owed, waitsFor: waitsFor,
            lookedAt: lookedAt?.milliseconds, isByClock: isByClock ? true : nil)
        return FiringRow(
            rule: latest.rule, key: latest.key, incident: incident, since: since,
            state: NoticeRecord.encoded(record))
    }

    /// nil for a row that this version cannot read.
    public init?(_ row: FiringRow) {
        guard let record = NoticeRecord.decoded(Record.self, row.state), record.version == 1,
            let latest = record.latest.notice?.transition
        else { return nil }
        self.latest = latest
        incident = row.incident
        since = row.since
        receivers = record.receivers
        toldAt = record.toldAt.map { Timestamp(milliseconds: $0) }
        further = record.further ?? []
        owed = record.owed
        waitsFor = record.waitsFor
        lookedAt = record.lookedAt.map { Timestamp(milliseconds: $0) }
        isByClock = record.isByClock ?? false
    }
}
