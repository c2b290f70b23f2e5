"""An archive opened for reading: articles, captures and the bytes behind them."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Literal

from archive.catalog import Catalog
from archive.catalog.checks import Removed
from archive.documents import texts
from archive.history import History
from archive.model import Article, Attachment, Capture, Exchange, Image, Payload, Recovered
from archive.recovered import read_recovered
from archive.similar import Same
from archive.storage.opening import attach, check_url, folder_of
from archive.versions import Diff, diff_of, history_of
from archive.warc import reader

if TYPE_CHECKING:
    from archive.search import Facets, Hit, Order, Search

logger = logging.getLogger(__name__)

CATALOG = "catalog.sqlite3"


@dataclass(frozen=True, slots=True)
class HeldCapture(Capture):
    """A capture that knows the way to its bytes."""

    root: Path = field(default=Path(), repr=False, compare=False)
    """The data root."""

    def exchange(self) -> Exchange:
        """Return the exchange byte by byte, as it was sent and received.

        Raises DamagedRecord when the WARC file does not hold it whole.

        >>> capture = archive.capture("https://skhcn.hatinh.gov.vn/tin/giong-lua-moi")
        >>> capture.exchange().request
        b'GET /tin/giong-lua-moi HTTP/1.1\\r\\nHost: skhcn.hatinh.gov.vn\\r\\n\\r\\n'
        """
        return reader.read_exchange(self.root, self.location)

    def payload(self) -> Payload:
        """Return the answer's head, and its body decoded as a browser does.

        >>> payload = archive.capture("https://skhcn.hatinh.gov.vn/tin/giong-lua-moi").payload()
        >>> payload.status, payload.header("content-type"), payload.body.decode()
        (200, 'text/html; charset=utf-8', '<h1>Nghiệm thu giống lúa chịu mặn</h1>')
        """
        return reader.read_payload(self.root, self)


class Archive:
    """The archive below one data root, read-only; used by one thread at a time."""

    def __init__(self, root: Path, catalog_url: str | None = None, *, catalog: Catalog | None = None) -> None:
        self.root = root
        self.catalog = catalog or Catalog.open(catalog_url or root / CATALOG, read_only=True)
        self._search: Search | None = None

    def close(self) -> None:
        """Let go of the catalog and of the index."""
        if self._search is not None:
            self._search.close()
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
        While a crawl writes, each article that is there at the beginning comes once, as it reads when its turn comes.

        >>> from datetime import date
        >>> [article.title for article in archive.articles(since=date(2025, 3, 1))]
        ['Lịch tiếp công dân']
        >>> sorted({article.site for article in archive.articles()})
        ['ha_tinh', 'nghe_an']
        """
        return self.catalog.articles(site, since, until)

    def article(self, url: str, at: datetime | None = None) -> Article | None:
        """Return the article at *url* as it was seen last, or as it read at a time; null when unknown.

        Any of its addresses will do, with ``http`` or ``https``, with or without ``www``.

        >>> from datetime import UTC, datetime
        >>> archive.article("http://www.skhcn.hatinh.gov.vn/tin/giong-lua-moi").title
        'Nghiệm thu giống lúa chịu mặn'
        >>> archive.article("https://skhcn.hatinh.gov.vn/tin/giong-lua-moi", at=datetime(2025, 3, 2, tzinfo=UTC)).title
        'Nghiệm thu giống lúa'
        """
        return self.catalog.article(url, at)

    def state(self, url: str) -> Literal["live", "gone"]:
        """Say whether the article at *url* is still there, as its checks until now tell (:mod:`archive.ledger`).

        >>> archive.state("https://skhcn.hatinh.gov.vn/tin/lich-tiep-cong-dan")
        'gone'
        """
        ledger = self.catalog.ledger(url)
        return ledger.state if ledger is not None else "live"

    def versions(self, url: str) -> list[Article]:
        """Return the versions of the article at *url*, each once, in the order in which they were first seen.

        What was changed and changed back is there once, and is a version of its own in :meth:`history`.

        >>> [article.title for article in archive.versions("https://skhcn.hatinh.gov.vn/tin/giong-lua-moi")]
        ['Nghiệm thu giống lúa', 'Nghiệm thu giống lúa chịu mặn']
        """
        return self.catalog.versions(url)

    def history(self, url: str) -> History | None:
        """Return what became of the article at *url*, under any of its addresses; null when unknown.

        Its versions are spans of time: an article that was changed and changed back has three.

        >>> history = archive.history("https://skhcn.hatinh.gov.vn/tin/giong-lua-moi")
        >>> [(version.n, version.changed) for version in history.versions]
        [(1, ()), (2, ('title',))]
        """
        past = self.catalog.past(url)
        return history_of(past, self.same_as(url)) if past is not None else None

    def diff(self, url: str, a: int | date | str | None = None, b: int | date | str | None = None) -> Diff | None:
        """Return what differs between two versions of the article at *url*; null when there is no such article.

        *a* and *b* are numbers as in :meth:`history`; or times (a ``date``: the end of that day in Vietnam), which
        stand for the last capture until then; or capture ids. By default the last two versions, with *a* alone that
        one and the last. Raises NoSuchVersion.

        >>> archive.diff("https://skhcn.hatinh.gov.vn/tin/giong-lua-moi", 1, 2).fields
        {'title': ('Nghiệm thu giống lúa', 'Nghiệm thu giống lúa chịu mặn')}
        """
        past = self.catalog.past(url, every=any(isinstance(named, date | str) for named in (a, b)))
        return diff_of(past, a, b) if past is not None else None

    def removed(self, site: str | None = None) -> Iterator[Removed]:
        """Yield the confirmed removals of articles, also of those that came back, site by site.

        >>> [removed.title for removed in archive.removed("ha_tinh")]
        ['Lịch tiếp công dân']
        """
        return self.catalog.removed(site)

    def same_as(self, url: str) -> list[Same]:
        """Return the articles elsewhere that say the same as the one at *url*, likest first; often none.

        Elsewhere is on another site, on another host, or in another generation of a site. The texts have a
        similarity of 0.85 or more; those under 80 words the same title and day too (:mod:`archive.similar`).
        At another address of one system only what is equal word by word is told.
        They stay articles of their own. Of forms that hundreds of articles share only a hundred are compared;
        the log then says how many were passed over.

        >>> archive.same_as("https://skhcn.hatinh.gov.vn/tin/giong-lua-moi")
        [Same(site='nghe_an', url='https://skhcn.nghean.gov.vn/tin/giong-lua-moi', score=1.0)]
        """
        likeness = self.catalog.same_as(url)
        if likeness.passed_over:
            logger.warning("like articles not compared", extra={"url": url, "articles": likeness.passed_over})
        return list(likeness.found)

    def search(
        self,
        query: str,
        *,
        site: str | Sequence[str] | None = None,
        since: date | datetime | None = None,
        until: date | datetime | None = None,
        order: Order = "rank",
        limit: int = 20,
        offset: int = 0,
    ) -> Iterator[Hit]:
        """Yield the articles whose latest version answers *query*, best first, or ``newest`` first.

        What a query is: ``docs/cli.md``, "khcn search". *site* is a site id, or several. *since* and *until*, of
        publication (without a date: of capture), are included; a ``date`` is a whole day in Vietnam. A later page
        of hits begins at an *offset*.

        The index below the data root first takes in what changed, where it may be written; else what it has is
        searched, and a warning is logged. Raises QueryError, with a sentence, when nothing is asked for.

        >>> for hit in archive.search("giong lua chiu man", site="nghe_an"):
        ...     print(hit.title, hit.url)
        Giống lúa mới của Hà Tĩnh https://skhcn.nghean.gov.vn/tin/giong-lua-moi
        """
        return self._searching().find(
            query, sites=_site_ids(site), since=since, until=until, order=order, limit=limit, offset=offset
        )

    def facets(
        self,
        query: str,
        *,
        site: str | Sequence[str] | None = None,
        since: date | datetime | None = None,
        until: date | datetime | None = None,
    ) -> Facets:
        """Count the articles that :meth:`search` would find without a limit, by site and by month.

        >>> sorted(archive.facets("lúa").sites)
        [('ha_tinh', 1), ('nghe_an', 1)]
        """
        return self._searching().facets(query, sites=_site_ids(site), since=since, until=until)

    def _searching(self) -> Search:
        if self._search is None:
            # Here, so that who only reads articles does not load the search engine.
            from archive.search import Search

            self._search = Search(self.root, self.catalog)
        return self._search

    def text_of(self, document: Attachment) -> str | None:
        """Return the text of an article's document; null when it has none, or none was read yet.

        ``khcn index --documents`` reads what is not read yet.

        >>> article = archive.article("https://skhcn.hatinh.gov.vn/tin/giong-lua-moi")
        >>> [archive.text_of(document) for document in article.attachments]
        ['Kế hoạch nhân rộng giống lúa chịu mặn']
        """
        # Opened for each: the file may come, or be made anew, while the archive is open.
        with texts(self.root) as text_of:
            return text_of(document.sha256)

    def images(
        self,
        site: str | None = None,
        since: date | datetime | None = None,
        until: date | datetime | None = None,
    ) -> Iterator[tuple[Article, Image]]:
        """Yield every picture of the articles that :meth:`articles` yields, with its article.

        >>> for article, image in archive.images(site="ha_tinh"):
        ...     print(image.caption, archive.capture_by_id(image.capture).payload().header("content-type"))
        Ruộng lúa thử nghiệm image/jpeg
        """
        for article in self.articles(site, since, until):
            for image in article.images:
                yield article, image

    def capture(self, url: str, at: datetime | None = None) -> HeldCapture | None:
        """Return the capture of *url* closest in time to *at*, by default the latest; null when none.

        >>> archive.capture("https://skhcn.hatinh.gov.vn/tin/lich-tiep-cong-dan").status
        404
        """
        capture = self.catalog.closest(url, at)
        return self._hold(capture) if capture else None

    def capture_by_id(self, capture: str) -> HeldCapture | None:
        """Return one capture by its id, such as ``article.capture`` or ``image.capture``; null when there is none.

        >>> article = archive.article("https://skhcn.hatinh.gov.vn/tin/giong-lua-moi")
        >>> archive.capture_by_id(article.capture).date.isoformat()
        '2025-03-04T02:00:00+00:00'
        """
        found = self.catalog.capture(capture)
        return self._hold(found) if found else None

    def captures(self, site: str | None = None, url: str | None = None) -> Iterator[HeldCapture]:
        """Yield captures by date, of one site, of one address, or all.

        >>> url = "https://skhcn.hatinh.gov.vn/tin/lich-tiep-cong-dan"
        >>> [capture.status for capture in archive.captures(url=url)]
        [200, 404, 404, 404]
        """
        return (self._hold(capture) for capture in self.catalog.captures(site, url))

    def recovered(self, capture: Capture) -> Recovered | None:
        """Return where a capture that was fetched from another web archive comes from; null for all others.

        Raises ArchiveError when its record can not be read.
        """
        return read_recovered(self.root, capture.location) if capture.origin == "recover" else None

    def _hold(self, capture: Capture) -> HeldCapture:
        values = {entry.name: getattr(capture, entry.name) for entry in fields(Capture)}
        return HeldCapture(**values, root=self.root)


def _site_ids(site: str | Sequence[str] | None) -> Sequence[str]:
    return () if site is None else (site,) if isinstance(site, str) else site


def root_of(root: str | Path | None, archive_url: str | None) -> Path:
    """Return the data root that a path or a ``file:`` URL names; else the URL is that of the storage behind it.

    Raises ConfigError when the URL names no storage, or what it needs is not installed.

    >>> str(root_of(None, "file:///srv/l%C6%B0u%20tr%E1%BB%AF"))
    '/srv/lưu trữ'
    """
    if archive_url is None:
        return Path("data" if root is None else root)
    check_url(archive_url)
    if root is None and (folder := folder_of(archive_url)) is not None:
        return folder
    found = Path("data" if root is None else root)
    attach(found, archive_url)
    return found
