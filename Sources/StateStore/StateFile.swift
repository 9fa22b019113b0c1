internal import Foundation
internal import GRDB

/// One SQLite file in WAL mode: what must outlive the process.
///
/// ```text
///  state/bellwether.sqlite        tables (StateSchema); beside it SQLite's own -wal and -shm
///  state/bellwether.lock          held by the owner, so that no two of them deliver the same notices
/// ```
///
/// `bellwether run` is the owner; `bellwether outbox` visits, also while the owner runs, and the owner sees
/// by `changeCount` that somebody else wrote.
///
/// - Invariant: what `commit` has written survives a loss of power; what `settle` has written survives the
///   end of the process, and after a loss of power may be done again.
/// - SeeAlso: https://www.sqlite.org/wal.html, https://www.sqlite.org/pragma.html#pragma_synchronous
public final class StateFile: Sendable {
    public enum Role: Sendable {
        /// Makes the file and its directory, brings it up to date, holds it alone.
        case owner
        /// Reads and changes what is there.
        case visitor
    }

    public let path: String
    let queue: DatabaseQueue
    /// A connection of its own: while it moves the log into the tables, the other goes on writing. Nil for a
    /// visitor, who leaves that to the owner.
    private let mover: DatabaseQueue?
    private let lock: StateLock?

    /// - Parameter directory: made if it is missing.
    public init(directory: String, role: Role) throws(StateError) {
        let path = directory + "/bellwether.sqlite"
        self.path = path
        if role == .owner {
            do {
                try FileManager.default.createDirectory(
                    atPath: directory, withIntermediateDirectories: true,
                    attributes: [.posixPermissions: 0o700])
            } catch {
                throw .other(file: path, detail: "its directory cannot be made")
            }
            lock = try StateLock(directory: directory, path: directory + "/bellwether.lock")
        } else {
            guard FileManager.default.fileExists(atPath: path) else { throw .missing(file: path) }
            lock = nil
        }
        var configuration = Configuration()
        configuration.journalMode = .wal
        configuration.busyMode = .timeout(StateLimits.busySeconds)
        configuration.label = "bellwether.state"
        if role == .owner {
            // Else the commit that fills the log's thousandth page would wait for all of them.
            configuration.prepareDatabase { try $0.execute(sql: "PRAGMA wal_autocheckpoint = 0") }
        }
        do {
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            if let refusal = try queue.writeWithoutTransaction({ try Self.refusal(of: $0, path, role) }) {
                throw refusal
            }
            if role == .owner {
                // What alerts say is nobody else's business; SQLite gives its other files the same rights.
                try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
                try StateSchema.migrator.migrate(queue)
            }
            self.queue = queue
            mover = role == .owner ? try DatabaseQueue(path: path, configuration: configuration) : nil
        } catch {
            throw StateError(error, file: path)
        }
    }

    private static func refusal(of db: Database, _ path: String, _ role: Role) throws -> StateError? {
        let tables = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master") ?? 0
        if tables == 0, role == .owner { return nil }
        guard try Int.fetchOne(db, sql: "PRAGMA application_id") == StateSchema.applicationID else {
            return .foreign(file: path)
        }
        if try StateSchema.migrator.hasBeenSuperseded(db) { return .newer(file: path) }
        if role == .visitor {
            return try StateSchema.migrator.hasCompletedMigrations(db) ? nil : .older(file: path)
        }
        let verdict = try String.fetchAll(db, sql: "PRAGMA quick_check(1)")
        return verdict == ["ok"]
            ? nil : .damaged(file: path, detail: verdict.first ?? "the check says nothing")
    }

    enum Durability: String {
        /// On the disk itself when the call returns.
        case power = "FULL"
        /// With the operating system when the call returns.
        case process = "NORMAL"
    }

    func write<Value>(
        _ durability: Durability, _ body: (Database) throws -> Value
    ) throws(StateError) -> Value {
        do {
            return try queue.writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA synchronous = \(durability.rawValue)")
                var value: Value?
                try db.inTransaction(.immediate) {
                    value = try body(db)
                    return .commit
                }
                guard let value else { throw StateError.other(file: path, detail: "no transaction") }
                return value
            }
        } catch {
            throw StateError(error, file: path)
        }
    }

    func read<Value>(_ body: (Database) throws -> Value) throws(StateError) -> Value {
        do { return try queue.read(body) } catch { throw StateError(error, file: path) }
    }

    /// Moves what is in the log into the tables, so that the log does not grow; beside commits, which do not
    /// wait for it. To be called about once a second.
    ///
    /// - SeeAlso: https://www.sqlite.org/c3ref/c_checkpoint_full.html (SQLITE_CHECKPOINT_PASSIVE)
    public func moveLog() throws(StateError) {
        guard let mover else { return }
        do {
            try mover.writeWithoutTransaction {
                _ = try Row.fetchAll($0, sql: "PRAGMA wal_checkpoint(PASSIVE)")
            }
        } catch {
            throw StateError(error, file: path)
        }
    }

    /// Another number whenever another process has changed the file.
    ///
    /// - SeeAlso: https://www.sqlite.org/pragma.html#pragma_data_version
    public func changeCount() throws(StateError) -> Int {
        try read { db in try Int.fetchOne(db, sql: "PRAGMA data_version") ?? 0 }
    }
}

extension StateError {
    init(_ error: any Error, file: String) {
        if let own = error as? StateError {
            self = own
            return
        }
        guard let error = error as? DatabaseError else {
            self = .other(file: file, detail: "\(error)")
            return
        }
        let text = error.message ?? error.resultCode.description
        switch error.resultCode {
        case .SQLITE_CORRUPT, .SQLITE_NOTADB: self = .damaged(file: file, detail: text)
        case .SQLITE_FULL: self = .full(file: file)
        default: self = .other(file: file, detail: text)
        }
    }
}
