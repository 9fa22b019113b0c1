import Configuration
import Diagnostics

/// `engine-alerts:` of `bellwether.yaml` beside `notify`: from when on alerts about the engine itself fire.
/// Where a bound is nil, that alert is off.
public struct EngineAlertBounds: Sendable, Equatable {
    /// How long there may be records to read and none is read; milliseconds.
    var noProgress: Int64? = 60_000
    /// The share of the trades of `span` that may come late.
    var lateShare: Double? = 0.01
    /// So many records, or notifications, given up within `span` are too many.
    var deadLetters: Int? = 1
    /// How long a receiver's circuit may be open; milliseconds.
    var receiverDown: Int64? = 60_000
    /// How long ago the newest value of a rate may have been published, milliseconds. A rate of each business
    /// day has four days between two publications around a long weekend.
    var rateAge: Int64? = 5 * 86_400_000
    /// The same for single series: others are published once a month.
    var rateAgeBySeries: [String: Int64?] = [:]

    /// What late trades and dead letters are counted in; milliseconds.
    static let span: Int64 = 300_000
    /// Of fewer late trades no share is made.
    static let leastLate = 10
    /// After so long without any value of a series it will hardly come by itself; milliseconds.
    static let firstRateWithin: Int64 = 60_000

    func rateAge(of series: String) -> Int64? { rateAgeBySeries[series] ?? rateAge }
}

extension EngineAlertBounds {
    private static let durations: ClosedRange<Duration> = .seconds(1)...(.seconds(366 * 86_400))

    /// - Parameter map: what stands under `engine-alerts`, beside `notify`.
    init(_ map: YAMLMap) {
        self.init()
        func bound(_ key: String, _ standard: Int64?) -> Int64? {
            map[key].map { EngineAlertBounds.duration($0, standard) } ?? standard
        }
        noProgress = bound("no-progress", noProgress)
        receiverDown = bound("receiver-down", receiverDown)
        if let value = map["late-trades"] { lateShare = EngineAlertBounds.share(value, lateShare) }
        if let value = map["dead-letters"] {
            deadLetters = value.written == "off" ? nil : value.integer(in: 1...1_000_000) ?? deadLetters
        }
        guard let value = map["rates-stale"] else { return }
        if value.isScalar {
            rateAge = EngineAlertBounds.duration(value, rateAge)
            return
        }
        for entry in map.adopt(value.map())?.entries ?? [] {
            let age = EngineAlertBounds.duration(entry.value, rateAge)
            if entry.key == "others" { rateAge = age } else { rateAgeBySeries[entry.key] = .some(age) }
        }
    }

    private static func duration(_ value: YAMLValue, _ standard: Int64?) -> Int64? {
        value.written == "off" ? nil : value.duration(in: durations)?.wholeMilliseconds ?? standard
    }

    /// `1%`, `0.5%`.
    private static func share(_ value: YAMLValue, _ standard: Double?) -> Double? {
        if value.written == "off" { return nil }
        guard let text = value.string() else { return standard }
        if text.hasSuffix("%"), let percent = Double(text.dropLast()), percent > 0, percent <= 100 {
            return percent / 100
        }
        value.report(
            code: "E152", "`late-trades` is a share of the trades, or off", help: ["write: late-trades: 1%"])
        return standard
    }
}
