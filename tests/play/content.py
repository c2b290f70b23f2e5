"""What is true of every played article.

Rules by which a page's body gives the expected text and fields:

- paragraphs, sub-headings, quotations and a bold lead are one paragraph each, in reading order;
- each item of a real list (``ul``, ``ol``) is its own paragraph, without bullet or number; a line that is
  printed with ``- `` or ``+ `` in front is a plain paragraph and keeps the sign;
- each row of a data table, the head included, is one paragraph, its cells joined by `` | ``;
- ``./.`` at the end stays; typing mistakes stay; quotes stay as printed;
- text is NFC; every run of spaces and no-break spaces is one space; zero-width characters (always beside a
  space or at a paragraph's edge here) are gone; empty paragraphs are nothing;
- captions, bylines, the source line and the list of files below the body are not text; a file linked inside a
  sentence is an attachment and its words stay in the text;
- ``caption`` is as printed less the credit: `` (Ảnh: X)``, `` (Ảnh X)``, or `` Ảnh: X`` after a full stop at
  the end; ``(Ảnh minh họa)`` names nobody and stays; ``Ảnh: Buổi làm việc ...`` in front starts the caption
  and stays;
- photographers are those of the byline, then those of the credits, each once;
- ``alt`` is null when the attribute is missing or empty;
- the source is what follows ``Nguồn:`` or ``Theo``, brackets off.

Everything is made from one seed: the same articles each time, on every machine.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from functools import cache

from tests.play.body import Writer, files_of
from tests.play.cast import cast_of
from tests.play.credits import make_byline, make_source
from tests.play.grammar import capital, expand
from tests.play.topics import Topic, all_topics
from tests.play.truth import Layout, PlayedArticle

VN = timezone(timedelta(hours=7))
"""Vietnam's clock, the same all year."""

COUNTS: dict[Layout, int] = {"ha_tinh": 132, "hau_giang_1": 64, "hau_giang_2": 62}
IMPORTED = 6
"""How many articles of Hậu Giang's older generation the newer one shows again."""

CATEGORIES = {
    "tin-tuc-su-kien": "Tin tức - Sự kiện",
    "khoa-hoc-cong-nghe": "Khoa học công nghệ",
    "chuyen-doi-so": "Chuyển đổi số",
    "iso-90012015": "ISO 9001:2015",
}
"""Hà Tĩnh's listings: slug in the address, and name in menu and breadcrumb."""

CATEGORY_OF = {
    "su-kien": "tin-tuc-su-kien",
    "khcn": "khoa-hoc-cong-nghe",
    "cds": "chuyen-doi-so",
    "iso": "iso-90012015",
}
HAU_GIANG_SECTION = {"hau_giang_1": "Tin hoạt động", "hau_giang_2": "Tin tức"}
SPANS: dict[Layout, tuple[datetime, datetime]] = {
    "ha_tinh": (datetime(2021, 2, 3, tzinfo=VN), datetime(2025, 6, 27, tzinfo=VN)),
    "hau_giang_1": (datetime(2020, 1, 8, tzinfo=VN), datetime(2021, 12, 24, tzinfo=VN)),
    "hau_giang_2": (datetime(2022, 1, 6, tzinfo=VN), datetime(2024, 12, 20, tzinfo=VN)),
}
ODDITIES = {"nfd": 0.08, "nfd_words": 0.25, "nbsp": 0.5, "entities": 0.25, "zero_width": 0.16, "inline": 0.5}


@cache
def articles(site: str | None = None) -> tuple[PlayedArticle, ...]:
    """Return the truth about all articles (of one *site*), newest first."""
    made = [*_generation("ha_tinh"), *_generation("hau_giang_1"), *_generation("hau_giang_2")]
    made += _imports([one for one in made if one.layout == "hau_giang_1"])
    made.sort(key=lambda one: (one.published, one.url), reverse=True)
    return tuple(one for one in made if site in (None, one.site))


def _generation(layout: Layout) -> Iterator[PlayedArticle]:
    rng = random.Random(f"played {layout}")
    site = "ha_tinh" if layout == "ha_tinh" else "hau_giang"
    topics = [topic for topic in all_topics() if topic.only in ("", site)]
    titles: set[str] = set()
    for number, published in enumerate(_dates(layout, rng)):
        topic = topics[number % len(topics)] if rng.random() < 0.8 else rng.choice(topics)
        yield _write(layout, topic, number, published, titles, rng)


def _dates(layout: Layout, rng: random.Random) -> list[datetime]:
    start, end = SPANS[layout]
    days = sorted(rng.sample(range((end - start).days + 1), COUNTS[layout]))
    times = (timedelta(hours=rng.randint(7, 17), minutes=rng.randint(0, 59)) for _ in days)
    return [start + timedelta(days=day) + at for day, at in zip(days, times, strict=True)]


def _write(
    layout: Layout, topic: Topic, number: int, published: datetime, titles: set[str], rng: random.Random
) -> PlayedArticle:
    site = "ha_tinh" if layout == "ha_tinh" else "hau_giang"
    cast = _cast(site, topic, published, rng)
    title = capital(expand(rng.choice(topic.titles), cast, rng))
    while title in titles or not is_timely(title, published.month):
        cast = _cast(site, topic, published, rng)
        title = capital(expand(rng.choice(topic.titles), cast, rng))
    titles.add(title)
    if layout == "hau_giang_2":
        published = published.replace(hour=0, minute=0)
    url = address(layout, title, number, published)
    writer = Writer(layout, topic, cast, rng, published)
    files = files_of(writer)
    blocks = writer.blocks(title, files)
    byline, authors, photographers = make_byline(site, rng)
    source_line, source = make_source(rng)
    credits = [block.image.credit for block in writer.figures if block.image.credit]
    category = CATEGORY_OF[topic.section] if layout == "ha_tinh" else ""
    return PlayedArticle(
        url=url,
        layout=layout,
        title=title,
        published=published,
        precision="day" if layout == "hau_giang_2" else "minute",
        authors=authors,
        photographers=tuple(dict.fromkeys((*photographers, *credits))),
        source=source,
        section=CATEGORIES[category] if category else HAU_GIANG_SECTION[layout],
        blocks=blocks,
        attachments=files,
        category=category,
        byline=byline,
        source_line=source_line,
        skeleton=SKELETON_ORDER[number % len(SKELETON_ORDER)],
        odd=frozenset(name for name, share in ODDITIES.items() if rng.random() < share),
        printed_date=date_line(layout, published),
    )


SKELETON_ORDER = ("semantic", "breaks", "tables", "word", "cards", "labels")
"""The skeletons that the server plays in turn; NFD is an oddity on top of any of them."""


GROWING = ("nghiệm thu đề tài", "nông nghiệp công nghệ cao", "ngày khoa học")
"""Topics in which the product grows in a field."""
SEASONS = {
    "20/01": (1,),
    "18/5": (5,),
    "việt nam năm": (5,),
    "19/5": (5,),
    "tổng kết": (1, 12),
    "mưa bão": (6, 7, 8, 9, 10),
}


def is_timely(title: str, month: int) -> bool:
    """Whether what *title* speaks of can be news in *month*.

    >>> is_timely("Hưởng ứng Ngày Đo lường Việt Nam 20/01/2024", 11)
    False
    """
    return all(month in months for words, months in SEASONS.items() if words in title.lower())


def _cast(site: str, topic: Topic, published: datetime, rng: random.Random) -> dict[str, str]:
    cast = cast_of(site, published, rng, grown=topic.name in GROWING)
    cast["event_thuong"] = topic.event[:1].lower() + topic.event[1:]
    cast["event_hoa"] = topic.event
    cast["ong1_hoa"] = capital(cast["ong1"])
    cast["ong2_hoa"] = capital(cast["ong2"])
    cast["end"] = rng.choice((".", ".", "./.", "/."))
    return cast


def date_line(layout: Layout, published: datetime) -> str:
    """Return the date as the generation prints it.

    >>> date_line("hau_giang_1", datetime(2020, 5, 18, 8, 8, tzinfo=VN))
    '18/5/2020, 8:8 (GMT+7)'
    """
    if layout == "ha_tinh":
        return f"{published:%H:%M | %d-%m-%Y}"
    if layout == "hau_giang_1":
        # No leading zeros, not even of the minutes: seen on the real site.
        return f"{published.day}/{published.month}/{published.year}, {published.hour}:{published.minute} (GMT+7)"
    return f"Ngày {published:%d-%m-%Y}"


def address(layout: Layout, title: str, number: int, published: datetime) -> str:
    """Return an article's address, shaped as on the real sites."""
    if layout == "ha_tinh":
        kind = "tap-san" if number % 19 == 7 else "tin-tuc"
        return f"http://skhcn.hatinh.gov.vn/chi-tiet-{kind}/{slug(title)}"
    if layout == "hau_giang_1":
        item = 52000 + number * 97
        return f"http://haugiang.gov.vn/HtmlView.aspx?pageid=3129&ItemID={item}&mid=7506&pageindex=0&siteid=60"
    return f"http://skhcn.haugiang.gov.vn/chi-tiet/-/tin-tuc/{vnpt_slug(title)}{61000 + number * 263}"


def slug(title: str) -> str:
    """Return *title* in ASCII with hyphens, đ as d.

    >>> slug("Đổi mới: “sáng tạo” năm 2025")
    'doi-moi-sang-tao-nam-2025'
    """
    bare = _ascii(title.lower().replace("đ", "d"))
    return re.sub(r"[^a-z0-9]+", "-", bare).strip("-")


def vnpt_slug(title: str) -> str:
    """Return *title* in ASCII, capitals kept, Đ lost, a hyphen for every other sign.

    >>> vnpt_slug("Hậu Giang: Góp ý dự thảo Đề án năm 2022")
    'Hau-Giang--Gop-y-du-thao-e-an-nam-2022'
    """
    return re.sub(r"[^A-Za-z0-9]", "-", _ascii(title.replace("đ", "").replace("Đ", "")))


def _ascii(text: str) -> str:
    apart = unicodedata.normalize("NFD", text)
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def _imports(older: list[PlayedArticle]) -> Iterator[PlayedArticle]:
    """Old articles as the newer generation shows them: the day of the import is printed as theirs."""
    imported = datetime(2022, 3, 4, tzinfo=VN)
    for number, one in enumerate(older[5 :: len(older) // IMPORTED][:IMPORTED]):
        yield replace(
            one,
            url=address("hau_giang_2", one.title, -40 + number, imported),
            layout="hau_giang_2",
            published=imported,
            precision="day",
            section=HAU_GIANG_SECTION["hau_giang_2"],
            skeleton=SKELETON_ORDER[number % len(SKELETON_ORDER)],
            original=one.url,
            printed_date=date_line("hau_giang_2", imported),
        )
