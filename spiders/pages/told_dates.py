"""The dates that a page tells machines, and whether their figures begin with the day or with the month."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

from lxml import etree

from crawler.clean import line
from spiders.pages.moments import Moment, figures, read_moment
from spiders.pages.structure import Facts, texts

PUBLISHED = (
    *("article:published_time", "og:article:published_time", "http://ogp.me/ns/article#published_time"),
    *("datepublished", "article.published", "parsely-pub-date", "sailthru.date", "cxenseparse:recs:publishtime"),
    *("cxenseparse:publishtime", "cxenseparse:recs:published_time", "prism.publicationdate", "publication_date"),
    *("dc.date.issued", "dcterms.issued", "date.created", "dcterms.created", "firstcreate", "pubdate", "pub_date"),
    *("publishdate", "publish-date", "publish_date", "content:publishdate", "pdate", "og:article:time"),
    *("dc.date", "dcterms.date", "date", "article:post_date", "citation_publication_date", "datecreated"),
)
"""Names of meta elements, the more exact ones first."""
MODIFIED = ("article:modified_time", "og:article:modified_time", "datemodified", "dcterms.modified", "dc.date.modified",
            "date.updated", "lastmod", "last-modified", "lastupdate", "og:updated_time")  # fmt: skip
MAX_TOLD = 40
"""Dates by which their order is told."""
_MAX_ITEMS = 20
_MAX_NUMBER = 10**15


def publications(facts: Facts) -> Iterator[tuple[list[str], float]]:
    """Yield what each vocabulary says of the day of publication, the more exact first, with its weight."""
    nodes = (facts.article, facts.page)
    yield (
        [text for node in nodes for text in written(node.get("datePublished")) or written(node.get("dateCreated"))],
        3.0,
    )
    yield facts.meta(*PUBLISHED), 2.5
    yield [_value(element) for element in facts.props.get("datepublished", ())[:1]], 2.5


def changes(facts: Facts) -> list[str]:
    """Return what is said of the day of the last change."""
    json_ld = [text for node in (facts.article, facts.page) for text in written(node.get("dateModified"))]
    micro = [_value(element) for element in facts.props.get("datemodified", ())[:1]]
    return [*json_ld, *facts.meta(*MODIFIED), *micro]


def written(value: object) -> list[str]:
    """Return the texts of a JSON-LD value that is a date; a number of Unix seconds or milliseconds as its digits.

    >>> written(1714620000), written([{"@value": 1714620000000.0}]), written("2024-05-01"), written(True)
    (['1714620000'], ['1714620000000'], ['2024-05-01'], [])
    """
    if isinstance(value, dict) and not isinstance(value.get("@value"), dict | list):
        return written(value["@value"]) if "@value" in value else texts(value)
    if isinstance(value, list):
        return [text for item in value[:_MAX_ITEMS] if not isinstance(item, list) for text in written(item)]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return [str(int(value))] if 0 < value < _MAX_NUMBER else []
    return texts(value)


def is_month_first(
    told: Sequence[str], others: Iterable[Moment], printed: Callable[[], Iterable[Moment]],
    is_past: Callable[[Moment], bool], american: bool,
) -> bool:  # fmt: skip
    """Say whether dates in figures have the month first.

    One that can be read in one way only tells it of all that are *told*; else the day that *others* name, or a
    *printed* one, which is asked for only then; else *american*, unless that would be no day of the past.
    """
    told = told[:MAX_TOLD]
    pairs = {text: pair for text in told if (pair := figures(text)) is not None}
    if clear := [pair for pair in pairs.values() if max(pair) > 12]:
        return clear[0][1] > 12
    unclear = [text for text, (one, two) in pairs.items() if one != two]
    if not unclear:
        return american
    sure = [moment for text in told if text not in pairs and (moment := read_moment(text)) is not None]
    agreed = _agreed(unclear, [*sure, *others], american)
    if agreed is None:
        agreed = _agreed(unclear, printed(), american)
    if agreed is not None:
        return agreed
    days = [read_moment(text, month_first=american) for text in unclear]
    return american if all(day is None or is_past(day) for day in days) else not american


def _agreed(told: Iterable[str], others: Iterable[Moment], american: bool) -> bool | None:
    """Return whether the month comes first where what is *told* names a day of *others*; None when it never does."""
    days = {moment.day for moment in others}
    for text in told:
        for order in (american, not american):
            if (moment := read_moment(text, month_first=order)) is not None and moment.day in days:
                return order
    return None


def _value(element: etree._Element) -> str:
    given = element.get("content") or element.get("datetime") or element.get("title")
    return str(given) if given else line(" ".join(str(piece) for piece in islice(element.itertext(), 50)))
