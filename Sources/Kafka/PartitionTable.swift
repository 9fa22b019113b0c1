internal import CRdKafka

/// Where reading stands in each partition that a client ever saw, by its dense source number.
///
/// "The backlog is read" means that all that a partition held when its first message arrived has been
/// handed out: the high watermark that came with that message, or the end of the partition if it comes
/// earlier (the last offsets may be transaction markers or compacted away, so the offset alone would not
/// do).
struct PartitionTable {
    private struct Place {
        /// The offset after the last message handed out; -1 before the first.
        var next: Int64 = -1
        /// The high watermark at the first message.
        var backlogEnd: Int64 = -1
        var isBacklogRead = false
        var isAssigned = false
    }

    /// A topic handle of librdkafka's stays at its address only while one of its partitions is assigned.
    private struct HandleKey: Hashable {
        let topic: OpaquePointer?
        let partition: Int32
    }

    private(set) var partitions: [TopicPartition] = []
    /// Of them those that are assigned, in their order.
    private(set) var assigned: [TopicPartition] = []
    private var places: [Place] = []
    private var numbers: [TopicPartition: Int] = [:]
    private var numbersByHandle: [HandleKey: Int] = [:]
    private var lastKey = HandleKey(topic: nil, partition: -1)
    private var lastNumber = -1
    private var hasAssignment = false
    /// Messages that librdkafka handed out a second time after a pause.
    private(set) var repeatedMessages = 0

    mutating func assign(_ partitions: [TopicPartition]) {
        self.forgetHandles()
        self.hasAssignment = true
        for partition in partitions { self.places[self.number(of: partition)] = Place(isAssigned: true) }
        self.listAssigned()
    }

    mutating func revoke(_ partitions: [TopicPartition]) {
        self.forgetHandles()
        for partition in partitions { self.places[self.number(of: partition)] = Place() }
        self.listAssigned()
        // Nothing is left: until the group assigns again nobody knows whether there is a backlog.
        if !self.places.contains(where: \.isAssigned) { self.hasAssignment = false }
    }

    /// After a seek an earlier offset is no repetition.
    mutating func seek(_ partitions: [TopicPartition]) {
        for partition in partitions { self.places[self.number(of: partition)].next = -1 }
    }

    var unreadBacklog: [TopicPartition] {
        self.places.indices.filter { self.places[$0].isAssigned && !self.places[$0].isBacklogRead }
            .map { self.partitions[$0] }
    }

    var isBacklogRead: Bool {
        self.hasAssignment && self.places.allSatisfy { !$0.isAssigned || $0.isBacklogRead }
    }

    private mutating func listAssigned() {
        self.assigned = self.places.indices.filter { self.places[$0].isAssigned }.map { self.partitions[$0] }
    }

    func next(_ source: Int) -> Int64 { self.places[source].next }

    /// Records a message; nil when it was handed out already.
    mutating func admit(_ message: rd_kafka_message_t, client: OpaquePointer) -> Int? {
        let source = self.source(of: message)
        guard message.offset >= self.places[source].next else {
            self.repeatedMessages += 1
            return nil
        }
        self.places[source].next = message.offset + 1
        if !self.places[source].isBacklogRead { self.measureBacklog(source, message, client) }
        return source
    }

    mutating func reachEnd(_ message: rd_kafka_message_t) -> TopicPartitionOffset {
        let source = self.source(of: message)
        self.places[source].isBacklogRead = true
        return TopicPartitionOffset(self.partitions[source], .at(message.offset))
    }

    private mutating func measureBacklog(
        _ source: Int, _ message: rd_kafka_message_t, _ client: OpaquePointer
    ) {
        if self.places[source].backlogEnd < 0 {
            var low: Int64 = -1
            var high: Int64 = -1
            // What the last fetch said, without asking the broker.
            let code = rd_kafka_get_watermark_offsets(
                client, rd_kafka_topic_name(message.rkt), message.partition, &low, &high)
            guard code == RD_KAFKA_RESP_ERR_NO_ERROR, high >= 0 else { return }
            self.places[source].backlogEnd = high
        }
        self.places[source].isBacklogRead = message.offset + 1 >= self.places[source].backlogEnd
    }

    private mutating func source(of message: rd_kafka_message_t) -> Int {
        let key = HandleKey(topic: message.rkt, partition: message.partition)
        if key == self.lastKey { return self.lastNumber }
        let number: Int
        if let known = self.numbersByHandle[key] {
            number = known
        } else {
            number = self.number(
                of: TopicPartition(String(cString: rd_kafka_topic_name(message.rkt)), message.partition))
            self.numbersByHandle[key] = number
        }
        self.lastKey = key
        self.lastNumber = number
        return number
    }

    private mutating func number(of partition: TopicPartition) -> Int {
        if let number = self.numbers[partition] { return number }
        self.numbers[partition] = self.partitions.count
        self.partitions.append(partition)
        self.places.append(Place())
        return self.partitions.count - 1
    }

    private mutating func forgetHandles() {
        self.numbersByHandle = [:]
        self.lastKey = HandleKey(topic: nil, partition: -1)
    }
}
