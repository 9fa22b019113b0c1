import Testing

@testable import Engine

/// The wheel against a plain list of what is due when.
@Suite("Timing wheel")
struct TimingWheelTests {
    @Test(arguments: 1...40)
    func `What is taken is what is due, whatever the steps of time`(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var wheel = TimingWheel()
        var due: [Int64] = []
        // Before 1970, across it, and today.
        var now = [-200_000, -100, 1_741_600_000_000][Int(seed % 3)] as Int64
        let step = [3, 20, 300, 70_000, 3_600_000][Int(seed % 5)] as Int64
        var taken = UnsafeList<Int32>()
        for _ in 0..<400 {
            for _ in 0..<Int.random(in: 0...8, using: &random) {
                let isNew = due.isEmpty || Int.random(in: 0..<4, using: &random) == 0
                if isNew {
                    #expect(wheel.add() == due.count)
                    due.append(.max)
                }
                let number = isNew ? due.count - 1 : Int.random(in: due.indices, using: &random)
                let ahead: Int64 = [5, 100, 65_536, 90_000_000].randomElement(using: &random) ?? 1
                // Also what is overdue, and what is due never.
                let isNever = Int.random(in: 0..<10, using: &random) == 0
                due[number] = isNever ? .max : now + Int64.random(in: -3...ahead, using: &random)
                wheel.place(Int32(number), at: due[number])
            }
            now += Int64.random(in: 0...step, using: &random)
            wheel.take(before: now, into: &taken)
            let numbers = (0..<taken.count).map { Int(taken[$0]) }.sorted()
            #expect(numbers == due.indices.filter { due[$0] < now })
            for number in numbers { due[number] = .max }
            taken.removeAll()
        }
    }

    @Test func `The first look takes all that is due before it, and a look back takes nothing`() {
        var wheel = TimingWheel()
        var taken = UnsafeList<Int32>()
        for due in [5, Int64.min, 1_741_600_000_000, 40] as [Int64] { wheel.place(wheel.add(), at: due) }
        wheel.take(before: 41, into: &taken)
        #expect((0..<taken.count).map { taken[$0] }.sorted() == [0, 1, 3])
        taken.removeAll()
        wheel.take(before: 10, into: &taken)
        #expect(taken.count == 0)
        wheel.take(before: .max, into: &taken)
        #expect((0..<taken.count).map { taken[$0] } == [2])
    }
}
