"""Markup that was escaped once too often: tags and entities that a reader sees as signs."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from lxml import etree

_ENTITY = re.compile(r"&(?:[a-zA-Z]{2,8}[1-4]?|#\d{2,6}|#[xX][0-9a-fA-F]{2,5});")
_NAMES = r"(?:p|br|div|span|strong|b|i|u|em|font|h[1-6]|ul|ol|li|table|tbody|tr|td|img|a|blockquote|figure|figcaption)"
_TAG = re.compile(rf"</?{_NAMES}(?:\s[^<>]{{0,600}})?/?>", re.I)
_SIGN = re.compile(r"&(?:lt|#60|#x3c);/?" + _NAMES, re.I)
_VERBATIM = frozenset(("script", "style", "textarea", "code", "pre", "title", "noscript", "xmp"))
MAX_TEXTS = 500
"""So many texts of a page are looked into; where it occurs the whole body is one."""


def unescaped(text: str) -> str:
    """Return a text without entities; in the text of a parsed page one is left only when it was escaped twice.

    >>> unescaped("Khoa học v&agrave; C&ocirc;ng nghệ; R&D; AT&T")
    'Khoa học và Công nghệ; R&D; AT&T'
    """
    return _ENTITY.sub(lambda found: unescape(found.group()), text) if "&" in text else text


def has_signs(markup: str) -> bool:
    """Say whether the source of a page escapes a tag."""
    return _SIGN.search(markup) is not None


def revive(root: etree._Element) -> None:
    """Make elements of the tags that stand in texts of the tree, where two or more do.

    One alone is spoken of: "thẻ <p>".
    """
    found: list[tuple[etree._Element, bool]] = []
    for element in root.iter():
        if len(found) >= MAX_TEXTS:
            break
        if isinstance(element.tag, str):
            if element.tag not in _VERBATIM and _is_markup(element.text):
                found.append((element, False))
            if element.getparent() is not None and _is_markup(element.tail):
                found.append((element, True))
    for element, behind in found:
        _put(element, behind)


def _is_markup(text: str | None) -> bool:
    return text is not None and "<" in text and len(_TAG.findall(text)) >= 2


def _put(element: etree._Element, behind: bool) -> None:
    """Parse the text in *element*, or *behind* it, and put what comes out in its place."""
    text = (element.tail if behind else element.text) or ""
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    try:
        page: Any = etree.fromstring(f"<html><body><div>{text}</div></body></html>".encode(), parser)
    except etree.XMLSyntaxError:
        return
    body = None if page is None else page.find("body")
    if body is None or not len(body):
        return
    holder = body[0]
    parts = [*holder, *body[1:]]
    parent: Any = element.getparent() if behind else element
    at = parent.index(element) + 1 if behind else 0
    if behind:
        element.tail = holder.text
    else:
        element.text = holder.text
    for number, part in enumerate(parts):
        parent.insert(at + number, part)
