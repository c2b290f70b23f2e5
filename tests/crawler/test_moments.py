"""One moment from one text."""

from __future__ import annotations

import subprocess
import sys

import pytest

from spiders.pages.moments import month_of, read_moment

WRITTEN = {
    "2024-05-01T22:30:15-05:00": ("2024-05-01T22:30:15-05:00", "second"),
    "2024-05-01T22:30:15.123Z": ("2024-05-01T22:30:15+00:00", "second"),
    "2024-05-01T22:30+0700": ("2024-05-01T22:30:00+07:00", "minute"),
    "2026-03-07T08:52:11.000 +07:00": ("2026-03-07T08:52:11+07:00", "second"),
    "2026-03-07T00:01:00": ("2026-03-07T00:01:00+07:00", "second"),
    "2024-05-01T00:00:00+07:00": ("2024-05-01T00:00:00+07:00", "day"),
    "2024-05-01": ("2024-05-01T00:00:00+07:00", "day"),
    "20240501": ("2024-05-01T00:00:00+07:00", "day"),
    "2019-02-05 16:07": ("2019-02-05T16:07:00+07:00", "minute"),
    "2025-01-01 06:00:05 PM": ("2025-01-01T18:00:05+07:00", "second"),
    "2025-01-01 06:30 a.m.": ("2025-01-01T06:30:00+07:00", "minute"),
    "2025-01-01 13:00 PM": ("2025-01-01T13:00:00+07:00", "minute"),
    "2025-01-01 12:00:00 AM": ("2025-01-01T00:00:00+07:00", "day"),
    "13/2/2025 12:00:00 AM": ("2025-02-13T00:00:00+07:00", "day"),
    "13/2/2025 12:30 AM": ("2025-02-13T00:30:00+07:00", "minute"),
    "2025-01-01 06:00 GMT+7": ("2025-01-01T06:00:00+07:00", "minute"),
    "2025-01-01T06:00:00GMT-0330": ("2025-01-01T06:00:00-03:30", "second"),
    "22/5/2020 10:21 GMT +07:00": ("2020-05-22T10:21:00+07:00", "minute"),
    "22/5/2020 10:21 GMT": ("2020-05-22T10:21:00+00:00", "minute"),
    "1714620000": ("2024-05-02T03:20:00+00:00", "second"),
    "1714620000000": ("2024-05-02T03:20:00+00:00", "second"),
    "1714620000.25": ("2024-05-02T03:20:00+00:00", "second"),
    "946684800": ("2000-01-01T00:00:00+00:00", "second"),
    "946684800000": ("2000-01-01T00:00:00+00:00", "second"),
    "20240501223015": ("2024-05-01T22:30:15+07:00", "second"),
    "202405012230": ("2024-05-01T22:30:00+07:00", "minute"),
    "Fri Apr 28 19:20:36 CEST 2023": ("2023-04-28T19:20:36+02:00", "second"),
    "Thu, 18 Dec 2025 06:55:17 UTC": ("2025-12-18T06:55:17+00:00", "second"),
    "22/5/2020, 10:21 (GMT+7)": ("2020-05-22T10:21:00+07:00", "minute"),
    "10:16 | 11-06-2025": ("2025-06-11T10:16:00+07:00", "minute"),
    "Ngày 8 tháng 5 năm 2020": ("2020-05-08T00:00:00+07:00", "day"),
    "02/24/2026": ("2026-02-24T00:00:00+07:00", "day"),
    "12.16.2025": ("2025-12-16T00:00:00+07:00", "day"),
    "12/19 — 2025": ("2025-12-19T00:00:00+07:00", "day"),
    "31.10.23": ("2023-10-31T00:00:00+07:00", "day"),
    "2026.1.29": ("2026-01-29T00:00:00+07:00", "day"),
    "2025年12月5日": ("2025-12-05T00:00:00+07:00", "day"),
    "2026년 1월 29일 18:40": ("2026-01-29T18:40:00+07:00", "minute"),
    "January 22nd, 2019": ("2019-01-22T00:00:00+07:00", "day"),
    "Sept. 5, 2024 4:05 pm": ("2024-09-05T16:05:00+07:00", "minute"),
    "By Madeleine Howell 30 August 2023 • 4:45pm": ("2023-08-30T16:45:00+07:00", "minute"),
    "28. Dezember 2022, 14.07 Uhr": ("2022-12-28T14:07:00+07:00", "minute"),
    "1er février 2024": ("2024-02-01T00:00:00+07:00", "day"),
    "5 de março de 2024": ("2024-03-05T00:00:00+07:00", "day"),
    "7 de mayo de 2024": ("2024-05-07T00:00:00+07:00", "day"),
    "12 maggio 2024": ("2024-05-12T00:00:00+07:00", "day"),
}


@pytest.mark.parametrize("text", WRITTEN)
def test_a_date_is_read_as_it_is_written(text):
    found = read_moment(text)

    assert found is not None
    assert (found.value.isoformat(), found.precision) == WRITTEN[text]


@pytest.mark.parametrize(
    ("text", "language", "day"),
    [("7. oktober 2020", "nb", "2020-10-07"), ("7. desember 2020", "no", "2020-12-07"), ("3 czerwca 2023", "pl", "2023-06-03"), ("12 Eki 2024", "tr", "2024-10-12"),
     ("5 юли 2024", "bg", "2024-07-05"), ("13. tammikuuta 2025", "fi", "2025-01-13")],
)  # fmt: skip
def test_names_of_months_are_read_in_the_pages_language(text, language, day):
    found = read_moment(text, language)

    assert found is not None
    assert found.day == day


NONE = [
    "", "Không có ngày", "Dezember 2022", "2024", "0001-01-01T00:00:00Z", "1970-01-01", "1753-01-01", "2024-13-45",
    "31/02/2024", "99/99/2024", "5 Foo 2024", "12 34 56", "2200-01-01", "192.168.1.10", "CVE-2025-11700", "9.7/10",
    "2024-05", "599999999", "20241301223015", "20240501253015", "99999999999999", "0912345678", "٣ مايو ٢٠٢٤x", "1" * 5000, "1/" * 5000,
]  # fmt: skip


@pytest.mark.parametrize("text", NONE)
def test_what_is_no_date_is_none(text):
    assert read_moment(text) is None


def test_american_pages_put_the_month_first():
    american, other = read_moment("03/04/2024", "en", True), read_moment("03/04/2024", "en")

    assert american is not None
    assert other is not None
    assert (american.day, other.day) == ("2024-03-04", "2024-04-03")


def test_an_unknown_language_does_no_harm():
    assert month_of("märz", "xx-klingon") == 3
    assert month_of("qqqq", "xx") is None


def test_a_library_that_breaks_on_a_name_is_told_of_and_one_that_knows_none_is_not(monkeypatch, caplog):
    assert month_of("wortlos", "de") is None
    assert month_of("wortlos", "xx-klingon") is None
    assert caplog.records == []

    def breaks(*args: object, **kwargs: object) -> None:
        raise RuntimeError("settings")

    monkeypatch.setattr("dateparser.parse", breaks)

    assert month_of("gebrochen", "de") is None
    assert {(record.getMessage(), record.error) for record in caplog.records} == {
        ("dateparser broke on a name", "RuntimeError")
    }
    month_of.cache_clear()


def test_the_day_of_the_month_is_never_filled_from_the_clock():
    assert read_moment("Mai 2024", "de") is None
    assert month_of("heute", "de") is None


def test_the_library_is_loaded_only_for_months_that_are_not_english():
    code = (
        "import sys; from spiders.pages.moments import read_moment; read_moment('5 May 2024'); read_moment('2024-05-01');"
        "assert 'dateparser' not in sys.modules and 'htmldate' not in sys.modules;"
        "import spiders.pages.voiced; assert 'dateparser' not in sys.modules and 'htmldate' not in sys.modules"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
