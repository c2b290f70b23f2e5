"""Who wrote an undeclared page."""

from __future__ import annotations

import json
import time

import pytest

from spiders.pages.naming import clean_names
from tests.crawler.test_published import BODY, H1, page

NAMES = {
    "By Samya Kullab and Vasilisa Stepanenko": ("Samya Kullab", "Vasilisa Stepanenko"),
    "Von Eva Kirchner-Rätsch": ("Eva Kirchner-Rätsch",),
    "Par María R. Sahuquillo, correspondante": ("María R. Sahuquillo",),
    "Por: Marta Cañete y Juan Pérez": ("Marta Cañete", "Juan Pérez"),
    "Door Erik van Vulpen": ("Erik van Vulpen",),
    "Written by Inka Wibowo | Updated 5 May 2024": ("Inka Wibowo",),
    "05.06.2025 um 14:46 von Anne-Marie Slaughter": ("Anne-Marie Slaughter",),
    "Autor: Monika Bolliger und Anna Trechsel": ("Monika Bolliger", "Anna Trechsel"),
    "Yasmine Hassan · CBC News · Posted: Aug 08, 2024": ("Yasmine Hassan",),
    "Linda Rosencrance, Contributing Writer": ("Linda Rosencrance",),
    "Shelby Loos, DVM": ("Shelby Loos",),
    "Felix Schröder und Jörg Soldwisch, dpa": ("Felix Schröder", "Jörg Soldwisch"),
    "신현주 기자": ("신현주",),
    "Nguyễn Văn An, Trần Thị Bình": ("Nguyễn Văn An", "Trần Thị Bình"),
    "Nguyễn Văn An (TTXVN)": ("Nguyễn Văn An",),
    "Walter von Aachen": ("Walter von Aachen",),
    "Kommentar von Nicole Opitz": ("Nicole Opitz",),
    "Jan Kixmüller; Jan Kixmüller": ("Jan Kixmüller",),
    "https://www.facebook.com/faz": (),
    "t.kramer@boersen-zeitung.de": (),
    "@kffnirmitap": (),
    "262588213843476": (),
    "admin": (),
    "No Author": (),
    "View Full Profile": (),
    "Photo: Getty Images": (),
    "": (),
    "—": (),
}


@pytest.mark.parametrize("text", NAMES)
def test_names_are_cut_out_of_the_words_around_them(text):
    found = clean_names([text])

    assert found[: len(NAMES[text]) or None] == NAMES[text]
    assert len(found) <= len(NAMES[text]) + 1


def ld(author: object, **more: object) -> str:
    return f'<script type="application/ld+json">{json.dumps({"@graph": [{"@type": "NewsArticle", "author": author} | more, {"@id": "#an", "@type": "Person", "name": "Nguyễn Văn An"}]})}</script>'  # fmt: skip


AN = ("Nguyễn Văn An",)
READ = {
    "a text": ld("Nguyễn Văn An"),
    "a person": ld({"@type": "Person", "name": "Nguyễn Văn An"}),
    "a reference": ld({"@id": "#an"}),
    "a list of references": ld([{"@id": "#an"}, {"@id": "#nobody"}]),
    "a person beside the paper": ld([{"@type": "Organization", "name": "Báo Mới"}, {"@type": "Person", "name": "Nguyễn Văn An"}]),
    "the site itself, and a meta element": ld("Báo Mới") + '<meta property="og:site_name" content="Báo Mới"><meta name="author" content="Nguyễn Văn An">',
    "an address, and a name": '<meta property="article:author" content="https://facebook.com/x"><meta name="author" content="Nguyễn Văn An">',
    "a library's order": '<meta name="DC.creator" content="An, Nguyễn Văn">',
    "microdata": '<div itemscope itemtype="https://schema.org/NewsArticle"><span itemprop="author" itemscope><b itemprop="name">Nguyễn Văn An</b> phóng viên</span></div>',
    "microdata beside that of comments": '<div itemscope><i itemprop="author">Nguyễn Văn An</i></div><div itemscope itemtype="https://schema.org/Comment"><i itemprop="author">Bạn Đọc</i></div>',
    "a link": '<a rel="nofollow author" href="/an">Nguyễn Văn An</a>',
    "a class": '<div class="article-author"><a href="/an">Nguyễn Văn An</a><span>Phóng viên thường trú</span></div>',
    "a line": H1 + "<p>By Nguyễn Văn An</p>",
}  # fmt: skip


@pytest.mark.parametrize("markup", READ.values(), ids=READ)
def test_the_writer_is_found(markup):
    made = page((markup if "<h1>" in markup else H1 + markup) + BODY)

    assert made.authors() == AN
    assert 0 < made.writers.confidence <= 1


def test_a_byline_of_a_vietnamese_portal_is_read_by_its_rules():
    made = page(H1 + "<p>01/05/2024</p>" + BODY + '<p style="text-align: right"><b>Tùng Như - Đình Nam</b></p>')

    assert made.authors() == ("Tùng Như", "Đình Nam")


def test_the_sites_own_name_is_an_author_only_where_no_other_is_told():
    site = '<meta property="og:site_name" content="Báo Mới">'

    assert page(site + ld("Báo Mới") + H1 + BODY).authors() == ("Báo Mới",)
    assert page(site + ld("Báo Mới") + H1 + "<p>By Nguyễn Văn An</p>" + BODY).authors() == AN
    assert page(site + H1 + BODY).authors() == ()


def test_authors_of_comments_menus_and_cards_are_not_the_articles():
    markup = (
        '<nav><a class="author">Trần Thị Bình</a></nav>'
        + "<h1>The plan</h1>" + BODY
        + '<div class="comment"><span class="author">Trần Thị Bình</span></div>'
    )  # fmt: skip

    assert page(markup.replace(BODY, "<p>The commission spoke about the plan.</p>"), lang="en").authors() == ()


@pytest.mark.parametrize(
    "markup",
    ['<b class="author">x y</b>' * 100_000, '<b class="author">' * 100_000 + "Ab Cd", "<i itemprop=author>Ab Cd</i>" * 100_000,
     '<meta name="author" content="' + "Ab Cd, " * 100_000 + '">', "<p>By " + "von By " * 100_000],
    ids=["marked", "nested", "microdata", "a long list", "words"],
)  # fmt: skip
def test_hostile_bylines_end_soon(markup):
    start = time.process_time()

    assert len(page(H1 + markup).authors()) <= 12
    assert time.process_time() - start < 20
