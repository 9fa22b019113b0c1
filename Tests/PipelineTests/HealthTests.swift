import MarketModel
import Testing

@testable import Pipeline

@Suite("Whether a run is alive and ready")
struct HealthTests {
    private static func look(
        at time: Int64, progress: Int = 0, records: Int64? = 0, isCutOff: Bool = false
    ) -> LiveStatus.Look {
        LiveStatus.Look(
            at: time, progress: progress, lags: [.init(topic: "trades", partition: 0, records: records)],
            series: [], symbols: 1, watermark: nil, isCutOff: isCutOff)
    }

    private static func reasons(_ status: LiveStatus, at now: Int64, trouble: String? = nil) -> [String] {
        let signs = Health.Signs(
            status: status.snapshot, isStopping: false, trouble: trouble, patience: 60_000, now: now)
        return Health.liveness(signs).reasons
    }

    private static func reading() -> LiveStatus {
        let status = LiveStatus()
        status.enter(.reading)
        return status
    }

    @Test("lag without progress is an illness only after its time, and ends with the next record")
    func noProgress() {
        let status = Self.reading()
        status.note(Self.look(at: 0, progress: 10, records: 0))
        status.note(Self.look(at: 1_000, progress: 10, records: 5))
        status.note(Self.look(at: 59_000, progress: 10, records: 1_200))
        #expect(Self.reasons(status, at: 59_999) == [])
        status.note(Self.look(at: 60_000, progress: 10, records: 1_200))
        #expect(
            Self.reasons(status, at: 60_000) == ["no progress for 60 s, with 1,200 records to read"])
        status.note(Self.look(at: 61_000, progress: 11, records: 1_199))
        #expect(Self.reasons(status, at: 61_000) == [])
    }

    @Test("silence without lag is health")
    func quiet() {
        let status = Self.reading()
        for time in stride(from: Int64(0), through: 600_000, by: 1000) {
            status.note(Self.look(at: time, progress: 10))
        }
        #expect(Self.reasons(status, at: 600_000) == [])
    }

    @Test("a partition of which nothing is known is not taken for one that is read to its end")
    func unknownEnd() {
        let status = Self.reading()
        status.note(Self.look(at: 0, records: nil))
        status.note(Self.look(at: 60_000, records: nil))
        #expect(
            Self.reasons(status, at: 60_000) == ["no progress for 60 s, with partitions that do not answer"])
    }

    @Test("a thread that does not come round, a broker that is away, a disk that is full, a failure")
    func others() {
        let status = Self.reading()
        status.note(Self.look(at: 0))
        #expect(Self.reasons(status, at: 60_000) == ["the run's thread has not come round for 60 s"])
        status.note(Self.look(at: 100_000, isCutOff: true))
        #expect(Self.reasons(status, at: 100_000) == [])
        status.note(Self.look(at: 160_000, isCutOff: true))
        #expect(Self.reasons(status, at: 160_000) == ["brokers cannot be reached for 60 s"])
        status.note(Self.look(at: 161_000))
        #expect(Self.reasons(status, at: 161_000) == [])
        #expect(
            Self.reasons(status, at: 161_000, trouble: "the disk is full") == [
                "the state cannot be written: the disk is full"
            ])
        status.fail("fenced")
        #expect(Self.reasons(status, at: 161_000) == ["the run has failed: fenced"])
    }

    @Test("it is ready with partitions and filled windows, and not while it stops")
    func readiness() {
        let status = LiveStatus()
        func isReady(isStopping: Bool = false) -> Bool {
            let signs = Health.Signs(
                status: status.snapshot, isStopping: isStopping, patience: 60_000, now: 0)
            return Health.readiness(signs).isGood
        }
        #expect(!isReady())
        for phase in [LiveStatus.Phase.joining, .readingBack] {
            status.enter(phase)
            #expect(!isReady())
        }
        status.enter(.reading)
        #expect(isReady() && !isReady(isStopping: true))
        status.enter(.stopping)
        #expect(!isReady())
    }
}
