"""What a style sheet asks for: ``url(...)``, ``@import`` and the strings of ``image-set(...)``.

Not a parser of CSS: a tokenizer that knows comments, strings, escapes and
which functions take an address. Pure, and linear in the length of the sheet.
Source: CSS Syntax Module Level 3, section 4 "Tokenization".
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from archive.model import Payload

MAX_SHEET_BYTES = 4 << 20
"""More of a style sheet is not read."""

_STRING = r""""(?:[^"\\\n]|\\(?:\r\n|[\s\S]))*"?|'(?:[^'\\\n]|\\(?:\r\n|[\s\S]))*'?"""
_TOKEN = re.compile(
    rf"""
      (?P<comment> /\*(?:[^*]|\*(?!/))*(?:\*/|\Z) )
    | (?P<string>  {_STRING} )
    | (?P<at>      @(?:[\w-]|[^\x00-\x7f])+ )
    | url\(\s*(?:(?P<quoted>{_STRING})|(?P<bare>(?:[^\s"'()\\]|\\[\s\S])*))\s*(?:\)|\Z)
    | (?P<set>     (?:-webkit-)?image-set\( )
    | (?P<name>    (?:[\w-]|[^\x00-\x7f])+ )
    | (?P<mark>    [(){{}};] )
    """,
    re.VERBOSE | re.IGNORECASE,
)
_ESCAPE = re.compile(r"\\(?:([0-9a-fA-F]{1,6})(?:\r\n|\s)?|(\r\n|[\n\r\f])|([\s\S])|\Z)")
_CHARSET = re.compile(rb'\s*@charset\s+"([\w-]{1,40})"\s*;', re.IGNORECASE)
_HEADER_CHARSET = re.compile(r"""charset\s*=\s*["']?([\w-]{1,40})""", re.IGNORECASE)


def css_addresses(text: str) -> Iterator[str]:
    r"""Yield the addresses in a style sheet or a ``style`` attribute as they are written, in their order.

    Escapes are resolved. Not named: what names no file (``@namespace``), and
    what means the sheet itself (empty, or a fragment only).

    >>> list(css_addresses('@import "a.css" screen; @import url(b.css); p { background: url( c\\ d.png ) }'))
    ['a.css', 'b.css', 'c d.png']
    >>> list(css_addresses('/* url(no.png) */ p:before { content: "url(no.png)"; fill: url(#paint) }'))
    []
    """
    rule, depth = "", 0
    sets: list[int] = []
    for token in _TOKEN.finditer(text):
        kind, word = token.lastgroup, token[0]
        if kind == "at":
            rule = word.lower()
        elif kind == "set":
            depth += 1
            sets.append(depth)
        elif kind == "mark":
            rule = "" if word in "{};" else rule
            depth += {"(": 1, ")": -1}.get(word, 0)
            while sets and sets[-1] > depth:
                sets.pop()
            if word in "{};":
                depth, sets = 0, []
        elif kind in ("quoted", "bare", "string"):
            in_set = bool(sets) and sets[-1] == depth  # type("image/png") inside is one level deeper
            if rule == "@namespace" or (kind == "string" and rule != "@import" and not in_set):
                continue
            address = _unescape(token["bare"] if kind == "bare" else _inside(token[kind])).strip()
            if rule == "@import":
                rule = ""  # what follows the address are conditions: supports(...), layer names
            if address and not address.startswith("#"):
                yield address


def sheet_text(payload: Payload) -> str:
    """Return the text of a style sheet: by byte order mark, header, ``@charset``, else UTF-8."""
    body = payload.body[:MAX_SHEET_BYTES]
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return body.decode("utf-16", "replace")
    declared = _HEADER_CHARSET.search(payload.header("Content-Type") or "")
    at_rule = _CHARSET.match(body)
    encoding = declared[1] if declared else at_rule[1].decode() if at_rule else "utf-8"
    try:
        return body.removeprefix(b"\xef\xbb\xbf").decode(encoding, "replace")
    except (LookupError, ValueError):
        return body.decode("utf-8", "replace")


def is_sheet(mime: str | None, path: str) -> bool:
    """Say whether an answer is a style sheet: by its media type, and by its name when that is vague.

    >>> is_sheet("text/css", "/x.php"), is_sheet("text/plain", "/main.CSS"), is_sheet("text/html", "/main.css")
    (True, True, False)
    """
    return mime == "text/css" or (mime in (None, "text/plain", "application/octet-stream") and _ends_as_sheet(path))


def _ends_as_sheet(path: str) -> bool:
    return path.lower().endswith(".css")


def _inside(string: str) -> str:
    closed = len(string) > 1 and string[-1] == string[0]
    return string[1:-1] if closed else string[1:]


def _unescape(text: str) -> str:
    return _ESCAPE.sub(_resolve, text) if "\\" in text else text


def _resolve(escape: re.Match[str]) -> str:
    if escape[1]:
        number = int(escape[1], 16)
        return "\ufffd" if number == 0 or 0xD800 <= number < 0xE000 or number > 0x10FFFF else chr(number)
    return escape[3] or ""
