"""Feeds of every kind, as they are sent: what they list, and what is none."""

from __future__ import annotations

import gzip
import time
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from archive.model import Payload
from crawler.feeds import MAX_ITEMS, feed_links, read_feed

URL = "http://skhcn.example.vn/rss/tin-tuc.rss"
VN = timezone(timedelta(hours=7))

RSS2 = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>Tin tức</title>
<link>http://skhcn.example.vn/</link><atom:link href="http://skhcn.example.vn/rss" rel="self"/>
<item><title>Cũ hơn</title><link>http://skhcn.example.vn/a-1</link><pubDate>Thu, 21 May 2020 10:21:00 +0700</pubDate></item>
<item><title><![CDATA[Mới &amp; <b>đậm</b>]]></title><link><![CDATA[http://skhcn.example.vn/a?x=1&y=2]]></link>
<guid isPermaLink="false">77</guid><pubDate>Fri, 22 May 2020 03:21:00 GMT</pubDate></item>
</channel></rss>"""

RSS1 = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="http://skhcn.example.vn/"><title>T</title></channel>
<item rdf:about="http://skhcn.example.vn/b-1"><title>B một</title><dc:date>2020-05-22T10:21:00+07:00</dc:date></item>
<item rdf:about="x"><title>B hai</title><link>http://skhcn.example.vn/b-2</link></item></rdf:RDF>"""

RSS09 = """<?xml version="1.0"?><!DOCTYPE rss SYSTEM "http://my.netscape.com/publish/formats/rss-0.91.dtd">
<rss version="0.91"><channel><item><title>T&igrave;m hi&#7875;u</title><link>/c-1</link></item></channel></rss>"""

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:base="http://skhcn.example.vn/tin/">
<link rel="self" href="http://skhcn.example.vn/atom"/><entry xml:base="2020/"><title type="html">D &lt;i&gt;một&lt;/i&gt;</title>
<link rel="edit" href="http://skhcn.example.vn/edit"/><link rel="replies" href="http://skhcn.example.vn/replies"/>
<link rel="alternate" type="text/html" href="d-1"/><updated>2020-05-23T00:00:00Z</updated><published>2020-05-22T00:00:00Z</published></entry>
<entry><title>D hai</title><id>http://skhcn.example.vn/d-2</id><updated>2020-05-24T00:00:00Z</updated></entry></feed>"""


def feed(text: str | bytes, content_type: str = "text/xml", url: str = URL):
    body = text if isinstance(text, bytes) else text.encode()
    return read_feed(Payload(200, (("Content-Type", content_type),), body), url)


def test_rss_2_with_cdata_comes_newest_first():
    new, old = feed(RSS2)

    assert (new.url, new.title) == ("http://skhcn.example.vn/a?x=1&y=2", "Mới & đậm")
    assert new.published == datetime(2020, 5, 22, 3, 21, tzinfo=UTC)
    assert (old.url, old.published) == ("http://skhcn.example.vn/a-1", datetime(2020, 5, 21, 10, 21, tzinfo=VN))


def test_rss_1_lists_items_beside_the_channel():
    dated, undated = feed(RSS1)

    assert (dated.url, dated.published) == ("http://skhcn.example.vn/b-1", datetime(2020, 5, 22, 10, 21, tzinfo=VN))
    assert (undated.url, undated.title, undated.published) == ("http://skhcn.example.vn/b-2", "B hai", None)


def test_rss_091_with_html_entities_and_a_relative_link():
    (item,) = feed(RSS09)

    assert (item.url, item.title) == ("http://skhcn.example.vn/c-1", "Tìm hiểu")


def test_atom_takes_the_alternate_link_and_its_bases():
    second, first = feed(ATOM)

    assert (first.url, first.title) == ("http://skhcn.example.vn/tin/2020/d-1", "D một")
    assert first.published == datetime(2020, 5, 22, tzinfo=UTC)
    assert (second.url, second.published) == ("http://skhcn.example.vn/d-2", datetime(2020, 5, 24, tzinfo=UTC))


ITEM = "<item><title>Tin</title><link>http://skhcn.example.vn/x</link></item>"


@pytest.mark.parametrize(
    ("body", "urls"),
    [
        (f"\n\n  <?xml version='1.0'?><rss><channel>{ITEM}</channel></rss>", ["x"]),
        (f"<br />\n<b>Warning</b>: mysql in <b>/var/www</b><br /><?xml version='1.0'?><rss>{ITEM}</rss>", ["x"]),
        (f"<rss><channel>{ITEM}", ["x"]),
        (f"<rss><channel>{ITEM}<item><link>http://skhcn.example.vn/y", ["x"]),
        (f"<rss><channel>{ITEM}</wrong></channel><item><link>/z</link></item></rss>", ["x"]),
        ("<rss><item><link>http://skhcn.example.vn/a?x=1&y=2&copy=3</link></item></rss>", ["a?x=1&y=2&copy=3"]),
        ("<rss><item><link>http://skhcn.example.vn/a?x=1&amp;y=2</link></item></rss>", ["a?x=1&y=2"]),
        ("<rss><item><title>A</title><link/>\n<guid>http://skhcn.example.vn/g</guid></item></rss>", ["g"]),
        ("<rss><item><guid isPermaLink='False'>http://skhcn.example.vn/g</guid></item></rss>", []),
        ("<rss><item><link>http://f.vn/1</link><feedburner:origLink>http://skhcn.example.vn/o</feedburner:origLink></item></rss>", ["o"]),
        (f"<rss>{ITEM * 3}</rss>", ["x"]),
        ("<rss><item><link>mailto:a@b.vn</link></item><item><link>javascript:void(0)</link></item><item/></rss>", []),
        ("<rss><item><link>\n   http://skhcn.example.vn/bài viết\n</link></item></rss>", ["b%C3%A0i%20vi%E1%BA%BFt"]),
        ("<rss><item><link>http://skhcn.example.vn/x#top</link></item></rss>", ["x"]),
        ("<rss><item><title>&#0;&#xD800;&#x1;a</title><link>/x</link></item></rss>", ["x"]),
        ("<rss/>", None),
        ("<rss></rss>", []),
        ("<RSS><CHANNEL><ITEM><LINK>/x</LINK></ITEM></CHANNEL></RSS>", ["x"]),
        ("<!DOCTYPE html><html><body>feed <feed></feed></body></html>", None),
        ("<html><head><title>Không tìm thấy</title></head></html>", None),
        ("", None),
        ("{}", None),
        ("\x00\x01\x02", None),
    ],
)  # fmt: skip
def test_broken_and_odd_feeds(body, urls):
    found = feed(body)

    if urls is None:
        assert not found
    else:
        assert [item.url.removeprefix("http://skhcn.example.vn/") for item in found] == urls


@pytest.mark.parametrize(
    ("encoding", "declared", "content_type"),
    [
        ("utf-8", "iso-8859-1", "text/xml; charset=windows-1252"),
        ("utf-8", "", "text/xml"),
        ("utf-8-sig", "utf-8", "text/xml"),
        ("utf-16", "utf-16", "text/xml"),
        ("utf-16", "utf-8", "text/xml; charset=utf-8"),
        ("cp1258", "windows-1258", "text/xml"),
        ("cp1258", "", "text/xml; charset=windows-1258"),
        ("cp1258", "utf-8", "text/xml; charset=utf-8"),
    ],
)
def test_whatever_charset_is_said_the_title_is_read(encoding, declared, content_type):
    title = "Sở KH&amp;CN Lâm Đô\u0300ng" if encoding == "cp1258" else "Sở KH&amp;CN Lâm Đồng"
    if encoding == "cp1258":
        title = title.replace("ở", "ơ\u0309")
    declaration = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    text = f"{declaration}<rss><item><title>{title}</title><link>/x</link></item></rss>"

    (item,) = feed(text.encode(encoding), content_type)

    assert item.title == "Sở KH&CN Lâm Đồng"


@pytest.mark.parametrize(
    ("date", "moment"),
    [
        ("Fri, 22 May 2020 10:21:00 GMT+7", datetime(2020, 5, 22, 10, 21, tzinfo=VN)),
        ("22 May 2020 10:21:00 +0700", datetime(2020, 5, 22, 10, 21, tzinfo=VN)),
        ("2020-05-22 10:21:00", datetime(2020, 5, 22, 10, 21, tzinfo=VN)),
        ("2020-05-22T10:21:00.123 +07:00", datetime(2020, 5, 22, 10, 21, tzinfo=VN)),
        ("2020-05-22T10:21:00+0700", datetime(2020, 5, 22, 10, 21, tzinfo=VN)),
        ("22/05/2020 10:21", datetime(2020, 5, 22, 10, 21, tzinfo=VN)),
        ("Thứ Sáu, ngày 22/05/2020 | 10:21", datetime(2020, 5, 22, 10, 21, tzinfo=VN)),
        ("2020-13-45T99:99:99Z", None),
        ("-0001-11-30 07:06:30", None),
        ("0000-00-00", None),
        ("Mon, 99 Foo 2020", None),
        ("hôm qua", None),
        ("", None),
    ],
)
def test_dates_of_every_form(date, moment):
    (item,) = feed(f"<rss><item><link>/x</link><pubDate>{date}</pubDate></item></rss>")

    assert item.published == moment


def test_a_gzipped_feed_is_read_and_a_cut_one_as_far_as_it_goes():
    items = "".join(f"<item><link>/a-{n}</link></item>" for n in range(2000))
    zipped = gzip.compress(f"<rss>{items}</rss>".encode(), mtime=0)

    assert len(feed(zipped)) == 2000
    assert 0 < len(feed(zipped[: len(zipped) // 2])) < 2000
    assert len(feed(gzip.compress(zipped, mtime=0))) == 2000


@pytest.mark.parametrize(
    "bomb",
    [
        "<!DOCTYPE rss [<!ENTITY a 'aaaaaaaaaa'>"
        + "".join(f"<!ENTITY a{n} '{f'&a{n - 1 if n > 1 else str()};' * 10}'>" for n in range(1, 10))
        + "]><rss><item><title>&a9;</title><link>/x</link></item></rss>",
        "<!DOCTYPE rss [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><rss><item><title>&a;</title><link>/x</link></item></rss>",
        "<rss>" + "<item>" * 100_000,
        "<rss>" + "<a>" * 300_000,
        "<rss><item " + " ".join(f"a{n}='1'" for n in range(3000)) + "><link>/x</link></item></rss>",
        gzip.compress(b"<rss>" + b" " * 300_000_000, mtime=0).hex(),
    ],
    ids=["billion-laughs", "external-entity", "deep-items", "deep", "attributes", "gzip-bomb"],
)
def test_a_bomb_does_not_go_off(bomb):
    began = time.process_time()

    found = feed(bytes.fromhex(bomb) if bomb.startswith("1f8b") else bomb)

    assert time.process_time() - began < 5
    assert all("root:" not in (item.title or "") and len(item.title or "") < 100 for item in found or ())


def test_a_feed_without_end_is_bounded():
    assert len(feed("<rss>" + "".join(f"<item><link>/a-{n}</link></item>" for n in range(MAX_ITEMS + 50)))) == MAX_ITEMS


@settings(max_examples=60)
@given(st.binary(max_size=200), st.integers(0, len(RSS2)))
def test_no_bytes_are_refused_with_an_exception(noise, at):
    body = RSS2.encode()

    feed(body[:at] + noise + body[at:])
    feed(noise)


def test_links_to_feeds_on_a_page():
    page = etree.HTML(
        '<link rel="stylesheet" type="application/rss+xml" href="/no">'
        '<link rel="Alternate" type="application/atom+xml; charset=utf-8" href="atom.xml">'
        '<link rel="alternate" type="application/rss+xml" href="/comments/feed/">'
        '<link rel="alternate" hreflang="en" href="/en">'
        '<a href="/rss">RSS</a><a href="/rss">RSS</a><a href="/tin/rss-1.html">a</a><a href="/press">b</a>'
        '<a href="/RSS.aspx?id=3">c</a><a href="/vi/news/rss/">d</a><a href="/tin-tuc-rss-la-gi-12.html">e</a>'
        '<a href="mailto:x@y.vn">f</a>'
    )

    assert feed_links(page, "http://a.vn/vi/") == [
        "http://a.vn/vi/atom.xml",
        "http://a.vn/rss",
        "http://a.vn/tin/rss-1.html",
        "http://a.vn/RSS.aspx?id=3",
        "http://a.vn/vi/news/rss/",
        "http://a.vn/tin-tuc-rss-la-gi-12.html",
    ]
