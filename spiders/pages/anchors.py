"""Where the headline is and where its date is: the two anchors an article hangs on.

Every line that could be a headline is scored by what is known of headlines: it
is repeated in ``<title>``, in the breadcrumb or in the address, it has a date
line beside it, a body follows. Teasers lose because they link to other pages.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Literal
from urllib.parse import unquote, urlsplit

from crawler.bylines import parse_byline
from crawler.clean import key, slug_words
from crawler.page import Page
from spiders.pages import words
from spiders.pages.evidence import Item

DatePlace = Literal["before", "after", "either"]

_HEAD_SPLIT = re.compile(r"\s+[-–—|»:·]\s+|\s*[|»]\s*")
_FOUR_LETTERS = re.compile(r"[^\W\d_](?:.*?[^\W\d_]){3}", re.S)
ENOUGH = 5.0
"""Less evidence than this makes no headline: an h1 alone has 3, a date beside a line 4."""
MOST_OF_DATE = 5.5
"""No date beside a line is more evidence than this."""


@dataclass(frozen=True, slots=True)
class Anchors:
    """The lines that carry headline and date."""

    title: int
    """Place of the headline."""
    date: int | None
    """Place of the date line."""
    score: float
    """Weight of the evidence for the headline."""


class TitleHints:
    """What the page says of its headline outside the headline."""

    def __init__(self, page: Page, items: Sequence[Item]) -> None:
        head = page.head_title
        self.whole = key(head)
        self.parts = {part for part in (key(piece) for piece in _HEAD_SPLIT.split(head)) if len(part) >= 8}
        self.cut = key(re.sub(r"\s*(?:\.{2,}|…)\s*$", "", head)) if re.search(r"(?:\.{2,}|…)\s*$", head) else ""
        self.meta = set()
        if page.root is not None:
            for element in page.root.iter("meta"):
                if str(element.get("property") or element.get("name") or "").lower() in (
                    "og:title",
                    "twitter:title",
                    "title",
                ):
                    self.meta.add(key(str(element.get("content") or "")))
        path = unquote(urlsplit(page.url).path).rstrip("/").rpartition("/")[2]
        self.slug = slug_words(re.sub(r"\.\w{3,5}$", "", path)) if path.count("-") >= 2 else []
        self.slug_set = set(self.slug)
        self.count: dict[str, int] = {}
        for item in items:
            if item.key:
                self.count[item.key] = self.count.get(item.key, 0) + 1
        trails = [item.key for item in items if item.key and item.block.links and item.block.linked < 1]
        self.crumbs = "\n".join(trails) + "\n"

    def weigh(self, item: Item) -> float:
        """Return the evidence of repetition for one line."""
        said, score = item.key, 0.0
        if len(said) < 4:
            return 0.0
        if said == self.whole:
            score += 6
        elif said in self.parts:
            score += 5
        elif (len(said) >= 15 and self.whole.startswith(said)) or (
            self.cut and len(self.cut) >= 20 and said.startswith(self.cut)
        ):
            score += 4
        if said in self.meta:
            score += 4
        if self.slug:
            score += 6 * self._slug_likeness(item.text)
        if self.count.get(said, 0) > 1:
            score += 1.5
        if self._ends_a_trail(said):
            score += 2
        return score

    def _ends_a_trail(self, said: str) -> bool:
        """Say whether a line with links ends with these words, and begins with others."""
        at = self.crumbs.find(f"{said}\n")
        while at >= 0:
            if at and self.crumbs[at - 1] != "\n":
                return True
            at = self.crumbs.find(f"{said}\n", at + 1)
        return False

    def _slug_likeness(self, text: str) -> float:
        # Sluggers drop the letter đ, glue the id to the last word, and cut long headlines.
        if len(self.slug_set & _ascii_words(text)) < 0.5 * len(self.slug_set):
            return 0.0
        best = self._likeness(text)
        if best < 1 and (without := text.replace("đ", "").replace("Đ", "")) != text:
            best = max(best, self._likeness(without))
        return best if best >= 0.75 else 0.0

    def _likeness(self, spelling: str) -> float:
        ours = slug_words(spelling)
        theirs = self.slug[: len(ours)] if len(self.slug) >= 8 else self.slug
        return SequenceMatcher(None, ours[: len(self.slug) + 2], theirs, autojunk=False).ratio()


@lru_cache(maxsize=4096)
def _ascii_words(text: str) -> frozenset[str]:
    return frozenset(slug_words(text))


def find_anchors(page: Page, items: Sequence[Item], place: DatePlace, shape: re.Pattern[str] | None) -> Anchors | None:
    """Return the best headline with its date, or None when no line has enough evidence."""
    hints = TitleHints(page, items)
    mass = _mass_after(items)
    stop = next(
        (item.at for item in items if item.ends and mass[item.at] < 60 and item.at > len(items) / 2), len(items)
    )
    best: Anchors | None = None
    ends = _ends(items, place)
    for item in items:
        if not _could_be_title(item) or (item.link == "self" and _is_listed(items, item.at)):
            continue
        body = mass[item.at + 1] - mass[ends[item.at]]
        score = hints.weigh(item) + _looks(item) + min(3.0, body / 250)
        if score + MOST_OF_DATE < (ENOUGH if best is None else best.score):
            continue
        date = _date_near(items, item.at, place, shape)
        score += date[1]
        if item.at > stop:
            score -= 4
        if ends[item.at] < len(items) and words.is_more(items[ends[item.at]].text):
            # A teaser: its text breaks off at "Xem tiếp".
            score -= 4
        if score >= ENOUGH and (best is None or score > best.score):
            best = Anchors(item.at, date[0], score)
    return best


def _is_listed(items: Sequence[Item], at: int) -> bool:
    """Say whether a headline that links to this very page stands in a list: a lead at most, then the next one."""
    leads = 0
    for item in items[at + 1 :]:
        if item.link == "self" and words.is_more(item.text):
            return True
        if item.link == "article":
            return True
        leads += item.strong
        if item.ends or leads > 1:
            return False
    return False


def _could_be_title(item: Item) -> bool:
    return (
        item.solid and 6 <= len(item.text) <= 400 and not item.block.chrome
        and item.link not in ("article", "file", "button", "page")
        and _FOUR_LETTERS.search(item.text) is not None
    )  # fmt: skip


def _looks(item: Item) -> float:
    """Return the evidence of how a line looks."""
    block, text = item.block, item.text
    score = {0: 0.0, 1: 3.0, 2: 2.0}.get(block.heading, 1.0)
    if block.bold and not block.heading:
        score += 1
    if block.header and "article" not in block.tags and "main" not in block.tags:
        score -= 2
    if words.is_owner(text) or words.is_footer(text) or words.is_attachment_label(text):
        score -= 8
    if words.says_missing(text):
        score -= 3
    if len(text) > 120 and text.endswith("."):
        score -= 2
    if len(text) > 250:
        score -= 2
    if 0.2 < block.linked < 0.8:
        score -= 3
    if item.key.startswith("trang chủ"):
        score -= 6
    return score


def _mass_after(items: Sequence[Item]) -> list[int]:
    """Return for each line the letters of paragraphs from it on."""
    mass = [0] * (len(items) + 1)
    for item in reversed(items):
        mass[item.at] = mass[item.at + 1] + (len(item.text) if item.strong else 0)
    return mass


def _ends(items: Sequence[Item], place: DatePlace) -> list[int]:
    """Return for each line where an article that it heads would end at the latest.

    That is the next end heading, link to another article, or date line of another article.
    """
    size = len(items)
    ends = [size] * size
    stop = first = second = size
    for at in range(size - 1, -1, -1):
        ends[at] = min(stop, first if place == "before" else second, size)
        item = items[at]
        if item.date is not None:
            first, second = at, first
        if item.ends or item.link == "article":
            stop = at
    return ends


def _date_near(
    items: Sequence[Item], at: int, place: DatePlace, shape: re.Pattern[str] | None
) -> tuple[int | None, float]:
    """Return the place of the date line that belongs to a headline, and its weight."""
    before = _look(items, at, range(at - 1, -1, -1), shape)
    after = _look(items, at, range(at + 1, len(items)), shape)
    wanted = {"before": (before, after), "after": (after, before), "either": (after, before)}[place]
    first, second = wanted
    if first is not None and first[1] <= (1 if place == "before" else 3):
        known = 1.5 if shape is not None and shape.search(items[first[0]].text) else 0.0
        return first[0], 4.0 - first[1] + known
    if second is not None and second[1] == 0 and not items[second[0]].block.header:
        return second[0], 3.0 if place == "either" else 1.5
    if first is not None and first[1] <= 3:
        return first[0], 0.5
    return None, 0.0


@lru_cache(maxsize=4096)
def _names_writers(text: str) -> bool:
    """Say whether a line between headline and date names the writers."""
    names = parse_byline(text) if len(text) <= 60 else None
    return names is not None and bool(names.authors)


def _same_head(date: Item, title: Item) -> bool:
    """Say no to the date in the page's head: it is today's."""
    return not date.block.header or title.block.header


def _look(items: Sequence[Item], home: int, places: range, shape: re.Pattern[str] | None) -> tuple[int, int] | None:
    """Return the next date line and how many telling lines lie between."""
    between = 0
    fallback: tuple[int, int] | None = None
    for at in places:
        item = items[at]
        if item.date is not None and item.link != "article" and not item.block.chrome and _same_head(item, items[home]):
            if item.clock and (at < home or between) and (shape is None or not shape.search(item.text)):
                # Today, above the headline or far below it: the portal's clock tells the same.
                continue
            if shape is None or shape.search(item.text):
                return at, between
            fallback = fallback or (at, between)
        elif item.ends or (item.link == "article" and item.block.text):
            # Another article's line stands between: its date, not ours.
            break
        elif item.strong and len(item.text) > 200:
            between += 2
        elif item.solid and item.link in ("", "page") and not _names_writers(item.text):
            between += 1
        if between > 4:
            break
    return fallback
