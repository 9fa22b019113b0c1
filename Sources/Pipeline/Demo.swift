import Configuration
import Delivery
import Foundation
import HTTPTransport
import Kafka
import MarketModel
import RuleCompiler
import SampleMarket

public struct DemoOptions: Sendable {
    /// Files and directories.
    public var rules: [String]
    public var headless = false
    /// nil: until Ctrl-C.
    public var duration: Duration?
    public var seed: UInt64 = 1
    /// Trades a second; nil: the whole market within `duration`, or within about five minutes.
    public var speed: Double?

    public init(rules: [String]) { self.rules = rules }

    /// - Throws: `.usage` for what is no duration.
    public static func duration(_ text: String) throws(CommandFailure) -> Duration {
        if let duration = parseDuration(text), duration > .zero { return duration }
        throw CommandFailure(.usage, "--duration \(text) is no duration", help: "write 20s, 5m or 1h30m")
    }
}

/// `bellwether demo`: the main job with nothing installed.
///
///     sample market -> embedded broker -> the same LiveSession as `run` -> webhook -> receiver -> the screen
///
/// When the market is over and no end was asked for, it is played again with the next seed.
public struct Demo: Sendable {
    static let tradesTopic = "trades"
    static let ratesTopic = "fed-rates"
    static let receiver = "demo"
    /// What joining the group and the end take, so that the market fits into a given duration.
    static let overhead = Duration.seconds(3)
    /// Trades a second without a duration: the first alert within ten seconds, the market within 70.
    static let unhurriedPace = 3000.0

    private let options: DemoOptions
    private let environment: [String: String]
    private let console: Console
    private let stop: StopSignal
    private let now: @Sendable () -> Duration

    public init(
        _ options: DemoOptions, environment: [String: String], console: Console, stop: StopSignal,
        now: @escaping @Sendable () -> Duration = DryRun.uptime
    ) {
        self.options = options
        self.environment = environment
        self.console = options.headless ? console.plain : console
        self.stop = stop
        self.now = now
    }

    /// - Throws: `.findings` for rules that do not check, `.failure` when the broker or the receiver fails.
    public func run() async throws(CommandFailure) -> CommandStatus {
        guard options.rules.contains(where: { FileManager.default.fileExists(atPath: $0) }) else {
            throw CommandFailure(
                .usage, "no rules: \(options.rules.joined(separator: ", ")) is not here",
                help: "run it where the directory rules/ is, or name rules with --rules PATH")
        }
        let set = RuleSet(paths: options.rules, notifiers: nil, depth: .names, environment: environment)
        let rules = try set.requireSound(console)
        let screen = AlertScreen(console)
        let receiver = AlertReceiver { screen.show($0) }
        let url = try await receiver.start()
        console.say(
            "bellwether demo: \(set.ruleCount.counted("rule")); alerts arrive at \(url)"
        )
        var seed = options.seed
        while true {
            let round = DemoRound(
                rules: rules, url: url, seed: seed, pace: options.speed, duration: options.duration,
                console: console,
                screen: screen,
                stop: stop, now: now)
            let before = receiver.receivedCount
            let result = try await round.run()
            result.show(on: console, received: receiver.receivedCount - before)
            if stop.isRequested || options.duration != nil { break }
            seed += 1
            console.say("\nthe market is over; playing it again with seed \(seed) (Ctrl-C ends)")
        }
        await receiver.stop()
        return .success
    }
}

extension Console {
    /// The same streams as on no terminal.
    var plain: Console { Console(output: output, status: status) }
}

/// Alerts on the terminal, above the line that shows progress.
final class AlertScreen: Sendable {
    private let console: Console

    init(_ console: Console) { self.console = console }

    func show(_ line: AlertLine) {
        // One text, so that nothing is drawn between the erasing and the alert.
        let isShared = console.statusIsTerminal && console.outputIsTerminal
        console.print((isShared ? "\r\u{1b}[K" : "") + line.text(colours: console.outputColours))
    }
}
