"""What the API answers where ``khcn schema`` has no form for it: pages of lists, changes, sites, problems."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import msgspec

from archive.export.record import Record
from archive.history import History
from archive.model import Capture, Image, Precision
from archive.report import CrawlReport
from archive.schema import components

PLACE = "#/components/schemas/"


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong (RFC 9457)."""

    type: str
    """What kind of problem: ``urn:khcn:problem:`` and a word that stays the same, or ``about:blank``."""
    title: str
    """What the status means."""
    status: int
    """HTTP status."""
    detail: str
    """What is wrong here and what to do, for a person to read."""


@dataclass(frozen=True, slots=True)
class Articles:
    """A page of a list of articles, each in its latest version."""

    items: tuple[Record, ...]
    """The articles."""
    next: str | None
    """Cursor of the next page, null on the last one."""


@dataclass(frozen=True, slots=True)
class Versions:
    """The versions of one article."""

    items: tuple[Record, ...]
    """In the order in which they were first seen, each once."""


@dataclass(frozen=True, slots=True)
class Captures:
    """A page of a list of captures."""

    items: tuple[Capture, ...]
    """The captures."""
    next: str | None
    """Cursor of the next page, null on the last one."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture, and the article that it belongs to."""

    article: str
    """Article id."""
    site: str
    """Site id."""
    url: str
    """The address of the article's page."""
    title: str
    """Headline of the article."""
    image: Image
    """The picture."""


@dataclass(frozen=True, slots=True)
class Pictures:
    """A page of a list of pictures."""

    items: tuple[Picture, ...]
    """The pictures."""
    next: str | None
    """Cursor of the next page, null on the last one."""


@dataclass(frozen=True, slots=True)
class HeldSite:
    """A site, and how much is held of it."""

    id: str
    """Site id."""
    name: str
    """Vietnamese name; the id when it is not declared."""
    name_en: str
    """English name; the id when it is not declared."""
    province: str | None
    """Vietnamese name of the province, null when it is not declared."""
    status: Literal["active", "paused", "retired"]
    """Whether it is crawled."""
    hosts: tuple[str, ...]
    """Hosts on which it is, or was, served; none when it is not declared."""
    successor: str | None
    """Site id of the Department that took over."""
    articles: int
    """Articles held."""
    crawls: int
    """Crawls of which something is held."""
    last_crawl: datetime | None
    """When the last of them began (UTC)."""


@dataclass(frozen=True, slots=True)
class Sites:
    """All sites of which something is held."""

    items: tuple[HeldSite, ...]
    """By site id."""


@dataclass(frozen=True, slots=True)
class HeldYear:
    """What is held of one year of a Department."""

    year: int
    """Year, in Vietnam."""
    captures: dict[str, int]
    """Captures made in it, by origin: ``crawl``, ``import``, ``recover``."""
    articles: dict[str, int]
    """Articles published in it (without a date: captured), by the origin of their latest version."""


@dataclass(frozen=True, slots=True)
class DissolvedSite:
    """A Department that is no more, and what is held of it."""

    id: str
    """Site id."""
    name: str
    """Vietnamese name."""
    name_en: str
    """English name."""
    province: str | None
    """Vietnamese name of the province."""
    successor: str | None
    """Site id of the Department that took over."""
    articles: int
    """Articles held."""
    captures: dict[str, int]
    """Captures held, by origin."""
    years: tuple[HeldYear, ...]
    """Years of which something is held."""
    lacking: tuple[int, ...]
    """Years between these of which nothing is held."""
    missing: int | None
    """Articles known to have existed that are not held, as the last recovery found; null when none looked for them."""


@dataclass(frozen=True, slots=True)
class DissolvedSites:
    """All Departments that are no more."""

    items: tuple[DissolvedSite, ...]
    """By the names of their provinces."""


@dataclass(frozen=True, slots=True)
class Crawls:
    """A page of a list of crawl reports."""

    items: tuple[CrawlReport, ...]
    """The reports, of the latest crawl first."""
    next: str | None
    """Cursor of the next page, null on the last one."""


@dataclass(frozen=True, slots=True)
class Found:
    """An article that answers a query."""

    rank: int
    """1 for the first hit of all."""
    article: str
    """Article id."""
    site: str
    """Site id."""
    url: str
    """The address of the page."""
    title: str
    """Headline."""
    published: datetime | None
    """When the page says it was published."""
    published_precision: Precision | None
    """What the page really gives of ``published``."""
    snippet: str
    """A piece of summary and text with the words asked for."""
    score: float | None
    """How well it answers, to be compared within one query only; null when ordered by date."""
    state: Literal["live", "gone"]
    """Whether the article is still on the site."""
    highlights: tuple[tuple[int, int], ...]
    """Begin and end of the words asked for, in characters of ``snippet``."""
    title_highlights: tuple[tuple[int, int], ...]
    """The same of ``title``."""


@dataclass(frozen=True, slots=True)
class Hits:
    """A page of what a search found."""

    items: tuple[Found, ...]
    """The hits, best or newest first."""
    next: str | None
    """Cursor of the next page, null on the last one."""


@dataclass(frozen=True, slots=True)
class Count:
    """How many articles there are of one kind."""

    key: str
    """Site id, or month in Vietnam as ``2025-06``."""
    articles: int
    """How many."""


@dataclass(frozen=True, slots=True)
class Facets:
    """How many articles answer a query, in all and by kind."""

    articles: int
    """In all."""
    sites: tuple[Count, ...]
    """By site, most first."""
    months: tuple[Count, ...]
    """By month of publication (without one: of capture), newest first."""


@dataclass(frozen=True, slots=True)
class Removal:
    """A confirmed removal of an article from its site."""

    site: str
    """Site id."""
    url: str
    """The address at which it was read last."""
    title: str
    """Headline of its last version."""
    gone: datetime
    """The first check that found it missing (UTC)."""
    confirmed: datetime
    """The check that confirmed it."""
    back: datetime | None
    """When it was there again, null when it is not."""


@dataclass(frozen=True, slots=True)
class Removals:
    """A page of a list of removals."""

    items: tuple[Removal, ...]
    """The removals."""
    next: str | None
    """Cursor of the next page, null on the last one."""


@dataclass(frozen=True, slots=True)
class Shown:
    """When each of two versions was seen first."""

    a: datetime
    """The one (UTC)."""
    b: datetime
    """The other."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs between two versions of an article, as ``khcn diff --json`` prints it."""

    url: str
    """The address at which the article was read last."""
    a: int
    """Number of the one version, as in its history."""
    b: int
    """Number of the other."""
    captured: Shown
    """When each was seen first."""
    fields: dict[str, Any]
    """What differs, by field: of ``text`` a list of ``{"op", "text"}``, of any other ``{"a", "b"}``."""


@dataclass(frozen=True, slots=True)
class ChangedArticle:
    """An article that changed."""

    seq: int
    """Number of the change; an article's latest counts."""
    id: str
    """Article id."""
    article: Record | None
    """The article as it is now; null when it is held or shown no more: remove it."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed since a cursor."""

    generation: str
    """Which catalog this is; one made anew has another, and older cursors are of no use to it."""
    changes: tuple[ChangedArticle, ...]
    """In their order."""
    next: str
    """Cursor to go on from, now or later."""
    more: bool
    """Whether there is more already."""


@dataclass(frozen=True, slots=True)
class Health:
    """Whether the archive can be read."""

    status: Literal["ok"]
    """``ok``; else the answer is a problem."""
    generation: str
    """Which catalog it is."""
    last_change: int
    """Number of its latest change."""


FORMS: tuple[type, ...] = (
    Articles, Capture, Captures, Changes, CrawlReport, Crawls, Difference, DissolvedSites, Facets, Health, HeldSite,
    History, Hits, Pictures, Problem, Record, Removals, Sites, Versions,
)  # fmt: skip
_PARTS: tuple[type, ...] = (ChangedArticle, Count, DissolvedSite, Found, HeldYear, Picture, Removal, Shown)


def schemas() -> dict[str, dict[str, Any]]:
    """Return the JSON Schemas of all answers, for the OpenAPI document."""
    return components((*FORMS, *_PARTS), PLACE)


def raw(items: list[bytes], **more: Any) -> bytes:
    """Return the JSON of a page whose items are JSON already."""
    return msgspec.json.encode({"items": [msgspec.Raw(each) for each in items], **more})
