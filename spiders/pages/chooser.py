"""Which lines of a page are the article: every line weighed by its traits, then once more with its neighbours.

Two logistic votes. The first weighs what each line shows; the second weighs the same and how the first thinks of
the lines around it, so that a sub-heading between paragraphs is kept and a paragraph among teasers is not. A third
opinion is costly (trafilatura) and is asked only where the first two leave many words in doubt.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import mul

from crawler.blocks import Block
from spiders.pages.candidates import squashed
from spiders.pages.traits import TRAITS, Told, traits_of, with_picky, words_of
from spiders.pages.weights import ALONE, ASKED, Weights

AROUND: tuple[str, ...] = (
    "odds", "chance",  # what the first vote thinks of the line
    "one_up", "one_down", "two_up", "two_down",  # of the lines beside it
    "element", "parent", "grandparent",  # of the other words in its element, in that one's element ...
    "window",  # of four lines on each side
    "so_far",  # share of the article's words above it
    "midst",  # has words of the article above and below
)  # fmt: skip
"""Traits of the second vote, after those of the first."""

KEEP = 0.3
"""A line of a lower chance is not the article's, whatever the others are."""
_UNSURE = (0.12, 0.85)
ASK = 0.3
"""The third opinion is asked when so large a share of the words, to those of the article, is in doubt."""
_LEAD = 0.2
_SLOT, _NAMED = TRAITS.index("slot"), TRAITS.index("lead")
_REACH = 4
_LONG = 60
"""Letters; a line of so many that comes again is a second copy."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which lines are the article's."""

    kept: tuple[int, ...] = ()
    """Places of the lines."""
    sure: float = 0.0
    """How sure, 0 to 1: the share of words, to those of the article, that are not in doubt."""
    asked: bool = False
    """The third opinion was asked."""


def choose(
    blocks: Sequence[Block], told: Told, generous: str, picky: Callable[[], str],
    weights: tuple[Weights, Weights] = (ALONE, ASKED),
) -> Choice:  # fmt: skip
    """Return which of the lines of text are the article's; *picky* is asked for a third opinion when in doubt.

    *weights* are those without and with the third opinion.
    """
    if not blocks:
        return Choice()
    lines = [squashed(block.text) for block in blocks]
    sizes = [words_of(block.text, len(text)) for block, text in zip(blocks, lines, strict=True)]
    rows = traits_of(blocks, lines, told, generous)
    chances = weighed(blocks, sizes, rows, weights[0])
    doubt = doubt_of(sizes, chances)
    asked = doubt > ASK and bool(said := picky())
    if asked:
        rows = with_picky(lines, rows, said)
        chances = weighed(blocks, sizes, rows, weights[1])
        doubt = doubt_of(sizes, chances)
    least = least_of(sizes, chances)
    # Named as leads are, and where leads stand, leads are weighed mildly.
    likely = [
        chance >= (_LEAD if row[_SLOT] and row[_NAMED] else least) for row, chance in zip(rows, chances, strict=True)
    ]
    kept = _once(blocks, likely)
    return Choice(kept, max(0.0, 1 - doubt) if kept else 0.0, asked)


def least_of(sizes: Sequence[int], chances: Sequence[float]) -> float:
    """Return the chance from which on lines are kept, for the best F1 of the page that is to be expected.

    One more line makes F1 better as long as its chance is above half of it: where the rest of the
    page is sure, that is nearly 0.5; where much is in doubt, less, for more would be missed.

    >>> least_of([10, 10, 10], [0.9, 0.9, 0.4]), least_of([10, 10, 10], [0.5, 0.4, 0.38])
    (0.9, 0.38)
    """
    total = sum(map(mul, sizes, chances))
    held, won, least = 0, 0.0, 1.0
    for chance, size in sorted(zip(chances, sizes, strict=True), reverse=True):
        if chance < KEEP or (held and chance <= won / (held + total)):
            break
        held, won, least = held + size, won + size * chance, chance
    return least


def _once(blocks: Sequence[Block], likely: Sequence[bool]) -> tuple[int, ...]:
    """Return which lines are kept; a long one that comes again is kept once."""
    kept: list[int] = []
    seen: set[str] = set()
    for at, (block, wanted) in enumerate(zip(blocks, likely, strict=True)):
        if wanted and block.text not in seen:
            kept.append(at)
            if len(block.text) >= _LONG:
                seen.add(block.text)
    return tuple(kept)


def weighed(
    blocks: Sequence[Block], sizes: Sequence[int], rows: Sequence[Sequence[float]], weights: Weights
) -> list[float]:
    """Return the chance of each line after both votes."""
    size = len(rows[0]) + 1 if rows else 0
    first = _chances(weights.first[:size], rows)
    seen = around(blocks, sizes, first)
    return _chances(weights.second, [(*row, *more) for row, more in zip(rows, seen, strict=True)])


def doubt_of(sizes: Sequence[int], chances: Sequence[float]) -> float:
    """Return how many words are in doubt, as a share of those of the article."""
    low, high = _UNSURE
    unsure = sum(size for size, chance in zip(sizes, chances, strict=True) if low < chance < high)
    return unsure / max(1, sum(size for size, chance in zip(sizes, chances, strict=True) if chance > 0.35))


def _chances(weights: Sequence[float], rows: Sequence[Sequence[float]]) -> list[float]:
    base, *others = weights
    totals = [base + sum(map(mul, others, row)) for row in rows]
    return [1 / (1 + math.exp(-max(-15.0, min(15.0, total)))) for total in totals]


def around(blocks: Sequence[Block], sizes: Sequence[int], chances: Sequence[float]) -> list[tuple[float, ...]]:
    """Return the traits of the second vote, in the order of :data:`AROUND`."""
    weight = [size + 0.5 for size in sizes]
    mass = [size * chance for size, chance in zip(weight, chances, strict=True)]
    total = sum(mass) + 1e-9
    groups = [_shares(blocks, weight, chances, level) for level in (1, 2, 3)]
    pad = [0.0] * _REACH
    far, heavy, wide = [*pad, *chances, *pad], [*pad, *mass, *pad], [*pad, *weight, *pad]
    rows = []
    so_far = 0.0
    for at, chance in enumerate(chances):
        here = at + _REACH
        so_far += mass[at]
        share = so_far / total
        near = sum(heavy[at : here + _REACH + 1]) - mass[at]
        rows.append((
            math.log((chance + 1e-3) / (1 - chance + 1e-3)), chance,
            far[here - 1], far[here + 1], far[here - 2], far[here + 2],
            *(group[at] for group in groups),
            near / (sum(wide[at : here + _REACH + 1]) - weight[at] + 1e-9),
            share, min(1.0, share * (1 - share) * 20),
        ))  # fmt: skip
    return rows


def _shares(blocks: Sequence[Block], weight: Sequence[float], chances: Sequence[float], level: int) -> list[float]:
    """Return for each line what share of the other words of an element around it is the article's."""
    ids = [block.path[-level] if len(block.path) >= level else 0 for block in blocks]
    kept: dict[int, float] = {}
    held: dict[int, float] = {}
    for number, size, chance in zip(ids, weight, chances, strict=True):
        kept[number] = kept.get(number, 0.0) + size * chance
        held[number] = held.get(number, 0.0) + size
    return [
        (kept[number] - size * chance + 0.5 * chance) / (held[number] - size + 0.5)
        for number, size, chance in zip(ids, weight, chances, strict=True)
    ]
