import Foundation

/// A program run to its end, its output thrown away: what it took.
struct ChildRun {
    var wall: Double
    var processor: Double
    /// The most memory that was resident at once, bytes; 0 unless it was watched.
    var memory = 0
    var status: Int32

    /// - Parameter watchesMemory: looks every few milliseconds. What `wait4` says would begin with our own.
    /// - Throws: `Failure` when it cannot be started.
    init(_ program: String, _ arguments: [String], watchesMemory: Bool = false) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for descriptor: Int32 in [1, 2] {
            posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_WRONLY, 0)
        }
        var words = ([program] + arguments).map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        let begin = ProcessorTime.wall
        var process: pid_t = 0
        guard posix_spawn(&process, program, &actions, nil, &words, environ) == 0 else {
            throw Failure(program: program)
        }
        var usage = rusage()
        status = 0
        while watchesMemory, wait4(process, &status, WNOHANG, &usage) == 0 {
            memory = max(memory, ChildRun.mostResident(process))
            usleep(2000)
        }
        if !watchesMemory { wait4(process, &status, 0, &usage) }
        wall = ProcessorTime.wall - begin
        processor = ChildRun.seconds(usage.ru_utime) + ChildRun.seconds(usage.ru_stime)
    }

    /// Bytes; proc(5), VmHWM.
    private static func mostResident(_ process: pid_t) -> Int {
        let text = (try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return (line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) << 10
    }

    struct Failure: Error {
        let program: String
    }

    private static func seconds(_ time: timeval) -> Double {
        Double(time.tv_sec) + Double(time.tv_usec) * 1e-6
    }
}
