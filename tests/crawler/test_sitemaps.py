"""Sitemaps of every kind: what they list, in which order, and whose dates can be believed."""

from __future__ import annotations

import gzip
import time
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.model import Payload
from crawler.robots import read_rules
from crawler.sitemaps import MAX_ENTRIES, Entry, Sitemap, read_sitemap, tells_changes

URL = "http://skhcn.example.vn/sitemap.xml"
VN = timezone(timedelta(hours=7))
NOW = datetime(2025, 6, 12, 3, tzinfo=UTC)
XMLNS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def sitemap(text: str | bytes, content_type: str = "application/xml") -> Sitemap | None:
    body = text if isinstance(text, bytes) else text.encode()
    return read_sitemap(Payload(200, (("Content-Type", content_type),), body), URL)


def paths(found: Sitemap | None) -> list[str] | None:
    return [entry.url.removeprefix("http://skhcn.example.vn/") for entry in found.entries] if found else None


def test_pages_come_newest_first_then_those_without_a_date():
    found = sitemap(
        f"""<?xml version="1.0" encoding="UTF-8"?><urlset {XMLNS}>
        <url><loc>http://skhcn.example.vn/old</loc><lastmod>2020-01-01</lastmod><priority>0.5</priority></url>
        <url><loc>http://skhcn.example.vn/none-1</loc></url>
        <url><loc>http://skhcn.example.vn/new?a=1&amp;b=2</loc><lastmod>2025-06-11T10:16:00+07:00</lastmod></url>
        <url><loc>http://skhcn.example.vn/none-2</loc><lastmod>n/a</lastmod></url></urlset>"""
    )

    assert paths(found) == ["new?a=1&b=2", "old", "none-1", "none-2"]
    assert not found.is_index
    assert found.entries[0].modified == datetime(2025, 6, 11, 10, 16, tzinfo=VN)
    assert found.entries[1].modified == datetime(2020, 1, 1, 23, 59, 59, tzinfo=VN)


def test_an_index_names_sitemaps():
    found = sitemap(
        f"""<sitemapindex {XMLNS}><sitemap><loc>/sitemap-1.xml.gz</loc><lastmod>2020-01-01</lastmod></sitemap>
        <sitemap><loc>http://skhcn.example.vn/sitemap-2.xml.gz</loc><lastmod>2025-01-01</lastmod></sitemap>
        <url><loc>/no</loc></url></sitemapindex>"""
    )

    assert found.is_index
    assert paths(found) == ["sitemap-2.xml.gz", "sitemap-1.xml.gz"]


def test_news_and_picture_extensions():
    found = sitemap(
        f"""<urlset {XMLNS} xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"
         xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
        <url><image:image><image:loc>http://skhcn.example.vn/p.jpg</image:loc></image:image><loc>/a</loc></url>
        <url><image:loc>http://skhcn.example.vn/q.jpg</image:loc><loc>/b</loc>
        <news:news><news:publication><news:name>Sở</news:name></news:publication>
        <news:publication_date>2025-06-11T08:00:00+07:00</news:publication_date><news:title>T</news:title></news:news></url>
        </urlset>"""
    )

    assert paths(found) == ["b", "a"]
    assert found.entries[0] == Entry("http://skhcn.example.vn/b", None, datetime(2025, 6, 11, 8, tzinfo=VN))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<urlset><url><loc>/a</loc></url>", ["a"]),
        ("<urlset><url><loc>/a</loc></url><url><loc>/cut-of", ["a"]),
        ("<br><b>Notice</b> x.php<br><?xml version='1.0'?>\n<urlset><url><loc>/a</loc></url></urlset>", ["a"]),
        ("<sm:urlset xmlns:sm='x'><sm:url><sm:loc>/a</sm:loc></sm:url></sm:urlset>", ["a"]),
        ("<urlset><url><loc>/a?x=1&y=2</loc></url></urlset>", ["a?x=1&y=2"]),
        ("<urlset><url><loc><![CDATA[/a?x=1&y=2]]></loc></url></urlset>", ["a?x=1&y=2"]),
        ("<urlset><url><loc>/tin tức</loc></url></urlset>", ["tin%20t%E1%BB%A9c"]),
        ("<urlset><url><loc>/a</loc></url><url><loc>/a</loc></url><url/><url><loc/></url></urlset>", ["a"]),
        ("<urlset><url><loc>ftp://a.vn/</loc></url><url><loc>javascript:1</loc></url></urlset>", []),
        ("<urlset/>", []),
        ("http://skhcn.example.vn/a\r\nhttp://skhcn.example.vn/b\n\nhttp://skhcn.example.vn/a\n", ["a", "b"]),
        ("http://skhcn.example.vn/a\nUser-agent: *\n", None),
        ("<!DOCTYPE html><html><body>Không tìm thấy trang</body></html>", None),
        ("<rss><channel><item><link>/a</link></item></channel></rss>", None),
        ("<html><body>http://a.vn/</body></html>", None),
        ("Not found", None),
        ("", None),
        ("   ", None),
    ],
)
def test_broken_and_odd_sitemaps(body, expected):
    assert paths(sitemap(body)) == expected
    assert paths(sitemap(gzip.compress(body.encode(), mtime=0), "application/x-gzip")) == expected


def test_a_cut_gzip_file_is_read_as_far_as_it_goes():
    whole = "".join(f"<url><loc>/a-{n}</loc></url>" for n in range(3000))
    zipped = gzip.compress(f"<urlset>{whole}</urlset>".encode(), mtime=0)

    found = sitemap(zipped[: len(zipped) // 2])

    assert 0 < len(found.entries) < 3000
    assert paths(found)[0] == "a-0"


def test_the_largest_sitemap_is_read_in_seconds_and_a_larger_one_is_cut():
    entries = "".join(
        f"<url><loc>http://skhcn.example.vn/tin-{n}</loc><lastmod>2020-01-01</lastmod><changefreq>never</changefreq></url>"
        for n in range(MAX_ENTRIES + 10)
    )
    body = f"<urlset {XMLNS}>{entries}</urlset>".encode()

    began = time.process_time()
    found = sitemap(gzip.compress(body, 1, mtime=0))

    assert len(found.entries) == MAX_ENTRIES
    assert found.is_cut
    assert time.process_time() - began < 40


@pytest.mark.parametrize(
    "bomb",
    [
        b"<urlset>" + b"<url>" * 200_000,
        b"<sitemapindex>" + b"<sitemap>" * 200_000 + b"</sitemap>" * 200_000,
        gzip.compress(b"<urlset>" + b" " * 300_000_000, 1, mtime=0),
        b"<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><urlset><url><loc>/&a;</loc></url></urlset>",
    ],
    ids=["deep", "deep-closed", "gzip", "external-entity"],
)
def test_a_bomb_does_not_go_off(bomb):
    began = time.process_time()

    found = sitemap(bomb)

    assert time.process_time() - began < 5
    assert not any("root:" in entry.url for entry in (found.entries if found else ()))


def dated(*dates: datetime | None) -> Sitemap:
    return Sitemap(False, tuple(Entry(f"http://skhcn.example.vn/{n}", date) for n, date in enumerate(dates)))


DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("dates", "is_told"),
    [
        ((NOW - DAY, NOW - 3 * DAY), True),
        ((NOW - DAY,), True),
        ((NOW - DAY, None, NOW - 2 * DAY), True),
        ((NOW, NOW, NOW), False),  # the moment at which the sitemap was made
        ((None, None), False),
        ((), False),
        ((NOW + 400 * DAY, NOW + 300 * DAY), False),
        ((NOW + 400 * DAY, *(NOW - n * DAY for n in range(20))), True),  # one slip of the keyboard
    ],
)
def test_dates_that_tell_nothing_are_known(dates, is_told):
    assert tells_changes(dated(*dates), NOW) is is_told


@settings(max_examples=60)
@given(st.binary(max_size=100), st.integers(0, 100))
def test_no_bytes_are_refused_with_an_exception(noise, at):
    body = f"<urlset {XMLNS}><url><loc>/a</loc><lastmod>2020-01-01</lastmod></url></urlset>".encode()

    sitemap(body[:at] + noise + body[at:])
    sitemap(noise)


def test_robots_txt_names_sitemaps_in_any_spelling_each_once_and_not_without_end():
    body = "User-agent: *\nDisallow: /x\nSitemap: http://a.vn/s.xml\nsitemap:/t.xml\nSITEMAP: http://a.vn/s.xml\n"
    many = "".join(f"Sitemap: /{n}.xml\n" for n in range(99))

    assert read_rules(body.encode(), "khcn").sitemaps == ("http://a.vn/s.xml", "/t.xml")
    assert len(read_rules(many.encode(), "khcn").sitemaps) == 50
    assert read_rules(b"<html>", "khcn").sitemaps == ()


def test_a_map_of_nothing_but_elements_is_read_as_far_as_so_many(monkeypatch):
    monkeypatch.setattr("crawler.lenient.MAX_ELEMENTS", 1000)
    one = b"<url><loc>http://a.vn/tin/%d</loc></url>"
    read = read_sitemap(
        Payload(200, (), b"<urlset>" + one % 1 + b"<x/>" * 2000 + one % 2 + b"</urlset>"), "http://a.vn/sitemap.xml"
    )

    assert read is not None
    assert [entry.url for entry in read.entries] == ["http://a.vn/tin/1"]
