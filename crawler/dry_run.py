"""What a look at a site's seeds gives: which links, where the list goes on, how the first article is read.

Pure: a plan of what to ask for next, and sentences about what came (:mod:`crawler.scouting` asks).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from archive.jsonform import to_json
from archive.model import Article, Listing, NotAnArticle
from crawler.derive import recognised
from crawler.menus import headlines, links
from crawler.proposal import reading_site
from crawler.registry import page_class
from crawler.undeclared import listing_of

if TYPE_CHECKING:
    from crawler.page import Page
    from crawler.scouting import Role, Visit
    from crawler.sites import Site

USUAL = ("title", "text", "published")
"""Fields that an article has, where the site file expects none by name."""
FIELDS = (
    *("url", "source_id", "title", "summary", "text", "published", "modified", "authors", "photographers"),
    *("source", "section", "tags", "language", "images", "attachments"),
)
"""Fields that are shown."""


@dataclass(frozen=True, slots=True)
class SeedCheck:
    """What became of one seed."""

    url: str
    section: str | None
    layouts: tuple[str, ...]
    """Page classes of the layouts."""
    marks: str | None
    """Family whose marks the page bears, null when no family's are sure."""
    listing: str | None
    """The list that was looked at: the seed, or the first that it links to; null without one."""
    articles: int
    """Links to articles there."""
    listings: int
    """Links to listings, on the seed."""
    other: int
    """Other links of the site, on the seed."""
    next_url: str | None
    """Next page of the list."""
    article: dict[str, Any] | None
    """The first article, as it is exported."""
    asked: str | None
    """Its address."""
    faults: tuple[str, ...]
    """What is not as it should be."""
    failed: bool
    """Whether an address failed."""

    @property
    def empty(self) -> list[str]:
        """Fields of the article that hold nothing."""
        return [name for name in FIELDS if self.article is not None and not self.article[name]]


class Tour:
    """Which page to ask for after each: from a seed to a list, from a list to its first article."""

    def __init__(self, site: Site) -> None:
        self._taken = {seed.url for seed in site.seeds}

    def __call__(self, visit: Visit) -> tuple[Role, str] | None:
        """Return role and address of what follows a visit; null when nothing does. Nothing is asked for twice."""
        if visit.page is None or visit.role == "article":
            return None
        url = self._first(_articles(visit.page, visit.result))
        if url is not None:
            return "article", url
        if visit.role == "seed" and not isinstance(visit.result, Listing):
            url = self._first(_listings(visit.page))
            return ("listing", url) if url is not None else None
        return None

    def _first(self, urls: Sequence[str]) -> str | None:
        url = next((url for url in urls if url not in self._taken), None)
        if url is not None:
            self._taken.add(url)
        return url


def checks(site: Site, visits: Sequence[Visit]) -> Iterator[SeedCheck]:
    """Yield what became of each seed of *site*."""
    for seed in site.seeds:
        own = [visit for visit in visits if visit.seed == seed.url]
        yield _check(site, seed.url, seed.section, {visit.role: visit for visit in own})


def _check(site: Site, url: str, section: str | None, own: dict[Role, Visit]) -> SeedCheck:
    seed = own["seed"]
    failures = [f"{visit.asked}: {visit.failure}" for visit in own.values() if visit.failure is not None]
    looked = own.get("listing", seed)
    page, listing = looked.page, looked.result if isinstance(looked.result, Listing) else None
    articles = _articles(page, looked.result) if page is not None else []
    around = links(seed.page) if seed.page is not None else []
    lists = _listings(seed.page) if seed.page is not None else []
    read = own.get("article")
    got = read.result if read is not None and isinstance(read.result, Article) else None
    if listing is None and page is not None and articles and not site.layouts:
        listing = listing_of(page)
    return SeedCheck(
        url=url,
        section=section,
        layouts=tuple(dict.fromkeys(layout.page for layout in site.layouts)),
        marks=_marks(read.page if read is not None and read.page is not None else page),
        listing=listing.url if listing is not None else None,
        articles=len(articles),
        listings=len(lists),
        other=len(set(around) - set(lists) - set(_articles(seed.page, seed.result) if seed.page is not None else ())),
        next_url=listing.next_url if listing is not None else None,
        article=json.loads(to_json(got)) if got is not None else None,
        asked=read.asked if read is not None else None,
        faults=(*failures, *_faults(site, own, articles, lists)),
        failed=bool(failures),
    )


def _faults(site: Site, own: dict[Role, Visit], articles: Sequence[str], lists: Sequence[str]) -> Iterator[str]:
    """Yield what is not as it should be of pages that came."""
    seed, read = own["seed"], own.get("article")
    if seed.page is None:
        return
    if isinstance(seed.result, NotAnArticle) and seed.result.reason in ("cookie_stub", "empty", "not_html"):
        yield f"{seed.asked}: is no page of the site ({seed.result.reason})"
    elif not articles and not lists:
        yield f"{seed.asked}: links to no article and no listing; correct the seed, or the patterns of the layouts"
    yield from (
        f"{visit.asked}: its reader broke ({visit.broken}); mend the page class"
        for visit in own.values()
        if visit.broken is not None
    )
    for visit in own.values():
        is_list = (
            visit.page is not None
            and visit.broken is None
            and (visit.role == "listing" or isinstance(visit.result, Listing))
        )
        if is_list and not articles:
            yield f"{visit.asked}: names no article; correct the patterns of the layouts"
    for visit in own.values():
        yield from _strangeness(site, visit)
    if read is None or read.page is None or read.broken is not None:
        return
    if not isinstance(read.result, Article):
        reason = read.result.reason if isinstance(read.result, NotAnArticle) else "not_html"
        yield f"{read.asked}: is not read as an article ({reason})"
        return
    wanted = site.expect.fields or USUAL
    empty = [name for name in wanted if not getattr(read.result, name)]
    if empty:
        yield f"{read.asked}: {', '.join(empty)} empty"


def _strangeness(site: Site, visit: Visit) -> Iterator[str]:
    """Say so when a page bears the marks of a family that no layout names, and none of one that does."""
    if visit.page is None or not site.layouts:
        return
    declared = [page_class(layout.page) for layout in site.layouts]
    seen = _marks(visit.page)
    if seen is None or any(not each.has_fingerprint() or each.fingerprint(visit.page) > 0 for each in declared):
        return
    names = ", ".join(dict.fromkeys(each.name for each in declared))
    yield f"{visit.asked}: bears the marks of {seen}, none of {names}; correct the layouts"


def _marks(page: Page | None) -> str | None:
    """Return the family whose marks a page surely bears."""
    name = recognised(page).name if page is not None else "generic"
    return name if name != "generic" else None


def _articles(page: Page, result: object) -> list[str]:
    """Return the articles that a page links to: those of its list, else by address, else its headlines."""
    if isinstance(result, Listing):
        return [item.url for item in result.items]
    site = _as_read(page)
    if site.layouts:
        return [url for url in links(page) if site.is_article(url) and not site.is_listing(url)]
    return headlines(page)


def _listings(page: Page) -> list[str]:
    site = _as_read(page)
    return [url for url in links(page) if site.is_listing(url) and url != page.url]


def _as_read(page: Page) -> Site:
    """Return the page's site with the layouts by which its links are told apart: without any the family's."""
    return page.site if page.site.layouts else reading_site(page.site, _marks(page) or "generic")
