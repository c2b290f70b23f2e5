"""Whatever moment is printed in whatever of the 53 shapes, the same moment is read from it."""

import os
import random
import time
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.dates import VN, clock_only, date_line, parse_vi_datetime, split_edge_date
from tests.crawler.date_formats import LINES, SENTENCES, SHARED, ZERO, fill, precision_of, told

moments = st.datetimes(datetime(1997, 1, 1), datetime(2060, 12, 31)).map(lambda when: when.replace(microsecond=0))
patterns = [pytest.param(one, id=f"{row}: {one}") for row, some in LINES.items() for one in some]
shared = [pytest.param(*one, id=f"{row}: {one[1]}") for row, some in SHARED.items() for one in some]
RANDOM_STRINGS = int(os.environ.get("RANDOM_STRINGS", "4000"))
"""How many random strings are read; ``RANDOM_STRINGS=100000`` for a long look."""
FEW = settings(max_examples=40, deadline=None, derandomize=True)


def test_all_53_shapes_are_here():
    assert sorted({*LINES, *SHARED, *ZERO, *SENTENCES}) == list(range(1, 54))


@pytest.mark.parametrize("pattern", patterns)
@FEW
@given(moment=moments)
def test_a_date_line_gives_the_moment_it_was_printed_from(pattern, moment):
    found = date_line(fill(pattern, moment))

    assert found is not None
    assert found.value == told(pattern, moment).replace(tzinfo=VN)
    assert found.precision == precision_of(pattern, moment)
    assert parse_vi_datetime(fill(pattern, moment)).value == found.value


@pytest.mark.parametrize(("line", "pattern"), shared)
@FEW
@given(moment=moments)
def test_a_date_is_parted_from_what_shares_its_line(line, pattern, moment):
    printed = line.format(fill(pattern, moment))

    found = split_edge_date(printed)

    assert date_line(printed) is None
    assert found is not None
    assert (found[0], found[1].precision) == (line.removesuffix(" {}"), precision_of(pattern, moment))
    assert found[1].value == told(pattern, moment).replace(tzinfo=VN)


@pytest.mark.parametrize("pattern", SENTENCES[53])
@FEW
@given(moment=moments)
def test_the_day_of_an_event_is_no_date_line(pattern, moment):
    printed = fill(pattern, moment)

    assert date_line(printed) is None
    assert split_edge_date(printed) is None


def test_the_zero_date_of_a_database_says_so():
    assert date_line(ZERO[51]).reason == "zero"


ALPHABET = (
    "0123456789" * 6
    + "/-.:|,() [] " * 4
    + "TCNthứngàyhảbốnămsáuchủậtGMTAPSALượtxemđăngcậpế\u0300\u0323\u00a0\u200b\n\x00+&#;²٣"
)
WORDS = ("Thứ ", "ngày ", "Ngày đăng: ", "Cập nhật", "lúc ", "(GMT+7)", " AM", " CH", "12:00", "31/02/", "2020", "tháng ", "Lượt xem: ", "T6, ", "giờ ", "h", "phút", "-0001-11-30", "2022-05-18+07", "Tác giả: ", "Người đăng ", "A ", "In trang", " - ", "//", "1,")  # fmt: skip


def random_text(rng: random.Random) -> str:
    """Return something between noise and a date line."""
    pieces = [
        rng.choice(WORDS) if rng.random() < 0.4 else "".join(rng.choices(ALPHABET, k=rng.randint(1, 9)))
        for _ in range(rng.randint(1, 12))
    ]
    return "".join(pieces) * (rng.randint(1, 20) if rng.random() < 0.02 else 1)


def test_random_strings_neither_raise_nor_hang():
    rng = random.Random(53)
    slowest = 0.0
    for _ in range(RANDOM_STRINGS):
        text = random_text(rng)
        began = time.process_time()
        for found in (parse_vi_datetime(text), date_line(text), (split_edge_date(text) or ("", None))[1]):
            assert found is None or (found.value is None) == (found.reason is not None)
        clock_only(text)
        slowest = max(slowest, time.process_time() - began)

    assert slowest < 0.5


@pytest.mark.parametrize(
    "text",
    [
        "1" * 20_000, "1/" * 10_000, "1 " * 10_000, "1:" * 10_000, "(" * 20_000, "1/1/" * 5_000,
        "Thứ " * 5_000, "Tác giả: " + "An " * 8_000, "Lượt xem " * 3_000, " " * 30_000 + "1/1/2020", "12:00 " * 4_000,
        "01/01/2020 " * 800, "[(" * 5_000 + "01/01/2020" + ")]" * 5_000, "ngày " * 6_000 + "1/1/20201", "a+ " * 8_000,
    ],
    ids=lambda text: text[:12].strip() or "blanks",
)  # fmt: skip
def test_long_lines_are_bounded(text):
    began = time.process_time()
    parse_vi_datetime(text)
    date_line(text)
    split_edge_date(text)
    clock_only(text)

    assert time.process_time() - began < 1
