"""From the bytes of a page to text: decoding, parsing with bounds, and keys to compare lines by."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import cast
from urllib.parse import urldefrag, urljoin

from lxml import etree
from w3lib.encoding import html_to_unicode
from w3lib.url import safe_url_string

from archive.model import Payload
from archive.text import clean_spaces, fold, nfc
from crawler.escaped import has_signs, revive, unescaped

MAX_PAGE_BYTES = 8 << 20
"""More of a page is not parsed; the whole is in the WARC. The longest saved news page has 0.6 MB."""
MAX_TAG_CHARS = 1 << 16
"""A longer tag loses its attributes: libxml2 compares each attribute with all others of its tag."""

_LONG_TAG = re.compile(rf"<([a-zA-Z][a-zA-Z0-9:_-]{{0,40}})\s(?:[^<>]{{{MAX_TAG_CHARS},}})(>|\Z)")
# NUL ends libxml2's input; the other control characters have no meaning in HTML.
_CONTROLS = bytes((*range(0x09), 0x0B, *range(0x0E, 0x20), 0x7F))
_WORD = re.compile(r"[^\W_]+")
_ROOT = re.compile(r"https?://[^/?#\\\s]+(?=[/?#])")
_ROOTED = re.compile(r"/(?!/)|https?://\w")
_URL_JUNK = dict.fromkeys([0x09, 0x0A, 0x0D])


def decode(payload: Payload) -> tuple[str, str]:
    """Return the encoding and the text of a page; never raises.

    By byte order mark, then header, then ``<meta>``, then UTF-8, as browsers
    do. Two differences, both seen on Vietnamese pages: bytes that are valid
    UTF-8 with letters beyond ASCII are UTF-8 whatever the page says, and bytes
    of no declared encoding that are not UTF-8 are windows-1258.
    """
    body = payload.body[:MAX_PAGE_BYTES]
    content_type = payload.header("Content-Type")
    try:
        encoding, text = html_to_unicode(content_type, body, "utf-8", _guess)
    except (LookupError, ValueError):
        encoding, text = "utf-8", body.decode("utf-8", "replace")
    if encoding not in ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be") and _is_utf8(body):
        encoding, text = "utf-8", body.decode("utf-8", "replace")
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
        body = _LONG_TAG.sub(r"<\1\2", body.decode()).encode()
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True, no_network=True)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    if root is not None and has_signs(text):
        revive(root)
    return cast("etree._Element | None", root)


def line(text: str) -> str:
    """Return one line of page text: composed, spaces folded, marks without width and entities gone."""
    if "&" in text:
        text = unescaped(text)
    folded_text = " ".join(text.split())
    if folded_text.isprintable():
        # No mark without width is printable: nothing else is left to clean in all but a few lines.
        return folded_text if unicodedata.is_normalized("NFC", folded_text) else nfc(folded_text)
    return nfc(clean_spaces(text))


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

    White space at the ends and line breaks inside go, as browsers do; other
    letters are percent-encoded but never re-normalised.
    """
    text = url.strip()
    if not text.isprintable():
        text = text.translate(_URL_JUNK)
    if not text or text.startswith(("#", "javascript:", "mailto:", "tel:", "data:")):
        return None
    if _ROOTED.match(text):
        # All pages of a host share their menus' links: of the base only its host counts.
        return _joined(text, _root_of(base), encoding)
    return _joined(text, base, encoding)


@lru_cache(maxsize=256)
def _root_of(base: str) -> str:
    """Return the beginning of *base* up to its path, where a path of the root stands for all paths."""
    found = _ROOT.match(base)
    return f"{found.group()}/" if found else base


@lru_cache(maxsize=8192)
def _joined(text: str, base: str, encoding: str) -> str | None:
    try:
        joined = urldefrag(urljoin(base, text)).url
        if not joined.lower().startswith(("http://", "https://")):
            return None
        return str(safe_url_string(joined, encoding=encoding))
    except (ValueError, LookupError):
        return None
