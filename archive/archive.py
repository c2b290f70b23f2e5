"""An archive opened for reading: articles, captures and the bytes behind them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import Literal
from urllib.parse import unquote, urlsplit

from archive.catalog import Catalog
from archive.errors import ArchiveError
from archive.model import Article, Capture, Exchange, Image, Payload
from archive.warc import reader

CATALOG = "catalog.sqlite3"


@dataclass(frozen=True, slots=True)
class HeldCapture(Capture):
    """A capture that knows the way to its bytes."""

    root: Path = field(default=Path(), repr=False, compare=False)
    """The data root."""

    def exchange(self) -> Exchange:
        """Return the exchange byte by byte, as it was sent and received.

        Raises DamagedRecord when the WARC file does not hold it whole.
        """
        return reader.read_exchange(self.root, self.location)

    def payload(self) -> Payload:
        """Return the answer's head, and its body decoded as a browser does."""
        return reader.read_payload(self.root, self)


class Archive:
    """The archive below one data root, read-only; used by one thread at a time."""

    def __init__(self, root: Path, catalog_url: str | None = None) -> None:
        self.root = root
        self.catalog = Catalog.open(catalog_url or root / CATALOG, read_only=True)

    def close(self) -> None:
        """Let go of the catalog."""
        self.catalog.close()

    def __enter__(self) -> Archive:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def articles(
        self,
        site: str | None = None,
        since: date | datetime | None = None,
        until: date | datetime | None = None,
    ) -> Iterator[Article]:
        """Yield the latest version of each article, by date of publication (without one: of capture).

        *since* and *until* are included; a ``date`` is a whole day in Vietnam.
        """
        return self.catalog.articles(site, since, until)

    def article(self, url: str, at: datetime | None = None) -> Article | None:
        """Return the article at *url* as it was seen last, or as it read at a time; null when unknown."""
        return self.catalog.article(url, at)

    def state(self, url: str) -> Literal["live", "gone"]:
        """Say whether the article at *url* is still there, as its checks until now tell (:mod:`archive.ledger`)."""
        ledger = self.catalog.ledger(url)
        return ledger.state if ledger is not None else "live"

    def versions(self, url: str) -> list[Article]:
        """Return the versions of the article at *url*, each once, in the order in which they were first seen."""
        return self.catalog.versions(url)

    def images(
        self,
        site: str | None = None,
        since: date | datetime | None = None,
        until: date | datetime | None = None,
    ) -> Iterator[tuple[Article, Image]]:
        """Yield every picture of the articles that :meth:`articles` yields, with its article."""
        for article in self.articles(site, since, until):
            for image in article.images:
                yield article, image

    def capture(self, url: str, at: datetime | None = None) -> HeldCapture | None:
        """Return the capture of *url* closest in time to *at*, by default the latest; null when none."""
        capture = self.catalog.closest(url, at)
        return self._hold(capture) if capture else None

    def capture_by_id(self, capture: str) -> HeldCapture | None:
        """Return one capture by its id, such as ``article.capture`` or ``image.capture``."""
        found = self.catalog.capture(capture)
        return self._hold(found) if found else None

    def captures(self, site: str | None = None, url: str | None = None) -> Iterator[HeldCapture]:
        """Yield captures by date, of one site, of one address, or all."""
        return (self._hold(capture) for capture in self.catalog.captures(site, url))

    def origin(self, capture: Capture) -> str:
        """Return how a capture came here: ``crawl``, or ``import`` from a file of another program."""
        crawls = self.catalog.crawls(capture.site)
        info = next((crawl.info for crawl in crawls if crawl.id == capture.crawl), {})
        return info.get("origin", "crawl")

    def _hold(self, capture: Capture) -> HeldCapture:
        values = {entry.name: getattr(capture, entry.name) for entry in fields(Capture)}
        return HeldCapture(**values, root=self.root)


def root_of(root: str | Path | None, archive_url: str | None) -> Path:
    """Return the data root that a path or a URL names.

    Raises ArchiveError when both are given, or the URL is not ``file:``.

    >>> str(root_of(None, "file:///srv/l%C6%B0u%20tr%E1%BB%AF"))
    '/srv/lưu trữ'
    """
    if archive_url is None:
        return Path("data" if root is None else root)
    if root is not None:
        raise ArchiveError(f"data root {root} and archive {archive_url}: give one of them")
    parts = urlsplit(archive_url)
    if parts.scheme != "file" or parts.netloc not in ("", "localhost"):
        raise ArchiveError(f"archive {archive_url}: only file:///... can be read; give a path on this machine")
    return Path(unquote(parts.path))
