"""Writes exchange_sessions.txt: the trading days of exchanges by exchange_calendars (Apache-2.0), a source that is
independent of ours, and their instants by Python's zoneinfo.

    python -m pip install exchange_calendars==4.13.2 && python exchange_sessions.py

    CODE ZONE YEAR open ... (a line for each year)
The first span of a year is written open-close, in minutes since the epoch. A further one is written as its
distance from the opening before it, with -length where that is not the length of the span before it.
"""
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import exchange_calendars

# code, its calendar there (Hong Kong's stocks and futures have the same days), years
EXCHANGES = [("XNYS", "XNYS", 2000, 2028), ("XEUR", "XEUR", 2007, 2026), ("XHKF", "XHKG", 2017, 2026)]
# Hours in minutes after local midnight; the days and the early closes are the calendar's.
HOURS = {
    "XNYS": ("America/New_York", [(570, 960)]),
    "XEUR": ("Europe/Berlin", [(70, 1320)]),
    "XHKF": ("Asia/Hong_Kong", [(555, 720), (780, 990)]),
}
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def minutes(zone, day, minute):
    local = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)) + timedelta(minutes=minute)
    return int((local.astimezone(timezone.utc) - EPOCH).total_seconds()) // 60


def words(spans):
    found = [f"{spans[0][0]}-{spans[0][1]}"]
    for before, span in zip(spans, spans[1:]):
        length = span[1] - span[0]
        same = length == before[1] - before[0]
        found.append(f"{span[0] - before[0]}" + ("" if same else f"-{length}"))
    return found


def main():
    lines = []
    for code, name, first, last in EXCHANGES:
        zone, hours = HOURS[code]
        calendar = exchange_calendars.get_calendar(name, start=f"{first}-01-01", end=f"{last}-12-31")
        early = {t.date() for t in calendar.early_closes}
        years = {}
        for session in calendar.sessions:
            day = session.date()
            close = calendar.closes.loc[session].to_pydatetime().astimezone(ZoneInfo(zone))
            end = close.hour * 60 + close.minute if day in early else 24 * 60
            spans = [(a, min(b, end)) for a, b in hours if a < end]
            years.setdefault(day.year, []).extend(
                (minutes(zone, day, a), minutes(zone, day, b)) for a, b in spans)
        for year, spans in sorted(years.items()):
            lines.append(" ".join([code, zone, str(year)] + words(spans)))
    with open("exchange_sessions.txt", "w") as file:
        file.write("\n".join(lines) + "\n")


main()
