internal import CRdKafka

/// Makes librdkafka fetch on as soon as there is room again.
///
/// Its fetching threads stop while `queued.min.messages` or `queued.max.messages.kbytes` wait to be taken.
/// They look again when something else wakes them, or after up to a second; an application that is slower
/// than the network for a moment then reads a hundred thousand messages a second and no more. So when the
/// queue may have been full and is half empty, each broker is asked something small, an offset, whose
/// answer nobody waits for: to send the question, its thread wakes.
///
/// - SeeAlso: `rd_kafka_toppar_fetch_decide`; since 2.2.0 it waits for `fetch.queue.backoff.ms`, which
///   `KafkaConnection` sets.
struct FetchRefill {
    private let queue: PollQueue
    private let greatestMessages: Int
    private let greatestBytes: Int
    private var mayHaveStopped = false

    init(_ queue: PollQueue) {
        self.queue = queue
        self.greatestMessages = queue.connection.queuedMessages
        self.greatestBytes = queue.connection.queuedBytes
    }

    /// - Parameters:
    ///   - taken: messages that one poll took out.
    ///   - bytes: of their values; what is left is taken to be like them.
    mutating func note(taken: Int, bytes: Int, from partitions: [TopicPartition]) {
        guard taken > 0 else { return }
        let left = rd_kafka_queue_length(self.queue.raw)
        let atMost = left + taken
        if atMost >= self.greatestMessages || atMost * (bytes / taken) >= self.greatestBytes / 2 {
            self.mayHaveStopped = true
        }
        guard self.mayHaveStopped, left < self.greatestMessages / 2,
            left * (bytes / taken) < self.greatestBytes / 4
        else { return }
        self.mayHaveStopped = false
        let list = PartitionList(partitions, at: .end)
        rd_kafka_offsets_for_times(self.queue.connection.client, list.raw, 0)
    }
}
