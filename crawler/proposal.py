"""What a site seems to be, from its home page and one listing: its family, its sections, its articles' addresses."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile
from urllib.parse import urlsplit

import msgspec

from crawler.clean import line
from crawler.derive import SURE
from crawler.menus import Section, escaped, headlines, links, page_key, pager_key, sections, shape_of
from crawler.page import ListingPage, Page
from crawler.registry import page_classes
from crawler.site_files import filled
from crawler.sites import Layout, Site, split_target

BY_ADDRESS = 4
"""Links of a family's shape that make it the likeliest, when the marks of none are sure."""
_TRIED = 3
_OFFICE = re.compile(
    r"Sở\s+(?:Khoa\s+học|KH)\s*(?:và|&|-)\s*(?:Công\s+nghệ|CN)(?:\s+(?P<kind>tỉnh|thành phố))?\s+"
    r"(?P<province>[^\W\d_]+(?:\s+[^\W\d_]+){0,3})",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Score:
    """How much of a family a site shows."""

    family: str
    marks: float
    """How sure the surest page is of it, 0 to 1."""
    articles: int
    """Links that have the shape of its articles' addresses."""
    listings: int
    """Likewise of its listings."""


@dataclass(frozen=True)
class Proposal:
    """What is to stand in a new site file."""

    site: Site
    home: Page
    listing: Page | None
    """The first of the sections, when it was had."""

    @property
    def pages(self) -> list[Page]:
        """The pages that were looked at."""
        return [self.home, *([self.listing] if self.listing is not None else [])]

    @cached_property
    def scores(self) -> list[Score]:
        """The families, the likeliest first."""
        return scores(self.pages)

    @cached_property
    def family(self) -> str:
        """Name of the family that most likely reads the site, ``generic`` when none shows."""
        return likeliest(self.scores)

    @cached_property
    def score(self) -> Score | None:
        """What speaks for the family."""
        return next((score for score in self.scores if score.family == self.family), None)

    @cached_property
    def sections(self) -> list[Section]:
        """The links of the home page's menus that lead to news."""
        return sections_of(self.home, self.family)

    @cached_property
    def articles(self) -> tuple[str, ...]:
        """Patterns of the articles' addresses, where no family has them: as the headlines' are made."""
        found = next((urls for page in reversed(self.pages) if (urls := headlines(page))), [])
        shapes = [shape_of(split_target(url)[2]) for url in found[:1]]
        for section in self.sections:
            # An article below its section's address: so are those of the other sections.
            step = escaped(urlsplit(section.url).path.rstrip("/").rpartition("/")[2])
            shapes = [shape.replace(f"/{step}/", "/[^/?]+/") if step else shape for shape in shapes]
        return tuple(shapes)

    @cached_property
    def listings(self) -> tuple[str, ...]:
        """Patterns of the listings' addresses, likewise: the sections themselves."""
        targets = (split_target(section.url)[2] for section in self.sections)
        return tuple(dict.fromkeys(_listing_pattern(target) for target in targets))

    @cached_property
    def page_param(self) -> str | None:
        """Query key of a listing's page number, as the link to its next page shows, or the pager."""
        if self.listing is None:
            return None
        return page_key(self.listing.url, self.listing.read_as(ListingPage).next_url()) or pager_key(self.listing)

    @cached_property
    def office(self) -> tuple[str, str] | None:
        """Name of the Department and of its province, as the home page's title has them."""
        for text in (self.home.head_title, *(block.text for block in self.home.blocks[:80])):
            found = _OFFICE.search(line(text))
            if found is not None:
                capital = takewhile(lambda word: word[:1].isupper(), found["province"].split())
                province = " ".join(word.capitalize() if word.isupper() else word for word in capital)
                kind = f"{found['kind'].lower()} " if found["kind"] else ""
                return (f"Sở Khoa học và Công nghệ {kind}{province}", province) if province else None
        return None


def _listing_pattern(target: str) -> str:
    """Return a pattern of a section's pages; a number in the query tells the sections of one path apart."""
    path, _, query = target.partition("?")
    if query:
        return shape_of(target).replace(r"(?P<id>\d+)", r"\d+")
    return escaped(path) + r"(?:\?.*)?"


def scores(pages: Sequence[Page]) -> list[Score]:
    """Return what *pages* of one site show of every family that knows its pages, the likeliest first."""
    found = []
    urls = list(dict.fromkeys(url for page in pages for url in links(page)))
    for name, family in sorted(page_classes().items()):
        if not family.has_fingerprint():
            continue
        as_read = reading_site(pages[0].site, name)
        articles = [url for url in urls if as_read.is_article(url) and not as_read.is_listing(url)]
        listings = [url for url in urls if as_read.is_listing(url)]
        # Some families are known by the addresses of their pages: look as if at those that are linked to.
        looked = [*pages, *(_at(pages[-1], url) for url in (*articles[:_TRIED], *listings[:_TRIED]))]
        found.append(Score(name, max(family.fingerprint(page) for page in looked), len(articles), len(listings)))
    return sorted(found, key=lambda score: (-score.marks, -score.articles, score.family))


def likeliest(found: Sequence[Score]) -> str:
    """Return the family whose marks are sure, else one whose addresses nearly all links have, else ``generic``."""
    best = next(iter(found), None)
    if best is None:
        return "generic"
    if best.marks >= SURE:
        return best.family
    by_address = [score for score in found if score.marks > 0 and score.articles >= BY_ADDRESS]
    return max(by_address, key=lambda score: score.articles).family if by_address else "generic"


def sections_of(home: Page, family: str) -> list[Section]:
    """Return the sections that the menus of a home page name; those of a family by their addresses if these fit."""
    known = reading_site(home.site, family)
    return (sections(home, known.is_listing) if known.layouts else []) or sections(home, None)


def reading_site(site: Site, family: str) -> Site:
    """Return *site* with no other layout than that of a family; without any for ``generic``."""
    layouts = () if family == "generic" else (Layout(page=family),)
    return filled(msgspec.structs.replace(site, layouts=layouts))


def _at(page: Page, url: str) -> Page:
    """Return the same page as if it stood at another address."""
    moved = page.read_as(Page)
    moved.url = url
    return moved


def is_web(url: str) -> bool:
    """Say whether *url* is an address that can be asked for.

    >>> [is_web(url) for url in ("http://a.vn/", "a.vn", "ftp://a.vn/", "http://[::1", "http://a.vn:99999/")]
    [True, False, False, False, False]
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and port != 0 and not re.search(r"\s", url)
