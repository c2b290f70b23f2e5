"""A Department as data: one TOML file, typed, with the URL rules that reading and finding share.

Pure: nothing here looks at a clock, the network or the environment.
Patterns are regular expressions that must match the whole *target* of an
address, which is its path and query (``/chi-tiet-tin-tuc/abc?x=1``).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from functools import cached_property, lru_cache
from typing import Any, Literal, get_args
from urllib.parse import parse_qsl, urlsplit

import msgspec

from archive.health.expect import Expect
from archive.text import fold
from archive.times import VN
from archive.urls import identity_key
from crawler.ajax import Ajax
from crawler.numbers import number_in
from crawler.sessions import without_junk

Status = Literal["active", "paused", "retired"]
Evidence = Literal["pages", "seed", "github", "brief", "inferred"]
"""The best first."""


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """A TOML table: unknown keys are errors."""


class Host(_Table, frozen=True):
    """A host the Department is, or was, served from."""

    host: str
    """Name, with ``:port`` when it is not the scheme's own."""
    evidence: Evidence = "pages"
    """How the name is known."""
    scope: str = "/.*"
    """Pattern of the targets that belong to the Department."""
    since: date | None = None
    """First day it is known to have served the Department."""
    until: date | None = None
    """Last day."""

    def serves(self, day: date) -> bool:
        """Say whether it served the Department on *day*, as far as known."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)

    def meets(self, other: Host) -> bool:
        """Say whether both are the same host on the same day."""
        first, last = max(self.since or date.min, other.since or date.min), (self.until, other.until)
        return self.host == other.host and first <= min(day or date.max for day in last)


class Seed(_Table, frozen=True):
    """An address to start from: the first page of a listing."""

    url: str
    """Absolute address."""
    section: str | None = None
    """Name of the section, given to the articles found there."""


class Feed(_Table, frozen=True):
    """An RSS or Atom feed of the site."""

    url: str
    """Absolute address."""
    section: str | None = None
    """Name of the section, given to the articles found there."""


class Layout(_Table, frozen=True):
    """How the site looked in a span of time, and which page class reads it."""

    page: str
    """Name of the page class."""
    hosts: tuple[str, ...] = ()
    """Hosts on which it is found; empty means all of the site."""
    articles: tuple[str, ...] = ()
    """Patterns of article addresses. What their named groups match, joined with ``.``, is the article's id."""
    listings: tuple[str, ...] = ()
    """Patterns of listing addresses. A group ``page`` is the part that only later pages have, ``number`` its number."""
    page_param: str | None = None
    """Query key that holds a listing's page number."""
    first_page: int = 1
    """Number of a listing's first page."""
    source_id: tuple[str, ...] = ()
    """Query keys whose values, joined with ``.``, are the article's id."""
    junk: tuple[str, ...] = ()
    """Query keys that make no other article, such as page numbers of the list it was found on; ``"*"`` means all."""
    since: date | None = None
    """First day on which the site looked so, as far as known."""
    until: date | None = None
    """Last day."""

    @cached_property
    def _patterns(self) -> dict[str, list[re.Pattern[str]]]:
        return {
            "articles": [re.compile(pattern) for pattern in self.articles],
            "listings": [re.compile(pattern) for pattern in self.listings],
        }

    def in_use(self, moment: datetime) -> bool:
        """Say whether the site looked so at *moment*, by its day in Vietnam."""
        day = moment.astimezone(VN).date()
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)

    def matches(self, kind: Literal["articles", "listings"], host: str, target: str) -> bool:
        """Say whether an address of *host* is an article or a listing of this layout."""
        if self.hosts and host not in self.hosts:
            return False
        return self.match(kind, target) is not None

    def match(self, kind: Literal["articles", "listings"], target: str) -> re.Match[str] | None:
        """Return how the first pattern of *kind* that fits matches *target*."""
        found = (pattern.fullmatch(target) for pattern in self._patterns[kind])
        return next((match for match in found if match is not None), None)


class Province(_Table, frozen=True):
    """The province and its official codes."""

    name: str
    """Vietnamese name."""
    iso: str | None = None
    """ISO 3166-2 code."""
    gso_pre: str | None = None
    """Code of the General Statistics Office before 2025-07-01."""
    gso_post: str | None = None
    """Code of the General Statistics Office from 2025-07-01 on."""


class Site(_Table, frozen=True):
    """A Department: names, hosts, seeds, layouts, politeness."""

    id: str
    """Province in ASCII snake case; names the file, the spider and the WARC prefix."""
    name: str
    """Vietnamese name of the Department."""
    name_en: str
    """English name."""
    status: Status
    """``active`` is crawled by ``--all``; ``paused`` and ``retired`` only when named."""
    province: Province | None = None
    """Null for a site made from a seed file."""
    reason: str | None = None
    """Why it is paused or retired."""
    successor: str | None = None
    """Site id of the Department that took over."""
    follows: tuple[str, ...] = ()
    """Site ids of the Departments it took over."""
    hosts: tuple[Host, ...] = ()
    """Hosts and path scopes."""
    seeds: tuple[Seed, ...] = ()
    """Where a crawl starts."""
    ajax: tuple[Ajax, ...] = ()
    """Listings whose pages scripts load."""
    feeds: tuple[Feed, ...] = ()
    """Feeds that no page names, or whose articles belong to a section."""
    sitemaps: tuple[str, ...] = ()
    """Sitemaps that robots.txt does not name."""
    discover: bool = True
    """Whether to look for feeds and sitemaps that are not declared."""
    layouts: tuple[Layout, ...] = ()
    """Page classes by address and time; the first that matches is asked first."""
    junk: tuple[str, ...] = ()
    """Query keys that make no other page of any kind."""
    ignore_case: bool = False
    """Whether the server takes upper and lower case in paths as one."""
    crawl: dict[str, Any] = {}
    """Scrapy settings of this site."""
    expect: Expect = Expect()
    """What its crawls are held against."""

    @property
    def family(self) -> str:
        """Name of the page class that reads the site as it looked last."""
        last = max(self.layouts, key=lambda layout: layout.until or date.max, default=None)
        return last.page if last is not None else "generic"

    @property
    def evidence(self) -> Evidence:
        """How the best known of its hosts is known."""
        return min((host.evidence for host in self.hosts), key=get_args(Evidence).index, default="inferred")

    def allows(self, url: str) -> bool:
        """Say whether *url* may be asked for: it lies in the declared hosts and path scopes.

        A host that is only inferred is never asked for an active site, for another when that is named.
        """
        return any(host.evidence != "inferred" or self.status != "active" for host in self._claiming(url))

    def claims(self, url: str, day: date | None = None) -> bool:
        """Say whether *url* is the Department's, on *day* or ever; it may be one that is not asked for."""
        return any(day is None or host.serves(day) for host in self._claiming(url))

    def naming(self, url: str) -> Site:
        """Return the site for a run in which somebody named *url*: its host is inferred no more."""
        named = {host.host for host in self._claiming(url) if host.evidence == "inferred"}
        if not named or self.allows(url):
            return self
        hosts = (msgspec.structs.replace(e, evidence="brief") if e.host in named else e for e in self.hosts)
        return msgspec.structs.replace(self, hosts=tuple(hosts))

    def _claiming(self, url: str) -> list[Host]:
        scheme, host, target = _split_bare(url)
        if scheme not in ("http", "https"):
            return []
        return [entry for entry in self.hosts if entry.host == host and re.fullmatch(entry.scope, target)]

    def layout_of(
        self, kind: Literal["articles", "listings"], url: str, captured: datetime | None = None
    ) -> Layout | None:
        """Return the first layout whose patterns of *kind* match *url*.

        With *captured*, one that was in use on that day is preferred.
        """
        return next(iter(self.layouts_of(kind, url, captured)), None)

    def layouts_of(
        self, kind: Literal["articles", "listings"], url: str, captured: datetime | None = None
    ) -> tuple[Layout, ...]:
        """Return the layouts whose patterns of *kind* match *url*, those in use on the day of *captured* first."""
        fit = self._fitting(kind, url)
        return fit if captured is None else tuple(sorted(fit, key=lambda layout: not layout.in_use(captured)))

    @cached_property
    def _fitting(self) -> Callable[[Literal["articles", "listings"], str], tuple[Layout, ...]]:
        # The same links stand on many pages; the site is frozen, so the answer stays.
        @lru_cache(maxsize=8192)
        def fitting(kind: Literal["articles", "listings"], url: str) -> tuple[Layout, ...]:
            _, host, target = _split_bare(url)
            return tuple(layout for layout in self.layouts if layout.matches(kind, host, target))

        return fitting

    def is_article(self, url: str) -> bool:
        """Say whether *url* has the shape of an article's address."""
        return self.layout_of("articles", url) is not None

    def is_listing(self, url: str) -> bool:
        """Say whether *url* has the shape of a listing's address."""
        return self.layout_of("listings", url) is not None

    def page_param(self, url: str) -> str | None:
        """Return the query key which holds the page number of the listing *url*."""
        layout = self.layout_of("listings", url)
        return layout.page_param if layout else None

    def first_page(self, url: str) -> int:
        """Return the number of the first page of the listing *url*."""
        layout = self.layout_of("listings", url)
        return layout.first_page if layout else 1

    def source_id(self, url: str) -> str | None:
        """Return the article's id as its address gives it, else None."""
        layout = self.layout_of("articles", url)
        if layout is None:
            return None
        if layout.source_id:
            query = {key.lower(): value for key, value in parse_qsl(urlsplit(url).query)}
            values = [query.get(key.lower(), "") for key in layout.source_id]
            return ".".join(values) if all(values) else None
        match = layout.match("articles", _split_bare(url)[2])
        return ".".join(value for value in match.groupdict().values() if value) or None if match else None

    def identity(self, url: str) -> str:
        """Return the key which all addresses of one article on this site share."""
        return self.source_id(url) or self._key(self.canonical(url))

    @cached_property
    def article_identity(self) -> Callable[[str], str | None]:
        """Gives the identity of an address, null when it has not the shape of an article's."""

        @lru_cache(maxsize=8192)
        def identity_of(url: str) -> str | None:
            return self.identity(url) if self.is_article(url) else None

        return identity_of

    def canonical(self, url: str) -> str:
        """Return *url* without fragment and without what makes no other page. It is compared, never asked for."""
        layout = self.layout_of("articles", url)
        return without_junk(url, self.junk + (layout.junk if layout is not None else ()))

    def _key(self, url: str) -> str:
        path, mark, query = _identity_key(url).partition("?")
        return (path.lower() if self.ignore_case else path) + mark + query

    def numbered(self, url: str) -> tuple[str, int] | None:
        """Return what all pages of the listing *url* share, and its number; None unless its pattern has a ``page``."""
        layout = self.layout_of("listings", url)
        match = layout.match("listings", _split_bare(url)[2]) if layout is not None else None
        if layout is None or match is None or "page" not in match.re.groupindex:
            return None
        start, stop = match.span("page")
        target = match.string if start < 0 else match.string[:start] + match.string[stop:]
        number = number_in(match["number"] or "", layout.first_page)
        listing = url.partition("://")[0] + "://" + split_target(url)[1] + target
        return self._key(without_junk(listing, self.junk)), number

    def section_of(self, via: str | None) -> str | None:
        """Return the section of the listing page *via*, by the seed whose listing it continues; of a feed its own."""
        if via is None:
            return None
        if (ajax := self.ajax_of(via)) is not None:
            return ajax.section
        for feed in self.feeds:
            if feed.url == via:
                return feed.section
        wanted = self.listing_key(via)
        return next((seed.section for seed in self.seeds if self.listing_key(seed.url) == wanted), None)

    def declared_section(self, name: str | None) -> str | None:
        """Return the section of that name as a seed, a feed or a listing that scripts load declares it."""
        return self._sections.get(fold(name)) if name else None

    @cached_property
    def _sections(self) -> dict[str, str]:
        sources: tuple[Seed | Feed | Ajax, ...] = (*self.seeds, *self.feeds, *self.ajax)
        return {fold(each.section): each.section for each in sources if each.section is not None}

    def ajax_of(self, address: str) -> Ajax | None:
        """Return the declared listing of which a page has this address, with what was posted."""
        return next((ajax for ajax in self.ajax if ajax.number_of(address) is not None), None)

    def listing_key(self, url: str) -> str:
        """Return what all pages of one listing share: the address without the page number."""
        if (ajax := self.ajax_of(url)) is not None:
            return identity_key(ajax.address(ajax.first_page))
        if (numbered := self.numbered(url)) is not None:
            return numbered[0]
        param = self.page_param(url)
        return self._key(without_junk(url, (*self.junk, param) if param else self.junk))


_identity_key = lru_cache(maxsize=8192)(identity_key)


@lru_cache(maxsize=8192)
def _split_bare(url: str) -> tuple[str, str, str]:
    """Return scheme, host and target without the visitor's session: patterns are written without it."""
    return split_target(without_junk(url))


def split_target(url: str) -> tuple[str, str, str]:
    """Return scheme, host (lower case, with a port that is not the default), and path with query.

    >>> split_target("http://EXAMPLE.vn:80/a?b=1#c")
    ('http', 'example.vn', '/a?b=1')
    """
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2].lower()
    default = {"http": ":80", "https": ":443"}.get(parts.scheme, "")
    if default and host.endswith(default):
        host = host[: -len(default)]
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return parts.scheme, host, target
