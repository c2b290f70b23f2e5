"""What each line of a page is evidence of: the step between bare lines and an article.

Every line is looked at once: is it a date line, a button, a heading that ends
articles, a link to another article, a file? No class name and no id is asked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal
from urllib.parse import urlsplit

from crawler.blocks import Block, Picture
from crawler.clean import key
from crawler.dates import PrintedDate, clock_only, date_line, parse_vi_datetime, split_edge_date
from crawler.page import Page
from spiders.pages import words

LinkKind = Literal["", "article", "self", "file", "image", "page", "button"]

_FILE = re.compile(r"\.(?:pdf|docx?|xlsx?|pptx?|zip|rar|7z|odt|ods|rtf)(?:$|[?#/])", re.I)
_IMAGE_FILE = re.compile(r"\.(?:jpe?g|png|gif|webp|bmp|svg)(?:$|[?#])", re.I)
_SHARES = re.compile(r"(?:facebook|twitter|zalo|linkedin|pinterest|google|t\.me|telegram)\.|sharer|share\?", re.I)
_DECOR = re.compile(
    r"(?:^|[/_\-.])(?:icons?|ico|blank|spacer|pixel|transparent|clear|1x1|bullet|arrow|print(?:er)?|e?mail|facebook|twitter"
    r"|zalo|share|rss|captcha|loading|lazy|placeholder|avatar|btn|button|counter|tracking|track|beacon|dot|line|star|like"
    r"|calendar|clock|user|view|eye|home|logo|banner|file|pdf|docx?|word|excel|xlsx?|zip|attach(?:ment)?|download|new|hot|next|prev)(?:[_\-]?\w{0,12})?\.(?:gif|png|svg|ico|webp)(?:$|[?#])"
    r"|(?:^|/)(?:pixel|1x1|blank|spacer|beacon|track(?:ing)?)\.\w+(?:$|[?#])|^data:",
    re.I,
)
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
        self.identity = page.site.identity(page.url)
        self.host = urlsplit(page.url).netloc.lower()
        self._seen: dict[str, LinkKind] = {}

    def kind(self, href: str) -> LinkKind:
        """Say what *href* leads to."""
        if href not in self._seen:
            self._seen[href] = self._judge(href)
        return self._seen[href]

    def _judge(self, href: str) -> LinkKind:
        url = self.page.absolute(href)
        if url is None or _SHARES.search(url):
            return "button"
        path = urlsplit(url).path
        if _FILE.search(path):
            return "file"
        if _IMAGE_FILE.search(path):
            return "image"
        site = self.page.site
        if site.is_article(url):
            return "self" if site.identity(url) == self.identity else "article"
        if url.partition("#")[0] == self.page.url.partition("#")[0]:
            return "self"
        if urlsplit(url).netloc.lower() == self.host:
            # Without address rules, a long path on the same host is taken for another article.
            return "article" if not site.layouts and len(path) > 25 else "page"
        return ""


def is_decor(picture: Picture) -> bool:
    """Say whether a picture is an icon, a spacer or a counter, by its size or its name."""
    known = [size for size in (picture.width, picture.height) if size is not None]
    if known and (min(known) <= 24 or (len(known) == 2 and max(known) <= 64)):
        return True
    if any(size >= 150 for size in known):
        return False
    return _DECOR.search(picture.src) is not None


def items_of(page: Page) -> list[Item]:
    """Return the page's lines and pictures with their evidence, in source order."""
    judge = LinkJudge(page)
    items: list[Item] = []
    for block in _split_dates(_rejoin(_rows(page.blocks, judge))):
        item = Item(len(items), block)
        if block.picture is not None:
            if is_decor(block.picture):
                continue
            if block.picture.href is not None:
                item.link = judge.kind(block.picture.href)
        else:
            text = block.text
            if len(text) <= 160 and block.heading != 1:
                item.date = date_line(text)
            if item.date is None and len(text) <= 90:
                item.ends = words.ends_article(text)
                item.noise = not item.ends and words.is_button(text)
            if block.links and (block.linked >= 0.8 or (block.linked >= 0.3 and _only_dates(block))):
                kinds = {judge.kind(link.href) for link in block.links}
                item.link = next((k for k in _RANKED if k in kinds), "")
                if item.date is None and item.link not in ("article", "file") and len(text) <= 160:
                    item.date = date_line(_without_links(block))
            elif block.links and item.date is None and len(text) <= 160:
                if not any(judge.kind(link.href) in ("article", "file") for link in block.links):
                    item.date = date_line(_without_links(block))
            item.key = key(text) if len(text) <= 400 else ""
        items.append(item)
    _join_clocks(items)
    return _without_signs(items)


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


def _only_dates(block: Block) -> bool:
    """Say whether the words beside a line's links are no more than a date, a counter or buttons."""
    rest = _without_links(block).strip(" -–—|·•»>()[],.:")
    return len(rest) < 60 and (len(rest) < 3 or date_line(rest) is not None or words.is_button(rest))


def _without_links(block: Block) -> str:
    """Return a line's words that are no link."""
    rest = block.text
    for link in block.links:
        rest = rest.replace(link.text, " ", 1)
    return " ".join(rest.split())


def _join_clocks(items: list[Item]) -> None:
    """Make one date of a time and a date that stand in two neighbouring lines."""
    texts = [item for item in items if item.text]
    for one, two in pairwise(texts):
        for clock, day in ((one, two), (two, one)):
            if day.date is not None and day.date.precision == "day" and clock.date is None and len(clock.text) < 30:
                if clock_only(clock.text):
                    day.date = parse_vi_datetime(f"{clock.text} {day.text}")
                    clock.noise = True


def _split_dates(blocks: Sequence[Block]) -> list[Block]:
    """Part a date from the headline it shares a line with; only above the first long paragraph."""
    out: list[Block] = []
    above = True
    for block in blocks:
        text = block.text
        above = above and not (len(text) > 250 and block.linked < 0.5)
        if (
            above
            and 18 < len(text) <= 330
            and block.picture is None
            and date_line(text) is None
            and not (block.links and _only_dates(block))
        ):
            found = split_edge_date(text)
            if found is not None:
                rest, _ = found
                date_text = text.replace(rest, " ", 1).strip()
                if date_line(date_text) is not None:
                    halves = [replace(block, text=rest), replace(block, text=date_text, links=[], linked=0.0)]
                    out += halves if text.startswith(rest[:5]) else halves[::-1]
                    continue
        out.append(block)
    return out


def _rejoin(blocks: Sequence[Block]) -> list[Block]:
    """Join lines that one ``<br>`` cuts inside a sentence; other lines are paragraphs of their own."""
    wraps: dict[tuple[int, ...], int] = {}
    for one, two in pairwise(blocks):
        if (
            two.breaks == 1
            and two.text[:1].islower()
            and one.path == two.path
            and one.text
            and not _STOP.search(one.text)
        ):
            wraps[two.path] = wraps.get(two.path, 0) + 1
    out: list[Block] = []
    for block in blocks:
        last = out[-1] if out else None
        if (
            last is not None and block.breaks == 1 and block.path == last.path
            and last.picture is None and block.picture is None
            and _runs_on(last, block, wraps.get(block.path, 0) >= 3, len(out) > 1 and out[-2].picture is not None)
        ):  # fmt: skip
            out[-1] = replace(
                last, text=f"{last.text} {block.text}", links=[*last.links, *block.links],
                linked=(last.linked * len(last.text) + block.linked * len(block.text)) / (len(last.text) + len(block.text)),
                tail=block.tail,
            )  # fmt: skip
        else:
            out.append(block)
    return out


_STOP = re.compile(r"[.!?…:;”\"»)]$")
_BULLET = re.compile(r"(?:[-–—+•*▪●]|\d{1,2}[.)]|[a-zđ][.)]|[IVX]{1,4}[.)])\s*")


def _runs_on(last: Block, block: Block, wrapped: bool, after_picture: bool) -> bool:
    """Say whether a sentence goes on after a single ``<br>``; *wrapped* text breaks every line."""
    if _STOP.search(last.text) or _BULLET.match(block.text) or last.bold != block.bold:
        return block.heading > 0 and not (_BULLET.match(block.text) or date_line(block.text) or date_line(last.text))
    if date_line(last.text) or date_line(block.text) or words.is_button(last.text) or words.is_button(block.text):
        return False
    if block.heading or block.text[0].islower():
        return True
    if last.text.endswith((",", " -", " –")):
        return True
    return wrapped and len(last.text) >= 60 and not after_picture and len(block.text) >= 20 and not block.indented


def _rows(blocks: Sequence[Block], judge: LinkJudge) -> list[Block]:
    """Make one line of each row of a data table, cells parted by `` | ``."""
    tables: dict[int, dict[int, dict[int, list[int]]]] = {}
    for at, block in enumerate(blocks):
        if "tr" in block.tags:
            place = len(block.tags) - 1 - block.tags[::-1].index("tr")
            outer = len(block.tags) - 1 - block.tags[::-1].index("table") if "table" in block.tags else 0
            cell = block.path[place + 1] if place + 1 < len(block.path) else block.path[place]
            rows = tables.setdefault(block.path[outer], {})
            rows.setdefault(block.path[place], {}).setdefault(cell, []).append(at)
    joined: dict[int, Block] = {}
    dropped: set[int] = set()
    for table, rows in tables.items():
        members = [at for row in rows.values() for cell in row.values() for at in cell]
        nested = any(
            table in blocks[at].path and _table_of(blocks[at]) != table for at in range(min(members), max(members))
        )
        if nested or not _is_data(blocks, rows, judge):
            continue
        for row in rows.values():
            ats = sorted(at for cell in row.values() for at in cell)
            first = blocks[ats[0]]
            cells = [" ".join(blocks[at].text for at in cell) for cell in row.values()]
            place = len(first.tags) - 1 - first.tags[::-1].index("tr")
            joined[ats[0]] = replace(
                first, text=" | ".join(cells), path=first.path[: place + 1], tags=first.tags[: place + 1],
                links=[link for at in ats for link in blocks[at].links],
                linked=min(blocks[at].linked for at in ats), align=None, tail=None, heading=0,
            )  # fmt: skip
            dropped.update(ats[1:])
    return [joined.get(at, block) for at, block in enumerate(blocks) if at not in dropped]


def _table_of(block: Block) -> int:
    if "table" not in block.tags:
        return 0
    return block.path[len(block.tags) - 1 - block.tags[::-1].index("table")]


def _is_data(blocks: Sequence[Block], rows: dict[int, dict[int, list[int]]], judge: LinkJudge) -> bool:
    """Tell a table of data from one that only lays out the page."""
    widths = [len(row) for row in rows.values()]
    if len(rows) < 2 or max(widths) < 2 or sum(width >= 2 for width in widths) < 0.6 * len(widths):
        return False
    for row in rows.values():
        for cell in row.values():
            texts = [blocks[at].text for at in cell]
            if len(cell) > 3 or sum(map(len, texts)) > 300 or any(blocks[at].picture for at in cell):
                return False
            for at in cell:
                if any(judge.kind(link.href) in ("article", "button") for link in blocks[at].links):
                    return False
                if words.ends_article(blocks[at].text) or (
                    words.is_button(blocks[at].text) and not blocks[at].text.isdigit() and len(blocks[at].text) > 3
                ):
                    found = date_line(blocks[at].text)
                    if found is None and blocks[at].text.lower().rstrip(":") not in (
                        "nội dung",
                        "thời gian",
                        "ghi chú",
                    ):
                        return False
                found = date_line(blocks[at].text)
                if found is not None and found.precision != "day":
                    return False
    return True
