"""XML as feeds and sitemaps really are: broken, mislabelled, of any size. Pure."""

from __future__ import annotations

import codecs
import re
import zlib
from collections.abc import Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import cache, lru_cache
from html.entities import html5
from io import BytesIO
from typing import cast

from lxml import etree
from w3lib.encoding import http_content_type_encoding, resolve_encoding

from archive.times import UTC, VN
from crawler.clean import line
from crawler.dates import parse_vi_datetime

MAX_DEPTH = 64
"""Elements within elements; a deeper one ends the reading."""
MAX_ELEMENTS = 1_000_000
"""So does the element behind so many. A map of 50,000 addresses with pictures and dates has some 500,000."""

_CDATA = re.compile(rb"(<!\[CDATA\[.*?\]\]>)", re.DOTALL)
_BARE = re.compile(rb"&(?!(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});)")
# Five are XML's own.
_ENTITY = re.compile(
    rb"&(?!(?:amp|lt|gt|quot|apos);)(?:(#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6})|([A-Za-z][A-Za-z0-9]{1,31}));"
)
_DECLARED = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_DECLARATION = re.compile(rb"<\?xml[^>]{0,400}\?>")
_DOCTYPE = re.compile(rb"<!DOCTYPE[^\[>]*(?:\[[^\]]*\][^>]*)?>", re.IGNORECASE)
_DOCTYPE_BEGIN = re.compile(rb"<!DOCTYPE", re.IGNORECASE)
_CONTROLS = bytes((*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20)))
_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_ISO = re.compile(
    r"([0-9]{4})-([0-9]{1,2})(?:-([0-9]{1,2})(?:[T ]+([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:[.,][0-9]+)?)?"
    r"\s*(Z|UTC|[+-][0-9]{2}:?[0-9]{2})?)?)?",
    re.IGNORECASE,
)


def unzipped(body: bytes, limit: int) -> bytes:
    """Return a body that may be gzipped (twice, at most), as far as it can be inflated, up to *limit* bytes."""
    for _ in range(2):
        if not body.startswith(b"\x1f\x8b"):
            break
        inflater = zlib.decompressobj(16 + zlib.MAX_WBITS)
        whole = b""
        try:
            whole = inflater.decompress(body[: limit + 1024], limit)
        except zlib.error:
            # Cut or broken: what came before is still of use.
            whole = _inflated_by_pieces(body, limit)
        body = whole
    return body[:limit]


def _inflated_by_pieces(body: bytes, limit: int) -> bytes:
    inflater = zlib.decompressobj(16 + zlib.MAX_WBITS)
    found = bytearray()
    try:
        for at in range(0, len(body), 512):
            found += inflater.decompress(body[at : at + 512], max(1, limit - len(found)))
            if len(found) >= limit:
                break
    except zlib.error:
        pass
    return bytes(found)


def as_utf8(body: bytes, content_type: str | None) -> bytes:
    """Return the text of an XML document as UTF-8, without what a declaration says of its encoding.

    Bytes that are valid UTF-8 are UTF-8 whatever header and declaration say; else the declaration
    counts before the header, and windows-1258 stands for what neither tells.
    """
    for mark in _MARKS:
        if body.startswith(mark):
            name = "utf-8" if mark == codecs.BOM_UTF8 else "utf-16"
            return _undeclared(body.decode(name, "replace").removeprefix("\ufeff").encode("utf-8", "replace"))
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(body) - 3:  # not merely cut within its last character
            declared = _DECLARED.search(body[:1024])
            named = declared[1].decode("ascii") if declared else http_content_type_encoding(content_type)
            encoding = resolve_encoding(named) if named else None
            body = body.decode("cp1258" if encoding in (None, "utf-8") else str(encoding), "replace").encode()
    return _undeclared(body)


def _undeclared(body: bytes) -> bytes:
    """Remove declarations; entities that a DOCTYPE defines are nobody's business here."""
    return _without_doctype(_DECLARATION.sub(b"", body, count=1)).translate(None, _CONTROLS)


def _without_doctype(body: bytes) -> bytes:
    # The first counts: to look for the end of each of a million would take hours.
    begin = _DOCTYPE_BEGIN.search(body)
    found = _DOCTYPE.match(body, begin.start()) if begin else None
    return body[: found.start()] + body[found.end() :] if found else body


def mended(body: bytes) -> bytes:
    """Return XML in which every ``&`` begins an entity that XML knows; CDATA stays as it is.

    >>> mended("<a>T&igrave;m & th&#7845;y <![CDATA[a&b]]></a>".encode()).decode()
    '<a>Tìm &amp; th&#7845;y <![CDATA[a&b]]></a>'
    """
    parts = _with_cdata_apart(body)
    parts[::2] = [_ENTITY.sub(_entity, _BARE.sub(b"&amp;", part)) for part in parts[::2]]
    return b"".join(parts)


def _with_cdata_apart(body: bytes) -> list[bytes]:
    """Return text and CDATA by turns."""
    # Behind the last end none can end: to look for that from each of a million beginnings would take hours.
    last = body.rfind(b"]]>") + 3 if b"]]>" in body else 0
    *parts, text = _CDATA.split(body[:last])
    return [*parts, text + body[last:]]


def _entity(match: re.Match[bytes]) -> bytes:
    number, name = match[1], match[2]
    if number is not None:
        value = int(number[2:], 16) if number[1:2] in b"xX" else int(number[1:])
        # XML has no such characters: a parser would stop here.
        is_text = (
            value in (9, 10, 13) or 0x20 <= value < 0xD800 or 0xE000 <= value < 0xFFFE or 0xFFFF < value < 0x110000
        )
        return match[0] if is_text else b""
    text = html5.get(f"{name.decode('ascii')};") if name else None
    return text.encode() if text and not set(text) & set("&<>\"'") else b"&amp;" + match[0][1:]


def elements(body: bytes, wanted: frozenset[str]) -> Iterator[etree._Element]:
    """Yield the elements of a mended document whose local names are *wanted*, each when it is whole.

    What was yielded is emptied when the next one is asked for: memory stays flat. Ends without a
    word where the document can be read no further.
    """
    # What a cut document ends with may be the beginning of an address: only what is closed counts.
    body = body[: max((match.end() for match in _closing(wanted).finditer(body)), default=0)]
    options = {"no_network": True, "resolve_entities": False, "load_dtd": False, "remove_comments": True}
    depth = number = 0
    try:
        for event, element in etree.iterparse(BytesIO(body), events=("start", "end"), recover=True, **options):
            depth += 1 if event == "start" else -1
            number += event == "start"
            if depth > MAX_DEPTH or number > MAX_ELEMENTS:
                return
            if event == "end" and isinstance(element.tag, str) and local(element.tag) in wanted:
                yield element
                element.clear()
                while (before := element.getprevious()) is not None and local(str(before.tag)) in wanted:
                    cast("etree._Element", element.getparent()).remove(before)
    except etree.XMLSyntaxError:
        return


@cache
def _closing(names: frozenset[str]) -> re.Pattern[bytes]:
    return re.compile(rf"</(?:[A-Za-z0-9_]+:)?(?:{'|'.join(sorted(names))})\s*>".encode(), re.IGNORECASE)


@lru_cache(maxsize=512)
def local(tag: str) -> str:
    """Return the name of a tag without its namespace, declared or not, in lower case.

    >>> local("{http://www.w3.org/2005/Atom}Entry"), local("media:content")
    ('entry', 'content')
    """
    return tag.rpartition("}")[2].rpartition(":")[2].lower()


def text_of(element: etree._Element) -> str:
    """Return the text in an element, those within included."""
    return line("".join(str(piece) for piece in element.itertext()))


def moment_of(text: str | None) -> datetime | None:
    """Return a machine's date in any of its forms, else a printed one; without a zone it is Vietnam's.

    The years 1 and 9999, with which programs fill the place of no date, are none: in another zone they may have
    no form at all.

    >>> [f"{moment_of(text):%d.%m.%Y %H:%M %z}" for text in ("Fri, 22 May 2020 03:21:00 GMT", "2020-05-22T10:21+07:00")]
    ['22.05.2020 03:21 +0000', '22.05.2020 10:21 +0700']
    >>> moment_of("22/05/2020 10:21") == moment_of("2020-05-22 10:21:00"), moment_of("hôm qua")
    (True, None)
    """
    moment = _moment_of((text or "").strip()[:80])
    return moment if moment is not None and 1 < moment.year < 9999 else None


def _moment_of(text: str) -> datetime | None:
    iso = _ISO.fullmatch(text)
    try:
        if iso is not None:
            year, month, day, hour, minute, second = (int(part) if part else None for part in iso.groups()[:6])
            moment = datetime(year or 0, month or 1, day or 1, hour or 0, minute or 0, second or 0, tzinfo=VN)
            zone = (iso[7] or "").upper().replace("UTC", "Z")
            if zone == "Z":
                return moment.replace(tzinfo=UTC)
            return moment.replace(tzinfo=datetime.strptime(zone, "%z").tzinfo) if zone else moment
        if "," in text or re.match(r"[0-9]{1,2} [A-Za-z]{3}", text):
            moment = parsedate_to_datetime(text)
            return moment if moment.tzinfo else moment.replace(tzinfo=VN)
    except (ValueError, TypeError, IndexError, OverflowError):
        pass
    return parse_vi_datetime(text).value
