"""What each line of a page is evidence of: the step between bare lines and an article.

Every line is looked at once: is it a date line, a button, a heading that ends
articles, a link to another article, a file? No class name and no id is asked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import pairwise
from urllib.parse import urlsplit

from crawler.blocks import Block
from crawler.clean import key
from crawler.dates import PrintedDate, clock_only, date_line, is_clock, parse_vi_datetime
from crawler.page import Page
from spiders.pages import words
from spiders.pages.shaping import LinkKind, join_rows, only_dates, rejoin, split_dates, without_links, without_null

FILE = re.compile(r"\.(?:pdf|docx?|xlsx?|pptx?|zip|rar|7z|odt|ods|rtf)(?:$|[?#/])", re.I)
_IMAGE_FILE = re.compile(r"\.(?:jpe?g|png|gif|webp|bmp|svg)(?:$|[?#])", re.I)
_SHARES = re.compile(r"(?:facebook|twitter|zalo|linkedin|pinterest|google|t\.me|telegram)\.|sharer|share\?", re.I)
_ID = re.compile(r"\d{4,}")
_RANKED: tuple[LinkKind, ...] = ("file", "article", "self", "image", "page", "button")
STRONG = 60
"""A line of so many letters, not a link, is a paragraph and no label."""


@dataclass(slots=True)
class Item:
    """A line or a picture with what it is evidence of."""

    at: int
    block: Block
    date: PrintedDate | None = None
    """It is a date line."""
    clock: bool = False
    """Its date may be the portal's clock."""
    noise: bool = False
    """A button, a counter, a label without value."""
    ends: bool = False
    """A heading after which nothing is the article's."""
    link: LinkKind = ""
    """Where it leads when nearly all of it is a link."""
    key: str = ""
    """What it shares with other spellings of the same words."""

    @property
    def text(self) -> str:
        """The line."""
        return self.block.text

    @property
    def strong(self) -> bool:
        """A paragraph: long, and not a link."""
        block = self.block
        return (
            len(block.text) >= STRONG and block.linked < 0.5 and not block.chrome
            and self.date is None and not self.ends and not self.noise
        )  # fmt: skip

    @property
    def solid(self) -> bool:
        """A line that says something, be it long or short."""
        return bool(self.block.text) and self.date is None and not self.noise and not self.ends


class LinkJudge:
    """Tells where links of one page lead."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._seen: dict[str, LinkKind] = {}

    @cached_property
    def identity(self) -> str:
        """What all addresses of the page share."""
        return self.page.site.identity(self.page.url)

    @cached_property
    def host(self) -> str:
        """The page's own."""
        return urlsplit(self.page.url).netloc.lower()

    def kind(self, href: str) -> LinkKind:
        """Say what *href* leads to."""
        kind = self._seen.get(href)
        if kind is None:
            kind = self._seen[href] = self._judge(href)
        return kind

    def _judge(self, href: str) -> LinkKind:
        url = self.page.absolute(href)
        kind = _kind_by_name(url) if url is not None else "button"
        if kind or url is None:
            return kind
        site = self.page.site
        if (identity := site.article_identity(url)) is not None:
            return "self" if identity == self.identity else "article"
        if url.partition("#")[0] == self.page.url.partition("#")[0]:
            return "self"
        if urlsplit(url).netloc.lower() == self.host:
            # Without address rules, a long slug or an id, be it in the query, is taken for another article's.
            parts = urlsplit(url)
            slug = parts.path.rstrip("/").rpartition("/")[2]
            named = slug.count("-") >= 5 or _ID.search(f"{slug}?{parts.query}")
            return "article" if not site.layouts and named else "page"
        return ""


@lru_cache(maxsize=8192)
def _kind_by_name(url: str) -> LinkKind:
    """Say what an address is by its words alone; empty when they do not tell."""
    if _SHARES.search(url):
        return "button"
    path = urlsplit(url).path
    if FILE.search(path):
        return "file"
    return "image" if _IMAGE_FILE.search(path) else ""


def _shown(block: Block) -> Block:
    """Return a line as it was meant to be shown."""
    text = without_null(block.text)
    return block if text == block.text else replace(block, text=text)


def items_of(page: Page) -> list[Item]:
    """Return the page's lines and pictures with their evidence, in source order."""
    judge = LinkJudge(page)
    items: list[Item] = []
    for block in split_dates(rejoin(join_rows(list(map(_shown, page.blocks)), judge.kind))):
        item = Item(len(items), block)
        if block.picture is not None:
            if block.picture.href is not None:
                item.link = judge.kind(block.picture.href)
        else:
            text = block.text
            if len(text) <= 160 and block.heading != 1:
                item.date = date_line(text)
            if item.date is None and len(text) <= 90:
                item.ends = words.ends_article(text)
                item.noise = not item.ends and words.is_button(text)
            if block.links and (block.linked >= 0.8 or (block.linked >= 0.3 and only_dates(block))):
                item.link = _first([judge.kind(link.href) for link in block.links])
                if item.date is None and item.link not in ("article", "file") and len(text) <= 160:
                    item.date = date_line(without_links(block))
            elif (
                block.links
                and item.date is None
                and len(text) <= 160
                and not any(judge.kind(link.href) in ("article", "file") for link in block.links)
            ):
                item.date = date_line(without_links(block))
            item.clock = item.date is not None and is_clock(text, item.date, page.captured)
            item.key = key(text) if len(text) <= 400 else ""
        items.append(item)
    _join_clocks(items)
    return _without_signs(items)


def _first(kinds: Sequence[LinkKind]) -> LinkKind:
    """Return what a line of links leads to."""
    if len(kinds) == 1:
        return kinds[0]
    return next((kind for kind in _RANKED if kind in kinds), "")


def _without_signs(items: list[Item]) -> list[Item]:
    """Drop pictures that are no pictures of the article: signs beside file links, and whatever repeats."""
    seen: dict[str, int] = {}
    for item in items:
        if item.block.picture is not None:
            seen[item.block.picture.src] = seen.get(item.block.picture.src, 0) + 1
    kept: list[Item] = []
    for at, item in enumerate(items):
        picture = item.block.picture
        if picture is not None:
            after = items[at + 1] if at + 1 < len(items) else None
            sign = (
                after is not None
                and after.link == "file"
                and after.block.path[:-1] == item.block.path[: len(after.block.path) - 1]
            )
            if item.link == "file" or sign or seen[picture.src] > 2:
                continue
        item.at = len(kept)
        kept.append(item)
    return kept


def _join_clocks(items: list[Item]) -> None:
    """Make one date of a time and a date that stand in two neighbouring lines."""
    texts = [item for item in items if item.text]
    for one, two in pairwise(texts):
        for clock, day in ((one, two), (two, one)):
            if day.date is None or day.date.precision != "day" or clock.date is not None:
                continue
            if len(clock.text) < 30 and clock_only(clock.text):
                day.date = parse_vi_datetime(f"{clock.text} {day.text}")
                clock.noise = True
