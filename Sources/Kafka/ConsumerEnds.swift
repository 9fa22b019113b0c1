internal import CRdKafka

extension KafkaConsumer {
    /// The offset of the next message to come to the partition, as the last fetch from it said: how far
    /// behind this consumer is, without asking the broker. nil before the first fetch.
    ///
    /// - SeeAlso: `rd_kafka_get_watermark_offsets`.
    public func lastKnownEnd(of partition: TopicPartition) -> Int64? {
        var low: Int64 = -1
        var high: Int64 = -1
        let code = rd_kafka_get_watermark_offsets(
            self.connection.client, partition.topic, partition.partition, &low, &high)
        return code == RD_KAFKA_RESP_ERR_NO_ERROR && high >= 0 ? high : nil
    }
}
