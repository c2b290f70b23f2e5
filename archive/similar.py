"""When two articles say the same: their shingles, how like these are, and the keys under which like ones meet.

A text is the set of its runs of three syllables, in lower case and NFC, *with* their accents: "đất đai" and
"dat dai" are other words. Numbers are words. Similarity is the Jaccard index of two such sets: what both have,
divided by what either has. A word that is changed inside a sentence touches three runs of each, so 0.85 of
400 words are some ten changed words.

Candidates are found without comparing everything with everything by min-wise hashing in one permutation
(Li, Owen, Zhang 2012, https://arxiv.org/abs/1208.1259): the hashes of a text's shingles fall into bins, the least of
each bin stands for it, empty bins borrow from the next one (Shrivastava, Li 2014, https://arxiv.org/abs/1406.4784),
and bins are read in bands (Leskovec, Rajaraman, Ullman, *Mining of Massive Datasets*, ch. 3.4). Ours and no library's,
for the keys lie in catalogs, and must stay the same for years whatever is installed; datasketch would bring NumPy and
SciPy for it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import blake2b
from itertools import pairwise
from struct import pack, unpack
from sys import byteorder

from archive.text import nfc
from archive.times import VN

THRESHOLD = 0.85
"""From this similarity on two texts say the same."""
SHORT_WORDS = 80
"""A text of fewer words says too little: title and day must be equal too."""
WIDTH = 3
"""Words in a shingle."""
BANDS, ROWS = 12, 6
"""Of random edits of texts of 80 to 600 words every pair from 0.85 on met; at 0.5 some 17 of 100 do, at 0.3 one."""

_BINS = BANDS * ROWS
_BITS = 62
"""Of a key: what every database keeps in a signed integer of 64 bits."""
_MASK = (1 << _BITS) - 1
_BIN_WIDTH = (1 << _BITS) // _BINS + 1
_EDGES = [_BIN_WIDTH * place for place in range(_BINS + 1)]
_STEP = 0x9E3779B97F4A7C15
_WORD = re.compile(r"\w+")

Shingles = frozenset[int]


@dataclass(frozen=True, slots=True)
class Same:
    """An article elsewhere that says the same."""

    site: str
    """Site id."""
    url: str
    """The address at which it was read last."""
    score: float
    """Similarity of the texts, from 0.85 to 1."""


@dataclass(frozen=True, slots=True)
class Said:
    """What an article says, as far as it is compared."""

    title: str
    """Words of the headline, in lower case."""
    day: date | None
    """Day of publication in Vietnam."""
    words: int
    """Words of summary and text."""
    shingles: Shingles
    """Hashes of the runs of words in them."""

    @classmethod
    def of(cls, title: str, summary: str | None, text: str, published: datetime | None) -> Said:
        """Return what an article with these fields says.

        The summary counts as text, for one system sets apart what another one prints as first paragraph.
        """
        words = words_of(f"{summary}\n{text}" if summary else text)
        day = published.astimezone(VN).date() if published is not None else None
        return cls(" ".join(words_of(title)), day, len(words), shingles_of(words))

    @property
    def is_short(self) -> bool:
        """Whether the text alone does not tell which article it is."""
        return self.words < SHORT_WORDS

    def keys(self) -> tuple[int, ...]:
        """Return the keys of which two articles that say the same share one, in fixed order."""
        occasion = _key(f"{self.title}\n{self.day}") if self.day is not None else None
        bands = () if self.is_short else _bands(self.shingles)
        return tuple(sorted({*bands, *(() if occasion is None else (occasion,))}))


def words_of(text: str) -> list[str]:
    """Return the words (in Vietnamese: syllables) and numbers of a text, in lower case.

    >>> words_of("Sở KH&CN: 15/8")
    ['sở', 'kh', 'cn', '15', '8']
    """
    return _WORD.findall(nfc(text).casefold())


def shingles_of(words: Sequence[str]) -> Shingles:
    """Return the hashes of all runs of three words; of fewer words: of all of them; of none: none."""
    if len(words) < WIDTH:
        return frozenset([_key("\n".join(words))]) if words else frozenset()
    # Tabulation hashing: a table of random numbers for each place in the run. All runs at once, as one large number.
    numbers = memoryview(b"".join(map(_HASHES.__getitem__, words))).cast("Q")
    runs = len(words) - WIDTH + 1
    first, second, third = (
        int.from_bytes(numbers[place * WIDTH + place :: WIDTH][:runs].tobytes(), byteorder) for place in range(WIDTH)
    )
    hashes = (first ^ second ^ third).to_bytes(8 * runs, byteorder)
    return frozenset(memoryview(hashes).cast("Q").tolist())


def similarity(one: Shingles, other: Shingles) -> float:
    """Return the Jaccard index: 1 for equal sets, 0 for sets that share nothing.

    >>> similarity(shingles_of(words_of("một hai ba bốn")), shingles_of(words_of("Một, hai, ba, năm")))
    0.3333333333333333
    """
    if not one and not other:
        return 1.0
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared)


def score(one: Said, other: Said) -> float | None:
    """Return how like two articles are that say the same, from 0.85 to 1; null when they do not."""
    if (one.is_short or other.is_short) and (one.day is None or (one.title, one.day) != (other.title, other.day)):
        return None
    found = similarity(one.shingles, other.shingles)
    return found if found >= THRESHOLD else None


class _Hashes(dict[str, bytes]):
    """Three numbers that stand for each word, as this machine keeps numbers: a look into it costs less than a call."""

    def __missing__(self, word: str) -> bytes:
        if len(self) >= _MAX_WORDS:
            self.clear()
        digest = blake2b(word.encode("utf-8", "surrogatepass"), digest_size=24).digest()
        self[word] = pack("=3Q", *(number & _MASK for number in unpack(">3Q", digest)))
        return self[word]


_MAX_WORDS = 100_000
"""Syllables of Vietnamese are some 7,000."""
_HASHES = _Hashes()


def _key(text: str) -> int:
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big") & _MASK


def _bands(shingles: Shingles) -> list[int]:
    # The least of each bin is the first from its edge on.
    rising = sorted(shingles)
    edges = [bisect_left(rising, edge) for edge in _EDGES]
    bins = [rising[at] if at < end else None for at, end in pairwise(edges)]
    # An empty bin takes what the next one has, made different by the distance; behind the last comes the first.
    if None in bins:
        first = next((place for place, found in enumerate(bins) if found is not None), 0)
        borrowed = (bins[first] or 0) + first * _STEP & _MASK
        for place in range(_BINS - 1, -1, -1):
            found = bins[place]
            borrowed = bins[place] = found if found is not None else (borrowed + _STEP) & _MASK
    rows = (bins[at : at + ROWS] for at in range(0, _BINS, ROWS))
    return [_key(f"{number} {row}") for number, row in enumerate(rows)]
