internal import Foundation
internal import GRDB
public import MarketModel

extension StateFile {
    /// Writes alerts' transitions, their notices and the engine's state in one transaction; returns when all
    /// of it is on the disk.
    ///
    /// A transition whose id is known, and a notice whose id its receiver has had, change nothing: what is
    /// evaluated again after a crash is committed again without harm.
    ///
    /// - Returns: by the order of the notices.
    /// - Throws: nothing of it is in the file then.
    public func commit(_ commit: StateCommit, at now: Timestamp) throws(StateError) -> [AcceptedNotice] {
        try write(.power) { db in
            for transition in commit.transitions { try Self.record(transition, at: now, db) }
            var accepted: [AcceptedNotice] = []
            accepted.reserveCapacity(commit.notices.count)
            for notice in commit.notices { accepted.append(try Self.enqueue(notice, at: now, db)) }
            for change in commit.firing { try Self.change(change, db) }
            if let checkpoint = commit.checkpoint {
                try Self.replace(checkpoint, in: "checkpoint", at: now, db)
                try db.execute(sql: "DELETE FROM progress")
            }
            if let progress = commit.progress { try Self.replace(progress, in: "progress", at: now, db) }
            return accepted
        }
    }

    private static func record(_ transition: Transition, at now: Timestamp, _ db: Database) throws {
        try db.cachedStatement(
            sql: """
                INSERT OR IGNORE INTO transitions
                (id, rule, key, kind, at, severity, transition, recorded_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            transition.id, transition.rule, transition.key, transition.kind.rawValue,
            transition.at.milliseconds, transition.severity.rawValue, transition.json, now.milliseconds,
        ])
    }

    private static func enqueue(
        _ notice: NewNotice, at now: Timestamp, _ db: Database
    ) throws -> AcceptedNotice {
        try db.cachedStatement(sql: "INSERT OR IGNORE INTO accepted (receiver, id, at) VALUES (?, ?, ?)")
            .execute(arguments: [notice.receiver, notice.id, now.milliseconds])
        guard db.changesCount > 0 else { return .duplicate }
        try db.cachedStatement(
            sql: "INSERT INTO outbox (receiver, id, queued_at, tried_from, notice) VALUES (?, ?, ?, ?, ?)"
        ).execute(arguments: [
            notice.receiver, notice.id, now.milliseconds, now.milliseconds, notice.text,
        ])
        return .queued(sequence: db.lastInsertedRowID)
    }

    private static func replace(
        _ checkpoint: Checkpoint, in table: String, at now: Timestamp, _ db: Database
    ) throws {
        try db.cachedStatement(
            sql: "INSERT OR REPLACE INTO \(table) (slot, version, written_at, state) VALUES (0, ?, ?, ?)"
        ).execute(arguments: [checkpoint.version, now.milliseconds, Data(checkpoint.state)])
    }

    /// The last one that was committed; nil before the first.
    public func checkpoint() throws(StateError) -> Checkpoint? { try only(in: "checkpoint") }

    /// What was committed since the last checkpoint; nil when nothing was.
    public func progress() throws(StateError) -> Checkpoint? { try only(in: "progress") }

    private func only(in table: String) throws(StateError) -> Checkpoint? {
        try read { db in
            try Row.fetchOne(db, sql: "SELECT version, state FROM \(table)").map { row in
                Checkpoint(version: row["version"], state: Array(row["state"] as Data))
            }
        }
    }

    /// Of each alert the last fire, the newest first.
    public func lastFires() throws(StateError) -> [LastFire] {
        try read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT rule, key, id, max(at) AS at, severity FROM transitions WHERE kind = 'firing'
                    GROUP BY rule, key ORDER BY max(at) DESC, number DESC LIMIT \(StateLimits.lastFires)
                    """
            ).map(Self.fire)
        }
    }

    /// Alerts of these rules whose last step was to fire, in the order of (rule, key).
    public func openAlerts(of rules: [String]) throws(StateError) -> [LastFire] {
        try read { db in
            let marks = rules.map { _ in "?" }.joined(separator: ", ")
            // Beside max(number) SQLite takes the other columns from the same row.
            return try Row.fetchAll(
                db,
                sql: """
                    SELECT rule, key, id, at, severity, kind, max(number) FROM transitions
                    WHERE rule IN (\(marks)) GROUP BY rule, key ORDER BY rule, key
                    """, arguments: StatementArguments(rules)
            ).filter { $0["kind"] == "firing" }.map(Self.fire)
        }
    }

    private static func fire(_ row: Row) -> LastFire {
        LastFire(
            rule: row["rule"], key: row["key"], id: row["id"], at: Timestamp(milliseconds: row["at"]),
            severity: Severity(rawValue: row["severity"]) ?? .warning)
    }

    /// Ids of the last transitions that were written, of which some may be made again after a crash.
    public func lastTransitionIDs() throws(StateError) -> [String] {
        try read { db in
            try String.fetchAll(
                db,
                sql: "SELECT id FROM transitions ORDER BY number DESC LIMIT \(StateLimits.lastTransitions)")
        }
    }

    /// The alerts' past as JSON objects, the oldest first.
    public func transitions(since time: Timestamp) throws(StateError) -> [String] {
        try read { db in
            try String.fetchAll(
                db, sql: "SELECT transition FROM transitions WHERE at >= ? ORDER BY number",
                arguments: [time.milliseconds])
        }
    }
}
