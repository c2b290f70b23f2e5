"""A catalog in a SQLite file, asked for sites and pages without what the rest of the catalog needs.

For who writes a WACZ of a few files: to load SQLAlchemy takes a third of the time of that. The statements say what
those of :mod:`archive.catalog.pages` and :mod:`archive.catalog.read` say; a test holds what they give against each
other.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, cast

from archive.catalog.mark import SCHEMA_VERSION, database_at
from archive.catalog.times import end_moment, first_moment, utc_time

if TYPE_CHECKING:
    from archive.catalog.catalog import Catalog

BUSY_TIMEOUT_S = 60
RETRIED = ("error:", "soft_404", "empty", "cookie_stub")
"""A page rejected for a reason that begins so is asked again; any other rejection is for good."""

# From one site to the next in the index, for there are millions of captures and a hundred sites.
_SITES_OF = """
    SELECT site FROM (
        WITH RECURSIVE found(site) AS (
            SELECT min(site) FROM {table}
            UNION ALL
            SELECT (SELECT min(each.site) FROM {table} AS each WHERE each.site > found.site)
            FROM found WHERE found.site IS NOT NULL
        )
        SELECT site FROM found WHERE site IS NOT NULL
    )
"""
_SITES = " UNION ".join(_SITES_OF.format(table=table) for table in ("crawls", "captures", "articles"))

_ARTICLES = """
    SELECT c.id, c.url, c.date, c.warc, c.via, v.title, v.text
    FROM (
        SELECT o.article, max(o.captured) AS captured
        FROM observations AS o JOIN articles AS a ON a.id = o.article
        WHERE a.site IN ({sites}) AND {span}
        GROUP BY o.article
    ) AS last
    JOIN observations AS o ON o.article = last.article AND o.captured = last.captured
    JOIN captures AS c ON c.id = o.capture
    JOIN versions AS v ON v.id = o.version
    ORDER BY v.dated DESC, c.id
"""
_GOOD = """
    c.site IN ({sites}) AND c.status = 200 AND c.method = 'GET' AND c.mime IN ('text/html', 'application/xhtml+xml')
    AND (r.kind = 'listing' OR r.kind = 'rejected' AND NOT ({retried})) AND {span}
"""
_OTHERS = f"""
    SELECT c.id, c.url, c.date, c.warc, c.via, NULL, NULL
    FROM captures AS c JOIN readings AS r ON r.capture = c.id
    JOIN (
        SELECT c.url, max(c.date) AS date FROM captures AS c JOIN readings AS r ON r.capture = c.id
        WHERE {_GOOD} GROUP BY c.url
    ) AS last ON last.url = c.url AND last.date = c.date
    WHERE {_GOOD}
    ORDER BY c.url, c.id
"""  # noqa: S608 (of our own words)
_BEGINS = [reason.replace("_", "/_") + "%" for reason in RETRIED]
_IS_RETRIED = " OR ".join(f"r.detail LIKE '{begins}' ESCAPE '/'" for begins in _BEGINS)


@dataclass(frozen=True, slots=True)
class Page:
    """A captured page, and of an article what it reads like."""

    capture: str
    """Capture id."""
    url: str
    """The address, exactly as requested."""
    date: datetime
    """When it was captured (UTC)."""
    warc: str
    """Path of the WARC file below the data root."""
    via: str | None
    """The page on which it was found, null for one that a crawl began with."""
    title: str | None = None
    """Headline of the article, null for any other page."""
    text: str | None = None
    """Its text."""


def open_light(url: str | Path) -> Catalog:
    """Open a catalog for reading that loads SQLAlchemy when it is asked for more than sites and pages.

    One that is no SQLite file of this schema is opened as any other is. Raises CatalogError.
    """
    url = f"sqlite:///{url}" if isinstance(url, Path) else url
    path = database_at(url)
    if path is not None and _is_of_this_schema(path):
        return cast("Catalog", _Light(url, path))
    return _opened(url)


def _opened(url: str) -> Catalog:
    from archive.catalog.catalog import Catalog

    return Catalog.open(url, read_only=True)


def _connected(path: str) -> sqlite3.Connection:
    return sqlite3.connect(path, uri=True, timeout=BUSY_TIMEOUT_S, isolation_level=None)


def _is_of_this_schema(path: str) -> bool:
    """Say whether a file can be asked here; of one that can not, who opens it is told why."""
    try:
        with closing(_connected(path)) as database:
            row = database.execute("SELECT value FROM meta WHERE key = 'schema_version'").fetchone()
    except sqlite3.Error:
        return False
    return row is not None and row[0] == str(SCHEMA_VERSION)


class _Light:
    """What of :class:`archive.catalog.Catalog` needs no library; that itself does the rest."""

    def __init__(self, url: str, path: str) -> None:
        self._url, self._path = url, path
        self._whole: Catalog | None = None

    def sites(self) -> list[str]:
        with self._asked() as database:
            return sorted(site for (site,) in database.execute(_SITES))

    def pages(
        self, sites: Sequence[str], since: date | datetime | None = None, until: date | datetime | None = None
    ) -> Iterator[Page]:
        values: dict[str, str] = {f"site{number}": site for number, site in enumerate(sites)}
        named = ", ".join(f":{name}" for name in values)
        bounds = []
        if since is not None:
            bounds.append("{column} >= :since")
            values["since"] = first_moment(since)
        if until is not None:
            bounds.append("{column} < :until")
            values["until"] = end_moment(until)
        span = " AND ".join(bounds) or "TRUE"
        with self._asked() as database:
            for query, column in ((_ARTICLES, "o.captured"), (_OTHERS, "c.date")):
                asked = query.format(sites=named, span=span.format(column=column), retried=_IS_RETRIED)
                for capture, url, moment, *rest in database.execute(asked, values):
                    yield Page(capture, url, utc_time(moment), *rest)

    def close(self) -> None:
        if self._whole is not None:
            self._whole.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __getattr__(self, name: str) -> Any:
        if self._whole is None:
            self._whole = _opened(self._url)
        return getattr(self._whole, name)

    @contextmanager
    def _asked(self) -> Iterator[sqlite3.Connection]:
        """Give a connection that sees one state of the database. Raises what the catalog raises."""
        try:
            with closing(_connected(self._path)) as database:
                database.execute("BEGIN")
                yield database
        except sqlite3.Error as error:
            from sqlalchemy.exc import DBAPIError

            from archive.catalog.engine import explained, parse_url

            with explained(parse_url(self._url)):
                raise DBAPIError(None, None, error) from error
