internal import GRDB
public import MarketModel

/// Silences, acknowledgements, and the alerts that fire.
extension StateFile {
    // MARK: Silences

    /// - Returns: its number.
    public func add(_ silence: StoredSilence) throws(StateError) -> Int64 {
        try write(.power) { db in
            try db.execute(
                sql: """
                    INSERT INTO silences (matcher, starts_at, ends_at, author, comment, created_at)
                    VALUES (?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    silence.matcher, silence.startsAt.milliseconds, silence.endsAt.milliseconds,
                    silence.author, silence.comment, silence.createdAt.milliseconds,
                ])
            return db.lastInsertedRowID
        }
    }

    /// All that are kept, also those that are over, by number.
    public func silences() throws(StateError) -> [StoredSilence] {
        try read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM silences ORDER BY number").map { row in
                StoredSilence(
                    number: row["number"], matcher: row["matcher"],
                    startsAt: Timestamp(milliseconds: row["starts_at"]),
                    endsAt: Timestamp(milliseconds: row["ends_at"]), author: row["author"],
                    comment: row["comment"], createdAt: Timestamp(milliseconds: row["created_at"]))
            }
        }
    }

    /// Ends a silence at `now`.
    public func endSilence(_ number: Int64, at now: Timestamp) throws(StateError) -> SilenceEnd {
        try write(.power) { db in
            let row = try Row.fetchOne(
                db, sql: "SELECT starts_at, ends_at FROM silences WHERE number = ?", arguments: [number])
            guard let row else { return .unknown }
            let (start, end): (Int64, Int64) = (row["starts_at"], row["ends_at"])
            if end <= now.milliseconds { return .wasOver(at: Timestamp(milliseconds: end)) }
            try db.execute(
                sql: "UPDATE silences SET starts_at = min(starts_at, ?), ends_at = ? WHERE number = ?",
                arguments: [now.milliseconds, now.milliseconds, number])
            return start >= now.milliseconds ? .calledOff : .ended
        }
    }

    // MARK: Acknowledgements

    /// Of an incident that is acknowledged already, the first one stays.
    ///
    /// - Returns: the incidents that were not acknowledged before.
    public func acknowledge(_ list: [Acknowledgement]) throws(StateError) -> [String] {
        try write(.power) { db in
            try list.filter { item in
                try db.execute(
                    sql: """
                        INSERT OR IGNORE INTO acknowledgements (incident, rule, key, at, author, comment)
                        VALUES (?, ?, ?, ?, ?, ?)
                        """,
                    arguments: [
                        item.incident, item.rule, item.key, item.at.milliseconds, item.author, item.comment,
                    ])
                return db.changesCount > 0
            }.map(\.incident)
        }
    }

    public func acknowledgements() throws(StateError) -> [Acknowledgement] {
        try read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM acknowledgements ORDER BY at, incident").map { row in
                Acknowledgement(
                    incident: row["incident"], rule: row["rule"], key: row["key"],
                    at: Timestamp(milliseconds: row["at"]), author: row["author"], comment: row["comment"])
            }
        }
    }

    // MARK: Alerts that fire

    /// In the order of (rule, key).
    public func firing() throws(StateError) -> [FiringRow] {
        try read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM firing ORDER BY rule, key").map { row in
                FiringRow(
                    rule: row["rule"], key: row["key"], incident: row["incident"],
                    since: Timestamp(milliseconds: row["since"]), state: row["state"])
            }
        }
    }

    static func change(_ change: FiringChange, _ db: Database) throws {
        switch change {
        case .fires(let row):
            try db.cachedStatement(
                sql: """
                    INSERT OR REPLACE INTO firing (rule, key, incident, since, state)
                    VALUES (?, ?, ?, ?, ?)
                    """
            ).execute(arguments: [row.rule, row.key, row.incident, row.since.milliseconds, row.state])
        case .isOver(let rule, let key):
            try db.cachedStatement(sql: "DELETE FROM firing WHERE rule = ? AND key = ?")
                .execute(arguments: [rule, key])
        }
    }

    /// Lets go of silences that are long over, and of acknowledgements of what no longer fires.
    static func forgetStanding(at now: Timestamp, _ db: Database) throws {
        let limit = now.milliseconds - StateLimits.keepsTransitions
        // One for a past day that is read again ended long before it was said.
        try db.execute(
            sql: "DELETE FROM silences WHERE ends_at < ? AND created_at < ?", arguments: [limit, limit])
        try db.execute(
            sql: """
                DELETE FROM acknowledgements
                WHERE at < ? AND incident NOT IN (SELECT incident FROM firing)
                """, arguments: [limit])
    }
}
