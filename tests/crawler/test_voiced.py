"""An undeclared page as a whole: each field by vote, each with how sure it is."""

from __future__ import annotations

import json

import pytest

from spiders.pages.voiced import VoicedArticle
from tests.crawler.test_published import BODY, H1, TITLE, page

MACHINE = (
    '<script type="application/ld+json">'
    + json.dumps({"@type": "NewsArticle", "headline": TITLE, "datePublished": "2024-05-01T08:00:00+07:00",
                  "author": {"@type": "Person", "name": "Nguyễn Văn An"}})
    + f'</script><meta property="og:title" content="{TITLE}">'
)  # fmt: skip
BARE = H1 + "<p>01/05/2024</p>" + BODY


def sure(made: VoicedArticle) -> dict[str, float]:
    found = made.confidence()
    assert found is not None
    return dict(found)


def test_how_sure_each_field_is_lies_between_0_and_1():
    for markup in ("", BARE, MACHINE + BARE, MACHINE, "<h1>x"):
        found = sure(page(markup))

        assert list(found) == sorted(found)
        assert all(0 <= value <= 1 for value in found.values())


def test_a_page_that_tells_all_for_machines_is_surer_than_one_that_prints_it():
    told, printed, nothing = sure(page(MACHINE + BARE)), sure(page(BARE)), sure(page("<p>x</p>"))

    for field in ("authors", "published"):
        assert told[field] > printed[field] >= nothing[field]
    assert told["title"] > nothing["title"]


def test_the_evidence_of_lines_is_not_asked_where_machines_tell_all():
    made = page(MACHINE + H1 + BODY)

    assert (made.title(), made.authors()) == (TITLE, ("Nguyễn Văn An",))
    assert made.published()[1] == "second"
    assert "reading" not in vars(made)


def test_reading_twice_gives_the_same():
    one, two = page(MACHINE + BARE), page(MACHINE + BARE)

    assert (one.title(), one.published(), one.modified(), one.authors(), one.confidence()) == (
        two.title(), two.published(), two.modified(), two.authors(), two.confidence()
    )  # fmt: skip


@pytest.mark.parametrize(
    ("lang", "text", "expected"),
    [("vi", BODY, "vi"), ("en", H1 + BODY, "vi"), ("", H1 + BODY, "vi"), ("de-AT", "<p>Nur ein Satz über nichts.</p>", "de"),
     ("fr", "<p>Le Président a été reçu à l'hôtel.</p>", "fr"), ("x", "<p>words</p>", None)],
)  # fmt: skip
def test_the_language_is_that_of_the_text_else_what_is_declared(lang, text, expected):
    head = "" if expected == "vi" else "<h1>Title</h1>"
    made = page(head + text, lang=lang)
    vars(made)["head_title"] = TITLE if expected == "vi" else "Title"

    assert made.language() == expected


@pytest.mark.parametrize(
    "markup", ["", "<", "\x00", "<html>", "<title>", "http://127.0.0.1:9/x", "<h1>" * 9, "%PDF-1.4"]
)
def test_odd_pages_are_read(markup):
    made = page(markup)

    assert made.authors() == ()
    assert made.published() == (None, None)
    made.title(), made.modified(), made.source(), made.photographers(), made.language(), made.confidence()


def test_nothing_is_fetched(monkeypatch):
    monkeypatch.setattr("socket.socket.connect", lambda *_: pytest.fail("the network was asked"))
    made = page("")
    vars(made)["_decoded"] = ("utf-8", "http://127.0.0.1:9/page-of-an-article")

    assert made._guessed_date() is None
