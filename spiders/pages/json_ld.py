"""JSON-LD as pages really hold it: graphs, lists, references, broken pieces.

Bounded in size, number and depth. What is broken is mended as far as common faults go:
comments round it, commas too many or too few, line breaks in texts, entities, a cut end.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from html import unescape
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from lxml import etree

from crawler.clean import line

Node = Mapping[str, Any]

MAX_SCRIPTS = 1_000
MAX_VALUE = 2_000
"""Letters of a value that are kept."""
MAX_JSON = 1 << 20
"""Letters of all JSON-LD of a page that are read; the longest seen has 180,000."""
MAX_NODES = 2_000
MAX_DEPTH = 12

_ARTICLE = re.compile(r"(?:\w*Article|\w*BlogPosting|Report|Review|SocialMediaPosting|\w*NewsStory)$")
PAGE = re.compile(r"(?:WebPage|ItemPage)$")
# Runs of blanks are taken whole: a page may have a million in a row.
_WRAPPING = re.compile(
    r"^\s*(?://)?\s*(?:<!--|(?:/\*)?\s*<!\[CDATA\[(?:\s*\*/)?)"
    r"|(?:(?://|/\*)\s*|(?<!\s)\s*)(?:-->|\]\]>)(?:\s*+\*/)?\s*+;?\s*+$"
)
_NO_TEXT = re.compile("[\x00-\x08\ud800-\udfff]")
"""What JSON can hold and text can not: NUL and its like, halves of surrogate pairs."""
_TRAILING_COMMA = re.compile(r",(?=\s*[}\]])")
_MISSING_COMMA = re.compile(r'(?<=["}\]])(?=[^\S\n]*+\n)(\s*+)(?="[\w@]+"\s*:)')
_KEY = re.compile(
    r'"(?P<key>headline|datePublished|dateModified|dateCreated)"\s*:\s*"(?P<value>(?:[^"\\\n]|\\.){1,400})"'
)


def cleaned(text: str) -> str:
    """Return *text* with its entities read, without what is no text.

    >>> cleaned("Bộ KH&amp;CN\\ud800")
    'Bộ KH&CN'
    """
    return _NO_TEXT.sub("", unescape(text))


def texts(value: object) -> list[str]:
    """Return the texts of a JSON-LD value: itself, its items, its ``@value`` or ``name``."""
    if isinstance(value, str):
        text = line(cleaned(value[:MAX_VALUE]))
        return [text] if text else []
    if isinstance(value, list):
        return [text for item in value[:20] if not isinstance(item, list) for text in texts(item)]
    if isinstance(value, dict):
        inner = value.get("@value", value.get("name"))
        return texts(inner) if isinstance(inner, str) else []
    return []


def types(node: Node) -> list[str]:
    """Return the types of a JSON-LD object, without the vocabulary's address."""
    kinds = node.get("@type")
    return [str(kind).rpartition("/")[2] for kind in (kinds if isinstance(kinds, list) else [kinds]) if kind]


def json_ld(root: etree._Element) -> tuple[list[Node], dict[str, Node]]:
    """Return the objects that stand for themselves, and these and those within them by ``@id``."""
    nodes: list[Node] = []
    ids: dict[str, Node] = {}
    left = MAX_JSON
    for script in islice(root.iter("script"), MAX_SCRIPTS):
        if "ld+json" not in str(script.get("type") or "").lower():
            continue
        source = "".join(map(str, script.itertext()))
        if len(source) > left:
            continue
        left -= len(source)
        for value in read_json(source):
            nodes += islice(_standing(value), MAX_NODES - len(nodes))
            for node in islice(_all_objects(value), MAX_NODES - len(ids)):
                if isinstance(name := node.get("@id"), str) and len(node) > len(ids.get(name, ())):
                    ids[name] = node
    return nodes, ids


def read_json(source: str) -> list[object]:
    """Return the JSON values of a script, mended where it is broken; empty when nothing can be read.

    >>> read_json('//<![CDATA[\\n{"a": "line\\n break", "b": [1,],}\\n//]]>')
    [{'a': 'line\\n break', 'b': [1]}]
    >>> read_json('{"a": 1};{"b": 2}')
    [{'a': 1}, {'b': 2}]
    """
    text = _WRAPPING.sub("", source.strip()).strip()
    if not text:
        return []
    for mended in _mendings(text):
        try:
            return list(_values(mended))
        except (ValueError, RecursionError):
            continue
    told: dict[str, str] = {}
    for found in _KEY.finditer(text):
        told.setdefault(found["key"], found["value"].replace('\\"', '"').replace("\\/", "/"))
    return [{"@type": "Article", **told}] if told else []


def _mendings(text: str) -> Iterator[str]:
    yield text
    mended = _MISSING_COMMA.sub(r",\1", _TRAILING_COMMA.sub("", text))
    yield mended
    if "&quot;" in text:
        yield unescape(mended)
    # Cut off: what is open is closed.
    yield mended.rstrip(" ,\n") + "}" * max(0, mended.count("{") - mended.count("}"))


def _values(text: str) -> Iterator[object]:
    decoder = json.JSONDecoder(strict=False)
    at = 0
    for _ in range(100):
        value, at = decoder.raw_decode(text, at)
        yield value
        while at < len(text) and text[at] in " \t\r\n,;":
            at += 1
        if at >= len(text):
            return


def _standing(value: object) -> Iterator[Node]:
    """Yield the objects that stand for themselves: on top, in lists, in graphs, as a page's main thing."""
    pending: list[tuple[object, int]] = [(value, 0)]
    while pending:
        item, depth = pending.pop()
        if depth > MAX_DEPTH:
            continue
        if isinstance(item, list):
            pending += [(inner, depth + 1) for inner in reversed(item[:500])]
        elif isinstance(item, dict):
            yield item
            inside = [item.get(key) for key in ("@graph", "mainEntity", "mainEntityOfPage") if item.get(key)]
            pending += [(inner, depth + 1) for inner in reversed(inside) if isinstance(inner, list | dict)]


def _all_objects(value: object) -> Iterator[Node]:
    pending: list[tuple[object, int]] = [(value, 0)]
    while pending:
        item, depth = pending.pop()
        if isinstance(item, dict):
            yield item
        if depth < MAX_DEPTH:
            inner: Iterable[object] = (
                item.values() if isinstance(item, dict) else item if isinstance(item, list) else ()
            )
            pending += [(one, depth + 1) for one in inner if isinstance(one, list | dict)]


def the_article(nodes: Iterable[Node], url: str) -> Node:
    """Return the article among *nodes*: the one at the page's address, else the fullest, else the first."""
    found = [node for node in nodes if any(map(_ARTICLE.search, types(node)))]
    ours = _place(url)
    at_home = [node for node in found if ours in map(_place, _addresses(node))]
    usual = ("headline", "datePublished", "author")
    return max(at_home or found, key=lambda node: sum(bool(node.get(key)) for key in usual), default={})


def _addresses(node: Node) -> Iterator[str]:
    for key in ("url", "@id", "mainEntityOfPage"):
        value = node.get(key)
        if isinstance(value, dict):
            value = value.get("@id") or value.get("url")
        if isinstance(value, str):
            yield value


def _place(url: str) -> str:
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ""
    return f"{parts.netloc.removeprefix('www.')}{parts.path.rstrip('/')}".lower()
