import MarketModel

/// What is told when mutes have ended and alerts have grown old.
extension MuteStage {
    func catchUp(_ alert: inout FiringAlert, _ cause: MuteCause, _ time: Timestamp) -> MuteRuling {
        var receivers = alert.receivers
        var transition = alert.fireNow
        if alert.toldAt == nil {
            alert.toldAt = time
        } else {
            receivers += alert.further
            transition = alert.latest
        }
        alert.owed = nil
        let occasion = Occasion.catchUp(
            batch: "\(cause.text) \(time.milliseconds)", note: note(of: cause))
        return MuteRuling(transition: transition, occasion: occasion, receivers: receivers)
    }

    private func note(of cause: MuteCause) -> String {
        switch cause {
        case .inhibited(let source): "muted while \(source) was firing, and still firing after it"
        case .silence(let number):
            "muted by silence \(number)"
                + (orders.silence(number).map { " (\($0.comment))" } ?? "")
                + ", and still firing after it"
        }
    }

    func openSteps(of alert: FiringAlert) -> [AgeEscalation] {
        policy.escalations.filter { step in
            alert.latest.severity >= step.leastSeverity
                && !(step.unlessAcknowledged && orders.acknowledged.contains(alert.incident))
                && !targets(of: step, alert).isEmpty
        }
    }

    private func targets(of step: AgeEscalation, _ alert: FiringAlert) -> [String] {
        step.receivers.filter { !alert.receivers.contains($0) && !alert.further.contains($0) }
    }

    /// nil while nobody knows of the alert.
    func due(_ step: AgeEscalation, _ alert: FiringAlert) -> Timestamp? {
        alert.toldAt.map { Timestamp(milliseconds: $0.milliseconds + step.after.milliseconds) }
    }

    func escalate(
        _ alert: inout FiringAlert, _ step: AgeEscalation, _ time: Timestamp
    ) -> MuteRuling {
        var transition = alert.latest
        transition.kind = .escalated
        transition.at = time
        let receivers = targets(of: step, alert)
        alert.further += receivers
        let note =
            "firing for \(AlertText.shortDuration(step.after.milliseconds))"
            + (step.unlessAcknowledged ? ", and nobody has acknowledged it" : "")
        return MuteRuling(
            transition: transition, occasion: .age(step.after, note: note), receivers: receivers)
    }
}
