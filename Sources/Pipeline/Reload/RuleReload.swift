import Engine
import Foundation
import MarketModel
import RuleCompiler
import Synchronization

/// Rules and notifiers that were read anew, and checked: what a running engine goes on with.
struct ReloadedRules: Sendable {
    var set: RuleSet
    var rules: CompiledRules
}

/// Reads rules and notifiers again when a file changes, or when it is told to (SIGHUP), and holds what it
/// found sound until the run takes it at a quiet moment. What has an error changes nothing.
///
/// Files are looked at once a second; they are read when they have stood still from one look to the next, so
/// that an editor that writes several is not met half-way.
final class RuleReload: Sendable {
    private struct State {
        var seen: [String: FileStamp]
        var before: [String: FileStamp]
        var isAsked = false
        var ready: ReloadedRules?
    }

    private struct FileStamp: Equatable {
        var size: Int
        var changedAt: Date
    }

    private let directories: [String]
    private let load: @Sendable () throws(CommandFailure) -> ReloadedRules
    private let refuse: @Sendable (CommandFailure) -> Void
    private let state: Mutex<State>

    /// - Parameters:
    ///   - paths: files and directories.
    ///   - load: reads and checks; it shows what is wrong.
    ///   - refuse: is told that nothing changes.
    init(
        watching paths: [String], load: @escaping @Sendable () throws(CommandFailure) -> ReloadedRules,
        refuse: @escaping @Sendable (CommandFailure) -> Void
    ) {
        directories = paths
        self.load = load
        self.refuse = refuse
        let stamps = RuleReload.stamps(of: paths)
        state = Mutex(State(seen: stamps, before: stamps))
    }

    /// Reads again at the next look, whether or not a file has changed.
    func ask() { state.withLock { $0.isAsked = true } }

    /// To be called about once a second, from one thread.
    func look() {
        let stamps = RuleReload.stamps(of: directories)
        let isDue = state.withLock { state in
            let standsStill = stamps == state.before
            state.before = stamps
            guard state.isAsked || standsStill && stamps != state.seen else { return false }
            state.isAsked = false
            state.seen = stamps
            return true
        }
        if !isDue { return }
        do throws(CommandFailure) {
            let found = try load()
            state.withLock { $0.ready = found }
        } catch {
            refuse(error)
        }
    }

    /// What is to be gone on with from now on; nil: nothing new.
    func take() -> ReloadedRules? {
        state.withLock { state in
            defer { state.ready = nil }
            return state.ready
        }
    }

    private static func stamps(of paths: [String]) -> [String: FileStamp] {
        var stamps: [String: FileStamp] = [:]
        func add(_ path: String) {
            guard let values = try? FileManager.default.attributesOfItem(atPath: path) else { return }
            stamps[path] = FileStamp(
                size: values[.size] as? Int ?? 0,
                changedAt: values[.modificationDate] as? Date ?? .distantPast)
        }
        for path in paths {
            var isDirectory: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else { continue }
            if !isDirectory.boolValue {
                add(path)
                continue
            }
            for name in FileManager.default.enumerator(atPath: path) ?? .init() {
                guard let name = name as? String, name.hasSuffix(".rules") || name.hasSuffix(".yaml") else {
                    continue
                }
                add(path + "/" + name)
            }
        }
        return stamps
    }
}

/// The thread that looks, and the signal that asks, while this lives.
final class ReloadWatch {
    private let timer: any DispatchSourceTimer
    private let hangUp: any DispatchSourceSignal

    init(_ reload: RuleReload) {
        let queue = DispatchQueue(label: "bellwether.reload")
        timer = DispatchSource.makeTimerSource(queue: queue)
        timer.schedule(deadline: .now() + 1, repeating: 1)
        timer.setEventHandler { reload.look() }
        signal(SIGHUP, SIG_IGN)
        hangUp = DispatchSource.makeSignalSource(signal: SIGHUP, queue: queue)
        hangUp.setEventHandler { reload.ask() }
        timer.resume()
        hangUp.resume()
    }

    deinit {
        timer.cancel()
        hangUp.cancel()
    }
}
