import Testing
import Foundation

/// The Python interpreter with the independent peers; `make test` installs it and sets BELLWETHER_PYTHON.
enum Python {
    static let missing: Comment = """
        needs Python with what Tests/requirements.txt names: run `make test`, or install it and set \
        BELLWETHER_PYTHON to that interpreter
        """

    static let hasPeers: Bool = {
        guard
            let process = try? start(
                ["-c", "import aiosmtpd, slack_sdk, discord, adaptive_cards, standardwebhooks"], input: nil)
        else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }()

    private static let package = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static func script(_ name: String) -> String {
        package.appending(path: "Tests/DeliveryTests/Peers/\(name)").path
    }

    static func start(_ arguments: [String], input: Pipe?, output: Pipe = Pipe()) throws -> Process {
        let process = Process()
        let own = package.appending(path: ".cache/venv/bin/python").path
        let given = ProcessInfo.processInfo.environment["BELLWETHER_PYTHON"]
        let found = given ?? (FileManager.default.isExecutableFile(atPath: own) ? own : "python3")
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [found] + arguments
        process.standardInput = input ?? FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        return process
    }

    /// What a script prints for what it is given.
    static func run(_ name: String, input text: String) async throws -> String {
        let input = Pipe()
        let output = Pipe()
        let process = try start([script(name)], input: input, output: output)
        return await onThread {
            let writer = Thread {
                try? input.fileHandleForWriting.write(contentsOf: Data(text.utf8))
                try? input.fileHandleForWriting.close()
            }
            writer.start()
            let bytes = (try? output.fileHandleForReading.readToEnd()) ?? Data()
            process.waitUntilExit()
            return String(decoding: bytes, as: UTF8.self)
        }
    }
}
