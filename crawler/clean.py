"""From the bytes of a page to text: decoding, parsing with bounds, and keys to compare lines by."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import cast
from urllib.parse import urldefrag, urljoin

from lxml import etree
from w3lib.encoding import html_to_unicode
from w3lib.url import safe_url_string

from archive.model import Payload
from archive.text import clean_spaces, fold, nfc
from archive.urls import without_userinfo
from crawler.escaped import has_signs, revive, unescaped
from crawler.old_fonts import as_unicode

MAX_PAGE_BYTES = 8 << 20
"""More of a page is not parsed; the whole is in the WARC. The longest saved news page has 0.6 MB."""
MAX_TAGS = 50_000
"""Nor is what stands behind so many tags: each takes a kilobyte and more. Saved news pages have up to 3,000."""
MAX_TAG_CHARS = 1 << 16
"""A longer tag loses its attributes: libxml2 compares each attribute with all others of its tag."""

MAX_KEPT_CHARS = 2_000
"""A longer address is made absolute anew each time: it holds a picture, and not the name of one."""

_LONG_TAG = re.compile(rf"<([a-zA-Z][a-zA-Z0-9:_-]{{0,40}})\s(?:[^<>]{{{MAX_TAG_CHARS},}})(>|\Z)")
# NUL ends libxml2's input; the other control characters have no meaning in HTML.
_CONTROLS = bytes((*range(0x09), 0x0B, *range(0x0E, 0x20), 0x7F))
_WORD = re.compile(r"[^\W_]+")
_ROOT = re.compile(r"https?://[^/?#\\\s]+(?=[/?#])")
_HAS_HOST = re.compile(r"https?://(?:[^/?#]*@)?[^/?#@:]", re.I)
_ROOTED = re.compile(r"/(?!/)|https?://\w")
_URL_JUNK = dict.fromkeys([0x09, 0x0A, 0x0D])


def decode(payload: Payload) -> tuple[str, str]:
    """Return the encoding and the text of a page; never raises.

    By byte order mark, then header, then ``<meta>``, then UTF-8, as browsers
    do. Two differences, both seen on Vietnamese pages: bytes that are valid
    UTF-8 with letters beyond ASCII are UTF-8 whatever the page says, and bytes
    of no declared encoding that are not UTF-8 are windows-1258. What was written
    for the fonts of TCVN3 or VNI is Unicode here (:mod:`crawler.old_fonts`).
    """
    body = payload.body[:MAX_PAGE_BYTES]
    content_type = payload.header("Content-Type")
    try:
        encoding, text = html_to_unicode(content_type, body, "utf-8", _guess)
    except (LookupError, ValueError):
        encoding, text = "utf-8", body.decode("utf-8", "replace")
    # No markup without NUL is UTF-16, or UTF-32.
    is_wide = encoding.startswith(("utf-16", "utf-32")) and b"\0" in body[:1000]
    if encoding != "utf-8" and not is_wide and _is_utf8(body):
        encoding, text = "utf-8", body.decode("utf-8", "replace")
    if not text.isascii() and not is_wide:
        # Bytes of the old fonts are no UTF-8, whatever the page says.
        is_utf8 = (encoding == "utf-8" and "\ufffd" not in text) or _is_utf8(body)
        old = text if is_utf8 else body.decode("latin-1")
        text = as_unicode(old) or text
    return encoding, text


def _guess(body: bytes) -> str:
    return "utf-8" if _is_utf8(body) or not body else "cp1258"


def _is_utf8(body: bytes) -> bool:
    """Say whether *body* is UTF-8 and not merely ASCII; its last character may be cut off."""
    if body.isascii():
        return False
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        return len(body) == MAX_PAGE_BYTES and error.start >= len(body) - 3
    return True


def parse(text: str) -> etree._Element | None:
    """Return the root of a page's tree, or None when there is nothing to read.

    Comments and processing instructions are gone, tags that were escaped twice are
    tags again. Bounded: see the limits above.
    """
    # Handed over as bytes: lxml refuses text that declares an encoding of its own.
    body = text.encode("utf-8", "replace").translate(None, _CONTROLS)
    if len(text) > MAX_TAG_CHARS:
        body = shortened(body.decode()).encode()
    if body.count(b"<") > MAX_TAGS:
        body = body[: _place_of_tag(body, MAX_TAGS)]
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True, no_network=True)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    if root is not None and has_signs(text):
        revive(root)
    return cast("etree._Element | None", root)


def shortened(text: str) -> str:
    """Return the text of a page, its longest tags without their attributes."""
    return _LONG_TAG.sub(r"<\1\2", text)


def _place_of_tag(body: bytes, number: int) -> int:
    """Return where the tag begins before which there are so many."""
    place = -1
    for _ in range(number + 1):
        place = body.find(b"<", place + 1)
    return place


def line(text: str) -> str:
    """Return one line of page text: composed, spaces folded, marks without width and entities gone."""
    if "&" in text:
        text = unescaped(text)
    folded_text = " ".join(text.split())
    # No mark without width is printable: nothing else is left to clean in all but a few lines.
    return nfc(folded_text if folded_text.isprintable() else clean_spaces(folded_text))


# Letters of which each folds for itself: Latin with accents, and the signs of Vietnamese print.
_COMMON = re.compile("[ -\u024f\u1e00-\u1eff\u2010-\u2026]*")
_BARE = {
    code: " " if chr(code).isspace() else fold(chr(code))
    for code in (*range(0x20, 0x250), *range(0x1E00, 0x1F00), *range(0x2010, 0x2027))
}


@lru_cache(maxsize=8192)
def folded(text: str) -> str:
    """Return the search key of a line; the words of menus and buttons come again on every page."""
    if _COMMON.fullmatch(text):
        return " ".join(text.translate(_BARE).split())
    return fold(text)


@lru_cache(maxsize=4096)
def key(text: str) -> str:
    """Return what two spellings of one headline share: words in lower case, no punctuation.

    >>> key("Đại hội lần thứ IV,  nhiệm kỳ 2020 – 2025") == key("Đại hội lần thứ IV nhiệm kỳ 2020-2025")
    True
    """
    return " ".join(_WORD.findall(line(text).lower()))


def slug_words(text: str) -> list[str]:
    """Return the ASCII words of a headline or of a slug.

    >>> slug_words("Đổi mới 4.0")
    ['doi', 'moi', '4', '0']
    """
    return re.findall(r"[a-z0-9]+", folded(text))


def absolute(url: str, base: str, encoding: str = "utf-8") -> str | None:
    """Return the address that a request for a link will have, or None when it is no web address.

    White space at the ends and line breaks inside go, as browsers do, and so do
    user and password; other letters are percent-encoded but never re-normalised.
    """
    if len(url) > MAX_KEPT_CHARS:
        return _absolute.__wrapped__(url, base, encoding)
    # All pages of a host share their menus' links: of the base only its host counts.
    return _absolute(url, _root_of(base) if _ROOTED.match(url) else base, encoding)


@lru_cache(maxsize=256)
def _root_of(base: str) -> str:
    """Return the beginning of *base* up to its path, where a path of the root stands for all paths."""
    found = _ROOT.match(base)
    return f"{found.group()}/" if found else base


@lru_cache(maxsize=8192)
def _absolute(url: str, base: str, encoding: str) -> str | None:
    text = url.strip()
    if not text.isprintable():
        text = text.translate(_URL_JUNK)
    if not text or text.startswith(("#", "javascript:", "mailto:", "tel:", "data:")):
        return None
    try:
        joined = urldefrag(urljoin(base, text)).url
        if not joined.lower().startswith(("http://", "https://")):
            return None
        found = str(safe_url_string(without_userinfo(joined), encoding=encoding))
    except (ValueError, LookupError):
        return None
    return found if _HAS_HOST.match(found) else None
