import Delivery
import Foundation
import HTTPTransport
import Kafka
import MarketModel
import RuleCompiler
import SampleMarket

/// The sample market played once: its own broker, run and courier.
struct DemoRound: Sendable {
    var rules: CompiledRules
    /// Of the webhook receiver.
    var url: String
    var seed: UInt64
    /// Trades a second.
    var pace: Double?
    /// How long it plays, once it has been made; nil: to the market's end.
    var duration: Duration?
    var console: Console
    var screen: AlertScreen
    var stop: StopSignal
    var now: @Sendable () -> Duration

    func run() async throws(CommandFailure) -> DemoResult {
        let market: [SampleTrade]
        let rates: [SampleRate]
        do {
            market = try SampleReplay.trades(seed: seed)
            rates = try SampleRate.fedFunds(
                from: CivilDate(year: 2010, month: 1, day: 1),
                through: CivilDate(year: 2025, month: 12, day: 31))
        } catch {
            throw CommandFailure(.failure, "the sample market cannot be read: \(error)")
        }
        let broker: EmbeddedBroker
        let publisher: DemoPublisher
        do {
            broker = try EmbeddedBroker()
            try broker.createTopic(Demo.tradesTopic, partitions: DemoPublisher.partitions)
            try broker.createTopic(Demo.ratesTopic, partitions: 1)
            try broker.createTopic(RunConfiguration.deadLetters, partitions: 1)
            publisher = try DemoPublisher(bootstrap: broker.bootstrap, topic: Demo.tradesTopic)
            try publisher.publish(rates, to: Demo.ratesTopic)
        } catch {
            throw CommandFailure(.failure, error.description)
        }
        console.say(describe(market, rates.count, broker))
        let counters = LiveCounters()
        let (delivery, session) = assemble(broker, counters)
        let outbox = CourierOutbox(
            delivery, rules: rules, routes: rules.ruleRoutes.map { _ in [Demo.receiver] }, counters: counters)
        let start = now()
        // Ends the publisher when the session fails.
        let sessionEnd = StopSignal()
        async let playing = play(market, publisher, counters, until: sessionEnd)
        let result = try await onThread("bellwether-demo") { () throws(CommandFailure) in
            defer { sessionEnd.request() }
            var bar = ProgressBar(console, "playing", now: now)
            defer { bar.clear() }
            return try session.run(into: outbox) { snapshot, isDrained in
                bar.show(fraction: Double(snapshot.trades) / Double(market.count), trades: snapshot.trades)
                return (publisher.hasEnded && isDrained && snapshot.records >= publisher.publishedCount)
            }
        }
        try await playing.get()
        let left = delivery.finish(within: LiveRun.drainsWithin)
        withExtendedLifetime(broker) {}
        return DemoResult(
            result: result, counters: counters.snapshot, elapsed: (now() - start).seconds, undelivered: left)
    }

    private func describe(_ market: [SampleTrade], _ rates: Int, _ broker: EmbeddedBroker) -> String {
        let first = market.first.map { Timestamp(milliseconds: $0.time).description.prefix(10) } ?? ""
        let last = market.last.map { Timestamp(milliseconds: $0.time).description.prefix(10) } ?? ""
        return "Kafka broker in this process at \(broker.bootstrap), \(DemoPublisher.partitions) partitions\n"
            + "market: \(market.count.counted("trade")), \(first) to \(last), "
            + "real tapes and \(Scene.known.count) known events (seed \(seed)); "
            + "\(rates.counted("Fed rate"))\n"
    }

    private func assemble(_ broker: EmbeddedBroker, _ counters: LiveCounters) -> (LiveDelivery, LiveSession) {
        var configuration = RunConfiguration(bootstrap: .embedded, trades: [.init(name: Demo.tradesTopic)])
        configuration.rates = Demo.ratesTopic
        configuration.group = "bellwether-demo"
        // Event time runs ahead of the clock here, so the clock says nothing about it.
        configuration.idle = nil
        configuration.grace = 100
        configuration.properties = [("fetch.wait.max.ms", "10")]
        let definition = NotifierDefinition(
            name: Demo.receiver, channel: .webhook(WebhookTarget(url: Secret(url), format: .generic)))
        let notices = LiveNotices(console, now: LiveRun.wallClock)
        let delivery = LiveDelivery([definition], capacity: configuration.outboxCapacity, notices: notices)
        var session = LiveSession(
            configuration: configuration, bootstrap: broker.bootstrap, rules: rules, console: console,
            counters: counters, stop: StopSignal(), now: LiveRun.wallClock)
        session.isHeldUp = { delivery.isHeldUp }
        session.finishesAtEnd = true
        return (delivery, session)
    }

    /// Publishes until the market, the time or the user's patience is over; the session ends by itself then.
    private func play(
        _ market: [SampleTrade], _ publisher: DemoPublisher, _ counters: LiveCounters,
        until sessionEnd: StopSignal
    ) async -> Result<Void, CommandFailure> {
        var perSecond = pace ?? Demo.unhurriedPace
        let start = now()
        let end = duration.map { start + $0 }
        if pace == nil, let duration {
            perSecond = Double(market.count) / max(1, (duration - Demo.overhead).seconds)
        }
        do throws(CommandFailure) {
            try await onThread("bellwether-market") { [perSecond] () throws(CommandFailure) in
                do throws(KafkaError) {
                    try publisher.play(
                        market, perSecond: perSecond, consumed: { counters.snapshot.records },
                        stop: {
                            stop.isRequested || sessionEnd.isRequested || end.map { now() >= $0 } ?? false
                        }, now: now, pause: { Thread.sleep(forTimeInterval: $0.seconds) })
                } catch {
                    throw CommandFailure(.failure, error.description)
                }
            }
            return .success(())
        } catch {
            return .failure(error)
        }
    }
}

/// What a round of the demo did.
struct DemoResult: Sendable {
    var result: LiveResult<CourierOutbox>
    var counters: LiveCounters.Snapshot
    var elapsed: Double
    var undelivered: Int

    func show(on console: Console, received: Int) {
        result.show(on: console, counters: counters, undelivered: undelivered)
        console.say(
            "\(received.counted("notification")) arrived at the receiver; "
                + "\(NumberText.rate(counters.trades, elapsed)) trades/s in \(NumberText.seconds(elapsed))")
    }
}
