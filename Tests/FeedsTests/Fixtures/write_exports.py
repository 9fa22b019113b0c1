"""Writes one tape of trades as export files of every kind that the readers take, and what they must give.

usage: write_exports.py DIRECTORY

Python's csv and json write their files with nothing but the standard library; DuckDB and pyarrow write theirs
when they are installed. expected.txt has a line a trade: symbol, milliseconds, price, size, separated by tabs.
"""

import csv
import datetime
import decimal
import gzip
import json
import pathlib
import random
import sys

directory = pathlib.Path(sys.argv[1])
rng = random.Random(20250310)
SYMBOLS = ["AAPL", "BRK.B", "BINANCE:BTCUSDT", "IC MARKETS:1", "EUR/USD", 'SAY "HI"', "A,B", "日経225", "A&B<C>"]
EPOCH = datetime.datetime(1970, 1, 1)


def plain(value):
    """A number as the readers keep it: at most 15 digits and 12 decimals, half to even; no exponent."""
    number = decimal.Decimal(value)
    decimals = min(12, 15 - (number.adjusted() + 1))
    return format(number.quantize(decimal.Decimal(1).scaleb(-decimals)).normalize() + 0, "f")


def bigquery_time(microseconds):
    """BigQuery's text of a TIMESTAMP: trailing zeros of the fraction cut off."""
    moment = EPOCH + datetime.timedelta(microseconds=microseconds)
    text = moment.strftime("%Y-%m-%d %H:%M:%S")
    if moment.microsecond:
        text += "." + f"{moment.microsecond:06d}".rstrip("0")
    return text + " UTC"


rows = []
clock = 1_741_617_000_000_000
for _ in range(3000):
    clock += rng.choice([0, 1, 999, 1000, 93_240, 577_000, 1_000_000, 3_600_000_000])
    price = rng.choice([
        round(rng.uniform(0.01, 1000), 2), round(rng.uniform(1000, 99999), 4), float(rng.randint(1, 500)),
        rng.randint(1, 9999) * 1e-8, round(rng.uniform(0.9, 1.3), 5), 1e-7,
    ])
    size = rng.choice([None, 0.0, float(rng.randint(1, 10**6)), round(rng.uniform(0, 2), 8)])
    rows.append((rng.choice(SYMBOLS), price, clock, size))

with open(directory / "expected.txt", "w", encoding="utf-8") as out:
    for symbol, price, micros, size in rows:
        size_text = "0" if size is None else plain(repr(size))
        out.write(f"{symbol}\t{micros // 1000}\t{plain(repr(price))}\t{size_text}\n")

HEADER = ["symbol", "price", "timestamp", "volume", "time"]
table = [[s, p, t // 1000, "" if v is None else v, bigquery_time(t)] for s, p, t, v in rows]


def write_csv(name, opener=open, **dialect):
    with opener(directory / name, "wt", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, **dialect)
        writer.writerow(HEADER)
        writer.writerows(table)


write_csv("python.csv", lineterminator="\n")
write_csv("python_quoted.csv", quoting=csv.QUOTE_ALL)
write_csv("python_tabs.csv", delimiter="\t")
write_csv("python.csv.gz", opener=gzip.open)


def record(symbol, price, micros, size, ascii_only):
    value = {"symbol": symbol, "price": price, "timestamp": str(micros // 1000), "time": bigquery_time(micros)}
    if size is not None:
        value["volume"] = size
    return json.dumps(value, ensure_ascii=ascii_only, separators=(",", ":") if ascii_only else None)


for name, ascii_only in [("python_ascii.ndjson", True), ("python_utf8.ndjson", False)]:
    with open(directory / name, "w", encoding="utf-8") as out:
        out.writelines(record(*row, ascii_only) + "\n" for row in rows)

try:
    import duckdb
    import pyarrow
    import pyarrow.csv
except ImportError:
    print("standard library only")
    sys.exit()

columns = list(zip(*rows))
arrow = pyarrow.table({
    "symbol": pyarrow.array(columns[0], pyarrow.string()),
    "price": pyarrow.array(columns[1], pyarrow.float64()),
    "volume": pyarrow.array(columns[3], pyarrow.float64()),
    "time": pyarrow.array(columns[2], pyarrow.timestamp("us")),
})
pyarrow.csv.write_csv(arrow, directory / "pyarrow.csv")
pyarrow.csv.write_csv(
    arrow, directory / "pyarrow_semicolon.csv", pyarrow.csv.WriteOptions(delimiter=";", quoting_style="all_valid"))

database = duckdb.connect()
database.register("tape", arrow)
for name, options in [
    ("duckdb.csv", "FORMAT csv, HEADER"),
    ("duckdb_bar.csv", "FORMAT csv, HEADER, DELIMITER '|', FORCE_QUOTE *"),
    ("duckdb.csv.gz", "FORMAT csv, HEADER, COMPRESSION gzip"),
    ("duckdb.ndjson", "FORMAT json"),
    ("duckdb.ndjson.gz", "FORMAT json, COMPRESSION gzip"),
]:
    database.execute(f"COPY tape TO '{directory / name}' ({options})")
print("all")
