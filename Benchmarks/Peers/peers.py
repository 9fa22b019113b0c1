"""What other programs make of the benchmark's files: their times, and the alerts that the rules come to.

usage: peers.py TRADES.csv TRADES.ndjson RUNS

Writes one JSON object a line: {"name", "group", "seconds": [...], "rows", "onsets": {rule: count}}.

The eight rules of eight.rules, as one would write them in a data frame or in SQL. They are evaluated at
trades only: what becomes true by time alone (a window that runs empty between two trades) is not seen, except
for gone_silent, which is nothing else. `cooldown` is left out, `until` is a state filled forward.
"""

import json
import subprocess
import sys
import time

import duckdb
import orjson
import polars as pl
import simdjson

MINUTE = 60_000


def measured(name, group, runs, body):
    """Runs `body` once to warm up, then `runs` times; it returns rows, or rows and onsets."""
    seconds = []
    result = body()
    for _ in range(runs):
        start = time.perf_counter()
        result = body()
        seconds.append(time.perf_counter() - start)
    rows, onsets = result if isinstance(result, tuple) else (result, {})
    print(json.dumps({"name": name, "group": group, "seconds": seconds, "rows": rows, "onsets": onsets}), flush=True)


# The limits


def read_only(path):
    buffer = bytearray(1 << 20)
    with open(path, "rb", buffering=0) as file:
        while file.readinto(buffer):
            pass


def count_lines(path):
    return int(subprocess.run(["wc", "-l", path], capture_output=True, check=True).stdout.split()[0]) - 1


def polars_csv(path):
    return pl.read_csv(path, columns=["symbol", "price", "timestamp", "volume"]).height


def duckdb_csv(path):
    query = f"select count(symbol), sum(price), sum(timestamp), sum(volume) from read_csv('{path}')"
    return duckdb.sql(query).fetchall()[0][0]


def orjson_lines(path):
    count = 0
    with open(path, "rb") as file:
        for line in file:
            trade = orjson.loads(line)
            count += trade["t"] > 0
    return count


def simdjson_lines(path):
    parser = simdjson.Parser()
    count = 0
    with open(path, "rb") as file:
        for line in file:
            trade = parser.parse(line)
            count += trade["t"] > 0
            del trade
    return count


# Polars


def rolling(column, kind, window, closed="right"):
    """A statistic of `column` over the last `window` milliseconds, symbol by symbol."""
    method = getattr(pl.col(column), f"rolling_{kind}_by")
    return method("timestamp", window_size=f"{window}i", closed=closed).over("symbol")


def onsets(frame, condition):
    """How often a condition becomes true, symbol by symbol."""
    now = condition.fill_null(False)
    return frame.select((now & ~now.shift(1).over("symbol").fill_null(False)).sum()).item()


def polars_pair(trades):
    def venue(symbol, name):
        price, size = pl.col("price"), pl.col("volume")
        return (
            trades.filter(pl.col("symbol") == symbol)
            .with_columns((price * size).alias("notional"))
            .select(
                "timestamp",
                price.alias(f"price_{name}"),
                (
                    pl.col("notional").rolling_sum_by("timestamp", window_size=f"{15 * MINUTE}i")
                    / size.rolling_sum_by("timestamp", window_size=f"{15 * MINUTE}i")
                ).alias(f"vwap_{name}"),
            )
            .unique("timestamp", keep="last", maintain_order=True)
        )

    a, b = venue("BINANCE:BTCUSDT", "a"), venue("COINBASE:BTC-USD", "b")
    times = pl.concat([a.select("timestamp"), b.select("timestamp")]).unique().sort("timestamp")
    both = times.join_asof(a, on="timestamp").join_asof(b, on="timestamp").with_columns(pl.lit("pair").alias("symbol"))
    difference = pl.col("price_a") / pl.col("price_b") - pl.col("vwap_a") / pl.col("vwap_b")
    begun = pl.col("timestamp") >= trades["timestamp"][0] + 15 * MINUTE
    return onsets(both, begun & (difference.abs() > 0.02))


def polars_rules(path):
    trades = pl.read_csv(path, columns=["symbol", "price", "timestamp", "volume"]).with_columns(
        pl.col("volume").cast(pl.Float64), pl.lit(1).alias("one"), (pl.col("price") * pl.col("volume")).alias("notional")
    )
    first, last = trades["timestamp"][0], trades["timestamp"][-1]
    before = trades.select("symbol", (pl.col("timestamp") + 5 * MINUTE).alias("timestamp"), pl.col("price").alias("before"))
    trades = trades.join_asof(before, on="timestamp", by="symbol", check_sortedness=False)
    trades = trades.with_columns(
        (pl.col("price") / pl.col("before") - 1).abs().alias("move"),
        rolling("volume", "sum", 5 * MINUTE).alias("volume_5m"),
        rolling("volume", "sum", 65 * MINUTE).alias("volume_65m"),
        rolling("one", "sum", 5 * MINUTE).alias("trades_5m"),
        rolling("notional", "sum", 5 * MINUTE).alias("notional_5m"),
        rolling("price", "max", 60 * MINUTE).alias("high"),
        rolling("price", "min", 60 * MINUTE).alias("low"),
        rolling("price", "mean", 15 * MINUTE, "none").alias("mean"),
        rolling("price", "std", 15 * MINUTE, "none").alias("deviation"),
        pl.col("timestamp").shift(-1).over("symbol").fill_null(last).alias("next"),
    ).unique(["symbol", "timestamp"], keep="last", maintain_order=True)
    stock = ~pl.col("symbol").str.contains(":")
    age = pl.col("timestamp") - first
    state = pl.when(pl.col("move") >= 0.02).then(True).when(pl.col("move") < 0.01).then(False).forward_fill().over("symbol")
    older = pl.col("volume_65m") - pl.col("volume_5m")
    stretched = ((pl.col("price") - pl.col("mean")) / pl.col("deviation")).abs() > 6
    stretched = (stretched & (age >= 15 * MINUTE)).fill_null(False)
    high = (pl.col("price") >= pl.col("high")) & ((pl.col("high") - pl.col("low")) / pl.col("price") > 0.02)
    vwap = pl.col("notional_5m") / pl.col("volume_5m")
    return trades.height, {
        "fast_move": onsets(trades, stock & state),
        "coin_move": onsets(trades, ~stock & state),
        "volume_spike": onsets(
            trades, (age >= 65 * MINUTE) & (pl.col("volume_5m") * 4 > older) & (pl.col("trades_5m") >= 20)
        ),
        "off_vwap": onsets(trades, (age >= 5 * MINUTE) & ((pl.col("price") / vwap - 1).abs() > 0.01)),
        "new_high": onsets(trades, stock & (age >= 60 * MINUTE) & high),
        "stretched": held(trades, stretched, last),
        "gone_silent": trades.select((stock & (pl.col("next") - pl.col("timestamp") >= 5 * MINUTE)).sum()).item(),
        "pair": polars_pair(trades),
    }


def held(trades, condition, last):
    """How often a condition stays true for ten seconds."""
    changes = trades.select("symbol", "timestamp", condition.alias("now"))
    changes = changes.filter(pl.col("now") != pl.col("now").shift(1).over("symbol").fill_null(False))
    until = pl.col("timestamp").shift(-1).over("symbol").fill_null(last)
    return changes.select((pl.col("now") & (until - pl.col("timestamp") >= 10_000)).sum()).item()


# DuckDB

RULES = """
with trades as (
  select symbol, price, timestamp as t, volume::double as volume, row_number() over () as line from read_csv('{path}')
), windows as (
  select symbol, price, t, line, symbol not like '%:%' as stock, min(t) over () as first, max(t) over () as last,
    sum(volume) over (partition by symbol order by t range between 299999 preceding and current row) as volume_5m,
    sum(volume) over (partition by symbol order by t range between 3899999 preceding and 300000 preceding) as older,
    count(*) over (partition by symbol order by t range between 299999 preceding and current row) as trades_5m,
    sum(price * volume) over (partition by symbol order by t range between 299999 preceding and current row) as notional,
    max(price) over (partition by symbol order by t range between 3599999 preceding and current row) as high,
    min(price) over (partition by symbol order by t range between 3599999 preceding and current row) as low,
    avg(price) over (partition by symbol order by t range between 899999 preceding and 1 preceding) as mean,
    stddev_samp(price) over (partition by symbol order by t range between 899999 preceding and 1 preceding) as deviation,
    lead(t) over (partition by symbol order by t) as next
  from trades
  qualify row_number() over (partition by symbol, t order by line desc) = 1
), moves as (
  select now.*, abs(now.price / past.price - 1) as move
  from windows now asof left join windows past on now.symbol = past.symbol and past.t <= now.t - 300000
), conditions as (
  select symbol, t, last,
    stock and coalesce(last_value(case when move >= 0.02 then true when move < 0.01 then false end ignore nulls)
      over (partition by symbol order by t), false) as fast_move,
    not stock and coalesce(last_value(case when move >= 0.02 then true when move < 0.01 then false end ignore nulls)
      over (partition by symbol order by t), false) as coin_move,
    t >= first + 3900000 and volume_5m * 4 > coalesce(older, 0) and trades_5m >= 20 as volume_spike,
    t >= first + 300000 and coalesce(abs(price / nullif(notional / nullif(volume_5m, 0), 0) - 1) > 0.01, false) as off_vwap,
    stock and t >= first + 3600000 and price >= high and (high - low) / price > 0.02 as new_high,
    t >= first + 900000 and coalesce(abs((price - mean) / nullif(deviation, 0)) > 6, false) as stretched,
    stock and coalesce(next, last) - t >= 300000 as gone_silent
  from moves
), changes as (
  select *, {before}
  from conditions
)
select count(*), {counts}, count(*) filter (gone_silent) as gone_silent,
  count(*) filter (starts and ends - t >= 10000) as stretched
from (
  select *, stretched and not before_stretched as starts,
    coalesce(min(case when not stretched then t end)
      over (partition by symbol order by t range between 1 following and unbounded following), last) as ends
  from changes
)
"""

PAIR = """
with trades as (
  select symbol, price, timestamp as t, volume::double as volume, row_number() over () as line from read_csv('{path}')
), venue as (
  select symbol, t, price, min(t) over () as first,
    sum(price * volume) over w / nullif(sum(volume) over w, 0) as vwap
  from trades where symbol in ('BINANCE:BTCUSDT', 'COINBASE:BTC-USD')
  window w as (partition by symbol order by t range between 899999 preceding and current row)
  qualify row_number() over (partition by symbol, t order by line desc) = 1
), times as (select distinct t from venue), pairs as (
  select times.t, coalesce(times.t >= a.first + 900000
    and abs(a.price / b.price - a.vwap / b.vwap) > 0.02, false) as pair
  from times
  asof left join (from venue where symbol = 'BINANCE:BTCUSDT') a on a.t <= times.t
  asof left join (from venue where symbol = 'COINBASE:BTC-USD') b on b.t <= times.t
)
select count(*) filter (pair and not coalesce(before, false))
from (select *, lag(pair) over (order by t) as before from pairs)
"""


def duckdb_rules(path):
    becoming = ["fast_move", "coin_move", "volume_spike", "off_vwap", "new_high"]
    text = RULES.format(
        path=path,
        before=", ".join(
            f"coalesce(lag({name}) over (partition by symbol order by t), false) as before_{name}"
            for name in becoming + ["stretched"]
        ),
        counts=", ".join(f"count(*) filter ({name} and not before_{name}) as {name}" for name in becoming),
    )
    result = duckdb.sql(text)
    names, values = result.columns, result.fetchall()[0]
    counts = dict(zip(names[1:], values[1:]))
    counts["pair"] = duckdb.sql(PAIR.format(path=path)).fetchall()[0][0]
    return values[0], counts


def main():
    csv, ndjson, runs = sys.argv[1], sys.argv[2], int(sys.argv[3])
    rows = count_lines(csv)
    measured("file scan: read(2)", "limit", runs, lambda: (read_only(csv), rows)[1])
    measured("file scan: wc -l", "limit", runs, lambda: count_lines(csv))
    measured("CSV, Polars", "parse", runs, lambda: polars_csv(csv))
    measured("CSV, DuckDB", "parse", runs, lambda: duckdb_csv(csv))
    measured("JSON, orjson from Python", "json", runs, lambda: orjson_lines(ndjson))
    measured("JSON, simdjson from Python", "json", runs, lambda: simdjson_lines(ndjson))
    measured("rules, Polars", "rules", runs, lambda: polars_rules(csv))
    measured("rules, DuckDB", "rules", runs, lambda: duckdb_rules(csv))


if __name__ == "__main__":
    main()
