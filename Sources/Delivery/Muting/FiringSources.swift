import MarketModel

/// The alerts that mute others while they fire, each for as long as it looks the same; those that are over
/// too, until everything from before is decided, because feeds are closed to different instants.
struct FiringSources: Sendable {
    private struct Source: Sendable {
        var name: String
        var face: AlertFace
        var since: Timestamp
        /// nil: it still does.
        var until: Timestamp?

        func covers(_ time: Timestamp) -> Bool { since <= time && until.map { time < $0 } ?? true }
    }

    private let inhibitions: [Inhibition]
    private var sources: [Source] = []

    init(_ inhibitions: [Inhibition]) { self.inhibitions = inhibitions }

    private func isSource(_ face: AlertFace) -> Bool { inhibitions.contains { $0.source.matches(face) } }

    /// Takes an alert that an earlier run left firing.
    mutating func restore(_ alert: FiringAlert) {
        guard isSource(alert.face) else { return }
        sources.append(
            Source(name: alert.latest.alertName, face: alert.face, since: alert.latest.at, until: nil))
    }

    /// - Returns: whether what it has muted is to be looked at.
    mutating func note(_ transition: Transition) -> Bool {
        guard !inhibitions.isEmpty, [.firing, .escalated, .resolved].contains(transition.kind) else {
            return false
        }
        let name = transition.alertName
        let face = AlertFace(transition)
        var isOver = false
        if let open = sources.lastIndex(where: { $0.name == name && $0.until == nil }) {
            if transition.at <= sources[open].since { return false }
            if transition.kind != .resolved, sources[open].face == face { return false }
            sources[open].until = transition.at
            isOver = true
        }
        if transition.kind != .resolved, isSource(face) {
            sources.append(Source(name: name, face: face, since: transition.at, until: nil))
        }
        return isOver
    }

    /// Everything before `watermark` is decided.
    mutating func prune(before watermark: Timestamp) {
        if sources.isEmpty { return }
        sources.removeAll { $0.until.map { $0 <= watermark } ?? false }
    }

    mutating func forget(_ name: String) { sources.removeAll { $0.name == name } }

    /// The first by name that mutes this alert at an instant.
    func muting(_ face: AlertFace, _ name: String, at time: Timestamp) -> String? {
        sources.filter { source in
            source.name != name && source.covers(time)
                && inhibitions.contains { $0.mutes(face, while: source.face) }
        }.map(\.name).min()
    }
}
