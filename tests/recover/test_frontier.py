"""The file that says what a recovery still has to ask for: what is wrong with it costs requests at most."""

from __future__ import annotations

import sqlite3

import pytest

from archive.errors import DiskFull
from crawler.recover.database import Database
from crawler.recover.frontier import Frontier


@pytest.fixture
def path(tmp_path):
    place = tmp_path / "recover" / "hau_giang" / "wayback.sqlite3"
    with Frontier(place) as frontier, frontier.transaction():
        frontier.set_meta("crawl", "c-1")
    return place


def test_what_was_kept_is_there(path):
    with Frontier(path) as frontier:
        assert frontier.meta("crawl") == "c-1"


@pytest.mark.parametrize("damage", [b"no database at all, but as long as its head may be" * 90, b""])
def test_a_file_that_is_none_is_made_anew(path, damage):
    path.write_bytes(damage)

    with Frontier(path) as frontier:
        assert (frontier.meta("crawl"), frontier.counts()) == ("", {})
    with Frontier(path) as frontier:
        assert frontier.counts() == {}


def test_one_of_another_version_is_made_anew_and_said_to_be(path, caplog):
    with sqlite3.connect(path) as file:
        file.execute("UPDATE meta SET value = '99' WHERE key = 'version'")
    file.close()

    with Frontier(path) as frontier:
        assert frontier.meta("crawl") == ""
    assert [(record.message, record.cause) for record in caplog.records] == [
        ("made anew from the index and the WARC files", f"{path}: of another version")
    ]


def test_a_full_disk_is_told_as_one_and_takes_nothing_that_was_kept(path):
    file = Database(path)
    pages = file.one("PRAGMA page_count")[0]
    file.run(f"PRAGMA max_page_count = {pages}")

    def fill():
        with file.transaction():
            for number in range(10_000):
                file.run("INSERT INTO known VALUES (?, ?)", (f"http://a.vn/{number}", "x" * 500))

    with pytest.raises(DiskFull, match="no space left"):
        fill()
    file.close()

    with Frontier(path) as frontier:
        assert (frontier.meta("crawl"), frontier.known()) == ("c-1", [])


def test_what_goes_wrong_in_a_block_takes_all_of_it_back(path):
    def fail(frontier):
        with frontier.transaction():
            frontier.add_known("http://a.vn/1", "http://a.vn/")
            raise ZeroDivisionError

    with Frontier(path) as frontier:
        with pytest.raises(ZeroDivisionError):
            fail(frontier)
        assert frontier.known() == []
