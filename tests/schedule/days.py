"""An independent calendar: what each phrase of a schedule means, day by day, from Python's own calendar and time zones.

Prints one line for each phrase, zone and occurrence of 400 days: phrase, zone, local date, and when its hours open and close
in UTC.
"""
import calendar
from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

FIRST = date(2026, 12, 1)
DAYS = 400
ZONES = ["Europe/London", "Europe/Lisbon", "Australia/Lord_Howe", "UTC"]
HOURS = [("09:00", "17:00"), ("01:30", "01:45"), ("02:15", "03:30"), ("00:00", "24:00")]
HOLIDAYS = {date(2027, 1, 1), date(2027, 5, 31), date(2027, 12, 31)}
NAMES = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


def month_of(day):
    return [d for d in calendar.Calendar().itermonthdates(day.year, day.month) if d.month == day.month]


def working(days):
    return [d for d in days if d.isoweekday() < 6 and d not in HOLIDAYS]


def on_weekday(days, name):
    return [d for d in days if NAMES[d.weekday()] == name]


def at(days, index):
    return days[index] if -len(days) <= index < len(days) else None


PHRASES = {"every day": lambda d: True, "every working day": lambda d: d in working(month_of(d))}
for name in NAMES:
    PHRASES[f"every {name}"] = lambda d, name=name: NAMES[d.weekday()] == name
    for word, index in [("first", 0), ("second", 1), ("third", 2), ("fourth", 3), ("last", -1)]:
        PHRASES[f"{word} {name}"] = lambda d, n=name, i=index: d == at(on_weekday(month_of(d), n), i)
PHRASES["every Monday, Thursday"] = lambda d: d.strftime("%a") in ("Mon", "Thu")
for number, word in enumerate(["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"]):
    PHRASES[f"{word} working day"] = lambda d, i=number: d == at(working(month_of(d)), i)
PHRASES["last working day"] = lambda d: d == at(working(month_of(d)), -1)
PHRASES["last day"] = lambda d: d == month_of(d)[-1]
for number in range(1, 32):
    PHRASES[f"day {number}"] = lambda d, n=number: d.day == min(n, len(month_of(d)))
PHRASES["first Monday of the quarter"] = lambda d: d.month in (1, 4, 7, 10) and d == on_weekday(month_of(d), "Monday")[0]
PHRASES["last working day of the quarter"] = lambda d: d.month in (3, 6, 9, 12) and d == working(month_of(d))[-1]
PHRASES["day 5 of January, June"] = lambda d: d.month in (1, 6) and d.day == 5


def instant(day, text, zone):
    """The first moment of the zone's clock that is not before a local time: of two it is the first, of none the one after."""
    hour, minute = map(int, text.split(":"))
    local = datetime.combine(day + timedelta(days=hour // 24), time(hour % 24, minute))
    guess = local.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(timezone.utc)
    moment = guess - timedelta(minutes=65)
    # Walks the real clock minute by minute: no table and no rule of a library.
    while moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) < local:
        moment += timedelta(minutes=1)
    return moment


def main():
    days = [FIRST + timedelta(days=n) for n in range(DAYS)]
    opened = {}
    for zone in ZONES:
        for hours in HOURS:
            for day in days:
                opens, closes = (instant(day, text, zone) for text in hours)
                opened[zone, hours, day] = (opens, max(closes, opens + timedelta(minutes=10)))
    for phrase, is_on in PHRASES.items():
        chosen = [day for day in days if is_on(day)]
        print("phrase", phrase, ",".join(day.isoformat() for day in chosen), sep="\t")
    form = "%Y-%m-%dT%H:%M:%SZ"
    for (zone, hours, day), (opens, closes) in opened.items():
        print("slot", zone, "-".join(hours), day.isoformat(), opens.strftime(form), closes.strftime(form), sep="\t")


main()
