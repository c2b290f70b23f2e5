"""What is typed into the search, understood.

All words must occur, a run of words in quotation marks side by side; ``OR`` stands between what may take the other's
place, ``-`` before what must not occur, ``*`` behind the beginning of a word. ``title:``, ``author:``, ``tag:``,
``section:`` ask one part of the article, ``site:`` takes a site id. Whatever else is typed is text: a word such as
``57-NQ/TW`` or ``10:30`` asks for its parts side by side.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from archive.errors import ArchiveError
from archive.search.words import words_of
from archive.text import clean_spaces, nfc

Part = Literal["all", "title", "author", "tag", "section", "site"]

LONGEST = 2_000
"""Characters of a query."""
LONGEST_BEGINNING = 100
"""Letters before a ``*``: an automaton is made of them."""
MOST_WORDS = 64
"""Words of a query, those to be left out included."""

_PARTS: dict[str, Part] = {
    "title": "title",
    "author": "author",
    "tag": "tag",
    "section": "section",
    "site": "site",
}
_MARKS = '"“”„‟«»'
# A sign, a part, then something in quotation marks (closed or not), or anything up to a space or such a mark.
_TOKEN = re.compile(rf"([-−+]?)(?:(\w+):(?=\S))?(?:[{_MARKS}]([^{_MARKS}]*)(?:[{_MARKS}]|$)|([^\s{_MARKS}]+))")


class QueryError(ArchiveError):
    """A query that asks for nothing, or for more than is answered; the message says what to type."""


@dataclass(frozen=True, slots=True)
class Term:
    """Words side by side in one part of an article; with ``site`` as part, the id of a site."""

    part: Part
    """Where they are to be; ``all`` is anywhere."""
    words: tuple[str, ...]
    """Folded, at least one."""
    accented: tuple[str, ...] = ()
    """Those of them that were typed with accents, as they were typed."""
    is_prefix: bool = False
    """Whether the last word may go on."""


@dataclass(frozen=True, slots=True)
class Query:
    """Of each group of *wanted* at least one term occurs, and none of *unwanted*."""

    wanted: tuple[tuple[Term, ...], ...]
    unwanted: tuple[Term, ...] = ()

    @property
    def words(self) -> tuple[Term, ...]:
        """The wanted terms but sites: what a snippet shows."""
        return tuple(term for group in self.wanted for term in group if term.part != "site")


@lru_cache(maxsize=256)  # the hits and the sums of a page ask the same
def parse(text: str) -> Query:
    """Return what *text* asks for. A quotation mark that is not closed reaches to the end.

    Raises QueryError, which says what is wrong, when it asks for nothing, only says what must not occur,
    puts ``-`` beside ``OR``, or is too long.

    >>> parse('"đất đai" title:quy* -bão').wanted[0]
    (Term(part='all', words=('dat', 'dai'), accented=('đất', 'đai'), is_prefix=False),)
    >>> parse("lũ OR bão").wanted[0][1].words
    ('bao',)
    """
    if len(text) > LONGEST:
        raise QueryError(f"query: {len(text)} characters; ask with at most {LONGEST}")
    groups: list[list[Term]] = []
    unwanted: list[Term] = []
    is_or = was_unwanted = False
    text = text.encode(errors="replace").decode()  # bytes of a command line that were no UTF-8
    for match in _TOKEN.finditer(clean_spaces(nfc(text))):
        if match[0] in ("OR", "|"):
            if was_unwanted:
                raise _beside_or()
            is_or = bool(groups)
            continue
        term = _term(match)
        if term is None:
            continue
        was_unwanted = match[1] in ("-", "−")
        if was_unwanted:
            if is_or:
                raise _beside_or()
            unwanted.append(term)
        elif is_or:
            groups[-1].append(term)
        else:
            groups.append([term])
        is_or = False
    terms = [term for group in groups for term in group] + unwanted
    if sum(len(term.words) for term in terms) > MOST_WORDS:
        raise QueryError(f"query: more than {MOST_WORDS} words; ask with fewer")
    if not groups:
        what = "only what must not occur" if unwanted else "no word in it"
        raise QueryError(f"query {text.strip()!r}: {what}; type at least one word to look for")
    return Query(tuple(map(tuple, groups)), tuple(unwanted))


def _beside_or() -> QueryError:
    return QueryError("query: OR stands beside what is to be left out (-); put OR between words to look for")


def _term(match: re.Match[str]) -> Term | None:
    """Return the term that a token is; null for one without letters and digits. Raises QueryError."""
    name, quoted, plain = match[2], match[3], match[4]
    text = quoted if quoted is not None else plain
    part = _PARTS.get(name.casefold(), "all") if name else "all"
    if part == "site":
        return Term("site", (text.strip().casefold(),)) if text.strip() else None
    if name and part == "all":  # "10:30", "https://..."
        text = f"{name} {text}"
    words = words_of(text)
    if not words:
        return None
    accented = tuple(spelled for folded, spelled in words if spelled != folded)
    is_prefix = quoted is None and text.endswith("*")
    if is_prefix and len(words[-1][0]) > LONGEST_BEGINNING:
        raise QueryError(f"query: more than {LONGEST_BEGINNING} letters before *; type fewer")
    return Term(part, tuple(folded for folded, _ in words), accented, is_prefix)
