"""The documents of OAI-PMH 2.0, and articles as Dublin Core in them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from lxml import etree

from archive.model import Article
from archive.web.oai_ledger import Item

OAI = "http://www.openarchives.org/OAI/2.0/"
DC = "http://purl.org/dc/elements/1.1/"
OAI_DC = "http://www.openarchives.org/OAI/2.0/oai_dc/"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
PREFIX = "oai_dc"
SCHEMAS = {
    OAI: "http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd",
    OAI_DC: "http://www.openarchives.org/OAI/2.0/oai_dc.xsd",
}

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Element = etree._Element


class OaiError(Exception):
    """A condition that OAI-PMH has a code for."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def text(value: str) -> str:
    """Return *value* without what XML can not hold.

    >>> text("Tin\\x0b mới\\ufffe")
    'Tin mới'
    """
    return _NOT_XML.sub("", value)


def add(parent: Element, name: str, value: str | None = None, **attributes: str) -> Element:
    """Put an element of OAI-PMH into another one; return it."""
    element = etree.SubElement(parent, f"{{{OAI}}}{name}")
    for key, each in attributes.items():
        element.set(key, text(each))
    if value is not None:
        element.text = text(value)
    return element


def document(base: str, arguments: Mapping[str, str], now: datetime) -> Element:
    """Return the beginning of an answer; *arguments* are those of a request that is well formed."""
    root = etree.Element(f"{{{OAI}}}OAI-PMH", nsmap={None: OAI, "xsi": XSI})  # type: ignore[dict-item]
    root.set(f"{{{XSI}}}schemaLocation", f"{OAI} {SCHEMAS[OAI]}")
    add(root, "responseDate", stamp(now))
    add(root, "request", base, **arguments)
    return root


def add_error(root: Element, error: OaiError) -> None:
    """Put an error into an answer."""
    add(root, "error", str(error), code=error.code)


def written(root: Element) -> bytes:
    """Return an answer as it is sent."""
    data: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return data


def add_header(parent: Element, item: Item, identifier: str, site_set: str) -> None:
    """Put the header of an item into an answer."""
    header = add(parent, "header", **({"status": "deleted"} if item.is_deleted else {}))
    add(header, "identifier", identifier)
    add(header, "datestamp", item.stamp)
    add(header, "setSpec", site_set)


def add_dublin_core(record: Element, article: Article, publisher: str, links: Iterable[str]) -> None:
    """Put an article into a record, as unqualified Dublin Core; *links* are where it can be read here."""
    metadata = add(record, "metadata")
    form = etree.SubElement(metadata, f"{{{OAI_DC}}}dc", nsmap={"oai_dc": OAI_DC, "dc": DC, "xsi": XSI})
    form.set(f"{{{XSI}}}schemaLocation", f"{OAI_DC} {SCHEMAS[OAI_DC]}")
    for name, values in _elements(article, publisher, links):
        for value in values:
            if value and (clean := text(value).strip()):
                element = etree.SubElement(form, f"{{{DC}}}{name}")
                element.text = clean


def _elements(article: Article, publisher: str, links: Iterable[str]) -> Iterable[tuple[str, Iterable[str | None]]]:
    published = article.published
    is_day = article.published_precision == "day"
    yield "title", (article.title,)
    yield "creator", article.authors
    yield "subject", dict.fromkeys((*filter(None, (article.section,)), *article.tags))
    yield "description", (article.summary,)
    yield "publisher", (publisher,)
    yield "contributor", article.photographers
    if published is not None:
        yield "date", (published.date().isoformat() if is_day else published.isoformat(timespec="seconds"),)
    yield "type", ("Text",)  # of the DCMI Type Vocabulary
    yield "format", ("text/html",)
    # The page itself first, for harvesters show the first one; then where the archive shows it.
    yield "identifier", (article.url, *links)
    yield "source", (article.source,)
    yield "language", (article.language,)
    yield "relation", (*(each.url for each in article.images), *(each.url for each in article.attachments))


def stamp(moment: datetime) -> str:
    """Return a time as OAI-PMH writes it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
