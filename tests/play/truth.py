"""What is true of a played article: the fields a reader must find, and how the page is made up.

A skeleton renders the *blocks* in their order; the expected text follows from them alone, so no
skeleton can change what is true.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Layout = Literal["ha_tinh", "hau_giang_1", "hau_giang_2"]

SITE_OF_LAYOUT = {"ha_tinh": "ha_tinh", "hau_giang_1": "hau_giang", "hau_giang_2": "hau_giang"}


@dataclass(frozen=True, slots=True)
class PlayedImage:
    """A picture of an article."""

    url: str
    """Absolute address."""
    caption: str | None = None
    """The caption without its credit; null when the page prints none."""
    credit: str | None = None
    """Who took the picture, as the caption says."""
    alt: str | None = None
    """The ``alt`` text; null when the attribute is missing or empty."""
    printed: str | None = None
    """The caption as printed, credit included."""


@dataclass(frozen=True, slots=True)
class PlayedAttachment:
    """A document of an article."""

    url: str
    """Absolute address."""
    title: str
    """The text of the link."""


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph, a sub-heading or a quotation: one paragraph of the expected text."""

    text: str
    kind: Literal["p", "lead", "heading", "quote"] = "p"
    link: PlayedAttachment | None = None
    """A document whose title stands in the text as a link."""


@dataclass(frozen=True, slots=True)
class Bullets:
    """A real list (``ul``, ``ol``): each item is one paragraph of the expected text, without its marker."""

    items: tuple[str, ...]
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A data table: each row is one paragraph of the expected text, cells joined by `` | ``."""

    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """The place of a picture, its caption below it."""

    image: PlayedImage


@dataclass(frozen=True, slots=True)
class Gap:
    """Empty paragraphs (a no-break space each), as editors leave them."""

    count: int = 1


Block = Text | Bullets | Table | Figure | Gap


@dataclass(frozen=True, slots=True)
class PlayedArticle:
    """One article: the true fields, then what the player needs to print it."""

    url: str
    """Absolute address, as the listing links it."""
    layout: Layout | str
    """Which of the site's generations printed it; the site's id where it has only one."""
    title: str
    """Headline, NFC."""
    published: datetime
    """Printed date of publication, +07:00; with precision ``day`` its time is 00:00."""
    precision: Literal["second", "minute", "day"]
    """What the page prints of it."""
    authors: tuple[str, ...]
    """Writers, in the order of the byline."""
    photographers: tuple[str, ...]
    """Photographers of the byline, then of the credits, each once."""
    source: str | None
    """What ``Nguồn:`` or ``Theo`` names."""
    section: str | None
    """Section as its listing and the breadcrumb name it."""
    blocks: tuple[Block, ...]
    """The body in reading order."""
    attachments: tuple[PlayedAttachment, ...] = ()
    """Documents in reading order."""
    category: str = ""
    """Slug (Hà Tĩnh) of the section in addresses of listings."""
    byline: str | None = None
    """The byline as printed."""
    source_line: str | None = None
    """The line of the source as printed."""
    skeleton: str = "semantic"
    """Which skeleton the server plays it in."""
    odd: frozenset[str] = field(default_factory=frozenset)
    """Oddities of the source text: ``nfd`` ``nfd_words`` ``nbsp`` ``entities`` ``zero_width`` ``inline``."""
    original: str | None = None
    """Address of the same article in the older generation, when this one is an import."""
    printed_date: str = ""
    """The date line as printed."""
    summary: str | None = None
    """The lead, when the page sets it apart from the body."""
    tags: tuple[str, ...] = ()
    """Keywords."""

    @property
    def site(self) -> str:
        """Site id."""
        return SITE_OF_LAYOUT.get(self.layout, self.layout)

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """Expected paragraphs of the body, NFC."""
        return tuple(nfc(text) for text in _paragraphs(self.blocks))

    @property
    def text(self) -> str:
        """Expected body text."""
        return "\n\n".join(self.paragraphs)

    @property
    def images(self) -> tuple[PlayedImage, ...]:
        """Pictures in reading order."""
        return tuple(block.image for block in self.blocks if isinstance(block, Figure))

    @property
    def attached(self) -> tuple[PlayedAttachment, ...]:
        """Documents listed below the body (those linked inside a paragraph are not)."""
        inline = {block.link.url for block in self.blocks if isinstance(block, Text) and block.link}
        return tuple(file for file in self.attachments if file.url not in inline)


def _paragraphs(blocks: tuple[Block, ...]) -> Iterator[str]:
    for block in blocks:
        if isinstance(block, Text):
            yield block.text
        elif isinstance(block, Bullets):
            yield from block.items
        elif isinstance(block, Table):
            yield from (" | ".join(row) for row in block.rows)


def nfc(text: str) -> str:
    """Return *text* composed."""
    return unicodedata.normalize("NFC", text)
