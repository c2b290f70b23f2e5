"""The lunar new year, as it was and will be celebrated in Vietnam."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from archive.health.tet import has_tet, tet

# As printed in Vietnamese calendars. In 1968, 1985, 2007 and 2030 China's new year is another day.
KNOWN = [
    "1968-01-29", "1985-01-21", "2000-02-05", "2001-01-24", "2002-02-12", "2003-02-01", "2004-01-22", "2005-02-09",
    "2006-01-29", "2007-02-17", "2008-02-07", "2009-01-26", "2010-02-14", "2011-02-03", "2012-01-23", "2013-02-10",
    "2014-01-31", "2015-02-19", "2016-02-08", "2017-01-28", "2018-02-16", "2019-02-05", "2020-01-25", "2021-02-12",
    "2022-02-01", "2023-01-22", "2024-02-10", "2025-01-29", "2026-02-17", "2027-02-06", "2028-01-26", "2029-02-13",
    "2030-02-02", "2031-01-23", "2032-02-11", "2033-01-31", "2034-02-19", "2035-02-08",
]  # fmt: skip


@pytest.mark.parametrize("day", KNOWN)
def test_the_day_is_that_of_the_calendars(day):
    assert tet(int(day[:4])).isoformat() == day


def test_a_lunar_year_has_twelve_or_thirteen_months():
    lengths = {(tet(year + 1) - tet(year)).days for year in range(1950, 2100)}

    assert lengths <= {353, 354, 355, 383, 384, 385}


@pytest.mark.parametrize(
    ("first", "last", "has"),
    [
        (date(2026, 2, 16), date(2026, 2, 16), True),  # the eve
        (date(2026, 2, 22), date(2026, 3, 9), True),  # the sixth day
        (date(2026, 2, 23), date(2026, 3, 9), False),
        (date(2026, 2, 1), date(2026, 2, 15), False),
        (date(2025, 12, 1), date(2026, 12, 1), True),
        (date(2025, 12, 1), date(2026, 1, 31), False),
    ],
)
def test_a_span_of_days_has_tet_when_one_of_its_days_is(first, last, has):
    assert has_tet(first, last) is has
    assert has_tet(tet(2024), tet(2024) + timedelta(days=1))
