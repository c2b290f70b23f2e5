"""The boxes of a list's page that link to articles of other lists: ``Xem nhiều``, ``Tin mới``. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from lxml import etree

from archive.text import fold

LETTERS = 40
"""A longer text is no heading of a box."""
PIECES = 40
"""Nor is an element whose text is in more pieces: a page is looked at in time."""
# Not "Các tin khác": on a list that is the rest of the list.
_WHAT = r"(?:(?:cac )?(?:tin|bai|tin bai)(?: tuc| viet)? )?"
_READ = re.compile(rf"{_WHAT}(?:duoc )?(?:xem|doc) nhieu(?: nhat)?")
_NEW = re.compile(rf"{_READ.pattern}|{_WHAT}(?:moi(?: nhat| dang)?|noi bat(?: nhat)?|hot)")


def own_articles(links: Iterable[tuple[etree._Element, str]], is_name: Callable[[str], bool]) -> set[str]:
    """Return the addresses to which a list's page links outside of boxes.

    *links* are the ``a`` elements of articles in source order, each with the address of its article. A box has a
    heading of its own and stands behind other articles. *is_name* says, of a heading's folded words, whether
    they are the list's own name. Below ``Tin mới`` the list itself may go on: that counts as a box only when
    more articles are outside.

    >>> page = etree.HTML('<p><a>A</a></p><div><h4>Xem nhiều</h4><ul><li><a>B</a></li></ul></div>')
    >>> a, b = page.iter("a")
    >>> own_articles([(a, "/a"), (b, "/b")], lambda words: False)
    {'/a'}
    """
    urls = dict(links)
    own = _outside(urls, _NEW, is_name)
    return own if 2 * len(own) > len(set(urls.values())) else _outside(urls, _READ, is_name)


def _outside(urls: dict[etree._Element, str], heading: re.Pattern[str], is_name: Callable[[str], bool]) -> set[str]:
    outside: set[str] = set()
    boxes: set[etree._Element] = set()
    above: set[etree._Element] = set()
    for element in next(iter(urls)).getroottree().iter(etree.Element) if urls else ():
        if element not in urls:
            if outside and (said := _short(element)) is not None and heading.fullmatch(said) and not is_name(said):
                above = set(element.iterancestors())
            continue
        around = list(element.iterancestors())
        if above:
            boxes.add(next(outer for outer in around if outer in above))
            above = set()
        if boxes.isdisjoint(around):
            outside.add(urls[element])
    return outside


def _short(element: etree._Element) -> str | None:
    """Return the folded words of an element that could be a heading, else None."""
    text = ""
    for number, piece in enumerate(element.itertext()):
        text += str(piece)
        if number >= PIECES or len(text.strip()) > LETTERS:
            return None
    return fold(text).strip(" :.»>|-–+")
