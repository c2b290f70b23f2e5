"""Pages written for fonts of TCVN3 (ABC) and VNI: read as Unicode on strong evidence, and not else."""

from __future__ import annotations

import unicodedata

import pytest

from archive.model import Article, Payload
from crawler.clean import decode
from crawler.old_fonts import READ, System, as_unicode, is_syllable
from crawler.seeds import undeclared_site
from tests.crawler.old_fonts import ALPHABET, WRITTEN, in_tcvn3
from tests.crawler.reading_helpers import read_page
from tests.hostile.pages import article, lines, title

SO = undeclared_site("host__so_vn", "so.vn")
PAGE = "".join(f"<p>{line}</p>" for line in lines("cu"))


@pytest.mark.parametrize("system", ["tcvn3", "vni"])
def test_every_letter_is_read(system: System):
    words = [f"b{letter}" for letter in ALPHABET]

    assert [READ[system](WRITTEN[system](word)) for word in words] == words


@pytest.mark.parametrize("system", ["tcvn3", "vni"])
@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        ("latin-1", ""),
        ("latin-1", "; charset=windows-1252"),
        ("latin-1", "; charset=x-user-defined"),
        ("latin-1", "; charset=utf-8"),
        ("utf-8", "; charset=utf-8"),
        ("utf-8", ""),
    ],
)
def test_a_page_is_unicode_whatever_it_says(system, encoding, declared):
    body = WRITTEN[system](PAGE).encode(encoding)
    _, text = decode(Payload(200, (("Content-Type", f"text/html{declared}"),), body))

    # The fonts have one letter for both cases.
    assert text.lower() == PAGE.lower()


@pytest.mark.parametrize("system", ["tcvn3", "vni"])
def test_what_was_pasted_into_a_page_of_today_is_read_and_the_page_is_left(system):
    old = "".join(f'<p><font face="x">{WRITTEN[system](line)}</font></p>' for line in lines("cu"))
    html = f"<a>Trang chủ</a><p>Sáng nay</p>{old}<p>Đọc thêm: Café Müller, où çà</p>"

    assert (as_unicode(html) or "").lower() == html.replace(old, old and "".join(
        f'<p><font face="x">{line}</font></p>' for line in lines("cu")
    )).lower()  # fmt: skip


def test_letters_may_be_entities_and_scripts_stay():
    written = in_tcvn3(PAGE).replace("µ", "&micro;").replace("«", "&#171;")
    html = f'<style>.a{{font-family:".VnTime"}}</style><script>var a = "vµ «";</script>{written}<p>1 &lt; 2 &amp; 3</p>'
    got = as_unicode(html) or ""

    assert PAGE.lower() in got.lower()
    assert '<script>var a = "vµ «";</script>' in got
    assert got.endswith("<p>1 &lt; 2 &amp; 3</p>")


def test_letters_may_all_be_entities_where_no_font_is_named():
    written = "".join(f"&#{ord(letter)};" if letter > "\x7f" else letter for letter in in_tcvn3(PAGE))

    assert written.isascii()
    assert PAGE.lower() in (as_unicode(written) or "").lower()


@pytest.mark.parametrize(
    "html",
    [
        PAGE,
        "<a href='/?a=1&amp;b=2&lang=vi&nbsp;'>" * 100 + PAGE,
        unicodedata.normalize("NFD", PAGE),
        '<style>p{font-family:".VnTime"}</style>' + PAGE,
        '<p style="font-family:VNI-Times">' + PAGE,
        '<p style="font-family:.VnTime">Nestlé, Café Müller, São Paulo, Zürich © 2004 «Le Monde» 25°C ±3µm',
        "<p>" + "L'été où naît le garçon, la forêt brûlée près de chez Zoë à Besançon. " * 20,
        "<p>" + "Die Größe der Brücke über den Fluß für Mädchen und Söhne. " * 20,
        "<p>" + "© ® « » µ ¬ ª ¨ " * 200,
        "",
    ],
)
def test_what_was_not_written_so_is_left(html):
    assert as_unicode(html) is None


def test_an_article_in_tcvn3_is_read_and_named_in_unicode():
    html = article("cu").replace('<meta charset="utf-8">', '<style>p{font-family:".VnTime"}</style>')
    got = read_page(in_tcvn3(html).encode("latin-1"), "http://so.vn/tin/cu", site=SO, mime="text/html")

    assert isinstance(got, Article)
    assert (got.title or "").lower() == title("cu").lower()
    assert [line.lower() for line in got.text.split("\n") if line][:3] == [line.lower() for line in lines("cu")]


def test_syllables():
    said = [
        "Nghiên",
        "cứu",
        "Chuyển",
        "giao",
        "khoa",
        "học",
        "nghiệp",
        "quốc",
        "khuỷu",
        "huơ",
        "thuở",
        "quyết",
        "yêu",
        "Nguyễn",
        "giếng",
        "gì",
        "rượu",
        "đuổi",
        "khoét",
    ]

    assert [word for word in said if not is_syllable(word)] == []
    assert [word for word in ["nghiÖp", "C«ng", "vµ", "Müller", "brûlée", "größe", "häc"] if is_syllable(word)] == []
