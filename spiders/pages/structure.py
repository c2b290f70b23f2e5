"""What a page says of itself in vocabularies made for machines: JSON-LD, microdata, meta elements.

Read in one pass, whatever the page is: every list is bounded, broken JSON is mended
as far as its common faults go, and what cannot be read is left out. Nothing is
believed here; that is for the readers of the single fields.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from lxml import etree

from crawler.clean import line
from spiders.pages.json_ld import (
    MAX_DEPTH,
    MAX_NODES,
    MAX_VALUE,
    PAGE,
    Node,
    cleaned,
    json_ld,
    texts,
    the_article,
    types,
)

__all__ = ["Facts", "Node", "elements", "facts_of", "texts", "types"]

MAX_ELEMENTS = 1_000
"""Elements of one kind (meta, itemprop) that are looked at; the fullest page seen has 160."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What was found; empty where the page says nothing."""

    metas: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Values of ``<meta>`` by name, property or itemprop in lower case, in source order."""
    article: Node = field(default_factory=dict)
    """The JSON-LD object of the page's article."""
    page: Node = field(default_factory=dict)
    """The JSON-LD object of the page itself."""
    nodes: tuple[Node, ...] = ()
    """All JSON-LD objects that stand for themselves."""
    ids: Mapping[str, Node] = field(default_factory=dict)
    """They and those within them, by ``@id``."""
    props: Mapping[str, tuple[etree._Element, ...]] = field(default_factory=dict)
    """Elements by itemprop in lower case."""

    def meta(self, *names: str) -> list[str]:
        """Return the values of the named meta elements, by name, each once."""
        return list(dict.fromkeys(value for name in names for value in self.metas.get(name, ())))

    def said(self, *keys: str) -> list[str]:
        """Return the texts that the article's JSON-LD gives for *keys*, else that of the page."""
        return [text for node in (self.article, self.page) for key in keys for text in texts(node.get(key))]

    def resolve(self, value: object) -> Iterator[object]:
        """Yield the items of a JSON-LD value: lists opened, references followed."""
        pending = [(value, 0)]
        for _ in range(MAX_NODES):
            if not pending:
                return
            item, depth = pending.pop()
            if isinstance(item, list):
                if depth < MAX_DEPTH:
                    pending += [(inner, depth + 1) for inner in reversed(item[:100])]
            elif isinstance(item, dict) and set(item) <= {"@id", "@type"} and str(item.get("@id")) in self.ids:
                found = self.ids[str(item["@id"])]
                yield found
            else:
                yield item


def facts_of(root: etree._Element | None, url: str) -> Facts:
    """Return what the page at *url* says of itself."""
    if root is None:
        return Facts()
    metas: dict[str, list[str]] = {}
    for element in islice(root.iter("meta"), MAX_ELEMENTS):
        name = element.get("property") or element.get("name") or element.get("itemprop") or element.get("http-equiv")
        value = line(cleaned(str(element.get("content") or "")[:MAX_VALUE]))
        if name and value:
            metas.setdefault(str(name).strip().lower()[:80], []).append(value)
    nodes, ids = json_ld(root)
    return Facts(
        {name: tuple(values) for name, values in metas.items()},
        the_article(nodes, url),
        next((node for node in nodes if any(map(PAGE.search, types(node)))), {}),
        tuple(nodes),
        ids,
        _microdata(root),
    )


def elements(root: etree._Element, path: str, most: int = MAX_ELEMENTS) -> list[etree._Element]:
    """Return the first elements that an XPath finds, at *most* so many."""
    found = root.xpath(f"({path})[position() <= {most}]")
    return [one for one in found if isinstance(one, etree._Element)] if isinstance(found, list) else []


def _microdata(root: etree._Element) -> dict[str, tuple[etree._Element, ...]]:
    props: dict[str, list[etree._Element]] = {}
    for element in elements(root, "//*[@itemprop]"):
        for name in str(element.get("itemprop")).lower().split()[:5]:
            props.setdefault(name, []).append(element)
    return {name: tuple(found) for name, found in props.items()}
