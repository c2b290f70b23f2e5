"""Data roots of other versions: read, brought up with a copy kept, or refused with a sentence that says what to do."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

import crawler.frontier_tables as frontier_tables
from archive.catalog import Catalog, engine
from archive.catalog.engine import bring_up, parse_url
from archive.catalog.tables import SCHEMA_VERSION
from archive.catalog.upgrade import History, backup_of
from archive.errors import CatalogError, DiskError
from tests.khcn import FAST, khcn
from tests.play import play
from tests.upgrade.save import LARGEST, saved, unpack

VERSIONS = range(5, SCHEMA_VERSION + 1)
KNOWN = SCHEMA_VERSION
NEXT = KNOWN + 1


@pytest.fixture
def data(tmp_path):
    unpack(KNOWN, tmp_path / "data")
    return tmp_path / "data"


def set_schema(path: Path, table: str, version: int) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"UPDATE {table} SET value = ? WHERE key = 'schema_version'", (str(version),))


def dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return list(connection.iterdump())


def articles(data: Path) -> list[str]:
    with Catalog.open(data / "catalog.sqlite3", read_only=True) as catalog:
        return sorted(article.url for article in catalog.articles())


# --- data roots that earlier versions left ------------------------------------------------------


@pytest.mark.parametrize("version", VERSIONS)
def test_each_version_has_left_a_data_root(version):
    assert saved(version).exists(), "python -m tests.upgrade.save"
    assert saved(version).stat().st_size < LARGEST


@pytest.mark.parametrize("version", VERSIONS)
def test_what_an_earlier_version_wrote_is_read_and_gone_on_with(tmp_path, version):
    known = unpack(version, tmp_path)

    repaired = khcn("repair", data=tmp_path)

    assert repaired.returncode == 0, repaired.stderr
    assert articles(tmp_path) == known["articles"]
    for check in (("verify",), ("verify", "--due")):
        done = khcn(*check, data=tmp_path)
        assert (done.returncode, done.stdout) == (0, ""), done.stderr
    with play(seeds=False, oldest=2) as played:
        crawled = khcn("crawl", "ha_tinh", "--full", *FAST, data=tmp_path, resolve=played.resolve)
        assert crawled.returncode == 0, crawled.stderr
    assert set(known["articles"]) < set(articles(tmp_path))
    assert khcn("verify", data=tmp_path).stdout == ""


@pytest.mark.parametrize("version", VERSIONS)
def test_what_an_earlier_version_wrote_is_rebuilt_to_what_it_is_brought_up_to(tmp_path, version):
    known = unpack(version, tmp_path)
    path = tmp_path / "catalog.sqlite3"
    bring_up(path)
    with Catalog.open(path, read_only=True) as catalog:
        brought_up = list(catalog.dump())

    done = khcn("rebuild", data=tmp_path)

    assert done.returncode == 0, done.stderr
    assert articles(tmp_path) == known["articles"]
    with Catalog.open(path, read_only=True) as catalog:
        assert list(catalog.dump()) == brought_up


def test_captures_of_schema_5_are_told_where_they_came_from(tmp_path):
    unpack(5, tmp_path)
    path = tmp_path / "catalog.sqlite3"
    with closing(sqlite3.connect(path)) as connection, connection:
        ((crawl,), (other,)) = connection.execute("SELECT id FROM crawls ORDER BY id").fetchall()
        connection.execute('UPDATE crawls SET info = \'{"origin":"import","x":"y"}\' WHERE id = ?', (crawl,))

    bring_up(path)

    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute("SELECT DISTINCT crawl, origin FROM captures ORDER BY crawl").fetchall()
    assert found == [(crawl, "import"), (other, "crawl")]


# --- refused ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("version", "said"),
    [(KNOWN + 94, "a newer khcn made it; use that one, or run `khcn rebuild`"), (3, "run `khcn rebuild` to make it")],
)
def test_a_catalog_of_another_version_is_refused_with_what_to_do_and_that_does_it(data, version, said):
    set_schema(data / "catalog.sqlite3", "meta", version)
    before = dump(data / "catalog.sqlite3")
    for command in (
        ("show", "https://skhcn.hatinh.gov.vn/"),
        ("crawl", "ha_tinh"),
        ("search", "x"),
        ("rebuild", "--stale"),
    ):
        done = khcn(*command, data=data)
        assert (done.returncode, said in done.stderr) == (4, True), (command, done.stderr)
    assert dump(data / "catalog.sqlite3") == before

    assert khcn("rebuild", data=data).returncode == 0

    assert khcn("verify", data=data).stdout == ""


def test_a_frontier_of_a_newer_version_is_refused_and_may_be_moved_away(data):
    set_schema(data / "frontier.sqlite3", "frontier_meta", 9)

    done = khcn("crawl", "ha_tinh", data=data)

    assert done.returncode == 4
    assert "the frontier has schema 9" in done.stderr
    assert "move it away" in done.stderr


# --- brought up ---------------------------------------------------------------------------------


def add_column(connection: Connection) -> None:
    connection.execute(text("ALTER TABLE crawls ADD COLUMN mood TEXT"))
    connection.execute(text("UPDATE crawls SET mood = 'gay'"))


def killed(connection: Connection) -> None:
    add_column(connection)
    os.kill(os.getpid(), signal.SIGKILL)


def full(connection: Connection) -> None:
    add_column(connection)
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorcode = sqlite3.SQLITE_FULL
    raise engine.DBAPIError("x", {}, error)


def stepped(step, monkeypatch=None) -> None:
    """Let this process know a further schema, and a step to it."""
    history = History("catalog", "meta", NEXT, {KNOWN: step})
    for name, value in (("HISTORY", history), ("SCHEMA_VERSION", NEXT)):
        monkeypatch.setattr(engine, name, value) if monkeypatch else setattr(engine, name, value)


def in_a_process(path: Path, step, replace=None) -> int | None:
    def run() -> None:
        stepped(step)
        if replace is not None:
            Path.replace = replace
        with suppress(CatalogError, DiskError):
            bring_up(path)

    process = multiprocessing.get_context("fork").Process(target=run)
    process.start()
    process.join(60)
    return process.exitcode


def test_an_earlier_catalog_is_brought_up_and_a_copy_of_it_kept(data, monkeypatch):
    path = data / "catalog.sqlite3"
    before = dump(path)
    older, other = backup_of(path, KNOWN - 1), data / "catalog.sqlite3.mine.backup"
    older.touch()
    other.touch()
    stepped(add_column, monkeypatch)

    bring_up(path)

    assert dump(backup_of(path, KNOWN)) == before
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT DISTINCT mood FROM crawls").fetchall() == [("gay",)]
        assert connection.execute("SELECT value FROM meta WHERE key = 'schema_version'").fetchone() == (str(NEXT),)
    assert (older.exists(), other.exists()) == (False, True)
    bring_up(path)  # once is enough
    assert [each.name for each in data.glob("*.tmp")] == []


def test_who_only_reads_is_told_what_brings_it_up(data, monkeypatch):
    stepped(add_column, monkeypatch)

    with pytest.raises(CatalogError, match="run `khcn repair`, which brings it up"):
        Catalog.open(data / "catalog.sqlite3", read_only=True)


def test_where_a_step_is_missing_nothing_is_tried(data, monkeypatch):
    set_schema(data / "catalog.sqlite3", "meta", KNOWN - 1)
    stepped(add_column, monkeypatch)

    with pytest.raises(CatalogError, match="run `khcn rebuild`"):
        Catalog.open(data / "catalog.sqlite3")
    assert not list(data.glob("*.backup"))


def no_name(self: Path, target: Path) -> Path:
    os.kill(os.getpid(), signal.SIGKILL)
    return target


@pytest.mark.parametrize(("step", "replace"), [(killed, None), (add_column, no_name)], ids=["in a step", "in the copy"])
def test_killed_in_the_midst_it_is_as_it_was_and_the_next_run_brings_it_up(data, step, replace, monkeypatch):
    path = data / "catalog.sqlite3"
    before = dump(path)

    assert in_a_process(path, step, replace) == -signal.SIGKILL

    assert dump(path) == before
    stepped(add_column, monkeypatch)
    bring_up(path)
    assert dump(backup_of(path, KNOWN)) == before
    assert "mood" in "".join(dump(path))
    assert [each.name for each in data.glob("*.tmp")] == []


def test_on_a_full_disk_nothing_changes(data, monkeypatch):
    path = data / "catalog.sqlite3"
    before = dump(path)
    stepped(full, monkeypatch)

    with pytest.raises(DiskError, match="no space left"):
        bring_up(path)

    assert dump(path) == before


def test_two_at_once_bring_it_up_once(data):
    path = data / "catalog.sqlite3"

    def run() -> None:
        stepped(add_column)  # done twice, it would fail: there is such a column
        bring_up(path)

    processes = [multiprocessing.get_context("fork").Process(target=run) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(120)

    assert [process.exitcode for process in processes] == [0, 0, 0]


def test_a_frontier_is_brought_up_too(data, monkeypatch):
    path = data / "frontier.sqlite3"
    before = dump(path)

    def step(connection: Connection) -> None:
        connection.execute(text("ALTER TABLE frontier_rows ADD COLUMN mood TEXT"))

    monkeypatch.setattr(frontier_tables, "HISTORY", History("frontier", "frontier_meta", 2, {1: step}))
    monkeypatch.setattr(frontier_tables, "SCHEMA_VERSION", 2)

    frontier_tables.open_engine(parse_url(path, "frontier")).dispose()

    assert dump(backup_of(path, 1)) == before
    assert "mood" in "".join(dump(path))


def test_the_copy_is_as_it_was_with_what_is_in_the_wal(data, monkeypatch):
    path = data / "catalog.sqlite3"
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("PRAGMA wal_autocheckpoint = 0")
        writer.execute("INSERT INTO meta VALUES ('late', 'yes')")
        stepped(add_column, monkeypatch)
        bring_up(path)

    assert any("'late','yes'" in line for line in dump(backup_of(path, KNOWN)))
