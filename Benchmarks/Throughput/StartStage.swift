import Foundation

/// How long `bellwether check` takes on a thousand rules, as a process: what an editor's save or a workflow
/// waits for.
struct StartStage {
    static let goal = 0.2
    static let files = 50
    static let rulesPerFile = 20

    let options: BenchmarkOptions

    func run() throws {
        guard let binary = Sibling.bellwether else {
            return print("no start: the binary bellwether is not beside this one; `make bench` builds it")
        }
        let directory = "\(options.cache)/rules-1000"
        try? FileManager.default.removeItem(atPath: directory)
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        for file in 0..<StartStage.files {
            let text = RuleTexts.mixed(StartStage.rulesPerFile, number: file)
            try Data(text.utf8).write(to: URL(fileURLWithPath: "\(directory)/desk\(file).rules"))
        }
        var runs: [ChildRun] = []
        var empty: [ChildRun] = []
        for _ in 0...options.runs {
            runs.append(try ChildRun(binary.path, ["check", directory]))
            empty.append(try ChildRun(binary.path, ["--version"]))
        }
        guard runs.allSatisfy({ $0.status == 0 }) else {
            return print("bellwether check \(directory) finds errors")
        }
        // The first brought the binary and the files into memory.
        let wall = Measurement.median(runs.dropFirst().map(\.wall))
        print(
            String(
                format: "\ncheck of %d rules in %d files: %.0f ms (goal: %.0f ms), processor %.0f ms; "
                    + "of it %.0f ms to start at all",
                StartStage.files * StartStage.rulesPerFile, StartStage.files, 1e3 * wall,
                1e3 * StartStage.goal, 1e3 * Measurement.median(runs.dropFirst().map(\.processor)),
                1e3 * Measurement.median(empty.dropFirst().map(\.wall))))
    }
}
