"""What a listing page betrays of articles that are known already."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from archive.model import Listing, ListingItem
from archive.times import VN
from crawler.noticed import noticed

DAY = datetime(2025, 3, 31, tzinfo=VN)
ITEMS = [ListingItem(f"a{n}", f"Tin {n}", DAY - timedelta(days=n)) for n in range(15)]
SIDE = [ListingItem(f"s{n}", f"Xem nhiều {n}") for n in range(5)]
NEW = ListingItem("new", "Tin mới", DAY + timedelta(days=1))


def page(items: list[ListingItem]) -> Listing:
    return Listing("list", tuple(items), None)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (ITEMS + SIDE, []),
        ([NEW, *ITEMS[:-1], *SIDE], []),
        ([*ITEMS[3:4], *ITEMS[:3], *ITEMS[4:], *SIDE], []),
        (ITEMS + SIDE[2:] + [ListingItem("s9", "Khác")], []),
        ([], []),
        ([NEW], []),
        ([replace(ITEMS[0], title="Tin 0 (đã sửa)"), *ITEMS[1:], *SIDE], ["a0"]),
        ([replace(ITEMS[0], title=None, published=None), *ITEMS[1:], *SIDE], []),
        ([*ITEMS[:2], replace(ITEMS[2], published=DAY), *ITEMS[3:]], ["a2"]),
        ([*ITEMS[:7], *ITEMS[8:], *SIDE], ["a7"]),
        ([NEW, *ITEMS[:7], *ITEMS[8:], *SIDE], ["a7"]),
        ([*ITEMS[:-1], *SIDE], []),
        ([NEW, *ITEMS[1:5], replace(ITEMS[5], title="x"), *ITEMS[6:-1]], ["a0", "a5"]),
        ([replace(item, title=f"{item.title} (9 lượt xem)") for item in ITEMS if item != ITEMS[3]], ["a3"]),
    ],
    ids=[
        "the same",
        "a new one pushes the last off",
        "one is pinned",
        "the side column changes",
        "nothing is left",
        "all others are pushed off",
        "another title",
        "title and date are not printed any more",
        "another date",
        "one taken away",
        "one taken away, a new one",
        "the last taken away, which looks like pushed off",
        "all of it",
        "a counter in every link",
    ],
)
def test_what_looks_changed_or_taken_away_is_noticed(now, expected):
    # Newer articles look put in among older ones: a crawl asks for them anyway.
    assert [url for url in noticed(page(ITEMS + SIDE), page(now)) if url != "new"] == expected


def test_what_is_there_again_is_noticed_where_it_was_and_where_it_is_pinned():
    rest = [item for item in ITEMS if item.url != "a7"]

    assert noticed(page(rest), page(ITEMS)) == ["a7"]
    assert noticed(page(rest), page([ITEMS[7], *rest])) == ["a7"]
    assert noticed(page(ITEMS[:10]), page(ITEMS)) == []
