import Configuration
import Diagnostics
import Engine
public import Feeds
internal import Foundation
public import MarketModel

/// A dry-run as it was typed.
public struct DryRunRequest: Sendable {
    public var rules: [String]
    public var trades: [String]
    public var notifiers: String?
    /// `SERIES=FILE`.
    public var rates: [String] = []
    public var from: String?
    public var to: String?
    public var asArrived = false
    /// A ready field mapping: `standard`, `binance`, ...
    public var mapping = "standard"
    /// For CSV files without a header: `time,price,size`.
    public var columns: String?
    /// The symbol of files that name none.
    public var symbol: String?
    public var lateness = "250ms"
    public var format = "text"
    public var transitions = "alerts"
    /// nil: as many as the machine has processors, up to `DryRunOptions.mostThreads`.
    public var threads: Int?
    public var pointsPerSymbol = DryRunRequest.defaultPointsPerSymbol
    public static let defaultPointsPerSymbol = EngineOptions.defaultPointCap

    public init(rules: [String], trades: [String]) {
        self.rules = rules
        self.trades = trades
    }
}

/// What a dry-run reads, and what it shows.
public struct DryRunOptions: Sendable {
    public enum Format: String, Sendable, CaseIterable {
        case text, ndjson
    }

    public struct RateSource: Sendable, Equatable {
        public var series: String
        public var path: String
    }

    public var rules: [String]
    /// Paths and patterns, in the order that breaks ties between equal times.
    public var trades: [String]
    public var notifiers: String?
    public var rates: [RateSource]
    /// The first instant reported; trades before it warm the windows up.
    public var from: Timestamp?
    /// The last instant evaluated, inclusive.
    public var to: Timestamp?
    /// nil: in the order of event times. Else rows in file order, late by more than so many milliseconds left
    /// out.
    public var lateness: Int64?
    public var format: Format
    public var export: ExportOptions
    public var showsPending: Bool
    /// Threads that evaluate; one more reads.
    public var threads: Int

    /// Points of one symbol that are kept; beyond, its windows are unknown.
    public var pointsPerSymbol: Int

    /// More would wait for the reading.
    public static let mostThreads = 8
    static let allowedThreads = 64

    /// - Throws: `.usage` with what was expected.
    public init(_ request: DryRunRequest) throws(CommandFailure) {
        rules = request.rules
        trades = request.trades
        notifiers = request.notifiers
        rates = []
        for text in request.rates { rates.append(try DryRunOptions.rate(text)) }
        from = try DryRunOptions.time(request.from, option: "--from")
        to = try DryRunOptions.time(request.to, option: "--to")
        if let from, let to, to < from {
            throw CommandFailure(.usage, "--to \(to) lies before --from \(from)")
        }
        guard let bound = parseDuration(request.lateness)?.wholeMilliseconds else {
            throw CommandFailure(
                .usage, "--lateness \(request.lateness) is no duration", help: "write 250ms, 2s or 1m30s")
        }
        lateness = request.asArrived ? bound : nil
        format = try DryRunOptions.choice(request.format, option: "--format")
        export = ExportOptions(mapping: try DryRunOptions.mapping(request))
        let shown: Shown = try DryRunOptions.choice(request.transitions, option: "--transitions")
        showsPending = shown == .all
        guard EngineOptions.pointCaps.contains(request.pointsPerSymbol) else {
            let bounds = EngineOptions.pointCaps
            throw CommandFailure(
                .usage, "--points-per-symbol \(request.pointsPerSymbol) is out of bounds",
                help: "write \(bounds.lowerBound) to \(bounds.upperBound)")
        }
        pointsPerSymbol = request.pointsPerSymbol
        if let threads = request.threads {
            guard (1...DryRunOptions.allowedThreads).contains(threads) else {
                throw CommandFailure(
                    .usage, "--threads \(threads) is out of bounds",
                    help: "write 1 to \(DryRunOptions.allowedThreads)")
            }
            if threads > 1, request.asArrived {
                throw CommandFailure(
                    .usage, "--threads \(threads) does not go with --as-arrived",
                    help: "only trades in the order of their times can be divided; leave one of them out")
            }
        }
        threads =
            request.threads ?? min(ProcessInfo.processInfo.activeProcessorCount, DryRunOptions.mostThreads)
    }

    private enum Shown: String, CaseIterable {
        case alerts, all
    }

    private static func rate(_ text: String) throws(CommandFailure) -> RateSource {
        let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
        guard parts.count == 2, !parts[0].isEmpty else {
            throw CommandFailure(.usage, "--rates \(text) names no series", help: "write --rates DFF=\(text)")
        }
        return RateSource(series: parts[0], path: parts[1])
    }

    private static func mapping(_ request: DryRunRequest) throws(CommandFailure) -> FieldMapping {
        guard var mapping = FieldMapping.named(request.mapping) else {
            throw unknown(request.mapping, option: "--mapping", names: FieldMapping.names)
        }
        if let columns = request.columns {
            mapping.columns = columns.split(separator: ",", omittingEmptySubsequences: false).map {
                $0.filter { $0 != " " }
            }
        }
        mapping.symbolWhenAbsent = request.symbol
        return mapping
    }

    private static func unknown(_ text: String, option: String, names: [String]) -> CommandFailure {
        let nearest = nearestName(to: text, among: names).map { "did you mean \($0)? " } ?? ""
        return CommandFailure(
            .usage, "\(option) \(text) is not known",
            help: nearest + "it takes \(names.joined(separator: " or "))")
    }

    private static func time(_ text: String?, option: String) throws(CommandFailure) -> Timestamp? {
        guard let text else { return nil }
        if let time = TimeText.timestamp(text) { return time }
        throw CommandFailure(
            .usage, "\(option) \(text) is no time",
            help: "write 2025-03-10, 2025-03-10T14:30Z or milliseconds since 1970")
    }

    /// The value that an option names.
    ///
    /// - Throws: `.usage` with the nearest name, and all of them.
    static func choice<Choice: RawRepresentable & CaseIterable>(
        _ text: String, option: String
    ) throws(CommandFailure) -> Choice where Choice.RawValue == String {
        if let choice = Choice(rawValue: text) { return choice }
        throw unknown(text, option: option, names: Choice.allCases.map(\.rawValue))
    }
}
