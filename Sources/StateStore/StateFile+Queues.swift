internal import GRDB
public import MarketModel

extension StateFile {
    /// Everything in the outbox, in the order of queueing.
    public func queued() throws(StateError) -> [QueuedNotice] {
        try read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM outbox ORDER BY sequence").map { row in
                QueuedNotice(
                    sequence: row["sequence"], receiver: row["receiver"], id: row["id"],
                    queuedAt: Timestamp(milliseconds: row["queued_at"]),
                    triedFrom: Timestamp(milliseconds: row["tried_from"]),
                    attempts: row["attempts"], text: row["notice"])
            }
        }
    }

    /// Everything that was given up, the oldest first.
    public func deadLetters() throws(StateError) -> [DeadLetter] {
        try read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM dead_letters ORDER BY died_at, sequence").map { row in
                DeadLetter(
                    sequence: row["sequence"], receiver: row["receiver"], id: row["id"],
                    queuedAt: Timestamp(milliseconds: row["queued_at"]),
                    diedAt: Timestamp(milliseconds: row["died_at"]),
                    attempts: row["attempts"], reason: row["reason"], text: row["notice"])
            }
        }
    }

    /// Notes how attempts went. Of a notice that is no longer in the outbox nothing is noted.
    public func settle(_ settlements: [Settlement]) throws(StateError) {
        try write(.process) { db in
            for settlement in settlements { try Self.settle(settlement, db) }
        }
    }

    private static func settle(_ settlement: Settlement, _ db: Database) throws {
        switch settlement {
        case .delivered: break
        case .failed(let sequence, let attempts):
            try db.cachedStatement(sql: "UPDATE outbox SET attempts = ? WHERE sequence = ?")
                .execute(arguments: [attempts, sequence])
            return
        case .dead(let sequence, let time, let attempts, let reason):
            try db.cachedStatement(
                sql: """
                    INSERT OR REPLACE INTO dead_letters
                    (sequence, receiver, id, queued_at, died_at, attempts, reason, notice)
                    SELECT sequence, receiver, id, queued_at, ?, ?, ?, notice FROM outbox WHERE sequence = ?
                    """
            ).execute(arguments: [time.milliseconds, attempts, reason, sequence])
        }
        try db.cachedStatement(sql: "DELETE FROM outbox WHERE sequence = ?")
            .execute(arguments: [settlement.sequence])
    }

    /// Puts dead letters back into the outbox, each in its old place, with a deadline from now on.
    ///
    /// - Returns: those that were there.
    public func redrive(_ sequences: [Int64], at now: Timestamp) throws(StateError) -> [Int64] {
        try write(.power) { db in
            try sequences.filter { sequence in
                try db.execute(
                    sql: """
                        INSERT OR IGNORE INTO outbox (sequence, receiver, id, queued_at, tried_from, notice)
                        SELECT sequence, receiver, id, queued_at, ?, notice FROM dead_letters
                        WHERE sequence = ?
                        """, arguments: [now.milliseconds, sequence])
                let isBack = db.changesCount > 0
                try db.execute(sql: "DELETE FROM dead_letters WHERE sequence = ?", arguments: [sequence])
                return isBack
            }
        }
    }

    /// Takes notices out of the outbox or out of the dead letters, for good.
    ///
    /// - Returns: those that were there.
    public func discard(_ sequences: [Int64]) throws(StateError) -> [Int64] {
        try write(.power) { db in
            try sequences.filter { sequence in
                var count = 0
                for table in ["outbox", "dead_letters"] {
                    try db.execute(sql: "DELETE FROM \(table) WHERE sequence = ?", arguments: [sequence])
                    count += db.changesCount
                }
                return count > 0
            }
        }
    }

    /// Lets go of what is older than its limit.
    ///
    /// - Returns: the number of dead letters among it.
    public func forget(at now: Timestamp) throws(StateError) -> Int {
        try write(.process) { db in
            try db.execute(
                sql: """
                    DELETE FROM accepted WHERE at < ? AND NOT EXISTS
                    (SELECT 1 FROM outbox WHERE outbox.receiver = accepted.receiver
                     AND outbox.id = accepted.id)
                    """, arguments: [now.milliseconds - StateLimits.keepsAccepted])
            try db.execute(
                sql: "DELETE FROM transitions WHERE recorded_at < ?",
                arguments: [now.milliseconds - StateLimits.keepsTransitions])
            try Self.forgetStanding(at: now, db)
            try db.execute(
                sql: "DELETE FROM dead_letters WHERE died_at < ?",
                arguments: [now.milliseconds - StateLimits.keepsDeadLetters])
            return db.changesCount
        }
    }
}
