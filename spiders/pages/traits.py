"""What shows whether a line is the article's: some forty traits of each line of a page.

A trait is a number from 0 to 1. None is believed alone; :mod:`spiders.pages.chooser` weighs them.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from crawler.blocks import Block
from spiders.pages import cuts
from spiders.pages.candidates import votes

_CUES = tuple(cuts.CUES)
TRAITS: tuple[str, ...] = (
    "generous",  # resiliparse has it
    "picky",  # trafilatura has it
    "long",  # number of words, up to 127, by their logarithm
    "longer",  # the same of those beyond 15
    "linked",  # share of its letters that are links
    "stops",  # ends as sentences do
    "p", "li", "heading", "cell", "figure",  # its element
    "broken",  # <br> parts it from the line before, and not most paragraphs
    "chrome",  # in an element for menus, footers, side notes
    *_CUES,  # what the names of elements around it say, of those that are not around the article
    "body", "lead",  # named as bodies, as leads are
    "apart",  # how many levels above it part it from the article's element
    "held",  # share of all paragraphs that its element's element holds
    "before", "after",  # above the first paragraph, below the last
    "far",  # how far below the last
    "title",  # says the headline
    "above",  # stands above the headline
    "slot",  # stands between headline and first paragraph, and is no label
    "described",  # the page describes itself by it
    "button", "credit", "day", "offers",  # its words
    "paragraph", "above_p", "below_p",  # how much a paragraph it is, and its neighbours are
    "above_linked", "below_linked",  # share of their letters that are links
    "alike",  # share of all paragraphs in elements called like its own
    "again",  # says what another line says
)  # fmt: skip
"""Names of the traits, in their order."""

_DEPTH = 5
_KIN = 0.8
"""The article's element is the innermost that holds so much of the paragraphs."""
_FULL = 0.25
"""An element that holds so much of the paragraphs is more than what its name says: it may never have been closed."""
_LOUD = frozenset(("comment", "related"))
"""Names of what may hold as many paragraphs as the article."""
_STRONG = 0.15
_LABEL = 14
"""Words; longer lines are no labels."""
_SPOKEN = 240
"""Letters of a line that are looked through for words."""
_NO_LETTER = re.compile(r"\W+")


@dataclass(frozen=True, slots=True)
class Told:
    """What the page says of the article outside of it."""

    titles: tuple[str, ...] = ()
    description: str = ""


def told_by(titles: Sequence[str], descriptions: Sequence[str], head_title: str) -> Told:
    """Return the headline's spellings and the description, from values of meta elements and ``<title>``."""
    first = re.split(r"\s+[-–—|»:·]\s+|\s*[|»]\s*", head_title)[0]
    return Told(tuple(dict.fromkeys([*titles, head_title, first])), next(filter(None, descriptions), ""))


def _letters(text: str) -> str:
    return _NO_LETTER.sub("", text).lower()


def stops(text: str) -> bool:
    """Say whether a line ends as sentences do."""
    return cuts.STOP.search(text[-4:]) is not None


def _weight(block: Block, words: int, generous: bool) -> float:
    """Return how much a paragraph a line is."""
    if block.linked > 0.5 or words < 8:
        return 0.0
    weight = min(words, 60) / 60
    if not stops(block.text):
        weight *= 0.35
    return weight * 0.2 if block.chrome else weight


def words_of(text: str, letters: int) -> int:
    """Return the number of words; of scripts without blanks, about as many as another language would need."""
    return max(text.count(" ") + 1, letters // 6)


def with_picky(lines: Sequence[str], rows: list[list[float]], picky: str) -> list[list[float]]:
    """Return the traits of squashed *lines* with what trafilatura says."""
    said = votes(lines, picky)
    return [[row[0], vote, *row[2:]] for row, vote in zip(rows, said, strict=True)]


def traits_of(blocks: Sequence[Block], lines: Sequence[str], told: Told, generous: str) -> list[list[float]]:
    """Return the traits of each line of text, in the order of :data:`TRAITS`; trafilatura was not asked.

    *lines* are the texts of the blocks, squashed.
    """
    words = [words_of(block.text, len(text)) for block, text in zip(blocks, lines, strict=True)]
    wide = votes(lines, generous)
    mass = [_weight(block, count, vote) for block, count, vote in zip(blocks, words, wide, strict=True)]
    held, kin = _masses(blocks, mass, wide)
    main = _main(blocks, mass, held)
    total = held.get(0, 0.0) + 1e-9
    around = frozenset(main)
    full = frozenset(number for number, share in held.items() if number and share >= _FULL * total)
    is_broken = 2 * sum(weight for block, weight in zip(blocks, mass, strict=True) if block.breaks) > sum(mass)
    inside = [bool(main) and main[-1] in block.path for block in blocks]
    strong = [at for at, weight in enumerate(mass) if weight > _STRONG and inside[at]]
    first, last = (strong[0], strong[-1]) if strong else (0, len(blocks))
    heads = _headlines(blocks, told)
    spots = [at for at, head in enumerate(heads) if head]
    near = bisect_right(spots, first + 2)
    top = spots[near - 1] if near else spots[0] if spots else 0
    described = _letters(told.description)[:60]
    count = Counter(lines)
    names: dict[int, tuple[frozenset[str], bool, bool]] = {}
    kin_total = sum(kin.values()) + 1e-9
    rows: list[list[float]] = []
    size = len(blocks)
    for at, block in enumerate(blocks):
        text, tag, linked = block.text, block.tag, block.linked
        cues, body, lead = _names(block, names, around, full)
        label = words[at] < _LABEL
        slot = top <= at <= first + 1 and words[at] >= 8 and linked < 0.3 and not heads[at]
        parent = block.path[-2] if len(block.path) > 1 else 0
        reach = min(words[at], 127)
        rows.append([
            wide[at], 0.0,
            math.log2(1 + reach) / 7, max(0.0, math.log2(1 + reach) - 4) / 3, linked,
            stops(text),
            tag == "p", tag in ("li", "dd", "dt"), block.heading > 0, tag in ("td", "th", "tr"),
            tag in ("figcaption", "figure", "caption"), block.breaks > 0 and not is_broken, block.chrome,
            *[name in cues for name in _CUES], body, lead,
            min(_steps(block.path, main), _DEPTH) / _DEPTH, held.get(parent, 0.0) / total,
            at < first, at > last, max(0, min(1, (at - last) / 10)),
            heads[at], at < top, slot,
            20 < len(described) <= len(text) and not heads[at] and _letters(text[:200])[: len(described)] == described,
            label and cuts.BUTTON.match(text) is not None, label and cuts.CREDIT.match(text) is not None,
            label and cuts.DAY.search(text) is not None, cuts.OFFER.search(text[:_SPOKEN].lower()) is not None,
            mass[at], mass[at - 1] if at else 0.0, mass[at + 1] if at + 1 < size else 0.0,
            blocks[at - 1].linked if at else 1.0, blocks[at + 1].linked if at + 1 < size else 1.0,
            kin[_kin(block)] / kin_total, count[lines[at]] > 1,
        ])  # fmt: skip
    return rows


def _kin(block: Block) -> tuple[str, str, str]:
    """Return what elements of one make share."""
    tags, marks = block.tags, block.marks
    return (tags[-1] if tags else "", tags[-2] if len(tags) > 1 else "", marks[-2][:60] if len(marks) > 1 else "")


def _masses(
    blocks: Sequence[Block], mass: Sequence[float], wide: Sequence[bool]
) -> tuple[dict[int, float], Counter[tuple[str, str, str]]]:
    """Return how much of paragraphs each element holds (0: the page), and each make of elements."""
    held: dict[int, float] = {}
    kin: Counter[tuple[str, str, str]] = Counter()
    for block, weight, vote in zip(blocks, mass, wide, strict=True):
        if weight:
            kin[_kin(block)] += weight  # type: ignore[assignment]
            share = weight if vote else 0.3 * weight
            held[0] = held.get(0, 0.0) + share
            for number in block.path:
                held[number] = held.get(number, 0.0) + share
    return held, kin


def _main(blocks: Sequence[Block], mass: Sequence[float], held: dict[int, float]) -> tuple[int, ...]:
    """Return the path of the article's element."""
    wanted = _KIN * held.get(0, 0.0)
    best: tuple[int, ...] = ()
    for block, weight in zip(blocks, mass, strict=True):
        if weight:
            path = block.path
            depth = next((at for at in range(len(path), len(best), -1) if held[path[at - 1]] >= wanted), 0)
            if depth > len(best):
                best = path[:depth]
    return best


def _steps(path: tuple[int, ...], main: tuple[int, ...]) -> int:
    """Return how many levels above the article's element the first one lies that holds the line, too."""
    if not main:
        return 3
    if main[-1] in path:
        return 0
    return len(main) - sum(1 for one, two in zip(path, main, strict=False) if one == two)


def _headlines(blocks: Sequence[Block], told: Told) -> list[bool]:
    """Say which lines say the headline."""
    said = {text for text in map(_letters, told.titles) if len(text) > 7}
    keys = [_letters(block.text) if len(block.text) <= 400 else "" for block in blocks]
    said_h1 = {key for key, block in zip(keys, blocks, strict=True) if block.heading == 1 and len(key) > 7}
    long = [text for text in said if len(text) > 15]

    def is_head(key: str) -> bool:
        if len(key) <= 7:
            return False
        if key in said or key in said_h1:
            return True
        near = len(key) > 15
        return near and any(
            text.startswith(key) or (key.startswith(text) and len(key) < 1.4 * len(text)) for text in long
        )

    return [is_head(key) for key in keys]


def _names(
    block: Block, known: dict[int, tuple[frozenset[str], bool, bool]], around: frozenset[int], full: frozenset[int]
) -> tuple[frozenset[str], bool, bool]:
    """Return what the elements around a line are called; what lies around the article, too, says nothing of it.

    *full* elements say only that they are comments, or other articles.
    """
    path, tags, marks = block.path, block.tags, block.marks
    # Most lines stand in an element that holds others: from there on all is known.
    start = next((at for at in range(len(path), 0, -1) if path[at - 1] in known), 0)
    nothing: tuple[frozenset[str], bool, bool] = (frozenset(), False, False)
    here = known[path[start - 1]] if start else nothing
    for at in range(start, len(path)):
        number, mark = path[at], marks[at]
        if mark and tags[at] not in ("html", "body"):
            cues = here[0]
            if number not in around:
                said = cuts.cues_of(mark)
                cues = cues | (said & _LOUD if number in full else said)
            body, lead = cuts.body_or_lead(mark)
            here = (cues, body or here[1], lead or here[2])
        known[number] = here
    return here
