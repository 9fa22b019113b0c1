internal import MarketModel
internal import StateStore

/// The last fire of each alert, so that what follows it can name it; bounded, the oldest is forgotten first.
struct IncidentIndex {
    private var incidents: [String: Incident] = [:]
    private var order: [(alert: String, id: String)] = []
    private let limit: Int

    init(limit: Int = DeliveryLimits.rememberedIncidents) { self.limit = limit }

    /// The incident of a transition; a fire starts one. A resolve keeps it, so that the same resolve given
    /// twice is the same notice.
    mutating func incident(of transition: Transition, id: String) -> Incident? {
        let alert = transition.alertName
        guard transition.kind == .firing else { return incidents[alert] }
        let incident = Incident(id: id, severity: transition.severity, since: transition.at)
        incidents[alert] = incident
        order.append((alert, id))
        if order.count > 2 * limit { forget() }
        return incident
    }

    /// Takes a fire of an earlier run.
    mutating func restore(_ fire: LastFire) {
        let alert = fire.key.isEmpty ? fire.rule : "\(fire.rule)/\(fire.key)"
        incidents[alert] = Incident(id: fire.id, severity: fire.severity, since: fire.at)
        order.append((alert, fire.id))
    }

    /// Keeps the newer half; an alert that fired again has its newer entry there.
    private mutating func forget() {
        for old in order.prefix(order.count - limit) where incidents[old.alert]?.id == old.id {
            incidents[old.alert] = nil
        }
        order.removeFirst(order.count - limit)
    }
}
