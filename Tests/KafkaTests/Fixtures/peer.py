"""Another Kafka client, for the tests: peer.py LIBRARY produce|consume BOOTSTRAP TOPIC [COUNT|COMPRESSION]

Messages are JSON lines: {"key": hex or null, "value": hex or null, "headers": [[name, hex or null]], "timestamp": ms}.
`produce` reads them from standard input, `consume` writes COUNT of them to standard output, in order of
partition and offset.
"""

import json
import sys


def to_bytes(text):
    return None if text is None else bytes.fromhex(text)


def to_hex(data):
    return None if data is None else bytes(data).hex()


def line(message):
    partition, offset, key, value, headers, timestamp = message
    return json.dumps(
        {
            "key": to_hex(key),
            "value": to_hex(value),
            "headers": [[name, to_hex(data)] for name, data in headers or []],
            "timestamp": timestamp,
        }
    )


def produce_confluent(bootstrap, topic, compression, messages):
    from confluent_kafka import Producer

    failures = []
    producer = Producer({"bootstrap.servers": bootstrap, "compression.type": compression})
    for each in messages:
        producer.produce(
            topic,
            key=to_bytes(each["key"]),
            value=to_bytes(each["value"]),
            headers=[(name, to_bytes(data)) for name, data in each["headers"]],
            timestamp=each["timestamp"],
            on_delivery=lambda error, _: failures.append(str(error)) if error else None,
        )
    if producer.flush(60) or failures:
        sys.exit(f"not delivered: {failures}")


def consume_confluent(bootstrap, topic, count):
    from confluent_kafka import Consumer

    consumer = Consumer(
        {"bootstrap.servers": bootstrap, "group.id": "peer", "auto.offset.reset": "earliest"}
    )
    consumer.subscribe([topic])
    found = []
    while len(found) < count:
        message = consumer.poll(60)
        if message is None:
            sys.exit(f"only {len(found)} messages came")
        if message.error():
            continue
        found.append(
            (
                message.partition(),
                message.offset(),
                message.key(),
                message.value(),
                message.headers(),
                message.timestamp()[1],
            )
        )
    consumer.close()
    return found


def produce_kafka_python(bootstrap, topic, compression, messages):
    from kafka import KafkaProducer

    producer = KafkaProducer(
        bootstrap_servers=bootstrap,
        compression_type=None if compression == "none" else compression,
    )
    futures = [
        producer.send(
            topic,
            key=to_bytes(each["key"]),
            value=to_bytes(each["value"]),
            headers=[(name, to_bytes(data)) for name, data in each["headers"]],
            timestamp_ms=each["timestamp"],
        )
        for each in messages
    ]
    for future in futures:
        future.get(timeout=60)
    producer.close()


def consume_kafka_python(bootstrap, topic, count):
    from kafka import KafkaConsumer, TopicPartition

    consumer = KafkaConsumer(bootstrap_servers=bootstrap, consumer_timeout_ms=60_000)
    partitions = [TopicPartition(topic, each) for each in sorted(consumer.partitions_for_topic(topic))]
    consumer.assign(partitions)
    consumer.seek_to_beginning(*partitions)
    found = []
    for each in consumer:
        found.append(
            (each.partition, each.offset, each.key, each.value, each.headers, each.timestamp)
        )
        if len(found) == count:
            consumer.close()
            return found
    sys.exit(f"only {len(found)} messages came")


PRODUCE = {"confluent_kafka": produce_confluent, "kafka": produce_kafka_python}
CONSUME = {"confluent_kafka": consume_confluent, "kafka": consume_kafka_python}


def main(library, action, bootstrap, topic, argument):
    if action == "produce":
        PRODUCE[library](bootstrap, topic, argument, [json.loads(each) for each in sys.stdin])
        return
    for each in sorted(CONSUME[library](bootstrap, topic, int(argument)), key=lambda each: each[:2]):
        print(line(each))


if __name__ == "__main__":
    main(*sys.argv[1:])
