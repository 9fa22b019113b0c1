internal import Diagnostics
internal import Foundation
public import MarketModel

/// A notifier's name that no file defines.
public struct UnknownNotifier: Error, Equatable, CustomStringConvertible {
    public var name: String
    public var known: [String]

    public init(name: String, known: [String]) {
        self.name = name
        self.known = known
    }

    public var description: String {
        let start = "no notifier is called `\(name)`"
        if let nearest = nearestName(to: name, among: known) { return "\(start); did you mean `\(nearest)`?" }
        return known.isEmpty
            ? "\(start), and none is defined: put a file `\(name).yaml` into the notifiers' directory"
            : "\(start); defined are " + known.sorted().map { "`\($0)`" }.joined(separator: ", ")
    }
}

extension Sequence<NotifierDefinition> {
    /// The notifier of that name.
    public func named(_ name: String) throws(UnknownNotifier) -> NotifierDefinition {
        if let found = first(where: { $0.name == name }) { return found }
        throw UnknownNotifier(name: name, known: map(\.name))
    }
}

/// What `notify test` sends: plainly a test, with the characters that a careless receiver breaks at.
public func sampleTransition(for notifier: String, at time: Timestamp) -> Transition {
    Transition(
        rule: "notify_test", key: "TEST:EUR_USD", kind: .firing, at: time, severity: .info,
        message: "Test of the notifier \(notifier): TEST:EUR_USD up 2.1% & back < 5m. Nothing has happened.",
        values: [.init(name: "change(price, 5m)", value: 0.021), .init(name: "volume(1m)", value: nil)])
}

extension Courier {
    /// Sends the sample through a notifier by the same way as an alert, and waits for the end.
    ///
    /// - Parameters:
    ///   - limit: how long it is tried; the notifier's own deadline if that is shorter.
    ///   - onReport: each report as it comes, retries included.
    /// - Returns: the last report; nil when nothing was known within the limit.
    public static func sendSample(
        to notifier: NotifierDefinition, within limit: Duration = .seconds(30), options: Options = Options(),
        onReport: @escaping @Sendable (DeliveryReport) -> Void = { _ in }
    ) -> DeliveryReport? {
        var definition = notifier
        definition.leastSeverity = .info
        definition.retryFor = min(notifier.retryFor, limit)
        definition.pace = ReceiverPace()
        let last = LastReport()
        let courier = Courier(notifiers: [definition], options: options) {
            last.set($0)
            onReport($0)
        }
        var sample = sampleTransition(for: notifier.name, at: options.clock.now())
        courier.submit(sample, to: [notifier.name])
        if case .webhook(let target) = notifier.channel, target.format == .pagerDuty {
            // Nobody is to be called out of bed by a test, nor to tidy up after it.
            sample.kind = .resolved
            courier.submit(sample, to: [notifier.name])
        }
        courier.drain(within: limit + .seconds(5))
        courier.stop()
        return last.report
    }
}
