"""What pages say for machines, as they really say it."""

from __future__ import annotations

import json
import time

import pytest

from archive.jsonform import to_json
from archive.model import Exif
from crawler.clean import parse
from spiders.pages.json_ld import read_json
from spiders.pages.structure import Facts, facts_of, texts

URL = "https://bao.example.vn/tin/khai-mac-techfest-2024-123.html"


def facts(markup: str) -> Facts:
    return facts_of(parse(f"<html><head>{markup}</head><body><p>x</p></body></html>"), URL)


def ld(*sources: object) -> str:
    written = (source if isinstance(source, str) else json.dumps(source, ensure_ascii=False) for source in sources)
    return "".join(f'<script type="application/ld+json">{source}</script>' for source in written)


NEWS = {"@type": "NewsArticle", "headline": "Khai mạc Techfest 2024"}


@pytest.mark.parametrize(
    "markup",
    [
        ld(NEWS),
        ld([{"@type": "WebSite", "name": "Báo"}, NEWS]),
        ld({"@graph": [{"@type": "WebPage", "name": "x"}, NEWS]}),
        ld({"@type": "WebPage", "mainEntity": NEWS}),
        ld({"@type": "http://schema.org/NewsArticle", "headline": "Khai mạc Techfest 2024"}),
        ld({"@type": ["Article", "TechArticle"], "headline": {"@value": "Khai mạc Techfest 2024"}}),
        ld({"@type": "BlogPosting", "headline": ["Khai mạc Techfest 2024"]}),
        ld({"@type": "NewsArticle", "headline": "Khai mạc&nbsp;Techfest 2024"}),
        ld("không phải JSON") + ld(NEWS),
        ld('//<![CDATA[\n{"@type": "NewsArticle", "headline": "Khai mạc Techfest 2024"}\n//]]>'),
        ld('<!-- {"@type": "NewsArticle", "headline": "Khai mạc Techfest 2024",} -->'),
        ld('{"@type": "NewsArticle"\n "headline": "Khai mạc Techfest 2024"}'),
        ld('{"@type": "NewsArticle", "headline": "Khai mạc\nTechfest 2024"}'),
        ld("{&quot;@type&quot;: &quot;NewsArticle&quot;, &quot;headline&quot;: &quot;Khai mạc Techfest 2024&quot;}"),
        ld('{"@type": "NewsArticle", "headline": "Khai mạc Techfest 2024", "publisher": {"name": "Báo"'),
        ld('{"headline": "Khai mạc Techfest 2024", "description": "dấu " sai"}'),
        ld('{"@type": "WebSite"};{"@type": "NewsArticle", "headline": "Khai mạc Techfest 2024"}'),
    ],
)
def test_the_headline_of_json_ld_is_found_however_it_is_written(markup):
    assert facts(markup).said("headline") == ["Khai mạc Techfest 2024"]


def test_of_several_articles_the_one_at_the_pages_address_is_taken():
    other = {"@type": "Article", "headline": "Tin khác", "datePublished": "2024-01-01", "author": "A"}

    for key, value in (("url", URL), ("mainEntityOfPage", {"@id": URL + "/"}), ("@id", "http://www.bao.example.vn/tin/khai-mac-techfest-2024-123.html#article")):  # fmt: skip
        assert facts(ld([other, NEWS | {key: value}])).article["headline"] == NEWS["headline"]


def test_an_article_in_a_list_of_others_is_not_the_pages():
    listed = {"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "item": NEWS}]}

    assert facts(ld(listed)).article == {}


def test_references_are_followed_and_circles_end():
    page = facts(ld({"@graph": [NEWS | {"author": [{"@id": "#a"}, {"@id": "#lost"}]}, {"@id": "#a", "@type": "Person", "name": "An", "author": {"@id": "#a"}}]}))  # fmt: skip

    assert [texts(value) for value in page.resolve(page.article["author"])] == [["An"], []]


def test_meta_elements_are_found_by_name_property_and_itemprop():
    page = facts('<meta property="OG:Title" content=" A &amp;amp; B "><meta name="author" content="An"><meta itemprop="datePublished" content="2024-05-01"><meta name="author" content="Bình"><meta name="empty"><meta content="x">')  # fmt: skip

    assert page.meta("og:title", "author", "datepublished") == ["A & B", "An", "Bình", "2024-05-01"]


def test_what_json_can_hold_and_text_can_not_is_left_out():
    text = facts(ld('{"@type": "Article", "headline": "A\\u0000 \\ud800B"}')).said("headline")[0]

    assert text == "A B"
    assert to_json(Exif(camera=text))


def test_nothing_is_said_by_an_empty_page():
    assert facts_of(None, URL) == Facts()
    assert facts("") == Facts()


HOSTILE = {
    "deep list": "[" * 300_000,
    "deep objects": '{"a":' * 100_000 + "1" + "}" * 100_000,
    "cut objects": '{"a":"b" \n' * 90_000,
    "quotes": '{"headline":"' + '\\"' * 400_000,
    "many keys": "{" + ",".join(f'"k{at}":{at}' for at in range(70_000)) + "}",
    "many nodes": json.dumps([{"@type": "Article", "@id": f"#{at}"} for at in range(20_000)]),
    "too long": json.dumps({"@type": "Article", "headline": "x" * 9_000_000}),
    "no JSON at all": "null",
    "a number": "1e999",
}


@pytest.mark.parametrize("source", HOSTILE.values(), ids=HOSTILE)
def test_hostile_json_ends_soon(source):
    start = time.process_time()

    page = facts(ld(source) + ld(NEWS))

    assert page.said("headline") == [NEWS["headline"]]
    assert len(page.nodes) <= 2_000
    assert time.process_time() - start < 2


@pytest.mark.parametrize(
    "markup", ['<meta name="a" content="b">' * 200_000, "<b itemprop='author name'>x</b>" * 200_000, "<h1>Tin</h1>" * 200_000]
)  # fmt: skip
def test_a_page_of_nothing_but_elements_ends_soon(markup):
    root = parse(f"<html><body>{markup}</body></html>")
    start = time.process_time()

    page = facts_of(root, URL)

    assert sum(map(len, page.metas.values())) <= 1_000
    assert sum(map(len, page.props.values())) <= 2_000
    assert time.process_time() - start < 2


def test_read_json_never_raises():
    for source in ("", " ", "{", "}", "<!-- -->", '{"a": }', "\x00", '"', "[[[", "{}{}{}", "NaN"):
        assert isinstance(read_json(source), list)
