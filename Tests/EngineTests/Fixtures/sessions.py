"""Writes sessions.txt: the open spans of weekly sessions around changes of the clocks, by Python's zoneinfo.

    SESSION from-to open-close...
in milliseconds since the epoch, spans merged and cut to from-to. The instant of a local time is the first at which
the clocks show it or a later one.
"""
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

# name, zone, weekdays (1 = Monday), clocks in minutes
SESSIONS = [
    ("us", "America/New_York", range(1, 6), [(570, 960)]),
    ("early", "America/New_York", range(1, 8), [(60, 90), (90, 150), (1380, 30)]),
    ("gap", "America/New_York", range(1, 8), [(135, 165)]),
    ("london", "Europe/London", range(1, 6), [(480, 720), (780, 990)]),
    ("fx", "Europe/London", [7, 1, 2, 3, 4], [(1320, 1290)]),
    ("always", "America/Sao_Paulo", range(1, 8), [(0, 0)]),
    ("midnight", "America/Sao_Paulo", [7], [(15, 45), (720, 0)]),
    ("howe", "Australia/Lord_Howe", range(1, 8), [(105, 135)]),
    ("apia", "Pacific/Apia", range(1, 6), [(540, 1020)]),
    ("india", "Asia/Kolkata", range(1, 6), [(555, 930)]),
    ("weekend", "Asia/Tokyo", [6, 7], [(540, 1440)]),
]
YEARS = [1987, 2006, 2007, 2011, 2018, 2024, 2025]
MINUTE = timedelta(minutes=1)
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def milliseconds(instant):
    return int((instant - EPOCH).total_seconds()) * 1000


def instant(zone, local):
    """The first UTC minute at which the zone's clocks show `local` or later."""
    t = local.replace(tzinfo=timezone.utc) - timedelta(hours=15)
    limit = t + timedelta(hours=54)
    while t < limit:
        shown = t.astimezone(zone).replace(tzinfo=None)
        if shown >= local:
            return t
        # Never past the goal: clocks do not jump ahead by more than a day and an hour.
        t += MINUTE
    raise ValueError(local)


def changes(zone, year):
    t = datetime(year, 1, 1, tzinfo=timezone.utc)
    found = []
    while t.year == year:
        if t.astimezone(zone).utcoffset() != (t - timedelta(hours=6)).astimezone(zone).utcoffset():
            found.append(t.date())
        t += timedelta(hours=6)
    return found or [date(year, 7, 1)]


def spans(zone, weekdays, clocks, first, last):
    found = []
    day = first
    while day <= last:
        if day.isoweekday() in weekdays:
            midnight = datetime(day.year, day.month, day.day)
            for open_, close in clocks:
                if close <= open_:
                    close += 1440
                found.append((instant(zone, midnight + open_ * MINUTE), instant(zone, midnight + close * MINUTE)))
        day += timedelta(days=1)
    merged = []
    for open_, close in sorted(s for s in found if s[0] < s[1]):
        if merged and open_ <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], close)
        else:
            merged.append([open_, close])
    return merged


def main():
    lines = []
    for name, key, weekdays, clocks in SESSIONS:
        zone = ZoneInfo(key)
        for year in YEARS:
            for change in changes(zone, year):
                low = datetime(change.year, change.month, change.day, tzinfo=timezone.utc) - timedelta(days=2)
                high = low + timedelta(days=4)
                row = []
                for open_, close in spans(zone, weekdays, clocks, low.date() - timedelta(days=3),
                                          high.date() + timedelta(days=3)):
                    open_, close = max(open_, low), min(close, high)
                    if open_ < close:
                        row.append(f"{milliseconds(open_)}-{milliseconds(close)}")
                lines.append(" ".join([name, f"{milliseconds(low)}-{milliseconds(high)}"] + row))
    with open("sessions.txt", "w") as file:
        file.write("\n".join(lines) + "\n")


main()
