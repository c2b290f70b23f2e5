"""Files that several processes make at first use, at the same moment: each finds a whole one, and waits its turn."""

from __future__ import annotations

import multiprocessing
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from multiprocessing import SimpleQueue
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest

from archive.catalog import Catalog
from archive.derived import lay_out, use_wal
from archive.documents.cache import DocumentCache
from archive.takedown import takedown
from archive.web.oai_ledger import Ledger
from crawler.frontier import Frontier

NOW = datetime(2026, 1, 1, tzinfo=UTC)
PROCESSES, TURNS = 6, 2


def catalog(root: Path, number: int) -> None:
    with Catalog.open(root / "catalog.sqlite3") as made:
        made.add_crawl(f"s{number}-1", f"s{number}", NOW, {})
        assert made.crawls(f"s{number}")


def frontier(root: Path, number: int) -> None:
    with Frontier.open(f"sqlite:///{root}/frontier.sqlite3", f"s{number}") as made:
        made.begin(f"s{number}-1", "")
        made.commit()


def documents(root: Path, number: int) -> None:
    with DocumentCache(root) as made:
        assert not made.counts()


def datestamps(root: Path, number: int) -> str:
    made = Ledger(root)
    with Catalog.open(root / "catalog.sqlite3") as known:
        made.catch_up(known, takedown(root))
    return made.birth()


def _make(make: Callable[[Path, int], object], root: Path, number: int, together: Barrier, told: SimpleQueue) -> None:
    together.wait()
    try:
        told.put(make(root, number))
    except Exception as error:
        told.put(repr(error))


@pytest.mark.parametrize("make", [catalog, frontier, documents, datestamps])
def test_processes_that_make_a_file_at_the_same_moment_all_get_it(tmp_path, make):
    fork = multiprocessing.get_context("fork")
    for turn in range(TURNS):
        root = tmp_path / str(turn)
        root.mkdir()
        if make is datestamps:
            Catalog.open(root / "catalog.sqlite3").close()
        together, told = fork.Barrier(PROCESSES), fork.SimpleQueue()
        others = [fork.Process(target=_make, args=(make, root, n, together, told)) for n in range(PROCESSES)]
        for other in others:
            other.start()
        answers = {told.get() for _ in others}
        for other in others:
            other.join()

        assert len(answers) == 1, answers
        assert answers == {None} or answers == {Ledger(root).birth()}
        assert not list(root.glob("*.tmp*"))


def test_a_file_that_is_there_stays_and_nothing_is_left_beside_it(tmp_path):
    path = tmp_path / "a.sqlite3"
    path.write_bytes(b"of another process")

    lay_out(path, lambda file: file.execute("CREATE TABLE a (b)"))

    assert [(each.name, each.read_bytes()) for each in tmp_path.iterdir()] == [("a.sqlite3", b"of another process")]


def test_where_nothing_can_be_written_the_database_says_so(tmp_path):
    with pytest.raises(sqlite3.OperationalError, match="unable to open"):
        lay_out(tmp_path / "none" / "a.sqlite3", lambda file: None)


def test_a_refusal_is_waited_for_and_any_other_error_is_not():
    said: list[str] = []

    def refuse_once(statement: str) -> None:
        said.append(statement)
        error = sqlite3.OperationalError("refused")
        error.sqlite_errorcode = sqlite3.SQLITE_BUSY if len(said) == 1 else sqlite3.SQLITE_READONLY
        raise error

    with pytest.raises(sqlite3.OperationalError):
        use_wal(refuse_once, 300)

    assert said == ["PRAGMA journal_mode = WAL"] * 2
