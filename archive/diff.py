"""What differs between two versions of an article, word by word.

A word is a run of letters and digits: in Vietnamese a syllable, with its accents. Paragraphs are compared first, so
that a long text with a small change costs little; what is between equal ones is compared by words. Few words that
happen to be equal between longer changes are shown as changed too, for nobody reads a text of single words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

Op = Literal["equal", "insert", "delete"]

MAX_CELLS = 400_000_000
"""Between two equal places no more pairs of words are compared than this (50 MB); larger changes are shown whole."""

MAX_PAIRS = 10_000
"""So many pairs of paragraphs are compared between two equal ones; larger changes are compared as one."""
ALIKE = 0.5
"""From this likeness of their words on (0 to 1) a paragraph is another one changed, and no new one."""
FEW_WORDS = 2
"""So many equal words at most are taken for changed, between changes that are not shorter."""

_TOKENS = re.compile(r"\w+|\s+|[^\w\s]")
_PARAGRAPHS = re.compile(r"[^\n]*\n+")
_END = "\n\n"


@dataclass(frozen=True, slots=True)
class Part:
    """A run of text that is in both versions, in the second one only, or in the first one only."""

    op: Op
    """``equal``, ``insert`` or ``delete``."""
    text: str
    """The text, with its white space."""


def text_diff(a: str, b: str) -> list[Part]:
    """Return the way from *a* to *b*, what is deleted before what is inserted in its place.

    ``equal`` and ``delete`` together are *a*, ``equal`` and ``insert`` together are *b*, to the letter.

    >>> [(part.op, part.text) for part in text_diff("Sở tổ chức hội nghị.", "Sở tổ chức hội thảo.")]
    [('equal', 'Sở tổ chức hội '), ('delete', 'nghị'), ('insert', 'thảo'), ('equal', '.')]
    """
    if not a or not b or a == b:
        return [Part("equal", a)] if a == b and a else _changed(a, b)
    # Every paragraph with its end: else the last one would differ by that from itself in another place.
    parts = _joined(_cleaned(_joined(_by_paragraphs(a + _END, b + _END))))
    *rest, last = parts
    if last.op == "equal" or (rest and rest[-1].op == "delete"):
        ended = [replace(part, text=part.text.removesuffix(_END)) for part in parts[-1 if last.op == "equal" else -2 :]]
        return _joined([*parts[: -len(ended)], *ended])
    before = rest.pop()
    moved = [
        replace(before, text=before.text.removesuffix(_END)),
        replace(last, text=_END + last.text.removesuffix(_END)),
    ]
    return _joined([*rest, *moved])


def is_equal(parts: Sequence[Part]) -> bool:
    """Say whether nothing differs."""
    return all(part.op == "equal" for part in parts)


def _by_paragraphs(a: str, b: str) -> Iterator[Part]:
    ours, theirs = _PARAGRAPHS.findall(a), _PARAGRAPHS.findall(b)
    for same, i, j in _blocks(ours, theirs):
        if same:
            yield Part("equal", "".join(ours[i[0] : i[1]]))
        else:
            yield from _by_likeness(ours[i[0] : i[1]], theirs[j[0] : j[1]])


def _by_likeness(a: Sequence[str], b: Sequence[str]) -> Iterator[Part]:
    """Compare each paragraph with the one that it became, if any; these are most alike, in their order."""
    ours, theirs = ([_TOKENS.findall(one) for one in side] for side in (a, b))
    cells = sum(map(len, ours)) * sum(map(len, theirs))
    if not 1 < len(a) * len(b) <= MAX_PAIRS or cells > MAX_CELLS:
        yield from _by_words("".join(a), "".join(b))
        return
    from rapidfuzz.distance import Indel  # most processes compare no texts

    alike = [[Indel.normalized_similarity(one, other) for other in theirs] for one in ours]
    best = [[0.0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i in reversed(range(len(a))):
        for j in reversed(range(len(b))):
            paired = best[i + 1][j + 1] + alike[i][j] if alike[i][j] >= ALIKE else 0.0
            best[i][j] = max(paired, best[i + 1][j], best[i][j + 1])
    i = j = 0
    while i < len(a) or j < len(b):
        if i < len(a) and best[i][j] == best[i + 1][j]:
            yield Part("delete", a[i])
            i += 1
        elif j < len(b) and best[i][j] == best[i][j + 1]:
            yield Part("insert", b[j])
            j += 1
        else:
            yield from _by_words(a[i], b[j])
            i, j = i + 1, j + 1


def _by_words(a: str, b: str) -> Iterator[Part]:
    ours, theirs = _TOKENS.findall(a), _TOKENS.findall(b)
    head = _common(ours, theirs)
    tail = _common(ours[head:][::-1], theirs[head:][::-1])
    old, new = ours[head : len(ours) - tail], theirs[head : len(theirs) - tail]
    yield Part("equal", "".join(ours[:head]))
    if len(old) * len(new) > MAX_CELLS:
        yield from (Part("delete", "".join(old)), Part("insert", "".join(new)))
    else:
        for same, i, j in _blocks(old, new):
            if same:
                yield Part("equal", "".join(old[i[0] : i[1]]))
            else:
                yield from (Part("delete", "".join(old[i[0] : i[1]])), Part("insert", "".join(new[j[0] : j[1]])))
    yield Part("equal", "".join(ours[len(ours) - tail :]))


def _common(a: Sequence[str], b: Sequence[str]) -> int:
    """Return how many items two sequences have in common at their beginning."""
    pairs = enumerate(zip(a, b, strict=False))
    return next((number for number, (one, other) in pairs if one != other), min(len(a), len(b)))


def _blocks(a: Sequence[str], b: Sequence[str]) -> Iterator[tuple[bool, tuple[int, int], tuple[int, int]]]:
    """Yield whether the runs ``a[i:k]`` and ``b[j:l]`` are equal, with their bounds, in order."""
    from rapidfuzz.distance import Indel

    i = j = 0
    for code in Indel.opcodes(a, b):
        if code.tag == "equal":
            if (i, j) != (code.src_start, code.dest_start):
                yield False, (i, code.src_start), (j, code.dest_start)
            yield True, (code.src_start, code.src_end), (code.dest_start, code.dest_end)
            i, j = code.src_end, code.dest_end
    if (i, j) != (len(a), len(b)):
        yield False, (i, len(a)), (j, len(b))


def _joined(parts: Iterable[Part]) -> list[Part]:
    """Join neighbours: between two equal parts there is one deletion, then one insertion, at most."""
    found: list[Part] = []
    old = new = ""
    for part in parts:
        if part.op == "delete":
            old += part.text
        elif part.op == "insert":
            new += part.text
        elif part.text:
            found += _changed(old, new)
            old = new = ""
            if found and found[-1].op == "equal":
                part = Part("equal", found.pop().text + part.text)
            found.append(part)
    return found + _changed(old, new)


def _changed(old: str, new: str) -> list[Part]:
    return [part for part in (Part("delete", old), Part("insert", new)) if part.text]


def _cleaned(parts: list[Part]) -> Iterator[Part]:
    """Take what is equal for changed where less of it stands than was changed on either side of it."""
    sizes = [0 if part.op == "equal" else _weight(part.text) for part in parts]
    for place, part in enumerate(parts):
        weight = _weight(part.text)
        is_between = part.op == "equal" and "\n" not in part.text and 0 < place < len(parts) - 1
        before, after = max(sizes[max(place - 2, 0) : place], default=0), max(sizes[place + 1 : place + 3], default=0)
        if is_between and weight <= min(before, after, FEW_WORDS):
            yield from (Part("delete", part.text), Part("insert", part.text))
        else:
            yield part


def _weight(text: str) -> int:
    """Return how many words there are, which is what a reader takes in."""
    return sum(token[0].isalnum() for token in _TOKENS.findall(text))
