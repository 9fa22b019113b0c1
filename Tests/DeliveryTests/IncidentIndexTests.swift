import MarketModel
import Testing

@testable import Delivery

struct IncidentIndexTests {
    @Test func `what follows a fire belongs to it until the next fire`() {
        var index = IncidentIndex()
        func incident(_ kind: Transition.Kind, _ time: Int64, key: String = "A") -> Incident? {
            let transition = transition(kind, key: key, at: time)
            return index.incident(of: transition, id: transition.id)
        }
        #expect(incident(.resolved, 1) == nil)
        let first = incident(.firing, 2)
        #expect(first?.since == Timestamp(milliseconds: 2))
        #expect(incident(.repeated, 3) == first)
        #expect(incident(.resolved, 4) == first)
        #expect(incident(.resolved, 5, key: "B") == nil)
        let second = incident(.firing, 6)
        #expect(second != first && incident(.resolved, 7) == second)
    }

    @Test func `it forgets the oldest alerts, never one that fired again lately`() {
        var index = IncidentIndex(limit: 10)
        for number in 0..<19 {
            let fire = transition(.firing, key: "S\(number)", at: Int64(number))
            _ = index.incident(of: fire, id: fire.id)
        }
        for time in 100..<102 {
            let again = transition(.firing, key: "S0", at: Int64(time))
            _ = index.incident(of: again, id: again.id)
        }
        let old = transition(.resolved, key: "S1", at: 200)
        let young = transition(.resolved, key: "S0", at: 200)
        #expect(index.incident(of: old, id: old.id) == nil)
        #expect(index.incident(of: young, id: young.id)?.since == Timestamp(milliseconds: 101))
    }

    @Test func `ids are remembered for as long as the limit says and in bounded memory`() {
        var ids = RecentIDs(limit: 100)
        let all = (0..<1000).map { transition(at: $0).id }
        for (index, id) in all.enumerated() {
            ids.insert(id)
            #expect(all[max(0, index - 99)...index].allSatisfy { ids.contains($0) })
        }
        #expect(!ids.contains(all[0]))
    }
}
