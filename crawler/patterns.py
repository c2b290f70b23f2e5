"""Patterns of addresses, and how many pages of each came in a row that held no article: where that goes on, one
follows a trap. Pure.

Faceted queries, calendars without dates, paths that grow, links that a page invents: each address is another, and no
rule of addresses tells them from real ones. What tells is that nothing ever comes of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Final
from urllib.parse import urlsplit

from archive.model import Article
from archive.report import HeldBack
from crawler.known import KnownSet

WIDE: Final = 2
"""The first folder of an address may be that of a whole site, and gets so many times the pages."""
WIDER: Final = 3
"""So may its one program, and what its addresses look like."""
DEEP = 4
"""Folders from the root that are patterns of their own."""
MOST = 20_000
"""Patterns that are watched at once; those that were seen longest ago are forgotten."""
NAMED = 50
"""Patterns that a report names."""
_LETTERS = 20_000

_NUMBER = re.compile(r"\d+")
_WORD = re.compile(r"[^\W_]+(?:[-_~+%]+[^\W_]+)*")
_WORDS = re.compile(r"[^\W_]+")


def patterns(url: str) -> tuple[tuple[str, int], ...]:
    """Return the patterns of an address, each with how many times the usual pages it gets, the narrowest first.

    The address with ``#`` for each number and its query by the names in it; its folders; what all with such a path
    look like, with ``*`` for each word, once where several come in a row.

    >>> for each in patterns("http://a.vn/tin/so-12/bai-7.html?x=1&to=2"): print(*each)
    http://a.vn/tin/so-#/bai-#.html?to&x 1
    http://a.vn/tin/so-#/ 1
    http://a.vn/tin/ 2
    http://a.vn/tin/so-#/bai-#.html? 3
    http://a.vn/*/*.*?to&x 3
    """
    parts = urlsplit(url)
    root = f"{parts.scheme}://{parts.netloc.lower()}/"
    path = _NUMBER.sub("#", parts.path).lstrip("/")
    *folders, leaf = path.split("/")
    keys = "&".join(sorted({pair.partition("=")[0] for pair in parts.query.split("&")})[:8])
    query = f"?{_NUMBER.sub('#', keys)}" if parts.query else ""
    looks = [look for look, _ in groupby((*map(_look, folders), _look(leaf)))]
    found = [(f"{root}{path}{query}", 1)]
    for deep in range(min(len(folders), DEEP), 0, -1):
        found.append((f"{root}{'/'.join(folders[:deep])}/", WIDE if deep == 1 else 1))
    if query:
        found.append((f"{root}{path}?", WIDER))
    found.append((f"{root}{'/'.join(looks)}{query}", WIDER))
    return tuple(dict(found).items())


def _look(segment: str) -> str:
    """Return a part of a path with ``*`` for each word in it; a number alone stays ``#``."""
    return segment if segment == "#" else _WORD.sub("*", segment.replace("#", "0"))


@dataclass(slots=True)
class _Count:
    asked: int = 0
    in_vain: int = 0
    """Since the last article."""
    under_way: int = 0
    held: int = 0
    example: str = ""


class Patterns:
    """Count, by pattern, the pages that came, and those in a row of which nothing came."""

    def __init__(self, pages: int) -> None:
        """*pages* of a pattern in a row may be without a new article; 0: any number."""
        self._pages = pages
        self._counts: dict[str, _Count] = {}
        self._texts = KnownSet()
        self._before: dict[str, HeldBack] = {}

    def go_on(self, before: Iterable[HeldBack]) -> None:
        """Take up what an earlier run of the crawl held back."""
        self._before = {each.pattern: each for each in before}

    def note(self, url: str, via: str | None, article: Article | None, hops: int = 0) -> None:
        """Note a page that came, found on the page *via*, and the article on it; on the way were so many redirects."""
        is_new = article is not None and self._is_new(article)
        for pattern, _ in patterns(url):
            count = self._count(pattern)
            count.asked += 1
            count.in_vain = 0 if is_new else count.in_vain + 1 + hops
        if is_new and via is not None:
            # What leads to articles is no trap either.
            for pattern, _ in patterns(via):
                self._count(pattern).in_vain = 0

    def spent(self, url: str) -> str | None:
        """Return a pattern of an address of which nothing more is to be asked for; null when there is none."""
        return self._first(url, lambda count: count.in_vain)

    def may_be_spent(self, url: str) -> bool:
        """Say whether that depends on pages that are under way."""
        return self._first(url, lambda count: count.in_vain + count.under_way) is not None

    def begin(self, url: str) -> None:
        """Note that a page is asked for."""
        for pattern, _ in patterns(url):
            self._count(pattern).under_way += 1

    def end(self, url: str) -> None:
        """Note that all that came of that page is known."""
        for pattern, _ in patterns(url):
            count = self._count(pattern)
            count.under_way = max(0, count.under_way - 1)

    def _first(self, url: str, size: Callable[[_Count], int]) -> str | None:
        if not self._pages:
            return None
        for pattern, times in patterns(url):
            count = self._counts.get(pattern)
            if count is not None and size(count) >= self._pages * times:
                return pattern
        return None

    def hold_back(self, pattern: str, url: str) -> bool:
        """Count an address that is not asked for; say whether it is the first of its pattern."""
        count = self._count(pattern)
        count.held += 1
        count.example = count.example or url
        return count.held == 1

    def held_back(self) -> tuple[HeldBack, ...]:
        """Return what was held back, the pattern with most addresses first."""
        found = dict(self._before)
        for pattern, count in self._counts.items():
            if count.held:
                before = found.get(pattern)
                asked, held = (before.asked, before.held) if before else (0, 0)
                example = before.example if before else count.example
                found[pattern] = HeldBack(pattern, asked + count.asked, held + count.held, example)
        return tuple(sorted(found.values(), key=lambda each: (-each.held, each.pattern))[:NAMED])

    def _count(self, pattern: str) -> _Count:
        count = self._counts.pop(pattern, None)
        if count is None:
            count = _Count()
            if len(self._counts) >= MOST:
                oldest = next((name for name, each in self._counts.items() if not each.held), None)
                self._counts.pop(oldest or next(iter(self._counts)))
        self._counts[pattern] = count
        return count

    def _is_new(self, article: Article) -> bool:
        """Say whether an article is another than all before it, not only by the numbers in it."""
        words = _WORDS.findall(f"{article.title}\n{article.text[:_LETTERS]}")
        said = " ".join(word for word in words if not any(map(str.isdecimal, word)))
        if said in self._texts:
            return False
        self._texts.add(said)
        return True
