"""The frontier's file: killed processes, two processes, full disks, files that are none."""

import os
import signal
import sqlite3
import subprocess
import sys

import pytest

from archive.errors import CatalogError, DiskError
from crawler.frontier import Entry, Frontier, url_key


def entry(name, **values):
    url = f"https://skhcn.hatinh.gov.vn/{name}"
    return Entry(url_key(url), url, "{}", **values)


def stored(path):
    """What another process sees: url and state."""
    with sqlite3.connect(path) as connection:
        return {url.rpartition("/")[2]: s for url, s in connection.execute("SELECT url, state FROM frontier_rows")}


WORKER = """
import random, sys
from crawler.frontier import Entry, Frontier, url_key
import crawler.frontier as module
module._RECENT = 50
path, site, seed = sys.argv[1:]
chance = random.Random(int(seed))
def entry(name):
    return Entry(url_key(f"https://a.vn/{name}"), f"https://a.vn/{name}", "{}")
frontier = Frontier.open("sqlite:///" + path, site)
if frontier.crawl() is None:
    frontier.begin("crawl", "")
    frontier.add([entry("0")])
frontier.resume()
while found := frontier.lease(3):
    for one in found:
        n = int(one.url.rpartition("/")[2])
        # A page leads to two others, which are stored before it is done.
        frontier.add([entry(m) for m in (2 * n + 1, 2 * n + 2) if m < LIMIT])
        frontier.done([one.key])
    if chance.random() < 0.3:
        frontier.commit()
        print(n, flush=True)
frontier.end("crawl")
frontier.close()
print("end", flush=True)
"""


def worker(path, site, seed, limit):
    code = WORKER.replace("LIMIT", str(limit))
    return subprocess.Popen([sys.executable, "-c", code, str(path), site, str(seed)], stdout=subprocess.PIPE, text=True)


def test_a_killed_process_loses_at_most_what_was_not_committed(tmp_path):
    path = tmp_path / "frontier.sqlite3"
    committed = set()
    for seed in range(9):
        child = worker(path, "ha_tinh", seed, 10**6)
        for _ in range(seed * 7 % 19 + 1):
            committed.add(child.stdout.readline().strip())
        child.kill()
        committed.update(child.stdout.read().split("\n")[:-1])
        assert child.wait() == -signal.SIGKILL

        states = stored(path)
        assert {states[name] for name in committed} == {3}
        parents = {name for name, state in states.items() if state == 3}
        assert all(str(2 * int(n) + 1) in states and str(2 * int(n) + 2) in states for n in parents)
        with sqlite3.connect(path) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert connection.execute("SELECT count(*) FROM (SELECT DISTINCT key FROM frontier_rows)").fetchone() == (
                len(states),
            )
        with Frontier.open(path, "ha_tinh") as frontier:
            assert len(frontier.knows(url_key(f"https://a.vn/{name}") for name in states)) == len(states)
    assert len(committed) > 50


def test_two_processes_write_two_sites_into_one_new_file(tmp_path):
    path = tmp_path / "frontier.sqlite3"
    children = [worker(path, site, 1, 700) for site in ("ha_tinh", "hau_giang")]
    assert [child.communicate(timeout=300)[0].split()[-1] for child in children] == ["end", "end"]

    with sqlite3.connect(path) as connection:
        found = connection.execute("SELECT site, state, count(*) FROM frontier_rows GROUP BY 1, 2").fetchall()
    assert found == [(1, 3, 700), (2, 3, 700)]


FULL = """
import resource, signal, sys
from archive.errors import DiskError
from crawler.frontier import Entry, Frontier
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
frontier = Frontier.open("sqlite:///" + sys.argv[1], "ha_tinh")
frontier.begin("crawl", "")
hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, hard))
frontier.add([Entry(n, f"https://a.vn/{n}", "{}") for n in range(450)])
frontier.commit()
frontier.add([Entry(n, f"https://a.vn/{n}" + "x" * 900, "{}") for n in range(450, 900)])
for attempt in (1, 2):
    try:
        frontier.commit()
    except DiskError as error:
        print(error)
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
frontier.commit()
print(len(frontier.lease(9999)))
"""


def test_a_full_disk_is_said_and_takes_nothing(tmp_path):
    path = tmp_path / "frontier.sqlite3"
    child = subprocess.run([sys.executable, "-c", FULL, str(path)], capture_output=True, text=True, check=True)
    first, second, count = child.stdout.splitlines()

    assert first == second
    assert first.startswith(f"{path}: ")
    assert "run the same command again" in first
    assert count == "900"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
def test_a_disk_that_can_not_be_written_at_all_is_an_error_in_words():
    with pytest.raises((CatalogError, DiskError), match="/dev/full"):
        Frontier.open("sqlite:////dev/full", "ha_tinh")


def test_a_file_that_can_not_be_used_is_told_with_what_to_do(tmp_path):
    path = tmp_path / "frontier.sqlite3"
    path.write_bytes(b"this is no database, " * 300)
    with pytest.raises(CatalogError, match=r"frontier.sqlite3: this file is no frontier; move it away: the next crawl"):
        Frontier.open(path, "ha_tinh")

    path.unlink()
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE songs (title)")
    with pytest.raises(CatalogError, match="another program's database; give the frontier a file of its own"):
        Frontier.open(path, "ha_tinh")

    path.unlink()
    Frontier.open(path, "ha_tinh").close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE frontier_meta SET value = '99'")
    with pytest.raises(CatalogError, match="schema 99, this program knows 1; move it away"):
        Frontier.open(path, "ha_tinh")
    with pytest.raises(CatalogError, match="a folder, where the frontier's file should be"):
        Frontier.open(tmp_path, "ha_tinh")
    with pytest.raises(CatalogError, match="frontier 'mysql://x/y': only sqlite"):
        Frontier.open("mysql://x/y", "ha_tinh")


def test_a_damaged_file_is_told_with_what_to_do(tmp_path):
    path = tmp_path / "frontier.sqlite3"
    with Frontier.open(path, "ha_tinh") as frontier:
        frontier.add(entry(f"{n}") for n in range(2000))
    with path.open("r+b") as file:
        file.seek(8 * 4096)
        file.write(b"\xff" * 300_000)

    with pytest.raises(CatalogError, match=r"damaged .*; delete it, -wal and -shm: the next crawl makes a new one"):
        Frontier.open(path, "ha_tinh")


def test_an_error_in_the_block_is_the_one_that_is_told(tmp_path):
    path = tmp_path / "frontier.sqlite3"

    def fail_with(frontier):
        with frontier:
            frontier.add([entry("a")])
            raise KeyError

    frontier = Frontier.open(path, "ha_tinh")
    with pytest.raises(KeyError):
        fail_with(frontier)

    assert stored(path) == {"a": 0}
    frontier.close()
