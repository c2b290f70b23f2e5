"""The known articles of a site, kept at hand: so a crawl does not go through all that was ever read to know them.

``status/known/<site>`` can be deleted: it is made again from the catalog. It says of which readings it was made, and by
which rules of the site, and holds for these only. A crawl that ends adds what it has read; it has the site's lock, and
so nobody else has written a reading of the site meanwhile. After one that was killed all is gone through once.
"""

from __future__ import annotations

import hashlib
import logging
import zlib
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import msgspec

from archive.atomic import write_whole
from archive.catalog import Catalog
from archive.errors import ArchiveError
from archive.health.history import STATUS
from crawler.known import KnownSet
from crawler.sites import Site
from crawler.version import VERSION

logger = logging.getLogger(__name__)

FOLDER = "known"


class _Kept(msgspec.Struct):
    mark: str
    """Of the readings (:meth:`Catalog.reading_mark`)."""
    rules: str
    """By which addresses were told apart."""
    sum: int
    """CRC-32 of the identities: of what a disk has turned nobody is told that it is known."""
    identities: bytes
    """As :meth:`KnownSet.to_bytes` tells them."""


class KeptKnown:
    """What is known of one site, for one crawl of it, which holds its lock."""

    def __init__(self, root: Path, site: Site, catalog: Catalog) -> None:
        self._path = root / STATUS / FOLDER / site.id
        self._site = site
        self._catalog = catalog
        self._known: KnownSet | None = None
        self._left_out: list[str] = []

    def identities(self, but: Iterable[str] = ()) -> KnownSet:
        """Return the identities of the articles that are held whole, or rejected for good (:meth:`Catalog.known`).

        Those of the addresses *but* are left out. The set is this object's own, and may be asked until :meth:`keep`.
        """
        known = self._read()
        if known is None:
            known = KnownSet(self._site.identity(url) for url in self._catalog.known(self._site.id))
        self._known = known
        self._left_out = [identity for url in but if known.discard(identity := self._site.identity(url))]
        return known

    def keep(self, crawl: str) -> None:
        """Keep what :meth:`identities` told, and what a crawl that has ended read since then.

        Raises CatalogError, and DiskError; what else goes wrong costs time, no more.
        """
        if self._known is None:
            return
        known, self._known = self._known, None
        with self._catalog.transaction():  # refused to a crawl that was taken for dead, and whose site another one has
            mark = self._catalog.reading_mark(self._site.id)
        for identity in self._left_out:
            known.add(identity)
        for url in self._catalog.known_by(self._site.id, crawl):
            known.add(self._site.identity(url))
        told = known.to_bytes()
        with suppress(ArchiveError), write_whole(self._path) as file:
            file.write(msgspec.msgpack.encode(_Kept(mark, rules_of(self._site), zlib.crc32(told), told)))

    def _read(self) -> KnownSet | None:
        try:
            kept = msgspec.msgpack.decode(self._path.read_bytes(), type=_Kept)
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            return None
        if kept.mark != self._catalog.reading_mark(self._site.id) or kept.rules != rules_of(self._site):
            return None
        if kept.sum != zlib.crc32(kept.identities):
            logger.warning("known articles not readable", extra={"path": str(self._path)})
            return None
        return KnownSet.from_bytes(kept.identities)


def rules_of(site: Site) -> str:
    """Return a digest of all that decides which addresses of a site are one article (:meth:`Site.identity`)."""
    told = [VERSION, site.layouts, site.junk, site.ignore_case]
    return hashlib.sha256(msgspec.json.encode(told, order="sorted")).hexdigest()
