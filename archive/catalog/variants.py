"""Which readings of equal content are one version: those of which nothing that is known of both differs.

Readings are taken in the order of time, each compared with the version that the page showed last, then with the
earlier ones. What is not known of one of them is no difference, and is known from then on by the first that tells:

- a picture: its pixels, and what it shows. Sent anew in another quality it is the same, in another size or with
  another sight (more than ``SAME_BITS`` bits of ``dhash``) another one, whatever its address. A file that could not
  be fetched, or not be decoded, says nothing.
- a document: its bytes.
- the section that the page itself names, compared at the same address only: an article that is listed in several
  sections has an address in each, and each names its own.

That depends on the readings and their times alone, never on the order in which they came to the catalog.
"""

from __future__ import annotations

from collections.abc import Sequence

from archive.model import Article, Image
from archive.urls import identity_key

SAME_BITS = 4
"""Pictures of which at most so many bits of 64 differ look the same."""


def variants(readings: Sequence[Article]) -> list[int]:
    """Return, for readings of equal content in the order of time, the number of each one's version, from 0."""
    known: list[_Version] = []
    shown = 0
    numbers = []
    for article in readings:
        order = [shown, *range(len(known))] if known else []
        shown = next((number for number in order if known[number].is_of(article)), len(known))
        if shown == len(known):
            known.append(_Version(article))
        known[shown].learn(article)
        numbers.append(shown)
    return numbers


def same_picture(one: Image, other: Image) -> bool:
    """Say whether two pictures may be the same, as far as both are known.

    >>> same_picture(Image("a", 0, width=8, height=6, dhash="00ff" * 4), Image("b", 0, width=8, height=6))
    True
    """
    sizes = ((one.width, other.width), (one.height, other.height))
    if any(a is not None and b is not None and a != b for a, b in sizes):
        return False
    if one.dhash is None or other.dhash is None:
        return True
    return (int(one.dhash, 16) ^ int(other.dhash, 16)).bit_count() <= SAME_BITS


def same_section(one: Article, other: Article) -> bool:
    """Say whether two readings may name the same section: they do when read at different addresses."""
    a, b = _section(one), _section(other)
    return a is None or b is None or a == b or identity_key(one.url) != identity_key(other.url)


def _section(article: Article) -> str | None:
    return article.printed_section.casefold() if article.printed_section is not None else None


class _Version:
    """What is known of one version until now."""

    def __init__(self, article: Article) -> None:
        self._pictures: list[Image] = list(article.images)
        self._documents: list[str | None] = [entry.sha256 for entry in article.attachments]
        self._sections: dict[str, str] = {}

    def is_of(self, article: Article) -> bool:
        section = _section(article)
        if section is not None and self._sections.get(identity_key(article.url), section) != section:
            return False
        told = zip(self._documents, (entry.sha256 for entry in article.attachments), strict=True)
        if any(a is not None and b is not None and a != b for a, b in told):
            return False
        return all(same_picture(a, b) for a, b in zip(self._pictures, article.images, strict=True))

    def learn(self, article: Article) -> None:
        for place, image in enumerate(article.images):
            if self._pictures[place].dhash is None and (image.dhash or self._pictures[place].width is None):
                self._pictures[place] = image
        for place, entry in enumerate(article.attachments):
            self._documents[place] = self._documents[place] or entry.sha256
        section = _section(article)
        if section is not None:
            self._sections.setdefault(identity_key(article.url), section)
