import Foundation
import StateStore

/// `/metrics`, `/healthz` and `/readyz` of a live run.
struct OperationsEndpoints: Sendable {
    let metrics: LiveMetrics
    let stop: StopSignal
    /// For so long lag without progress is taken for work; milliseconds.
    let patience: Int64

    var all: [ConsoleEndpoint] {
        [
            ConsoleEndpoint(.get, "/metrics") { _ in
                // A lock may be held while a file is written, so it is no task of the cooperative pool's.
                await blocking { ConsoleAnswer(metrics.text, type: MetricsText.contentType) }
            },
            ConsoleEndpoint(.get, "/healthz") { _ in await blocking { answer(Health.liveness) } },
            ConsoleEndpoint(.get, "/readyz") { _ in await blocking { answer(Health.readiness) } },
        ]
    }

    private func blocking(_ body: @escaping @Sendable () -> ConsoleAnswer) async -> ConsoleAnswer {
        do {
            return try await onThread("bellwether-console") { () throws(CommandFailure) in body() }
        } catch {
            return .refusal(error, status: 503)
        }
    }

    private func answer(_ judge: (Health.Signs) -> Health) -> ConsoleAnswer {
        let now = metrics.now()
        let status = metrics.counters.status.snapshot
        let health = judge(
            Health.Signs(
                status: status, isStopping: stop.isRequested,
                trouble: metrics.delivery.trouble?.description, patience: patience, now: now))
        let report = HealthReport(health, status, uptime: Double(now - metrics.startedAt) / 1000)
        return ConsoleAnswer(json: report, status: health.isGood ? 200 : 503)
    }
}
