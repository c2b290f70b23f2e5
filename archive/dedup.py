"""The dedup index: whether the body of an answer is in the archive already.

Asked by the writer for every whole answer with status 200. Within one site, so that the
WARC files of a site hold all that they refer to:

- A page is a revisit of an equal answer at the same address.
- A picture, a document or a requisite is one of an equal answer at any address, when its
  payload has at least ``DEDUP_MIN_BYTES``; a smaller one at the same address.

An answer is referred to only when it can not be lost without the revisit being lost too:
the catalog knows what is on the disk, and what this crawl wrote lies earlier in the same
file, or in a closed one. An original is read before it is referred to. One that can not be
read is passed over, and the answer is kept whole: so damage heals at the next crawl.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from archive.errors import ArchiveError
from archive.model import Capture
from archive.warc.original import Form, Original
from archive.warc.reader import read_answer

logger = logging.getLogger(__name__)

MIN_BYTES = 4096
RECENT = 1000
"""Answers that are remembered whole: more than are written before the catalog has them."""
AT_ANY_ADDRESS = frozenset({"image", "attachment", "requisite"})
"""Purposes of files: they are the same wherever they lie."""

Ask = Callable[[str, str | None], Sequence[Capture]]
"""Gives whole captures of a site with a payload digest, at an address or (null) at any, earliest first."""

Key = tuple[str, str | None]


class Names(Protocol):
    """A set of strings."""

    def add(self, name: str, /) -> None:
        """Put one in."""

    def __contains__(self, name: object, /) -> bool:
        """Say whether one is in it."""


class Dedup:
    """What one site's archive holds, by payload digest; for one writer."""

    def __init__(self, root: Path, ask: Ask, *, min_bytes: int = MIN_BYTES, written: Names | None = None) -> None:
        """Ask *ask*.

        An empty set as *written* says that the archive holds nothing of the site before this writer: what is written
        is put there, and *ask* is asked for that alone.
        """
        self._root = root
        self._ask = ask
        self._min_bytes = min_bytes
        self._recent: dict[tuple[Key, Form], Original] = {}
        self._written = written

    def question(self, url: str, purpose: str) -> Question:
        """Return the question of one exchange."""
        return Question(self, url, purpose)

    def _key(self, url: str, purpose: str, digest: str, size: int) -> Key:
        return digest, None if purpose in AT_ANY_ADDRESS and size >= self._min_bytes else url

    def _find(self, key: Key, size: int, form: Form) -> Original | None:
        known = self._recent.get((key, form))
        if known is None and (self._written is None or _name(key, form) in self._written):
            held = (self._read(capture, key[0], size, form) for capture in self._ask(*key))
            known = next(filter(None, held), None)
            if known is not None:
                self._remember(key, known, form)
        return known

    def _read(self, capture: Capture, digest: str, size: int, form: Form) -> Original | None:
        try:
            record = read_answer(self._root, capture)
        except (ArchiveError, OSError) as error:
            logger.warning("original not readable", extra={"capture": capture.id, "detail": str(error)})
            return None
        # A payload digest that is not stated is one on which readers do not agree.
        is_whole = record.type == "response" and record.get("WARC-Payload-Digest") == digest
        return Original.of(capture, form) if is_whole and Form.of(record.head(), size) == form else None

    def _note(self, key: Key, original: Original, form: Form) -> None:
        if (key, form) not in self._recent:
            self._remember(key, original, form)
        if self._written is not None:
            self._written.add(_name(key, form))

    def _remember(self, key: Key, original: Original, form: Form) -> None:
        if len(self._recent) >= RECENT:
            del self._recent[next(iter(self._recent))]
        self._recent[key, form] = original


def _name(key: Key, form: Form) -> str:
    digest, url = key
    return f"{digest} {form.is_chunked} {form.encodings} {form.length} {url or ''}"


class Question:
    """Asks for one answer, and remembers the answer for those to come once it is written."""

    def __init__(self, dedup: Dedup, url: str, purpose: str) -> None:
        self._dedup = dedup
        self._url = url
        self._purpose = purpose
        self._asked: tuple[Key, Form] | None = None

    def __call__(self, digest: str, size: int, form: Form) -> Original | None:
        """Return the original of a payload, null when it is to be kept whole."""
        if not size:
            return None
        key = self._dedup._key(self._url, self._purpose, digest, size)
        self._asked = key, form
        return self._dedup._find(key, size, form)

    def written(self, capture: Capture | None) -> None:
        """Tell what the exchange became, when its records are in the file."""
        if self._asked is not None and capture is not None and capture.revisit_of is None:
            key, form = self._asked
            self._dedup._note(key, Original.of(capture, form), form)
