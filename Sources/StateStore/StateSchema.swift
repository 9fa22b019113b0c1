internal import GRDB

/// The tables and how they came to be: a change of them is one more migration at the end, never an edit of
/// one that was released.
///
/// | table | a row is | leaves |
/// |---|---|---|
/// | outbox | a notice that one receiver is to get | when it is delivered, or dead |
/// | dead_letters | one that was refused, or not delivered in time | by hand, or after `keepsDeadLetters` |
/// | accepted | an id that a receiver has, or had, in its queue | after `keepsAccepted` |
/// | transitions | what alerts did | after `keepsTransitions` |
/// | checkpoint | the engine's state, one row | never; it is replaced |
/// | silences | what somebody wants to be quiet for a time | `keepsTransitions` after its end |
/// | acknowledgements | an incident that somebody looks after | as silences, but not while it fires |
/// | firing | an alert that fires, and who was told | when it is resolved |
/// | progress | how far transitions since the checkpoint go, at most one row | with the next one |
///
/// Times are milliseconds since 1970. A sequence is never used twice, so a dead letter keeps its own and
/// comes back to its old place.
enum StateSchema {
    /// `BLWT`, in the file's header: an SQLite file with another one is not ours.
    static let applicationID = 0x424c_5754

    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 outbox, dead letters, accepted ids, transitions, checkpoint") { db in
            try db.execute(sql: first)
        }
        migrator.registerMigration("2 progress since the checkpoint") { db in
            try db.execute(sql: second)
        }
        migrator.registerMigration("3 silences, acknowledgements, alerts that fire") { db in
            try db.execute(sql: third)
        }
        return migrator
    }

    private static let first = """
        PRAGMA application_id = \(applicationID);
        CREATE TABLE outbox (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            receiver TEXT NOT NULL,
            id TEXT NOT NULL,
            queued_at INTEGER NOT NULL,
            tried_from INTEGER NOT NULL,
            attempts INTEGER NOT NULL DEFAULT 0,
            notice TEXT NOT NULL,
            UNIQUE (receiver, id)
        );
        CREATE TABLE dead_letters (
            sequence INTEGER PRIMARY KEY,
            receiver TEXT NOT NULL,
            id TEXT NOT NULL,
            queued_at INTEGER NOT NULL,
            died_at INTEGER NOT NULL,
            attempts INTEGER NOT NULL,
            reason TEXT NOT NULL,
            notice TEXT NOT NULL
        );
        CREATE INDEX dead_letters_died_at ON dead_letters (died_at);
        CREATE TABLE accepted (
            receiver TEXT NOT NULL,
            id TEXT NOT NULL,
            at INTEGER NOT NULL,
            PRIMARY KEY (receiver, id)
        ) WITHOUT ROWID;
        CREATE INDEX accepted_at ON accepted (at);
        CREATE TABLE transitions (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            rule TEXT NOT NULL,
            key TEXT NOT NULL,
            kind TEXT NOT NULL,
            at INTEGER NOT NULL,
            severity TEXT NOT NULL,
            transition TEXT NOT NULL,
            recorded_at INTEGER NOT NULL
        );
        CREATE INDEX transitions_of_alert ON transitions (rule, key, kind, at);
        CREATE INDEX transitions_recorded_at ON transitions (recorded_at);
        CREATE TABLE checkpoint (
            slot INTEGER PRIMARY KEY CHECK (slot = 0),
            version INTEGER NOT NULL,
            written_at INTEGER NOT NULL,
            state BLOB NOT NULL
        );
        """

    private static let second = """
        CREATE TABLE progress (
            slot INTEGER PRIMARY KEY CHECK (slot = 0),
            version INTEGER NOT NULL,
            written_at INTEGER NOT NULL,
            state BLOB NOT NULL
        );
        """

    private static let third = """
        CREATE TABLE silences (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            matcher TEXT NOT NULL,
            starts_at INTEGER NOT NULL,
            ends_at INTEGER NOT NULL,
            author TEXT NOT NULL,
            comment TEXT NOT NULL,
            created_at INTEGER NOT NULL
        );
        CREATE TABLE acknowledgements (
            incident TEXT PRIMARY KEY,
            rule TEXT NOT NULL,
            key TEXT NOT NULL,
            at INTEGER NOT NULL,
            author TEXT NOT NULL,
            comment TEXT NOT NULL
        ) WITHOUT ROWID;
        CREATE TABLE firing (
            rule TEXT NOT NULL,
            key TEXT NOT NULL,
            incident TEXT NOT NULL,
            since INTEGER NOT NULL,
            state TEXT NOT NULL,
            PRIMARY KEY (rule, key)
        ) WITHOUT ROWID;
        """
}
