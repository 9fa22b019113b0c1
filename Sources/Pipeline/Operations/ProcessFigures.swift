import Foundation

/// What the system says of this process, under the names that every Prometheus client uses.
struct ProcessFigures: Sendable {
    var cpuSeconds: Double
    /// nil where there is no /proc.
    var residentBytes: Int?
    var openDescriptors: Int?

    static var current: ProcessFigures {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        let pages = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?
            .split(separator: " ").dropFirst().first.flatMap { Int($0) }
        let descriptors = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
        return ProcessFigures(
            cpuSeconds: seconds(usage.ru_utime) + seconds(usage.ru_stime),
            residentBytes: pages.map { $0 * Int(sysconf(Int32(_SC_PAGESIZE))) },
            openDescriptors: descriptors)
    }
}
