"""Which articles are one that moved: by the times at which they were read, and the permanent redirects between them.

*Own* is the identity that a reading has by itself (:func:`archive.catalog.identity.article_id`). A permanent redirect
(301, 308) from an address at which one was read to that of another joins the two when

- it is the only one that is redirected there: where several lead, the site answers for what it has removed;
- the one was read no more when the other was, or again only after a redirect back;
- the other was not there before: it was read first after the redirect, or in the crawl that met it; or, where the
  redirect was met later, both have the same title. So an article that is folded into an older one stays itself;
- they are alike: by a name in their addresses, by title or by text. So an article that was removed, and whose address
  leads to whatever is news now, stays itself.

The root of those that are joined is the one that was read first.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from archive.catalog.read import MAX_REDIRECTS
from archive.similar import shingles_of, similarity, words_of
from archive.text import fold

ALIKE_TITLES = 0.8
"""From this likeness of their words on (0 to 1) a title is another one edited: news of one Department begin alike."""
ALIKE_TEXTS = 0.3
"""From this similarity on (:mod:`archive.similar`) a text is another one edited: different news have some 0.02."""
FEW_WORDS = 10
"""A text of fewer words, as "xem tệp đính kèm", tells nothing of which article it is."""
SLUG_WORDS = 3
"""So many words in the last part of an address name an article; fewer can be ``index.html`` or ``chi-tiet``."""
_NUMBER = re.compile(r"(?<!\d)(?!(?:19|20)\d\d(?!\d))\d{4,}")  # and no year
_SLUG_WORD = re.compile(r"[^\W\d_]+")
_ENDING = re.compile(r"\.[a-z]{2,5}$")


class Sight(NamedTuple):
    """One reading of an article."""

    captured: str
    capture: str
    crawl: str
    key: str
    """Of its address."""
    own: str
    """Its article's id by itself."""
    title: str
    text: str


class Redirect(NamedTuple):
    """A permanent redirect from one page of a site to another."""

    date: str
    crawl: str
    source: str
    """Key of the address that was asked for."""
    target: str
    """Key of the address to which it led."""


def roots(sights: Iterable[Sight], redirects: Iterable[Redirect]) -> dict[str, str]:
    """Return, by the own id of each article, that of the article which it is part of."""
    ordered = sorted(sights)
    links = _links(ordered, redirects)
    into: dict[str, set[str]] = defaultdict(set)
    for one, other in links:
        into[other].add(one)
    root: dict[str, str] = {}
    for own in dict.fromkeys(sight.own for sight in ordered):
        root[own] = own
        back = {other for one, other in links if one == own}
        sources = {root.get(each, each) for each in into[own] if each in root or each not in back}
        if len(sources) != 1:
            continue
        (first,) = sources
        members = {each for each, its_root in root.items() if its_root == first} | {own}
        if first in root and _is_one([sight for sight in ordered if sight.own in members], links):
            root[own] = first
    return root


def _links(sights: Sequence[Sight], redirects: Iterable[Redirect]) -> dict[tuple[str, str], list[Redirect]]:
    """Return the redirects from the articles to others, the first of each chain."""
    at: dict[str, list[Sight]] = defaultdict(list)
    for sight in sights:
        at[sight.key].append(sight)
    onward: dict[str, list[Redirect]] = defaultdict(list)
    for redirect in sorted(redirects):
        onward[redirect.source].append(redirect)

    def ends(key: str, passed: tuple[str, ...]) -> Iterator[str]:
        if key in passed or len(passed) > MAX_REDIRECTS:
            return
        if key in at:
            yield from {sight.own for sight in at[key]}
            return
        for target in sorted({each.target for each in onward[key]}):
            yield from ends(target, (*passed, key))

    found: dict[tuple[str, str], list[Redirect]] = defaultdict(list)
    for key in sorted(at):
        for redirect in onward[key]:
            before = [sight.own for sight in at[key] if sight.captured < redirect.date]
            for own in sorted(set(ends(redirect.target, (key,)))) if before else ():
                if own != before[-1]:
                    found[before[-1], own].append(redirect)
    return dict(found)


def _is_one(sights: Sequence[Sight], links: dict[tuple[str, str], list[Redirect]]) -> bool:
    """Say whether redirects tell of each change from one article to another."""
    for number, (one, other) in enumerate(pairwise(sights), 1):
        if one.own == other.own:
            continue
        again = next((sight.captured for sight in sights[number:] if sight.own == one.own), None)
        told = (
            each
            for each in links.get((one.own, other.own), ())
            if one.captured < each.date and (again is None or each.date < again)
        )
        if not any(_led(each, one, other) for each in told):
            return False
    return True


def _led(redirect: Redirect, one: Sight, other: Sight) -> bool:
    if redirect.date <= other.captured or redirect.crawl == other.crawl != one.crawl:
        return _are_alike(one, other)
    return fold(one.title) == fold(other.title)


def _are_alike(one: Sight, other: Sight) -> bool:
    """Say whether one can be the other after a move: any one likeness is enough, for a new site can change the rest."""
    if _share_a_name(one.key, other.key):
        return True
    from rapidfuzz.distance import Indel  # most processes compare no titles

    titles = words_of(fold(one.title)), words_of(fold(other.title))
    if Indel.normalized_similarity(*titles) >= ALIKE_TITLES:
        return True
    words = words_of(one.text), words_of(other.text)
    if min(map(len, words)) < FEW_WORDS:
        return False
    return similarity(*map(shingles_of, words)) >= ALIKE_TEXTS


def _share_a_name(one: str, other: str) -> bool:
    """Say whether two keys of addresses end with the same words, or with a number that is in both.

    >>> _share_a_name("vn,gov,a)/tin/doi-moi-sang-tao-871.html", "vn,gov,b)/news/Doi-moi-sang-tao")
    True
    >>> _share_a_name("vn,gov,a)/?id=48213", "vn,gov,b)/tin/48213.html")
    True
    >>> _share_a_name("vn,gov,a)/tong-ket-2025", "vn,gov,b)/le-hoi-2025"), _share_a_name("vn)/tin/", "vn)/tin/")
    (False, False)
    """
    ends = [fold(key.partition(")")[2].rstrip("/").rpartition("/")[2]) for key in (one, other)]
    numbers = [set(_NUMBER.findall(end)) for end in ends]
    slugs = [_SLUG_WORD.findall(_ENDING.sub("", end)) for end in ends]
    return bool(numbers[0] & numbers[1]) or (slugs[0] == slugs[1] and len(slugs[0]) >= SLUG_WORDS)
