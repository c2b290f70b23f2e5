"""The day of Tết, the Vietnamese New Year: every office is closed around it.

The calendar goes by the moon and the sun as they stand over Vietnam (UTC+7): the year begins with the
second new moon after the month of the winter solstice, or the third where a leap month lies between.
Source of the series: Jean Meeus, Astronomical Algorithms (1998), chapters 25 and 49, cut to what gives
the day; of the rules: Hồ Ngọc Đức, "Computing the Vietnamese lunar calendar" (2004).
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from math import floor, pi, radians, sin

BEFORE = timedelta(days=1)
AFTER = timedelta(days=5)
"""From the eve to the sixth day: a silence that lasts on any of these days is one of Tết."""

_JD_OF_DAY_ZERO = 1721424.5
"""Julian date that ``date.fromordinal`` counts from, at midnight."""
_ZONE = 7 / 24
_MONTH = 29.530588853


def has_tet(first: date, last: date) -> bool:
    """Say whether some day of Tết lies between two days, both included.

    >>> has_tet(date(2026, 2, 10), date(2026, 2, 16)), has_tet(date(2026, 2, 23), date(2026, 3, 9))
    (True, False)
    """
    days = (tet(year) for year in range(first.year, last.year + 1))
    return any(first <= day + AFTER and day - BEFORE <= last for day in days)


@lru_cache(maxsize=256)
def tet(year: int) -> date:
    """Return the first day of the lunar year that begins in *year*.

    >>> tet(2026), tet(2007)
    (datetime.date(2026, 2, 17), datetime.date(2007, 2, 17))
    """
    eleventh, next_eleventh = _month_eleven(year - 1), _month_eleven(year)
    months = [_new_moon(eleventh[0] + number) for number in range(next_eleventh[0] - eleventh[0] + 1)]
    if len(months) - 1 == 13:
        # A year of thirteen months: the first without a change of the sun's sign counts as leap.
        leap = next(n for n in range(1, 13) if _sign(months[n]) == _sign(months[n + 1]))
        return months[3] if leap <= 2 else months[2]
    return months[2]


def _month_eleven(year: int) -> tuple[int, date]:
    """Return number and first day of the month in which the winter solstice of *year* lies."""
    last = date(year, 12, 31)
    number = floor((last.toordinal() + _JD_OF_DAY_ZERO - 2415021.076998695) / _MONTH)
    day = _new_moon(number)
    # The solstice is where the sun enters its tenth sign; the month that begins later is the twelfth.
    return (number - 1, _new_moon(number - 1)) if _sign(day) >= 9 else (number, day)


@lru_cache(maxsize=1024)
def _new_moon(number: int) -> date:
    """Return the day in Vietnam of a new moon, counted from that of 1900-01-01."""
    t = number / 1236.85
    mean = 2415020.75933 + 29.53058868 * number + 0.0001178 * t**2 - 0.000000155 * t**3
    mean += 0.00033 * sin(radians(166.56 + 132.87 * t - 0.009173 * t**2))
    sun = radians(359.2242 + 29.10535608 * number - 0.0000333 * t**2 - 0.00000347 * t**3)
    moon = radians(306.0253 + 385.81691806 * number + 0.0107306 * t**2 + 0.00001236 * t**3)
    node = radians(21.2964 + 390.67050646 * number - 0.0016528 * t**2 - 0.00000239 * t**3)
    shift = (0.1734 - 0.000393 * t) * sin(sun) + 0.0021 * sin(2 * sun)
    shift += -0.4068 * sin(moon) + 0.0161 * sin(2 * moon) - 0.0004 * sin(3 * moon)
    shift += 0.0104 * sin(2 * node) - 0.0051 * sin(sun + moon) - 0.0074 * sin(sun - moon)
    shift += 0.0004 * sin(2 * node + sun) - 0.0004 * sin(2 * node - sun) - 0.0006 * sin(2 * node + moon)
    shift += 0.0010 * sin(2 * node - moon) + 0.0005 * sin(2 * moon + sun)
    since_2000 = -0.000278 + 0.000265 * t + 0.000262 * t**2  # of the clock, which the turning of the earth loses
    moment = mean + shift - since_2000 + _ZONE
    return date.fromordinal(floor(moment - _JD_OF_DAY_ZERO))


def _sign(day: date) -> int:
    """Return in which twelfth of its way the sun stands at the beginning of a day in Vietnam; 0 begins in March."""
    t = (day.toordinal() + _JD_OF_DAY_ZERO - _ZONE - 2451545.0) / 36525
    anomaly = radians(357.52910 + 35999.05030 * t - 0.0001559 * t**2)
    length = 280.46645 + 36000.76983 * t + 0.0003032 * t**2
    length += (1.914600 - 0.004817 * t) * sin(anomaly) + (0.019993 - 0.000101 * t) * sin(2 * anomaly)
    length += 0.000290 * sin(3 * anomaly)
    return floor(radians(length) / (2 * pi) % 1 * 12)
