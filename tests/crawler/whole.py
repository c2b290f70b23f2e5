"""What is true of a data root whatever happened to the runs that wrote it."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from archive.catalog import Catalog
from archive.report import reports
from archive.verify import Verification
from crawler.cli.common import load_site
from crawler.rebuild import rebuild


def check_whole(data: Path, expected: Iterable[str]) -> None:
    """Every article is there once, ``verify`` finds nothing, no end is loose, and a rebuild gives the same."""
    loose = [path.name for ending in ("open", "tmp") for path in data.rglob(f"*.{ending}")]
    assert loose == []
    for path in data.glob("*.sqlite3"):
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)], path
    assert [str(finding) for finding in Verification(data).findings()] == []
    with Catalog.open(data / "catalog.sqlite3", read_only=True) as catalog:
        assert sorted(article.url for article in catalog.articles()) == sorted(expected)
        assert {crawl.id for crawl in catalog.crawls()} <= {report.crawl for report in reports(data)}
        rows = list(catalog.dump())
    fresh = data.with_name(data.name + ".fresh")
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.copytree(data / "warcs", fresh / "warcs")
    rebuild(fresh, catalog=fresh / "catalog.sqlite3", load_site=load_site)
    with Catalog.open(fresh / "catalog.sqlite3", read_only=True) as catalog:
        assert rows == list(catalog.dump())
    assert _lines(data) == _lines(fresh)
    shutil.rmtree(fresh)


def _lines(data: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in data.rglob("*.jsonl")}
