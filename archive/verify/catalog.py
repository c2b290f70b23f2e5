"""The catalog against the WARC files, in both directions, and against itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select, text

from archive.catalog import tables
from archive.catalog.engine import open_engine, parse_url, reading
from archive.errors import CatalogError, NoServer
from archive.verify.findings import Finding, finding
from archive.verify.scan import Capture, Scan
from archive.warc.names import origin_of

BATCH = 1000


@contextmanager
def opened(url: str | Path) -> Iterator[Connection]:
    """Give a connection that changes nothing. Raises CatalogError."""
    engine = open_engine(parse_url(url), create=False, read_only=True)
    try:
        with reading(engine) as connection:
            yield connection
    finally:
        engine.dispose()


def check_whole(url: str | Path, name: str) -> Iterator[Finding]:
    """Yield whether the catalog can be read and finds no fault in itself. Raises NoServer when nobody can tell."""
    try:
        with opened(url) as connection:
            for told in _faults(connection):
                yield finding(name, None, "catalog-damaged", told)
            if connection.dialect.name != "sqlite":
                return
            for row in connection.execute(text("pragma quick_check(5)")):
                if row[0] != "ok":
                    yield finding(name, None, "catalog-damaged", str(row[0]))
            for row in connection.execute(text("pragma foreign_key_check")):
                yield finding(
                    name, None, "catalog-damaged", f"a row of {row[0]} names one of {row[2]} that is not there"
                )
    except NoServer:
        raise
    except CatalogError as error:
        yield finding(name, None, "catalog-damaged", str(error))


def _faults(connection: Connection) -> Iterator[str]:
    """Yield what the tables say of each other and what no constraint of the database holds."""
    articles, captures, crawls = tables.articles, tables.captures, tables.crawls
    observations, versions = tables.observations, tables.versions
    known = select(crawls.c.id)
    for crawl in connection.scalars(select(captures.c.crawl).where(captures.c.crawl.not_in(known)).distinct()):
        yield f"captures are of the crawl {crawl}, which is not there"
    seen = select(observations.c.version)
    for version in connection.scalars(select(versions.c.id).where(versions.c.id.not_in(seen))):
        yield f"no capture gave the version {version}"
    told = select(observations.c.details).where(observations.c.details.is_not(None))
    for entry in connection.scalars(select(tables.details.c.id).where(tables.details.c.id.not_in(told))):
        yield f"no capture has the details {entry}"
    spans = (
        select(articles.c.id)
        .join(observations, observations.c.article == articles.c.id)
        .group_by(articles.c.id, articles.c.first_seen, articles.c.last_seen)
        .having(
            (func.min(observations.c.captured) != articles.c.first_seen)
            | (func.max(observations.c.captured) != articles.c.last_seen)
        )
    )
    for article in connection.scalars(spans):
        yield f"the article {article} was seen at other times than its captures"


def warcs_named(url: str | Path) -> dict[str, int]:
    """Return the WARC files that captures lie in, by the catalog, with how many in each."""
    captures = tables.captures
    with opened(url) as connection:
        counted: dict[str, int] = {}
        for warc in connection.scalars(select(captures.c.warc).execution_options(yield_per=BATCH)):
            counted[warc] = counted.get(warc, 0) + 1
        return counted


def files_of(url: str | Path, warc: str) -> dict[str, set[tuple[str, int | None, str | None]]]:
    """Return, by capture id, address, size and SHA-256 of the pictures and documents that lie in a WARC file.

    What a revisit stands for lies where its original does.
    """
    found: dict[str, set[tuple[str, int | None, str | None]]] = {}
    captures, originals = tables.captures, tables.captures.alias()
    with opened(url) as connection:
        for table in (tables.images, tables.attachments):
            query = (
                select(originals.c.id, table.c.url, table.c.size_bytes, table.c.sha256)
                .join(captures, captures.c.id == table.c.capture)
                .join(originals, originals.c.id == func.coalesce(captures.c.revisit_of, captures.c.id))
                .where(originals.c.warc == warc)
            )
            for row in connection.execute(query.execution_options(yield_per=BATCH)):
                found.setdefault(row.id, set()).add((row.url, row.size_bytes, row.sha256))
    return found


def check_captures(url: str | Path, name: str, warc: str, found: Scan) -> Iterator[Finding]:
    """Yield how the rows of one WARC file differ from what it holds."""
    seen: set[int] = set()
    captures = tables.captures
    query = select(captures).where(captures.c.warc == warc).order_by(captures.c.offset)
    with opened(url) as connection:
        for row in connection.execute(query.execution_options(yield_per=BATCH)):
            if row.offset in found.damaged:
                continue
            capture = found.captures.get(row.offset)
            if capture is None or row.offset in seen:
                yield finding(name, None, "catalog-extra", f"{row.id}: byte {row.offset} of {warc} begins no capture")
                continue
            seen.add(row.offset)
            if odd := _differences(capture, row, found.info):
                yield finding(name, None, "catalog-differs", f"{row.id} in {warc}: {odd}")
    for offset in sorted(found.captures.keys() - seen):
        yield finding(warc, offset, "catalog-lacks", f"{found.captures[offset].id} is not in the catalog")


def _differences(capture: Capture, row: Any, info: dict[str, str]) -> str:
    expected: dict[str, object] = {
        "id": capture.id,
        "url": capture.url,
        "length": capture.span if row.length == capture.span else capture.length,
        "digest": capture.digest,
        "revisit_of": capture.refers_to,
        "truncated": capture.truncated,
    }
    if capture.moment is not None:
        expected["date"] = _text(capture.moment)
    if capture.is_plain:
        expected["status"] = capture.status
        if capture.type == "response":
            expected["mime"] = capture.mime.lower() if capture.mime else None
    expected["origin"] = origin_of(info)
    expected |= {name: info[name] for name in ("site", "crawl") if info.get(name)}
    given = row._mapping
    odd = {name: value for name, value in expected.items() if given[name] != value}
    return "; ".join(f"{name} is {given[name]!r}, not {value!r}" for name, value in odd.items())


def _text(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
