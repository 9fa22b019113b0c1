#pragma once
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

/// What `rd_kafka_producev` takes as a variadic list, which Swift cannot call.
/// `key` and `value` are copied; NULL is a null key or value, a length of 0 behind a non-NULL
/// pointer an empty one.
struct bw_kafka_record {
  const char *topic;
  int32_t partition; // RD_KAFKA_PARTITION_UA: the partitioner chooses by key
  int64_t timestamp; // ms since 1970; 0: now
  const void *key;
  size_t key_length;
  const void *value;
  size_t value_length;
  rd_kafka_headers_t *headers; // NULL or owned: taken over only when the call succeeds
  void *tag;                   // comes back as the delivery report's _private
};

static inline rd_kafka_resp_err_t bw_kafka_produce(rd_kafka_t *rk, const struct bw_kafka_record *r) {
  if (r->headers)
    return rd_kafka_producev(
        rk, RD_KAFKA_V_TOPIC(r->topic), RD_KAFKA_V_PARTITION(r->partition),
        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_TIMESTAMP(r->timestamp),
        RD_KAFKA_V_KEY(r->key, r->key_length), RD_KAFKA_V_VALUE((void *)r->value, r->value_length),
        RD_KAFKA_V_HEADERS(r->headers), RD_KAFKA_V_OPAQUE(r->tag), RD_KAFKA_V_END);
  return rd_kafka_producev(
      rk, RD_KAFKA_V_TOPIC(r->topic), RD_KAFKA_V_PARTITION(r->partition),
      RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_TIMESTAMP(r->timestamp),
      RD_KAFKA_V_KEY(r->key, r->key_length), RD_KAFKA_V_VALUE((void *)r->value, r->value_length),
      RD_KAFKA_V_OPAQUE(r->tag), RD_KAFKA_V_END);
}
