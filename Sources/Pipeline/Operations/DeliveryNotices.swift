import Delivery
import Logging
import MarketModel

/// What delivery has to say, with its fields.
extension LiveNotices {
    /// Each outcome of an attempt; what was delivered only where all is wanted.
    func say(_ report: DeliveryReport) {
        let (event, reason): (String, String?) =
            switch report.outcome {
            case .delivered: ("notification_sent", nil)
            case .retrying(_, let reason): ("notification_retry", reason)
            case .dropped(let reason): ("notification_refused", reason)
            case .dead(let reason): ("notification_dead", reason)
            case .queueFull: ("notification_not_queued", nil)
            }
        var fields = LiveNotices.fields(report.transition, to: report.receiver)
        fields["attempts"] = .stringConvertible(report.attempts)
        fields["elapsed_ms"] = .stringConvertible(Int(report.elapsed))
        if let reason { fields["reason"] = "\(reason)" }
        say(report.line, report.logLevel, event: event, fields)
    }

    func say(_ circuit: Circuit, of receiver: String) {
        var fields: Logger.Metadata = ["receiver": "\(receiver)", "state": "\(circuit.word)"]
        switch circuit {
        case .closed: break
        case .open(_, _, let reason), .halfOpen(_, let reason): fields["reason"] = "\(reason)"
        }
        say(
            circuit.line(of: receiver), circuit.isClosed ? .info : .warning, event: "receiver_circuit", fields
        )
    }

    func say(engine transition: Transition) {
        var fields = LiveNotices.fields(transition, to: nil)
        fields["severity"] = "\(transition.severity.rawValue)"
        say(
            "\(transition.rule) \(transition.kind.rawValue): \(transition.message)",
            transition.kind == .resolved ? .info : .warning, event: "engine_alert", fields)
    }

    func say(late trades: Int) {
        say(
            "trades came too late and were not evaluated", .warning, event: "trades_late",
            ["trades": .stringConvertible(trades)])
    }

    /// Who is not told, where all is wanted; and what is told for another reason than that it happened.
    func say(_ ruling: MuteRuling) {
        let transition = ruling.transition
        if let note = ruling.occasion.note {
            for receiver in ruling.receivers {
                var fields = LiveNotices.fields(transition, to: receiver)
                fields["note"] = "\(note)"
                say(
                    "\(receiver): \(transition.alertName) \(note)", .info,
                    event: "notification_\(ruling.occasion.word)",
                    fields)
            }
        }
        guard log.logLevel <= .debug, let reason = ruling.reason else { return }
        for receiver in ruling.withheld {
            let words =
                switch reason {
                case .muted(let cause): "muted by \(cause.text)"
                case .untold: "it was not told that it fires"
                case .known: "it was decided before the restart"
                }
            var fields = LiveNotices.fields(transition, to: receiver)
            fields["reason"] = "\(words)"
            say(
                "\(receiver): \(transition.kind.rawValue) \(transition.alertName) withheld: \(words)", .debug,
                event: "notification_withheld", fields)
        }
    }

    /// What was not queued, and why; by intention, so where all is wanted.
    func say(_ submissions: [[Courier.Submission]], of dispatches: [Dispatch]) {
        if log.logLevel > .debug { return }
        for (dispatch, outcomes) in zip(dispatches, submissions) {
            for (receiver, outcome) in zip(dispatch.receivers, outcomes) {
                let reason: String
                switch outcome {
                case .duplicate: reason = "it was queued before"
                case .belowSeverity: reason = "its severity is below the notifier's"
                default: continue
                }
                say(
                    "\(receiver): \(dispatch.transition.kind.rawValue) \(dispatch.transition.alertName) "
                        + "not queued: \(reason)", .debug, event: "notification_not_queued",
                    LiveNotices.fields(dispatch.transition, to: receiver))
            }
        }
    }

    private static func fields(_ transition: Transition, to receiver: String?) -> Logger.Metadata {
        var fields: Logger.Metadata = [
            "rule": "\(transition.rule)", "key": "\(transition.key)", "kind": "\(transition.kind.rawValue)",
            "id": "\(transition.id)",
        ]
        if let receiver { fields["receiver"] = "\(receiver)" }
        return fields
    }
}
