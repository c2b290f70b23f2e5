"""Real pages, saved by others: lists give their items, and what is no article gives none."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive.model import Article, Capture, Listing, Location, Payload
from crawler.derive import derive
from crawler.site_files import filled
from crawler.sites import Host, Layout, Site

PAGES = Path(__file__).parents[3] / "shared" / "pages"
HANOI = "https://sotttt.hanoi.gov.vn"
pytestmark = pytest.mark.skipif(not PAGES.exists(), reason="the saved pages are not beside the project")


def read(name, *, url=None, layouts=("liferay_6",)):
    """Derive a saved page at its own address, or at another."""
    rows = list(csv.DictReader((PAGES / "manifest.csv").open(encoding="utf-8")))
    url = url or next(row["original_url"] for row in rows if row["file"] == name)
    site = Site(
        "x", "Sở", "Department", "active", hosts=(Host(url.split("/")[2]),), layouts=tuple(map(Layout, layouts))
    )
    capture = Capture(
        "c", url, datetime(2022, 8, 27, tzinfo=UTC), 200, "text/html", None, "x", "x", Location("w", 0, 1)
    )
    return derive(filled(site), capture, Payload(200, (("Content-Type", "text/html"),), (PAGES / name).read_bytes()))


@pytest.mark.parametrize(
    ("name", "count", "following"),
    [
        ("hanoi_sotttt_list_covid_p1.html", 20, "_101_cur=2"),
        ("hanoi_sotttt_list_covid_p2.html", 6, None),
        ("hanoi_sotttt_list_cntt_p1.html", 10, "_101_cur=2"),
    ],
)
def test_a_liferay_list_gives_its_items_their_dates_and_the_next_page(name, count, following):
    got = read(name)

    assert isinstance(got, Listing)
    assert len(got.items) == count
    assert all(item.title and item.published for item in got.items)
    assert (got.next_url or "").endswith(following or "")
    assert bool(got.next_url) == bool(following)


def test_an_impossible_date_in_a_lead_dates_no_item():
    got = read("hanoi_sotttt_list_ngansach.html")

    assert isinstance(got, Listing)
    assert got.items
    assert all(item.published and item.published.year in range(2008, 2023) for item in got.items)


@pytest.mark.parametrize(
    "name",
    [
        "hanoi_sotttt_static_chucnang.html",
        "hanoi_sotttt_contact.html",
        "hanoi_sotttt_soft404_image.html",
        "hanoi_sotttt_trap_depth1.html",
        "hanoi_sotttt_trap_depth3.html",
        "hanoi_sotttt_home.html",
        "hanoi_sotttt_list_covid_p1.html",
    ],
)
@pytest.mark.parametrize("url", [None, f"{HANOI}/tin/-/view_content/123-tin", f"{HANOI}/khac"])
@pytest.mark.parametrize("layouts", [("liferay_6",), ()])
def test_what_is_no_article_gives_none(name, url, layouts):
    assert not isinstance(read(name, url=url, layouts=layouts), Article)
