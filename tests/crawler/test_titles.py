"""The headline of an undeclared page, chosen among what the page proposes."""

from __future__ import annotations

import json

import pytest

from crawler.clean import parse
from spiders.pages.structure import facts_of
from spiders.pages.titles import headline, is_site, site_names, voices_of

URL = "https://www.baomoi.example.vn/khoa-hoc/mua-lon-o-hue-gay-ngap-nhieu-tuyen-duong-123.html"
TITLE = "Mưa lớn ở Huế gây ngập nhiều tuyến đường"


def chosen(markup: str, url: str = URL, line: str | None = None, asked: list[str] | None = None) -> str | None:
    """Return the headline of a page; *line* is what the evidence reader would say."""
    root = parse(f"<html>{markup}</html>")
    facts = facts_of(root, url)
    element = next(root.iter("title"), None)
    names = site_names(facts, url)

    def line_of() -> str | None:
        if asked is not None:
            asked.append("asked")
        return line

    found = headline(voices_of(facts, root, element.text if element is not None else "", names), names, url, line_of)
    return found.text if found is not None else None


def ld(title: str, **more: object) -> str:
    return (
        f'<script type="application/ld+json">{json.dumps({"@type": "NewsArticle", "headline": title, **more})}</script>'
    )


OG = '<meta property="og:title" content="{}">'
PAGES = {
    "title only": f"<title>{TITLE}</title>",
    "title with the host's name": f"<title>{TITLE} - Báo Mới</title><h1>Báo Mới</h1>",
    "title with og:site_name": f'<meta property="og:site_name" content="Cổng Huế"><title>{TITLE} | Cổng Huế</title>',
    "site's name first": f'<meta property="og:site_name" content="Cổng Huế"><title>Cổng Huế - {TITLE}</title>',
    "site's name from JSON-LD": ld(f"{TITLE} - TTĐT Huế", publisher={"name": "TTĐT Huế"}) + f"<h1>{TITLE}</h1>",
    "heading against useless title": f"<title>Chi tiết tin tức - Sở KH&amp;CN</title><h1>{TITLE}</h1>",
    "logo in a heading": f'<meta property="og:site_name" content="Báo Mới"><h1>Báo Mới</h1><h1>{TITLE}</h1>',
    "kicker inside the heading": OG.format(TITLE) + f"<h1>Thời tiết: {TITLE}</h1><title>{TITLE} | Tin</title>",
    "a field that is not there": f"<title>Chi tiết</title><h1>null {TITLE}</h1>",
    "a date on the headline's line": f"<title>Chi tiết</title><h1>{TITLE} (23/07/2021)</h1>",
    "og cut, heading whole": OG.format("Mưa lớn ở Huế gây ngập...") + f"<h1>{TITLE}</h1>",
    "title in capitals": f"<title>{TITLE.upper()} | Báo Mới</title>" + OG.format(TITLE) + f"<h1>{TITLE}</h1>",
    "JSON-LD of the site only": '<script type="application/ld+json">{"@type": "WebSite", "name": "Báo Mới"}</script>'
    + f"<h1>{TITLE}</h1><h1>Tin mới nhất</h1>",
}


@pytest.mark.parametrize("word", ["null", "undefined", "NULL"])
def test_a_word_of_programs_is_no_headline(word):
    assert chosen(f"<title>{word}</title><h1>{word}</h1>" + OG.format(word)) is None
    assert chosen(f"<title>{word}</title><h1>{word}</h1>" + OG.format(TITLE)) == TITLE


@pytest.mark.parametrize("markup", PAGES.values(), ids=PAGES)
def test_the_headline_is_found(markup):
    assert chosen(markup) == TITLE


def test_a_line_that_looks_like_a_headline_decides_between_others():
    markup = OG.format("Sở Khoa học và Công nghệ") + "<h1>Tin hoạt động của ngành</h1>"

    assert chosen(markup, "https://skhcn.example.vn/?id=5", line=TITLE) in (TITLE, "Tin hoạt động của ngành")
    assert chosen("<title>Trang chủ</title>", "https://skhcn.example.vn/?id=5", line=TITLE) == TITLE


def test_the_line_is_only_looked_for_where_it_could_decide():
    asked: list[str] = []

    chosen(ld(TITLE) + OG.format(TITLE) + f"<h1>{TITLE}</h1>", asked=asked)
    assert asked == []
    chosen(OG.format(TITLE) + "<h1>Một tiêu đề khác hẳn</h1>", asked=asked)
    assert asked == ["asked"]


def test_the_sites_own_name_is_no_headline():
    markup = (
        '<meta property="og:site_name" content="Báo Mới"><meta property="og:title" content="Báo Mới"><h1>Báo Mới</h1>'
    )

    assert chosen(markup + "<title>Báo Mới</title>") is None
    assert chosen("") is None


def test_a_name_explains_itself_and_what_holds_it_nearly_whole():
    names = frozenset({"srf", "metronews"})

    assert is_site("SRF", names)
    assert is_site("Metro News", names)
    assert is_site("Politics | Metro News", names)
    assert not is_site("Mưa lớn ở Huế", names)


@pytest.mark.parametrize("markup", ["<title>" + " | ".join(["ab cd"] * 100_000) + "</title>", "<h1>" * 50_000, OG.format("a - " * 100_000)])  # fmt: skip
def test_odd_titles_are_read_soon(markup):
    assert chosen(markup) is None or True


def test_confidence_grows_with_agreement():
    def sure(markup: str) -> float:
        root = parse(f"<html>{markup}</html>")
        facts = facts_of(root, URL)
        found = headline(voices_of(facts, root, "", frozenset()), frozenset(), URL)
        assert found is not None
        return found.confidence

    lone, agreed = sure(f"<h1>{TITLE}</h1>"), sure(f"<h1>{TITLE}</h1>" + OG.format(TITLE) + ld(TITLE))
    split = sure(f"<h1>{TITLE}</h1>" + OG.format("Một bản tin khác") + ld("Thêm một bản tin nữa"))

    assert 0 <= split < lone <= agreed <= 1
