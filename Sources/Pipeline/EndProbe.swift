import Foundation
import Kafka
import Synchronization

/// Asks the brokers where partitions end, on a thread of its own: librdkafka keeps to no time limit there
/// while no broker answers, and whoever reads must go on meanwhile, be it only to stop.
final class EndProbe: Sendable {
    private struct Answer {
        var question: Int
        /// Of all partitions that were asked for.
        var ends: [TopicPartition: Int64]
    }

    private struct State {
        var isAsking = false
        var answer: Answer?
    }

    private let end: @Sendable (TopicPartition) throws(KafkaError) -> Int64
    private let state = Mutex(State())

    init(_ end: @escaping @Sendable (TopicPartition) throws(KafkaError) -> Int64) { self.end = end }

    /// Takes the answer if it is there; else asks, unless an answer is still to come.
    ///
    /// - Parameter question: another one for each loss of a broker: an answer from before says nothing of it.
    func ends(of partitions: [TopicPartition], question: Int) -> [TopicPartition: Int64]? {
        let (answer, begins) = state.withLock { state -> (Answer?, Bool) in
            defer { state.answer = nil }
            let answer = state.answer.flatMap { $0.question == question ? $0 : nil }
            let begins = answer == nil && !state.isAsking
            if begins { state.isAsking = true }
            return (answer, begins)
        }
        if begins { ask(partitions, question) }
        return answer?.ends
    }

    private func ask(_ partitions: [TopicPartition], _ question: Int) {
        let thread = Thread { [self] in
            var ends: [TopicPartition: Int64]? = [:]
            do throws(KafkaError) {
                for partition in partitions {
                    ends?[partition] = try end(partition)
                }
            } catch {
                ends = nil
            }
            state.withLock { state in
                state.isAsking = false
                state.answer = ends.map { Answer(question: question, ends: $0) }
            }
        }
        thread.name = "bellwether-ends"
        thread.start()
    }
}
