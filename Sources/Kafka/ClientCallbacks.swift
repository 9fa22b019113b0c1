internal import CRdKafka

extension ClientConfiguration {
    /// Directs every callback into `inbox`, which must outlive the client.
    ///
    /// All of them run inside the calls of whoever polls the client: no thread of librdkafka's ever runs
    /// our code, its log included (`log.queue`).
    func install(_ inbox: ClientInbox) {
        self.withRaw { conf in
            rd_kafka_conf_set_opaque(conf, Unmanaged.passUnretained(inbox).toOpaque())
            rd_kafka_conf_set_error_cb(conf) { client, code, reason, opaque in
                receiveError(client, code, reason, ClientInbox.of(opaque))
            }
            rd_kafka_conf_set_log_cb(conf) { client, level, facility, text in
                guard let client, let inbox = ClientInbox.of(rd_kafka_opaque(client)) else { return }
                let line = KafkaLogLine(
                    level: Int(level), facility: facility.map { String(cString: $0) } ?? "",
                    text: text.map { String(cString: $0) } ?? "")
                inbox.post(.log(line))
            }
            rd_kafka_conf_set_stats_cb(conf) { _, json, length, opaque in
                guard let json else { return 0 }
                let bytes = UnsafeRawBufferPointer(start: json, count: length)
                ClientInbox.of(opaque)?.post(.statistics(String(decoding: bytes, as: UTF8.self)))
                return 0  // librdkafka keeps and frees the text
            }
            rd_kafka_conf_set_throttle_cb(conf) { _, broker, _, milliseconds, opaque in
                let name = broker.map { String(cString: $0) } ?? ""
                ClientInbox.of(opaque)?.post(.throttled(broker: name, milliseconds: Int(milliseconds)))
            }
        }
    }

    func installRebalance() {
        self.withRaw { conf in
            rd_kafka_conf_set_rebalance_cb(conf) { client, code, partitions, opaque in
                guard let client, let inbox = ClientInbox.of(opaque) else { return }
                let rebalance = Rebalance(
                    client: client, code: code, partitions: UnsafePointer(partitions))
                guard inbox.post(rebalance) else {
                    rebalance.perform(on: client, startingAt: [])
                    return
                }
                // The poll under way ends here, so that the caller learns of it with the messages before
                // it.
                rd_kafka_yield(client)
            }
            rd_kafka_conf_set_offset_commit_cb(conf) { _, code, offsets, opaque in
                let offsets = offsets?.pointee
                let failure =
                    code == RD_KAFKA_RESP_ERR_NO_ERROR
                    ? offsets?.firstError : KafkaError(KafkaErrorCode(code), .client)
                ClientInbox.of(opaque)?.post(.committed(offsets?.offsets ?? [], failure))
            }
        }
    }

    func installDeliveryReports() {
        self.withRaw { conf in
            rd_kafka_conf_set_dr_msg_cb(conf) { _, message, opaque in
                guard let message else { return }
                ClientInbox.of(opaque)?.post(DeliveryReport(message))
            }
        }
    }
}

private func receiveError(
    _ client: OpaquePointer?, _ code: Int32, _ reason: UnsafePointer<CChar>?, _ inbox: ClientInbox?
) {
    guard let inbox else { return }
    var code = KafkaErrorCode(rawValue: code)
    let text = reason.map { String(cString: $0) }
    if code == .fatal, let client {
        var buffer = [CChar](repeating: 0, count: 512)
        code = KafkaErrorCode(rd_kafka_fatal_error(client, &buffer, buffer.count))
        inbox.post(.error(KafkaError(code, .client, text, isFatal: true)))
        return
    }
    // "127.0.0.1:9092/1: Connect to ipv4#127.0.0.1:9092 failed: ..."
    let broker = text?.split(separator: "/").first.map(String.init) ?? ""
    let failure = KafkaError(code, .brokers(broker), text)
    switch code {
    case .allBrokersDown: inbox.post(.allBrokersDown(KafkaError(code, .client, text)))
    case .brokerTransportFailure, .hostNotResolved:
        inbox.note(transportFailure: text ?? code.text, of: broker)
        inbox.post(.brokerDown(failure))
    default:
        if code.isDenied { inbox.note(denial: failure) }
        inbox.post(.error(failure))
    }
    // A consumer's poll ends, so that the caller hears of it now; a producer's flush goes on.
    if let client, rd_kafka_type(client) == RD_KAFKA_CONSUMER { rd_kafka_yield(client) }
}
