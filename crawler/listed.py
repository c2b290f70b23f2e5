"""The dates that a listing prints beside its articles. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from lxml import etree

from crawler.clean import line
from crawler.dates import date_line

LEVELS = 6
"""How far above a link its date may stand: cell, row, table and their wrappers."""
ELEMENTS = 200
"""What holds more elements is no item of a list, but a part of the page."""
_PAGE = frozenset(("html", "body"))


def dates_beside(links: Iterable[tuple[etree._Element, str]]) -> dict[str, datetime]:
    """Return the date of each article that has one printed beside its link.

    *links* are the ``a`` elements of articles, each with the address of its article. A date is
    an article's when it stands, as a line of its own, in an element that holds links to no other article.

    >>> page = etree.HTML('<li><a>A</a> <i>12/05/2020</i></li><li><a>B</a> <i>hôm nay</i></li>')
    >>> a, b = page.iter("a")
    >>> {url: f"{date:%Y-%m-%d}" for url, date in dates_beside([(a, "/a"), (b, "/b")]).items()}
    {'/a': '2020-05-12'}
    """
    found = list(links)
    owners: dict[etree._Element, str | None] = {}
    for link, url in found:
        _claim(owners, link, url)
    dates: dict[str, datetime] = {}
    for link, url in found:
        if url not in dates and (date := _nearest(owners, link, url)) is not None:
            dates[url] = date
    return dates


def _claim(owners: dict[etree._Element, str | None], link: etree._Element, url: str) -> None:
    """Note whose links an element and those around it hold; None: those of several articles."""
    element: etree._Element | None = link
    while element is not None and owners.get(element, url) is not None:
        owners[element] = url if owners.get(element, url) == url else None
        element = element.getparent()


def _nearest(owners: dict[etree._Element, str | None], link: etree._Element, url: str) -> datetime | None:
    element = link.getparent()
    for _ in range(LEVELS):
        if element is None or element.tag in _PAGE or owners.get(element) != url:
            return None
        for number, text in enumerate(_texts(element)):
            if number >= ELEMENTS:
                return None
            printed = date_line(line(text))
            if printed is not None and printed.value is not None:
                return printed.value
        element = element.getparent()
    return None


def _texts(element: etree._Element) -> Iterator[str]:
    """Yield the texts in an element, each as it stands between two tags."""
    for inner in element.iter():
        if isinstance(inner.tag, str) and inner.text:
            yield inner.text
        if inner is not element and inner.tail:
            yield inner.tail
