"""What can be wrong in a page class before it has read a page: its patterns and its CSS selectors. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cssselect import HTMLTranslator, SelectorError
from lxml import etree

from crawler.page import ArticlePage, ListingPage

PATTERNS = ("articles", "listings")
SELECTORS = "_at"
"""Names of attributes that hold CSS selectors end so."""


def fault_of(reader: type[ArticlePage]) -> str | None:
    """Return the first fault of a page class, with attribute, value and fix; None when it is sound."""
    return next(_faults(reader), None)


def _faults(reader: type[ArticlePage]) -> Iterator[str]:
    for key in PATTERNS:
        if isinstance(getattr(reader, key), str):
            yield f'{reader.__name__}.{key} is one text; make it a tuple: (r"...",)'
            return
        for pattern in _texts(reader, key):
            try:
                re.compile(pattern)
            except re.error as error:
                yield f"{reader.__name__}.{key}: {pattern!r} is no regular expression ({error}); mend it"
    for owner in (reader, reader.listing_page):
        for key in sorted({key for each in owner.__mro__ for key in vars(each) if key.endswith(SELECTORS)}):
            if isinstance(getattr(owner, key), str):
                yield f'{owner.__name__}.{key} is one text; make it a tuple: ("...",)'
                continue
            for selector in _texts(owner, key):
                if (why := _no_selector(selector)) is not None:
                    yield f"{owner.__name__}.{key}: {selector!r} is no CSS selector ({why}); mend it"


def _texts(owner: type[ArticlePage | ListingPage], key: str) -> tuple[str, ...]:
    """Return the texts of an attribute; none of one that is no tuple, such as a method."""
    value = getattr(owner, key)
    return value if isinstance(value, tuple) else ()


def _no_selector(selector: str) -> str | None:
    """Say why a text is no selector that can be used; None when it is one."""
    try:
        etree.XPath(HTMLTranslator().css_to_xpath(selector))
    except (SelectorError, etree.XPathError, TypeError, ValueError) as error:
        return str(error) or type(error).__name__
    return None
