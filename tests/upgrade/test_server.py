"""A catalog on PostgreSQL is brought up in one transaction; its copies are its operator's."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, text

from archive.catalog import Catalog, engine
from archive.catalog.engine import bring_up
from archive.catalog.tables import SCHEMA_VERSION
from archive.catalog.upgrade import History
from archive.errors import CatalogError
from archive.model import Capture, Location

OLD = SCHEMA_VERSION - 1
START = datetime(2026, 1, 1, tzinfo=UTC)
CAPTURE = Capture("x", "http://a/", START, 200, "text/html", None, "ha_tinh", "c", Location("warcs/a/x.warc.gz", 0, 9))


def add_column(connection: Connection) -> None:
    connection.execute(text("ALTER TABLE crawls ADD COLUMN mood TEXT"))


def broken(connection: Connection) -> None:
    add_column(connection)
    connection.execute(text("SELECT nonsense"))


def test_it_is_brought_up_whole_or_not_at_all(postgres, monkeypatch):
    url = postgres.new_schema()  # changed for good: not for others
    with Catalog.open(url) as catalog, catalog.transaction():
        catalog._writer.execute(text(f"UPDATE meta SET value = '{OLD}' WHERE key = 'schema_version'"))
    monkeypatch.setattr(engine, "HISTORY", History("catalog", "meta", SCHEMA_VERSION, {}))
    with pytest.raises(CatalogError, match="run `khcn rebuild`"):
        Catalog.open(url)

    monkeypatch.setattr(engine, "HISTORY", History("catalog", "meta", SCHEMA_VERSION, {OLD: broken}))
    with pytest.raises(CatalogError, match="nonsense"):
        bring_up(url)
    monkeypatch.setattr(engine, "HISTORY", History("catalog", "meta", SCHEMA_VERSION, {OLD: add_column}))
    with pytest.raises(CatalogError, match="run `khcn repair`"):
        Catalog.open(url, read_only=True)
    bring_up(url)

    with Catalog.open(url, read_only=True) as catalog:
        assert catalog.counts()["crawls"] == 0


def test_captures_of_schema_5_are_told_where_they_came_from(postgres):
    url = postgres.new_schema()
    with Catalog.open(url) as catalog, catalog.transaction():
        for crawl, info in (("c1", {}), ("c2", {"origin": "import"})):
            catalog.add_crawl(crawl, "ha_tinh", START, info)
        catalog.add_captures([replace(CAPTURE, id="urn:1", crawl="c1"), replace(CAPTURE, id="urn:2", crawl="c2")])
        catalog._writer.execute(text("ALTER TABLE captures DROP COLUMN origin"))
        catalog._writer.execute(text("DROP INDEX images_by_sha256"))
        catalog._writer.execute(text("DROP INDEX captures_gone"))
        catalog._writer.execute(text("UPDATE meta SET value = '5' WHERE key = 'schema_version'"))

    bring_up(url)

    with Catalog.open(url, read_only=True) as catalog:
        found = [catalog.capture(each) for each in ("urn:1", "urn:2")]
    assert [capture.origin for capture in found if capture] == ["crawl", "import"]
