"""Killed wherever it is, a recovery loses nothing, and asks for nothing again that it has.

``RECOVER_KILLS`` (environment) is how often it is killed; two times without it.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from tests.khcn import COMMAND
from tests.recover.rig import FAST, SITE, Rig, articles, asked_for, captures, check_rebuilt, plain

pytestmark = pytest.mark.xdist_group("recover")

KILLS = int(os.environ.get("RECOVER_KILLS", "2"))
BY_ITSELF = (
    {"call": "archive.warc.writer:WarcWriter.copy", "nth": 31, "when": "after"},  # all pages are there, and some files
    {"call": "archive.warc.writer:WarcWriter.copy", "nth": 2, "when": "before"},
    {"call": "archive.warc.writer:WarcWriter.sync", "when": "after"},
    {"call": "os:fsync", "path": ".warc.gz"},
    {"call": "os:rename", "path": ".warc.gz"},
    {"call": "os:rename", "path": ".warc.gz", "when": "after"},
    {"call": "crawler.reading:settle"},
    {"call": "archive.jsonl:write_settled"},
    {"call": "archive.report:write_report", "when": "after"},
    {"call": "os:rename", "path": ".json"},
)
"""Calls at which it dies of its own: no other process is faster or slower."""


class Victim:
    """A recovery that is run again and again below the same data root."""

    def __init__(self, service, data: Path) -> None:
        self.service, self.data = service, data
        self.source = f"{service.origin}/cdx/search/cdx"
        self.told = data.with_name("told")
        self.asked: Counter[str] = Counter()
        self.kept: set[str] = set()
        """Replays that a whole record in some file names."""

    def run_into(self, fault: dict) -> int:
        """Run it to the end that *fault* says; return its exit code."""
        return self._run([sys.executable, "-m", "tests.crawler.faulty", json.dumps(fault)], None)

    def finish(self, rig: Rig) -> None:
        """Run it to its own end."""
        before = len(self.service.log)
        done = rig.recover(self.source, self.data)
        assert done.code == 0, done.said
        self._note(before)

    def run_until_asked(self, number: int) -> int:
        """Kill it when it has asked for so many captures in this run, before the last of them is answered."""
        seen = Counter[str]()

        def is_last(asked) -> bool:
            seen["web"] += asked.target.startswith("/web/")
            return seen["web"] == number and asked.target.startswith("/web/")

        self.service.gate = is_last
        return self._run([str(COMMAND)], self.service.held)

    def _run(self, command: list[str], held) -> int:
        before = len(self.service.log)
        self.service.held.clear()
        env = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "KHCN_DATA": str(self.data), "KHCN_MIN_FREE": "0"}
        arguments = ["recover", SITE, "--from", self.source, "--json", *FAST]
        root = Path(__file__).parents[2]
        with self.told.open("wb") as told:
            process = subprocess.Popen([*command, *arguments], env=env, cwd=root, stdout=told, stderr=told)
            while held is not None and not held.wait(0.02) and process.poll() is None:
                pass
            if held is not None:
                process.send_signal(signal.SIGKILL)
            code = process.wait(300)
        self.service.gate = None
        self._note(before)
        return code

    def _note(self, before: int) -> None:
        """Look at what was asked for since the log had *before* entries, and at what is kept."""
        targets = [one.target for one in self.service.log[before:] if one.target.startswith("/web/")]
        again = self.kept & set(targets)
        assert again == set(), f"asked for again: {sorted(again)}"
        self.asked.update(targets)
        self.kept = self.held()

    def held(self) -> set[str]:
        """Return the replays of which a record is in a file, closed or not."""
        found = set()
        for path in sorted(self.data.glob("warcs/*/*/*.warc.gz*")):
            with path.open("rb") as file:
                try:
                    for record in ArchiveIterator(file):
                        if uri := record.rec_headers.get_header("WARC-Source-URI"):
                            record.content_stream().read()
                            found.add(uri.removeprefix(self.service.origin))
                except (ArchiveLoadFailed, EOFError):
                    pass  # torn, as a killed run leaves it
        return found


def test_killed_at_any_place_it_loses_nothing(wayback_service, collection, rig, recovered, tmp_path):
    victim = Victim(wayback_service, tmp_path / "data")
    ends = []
    for number in range(KILLS):
        # First while an answer is awaited, then at a call.
        if number < KILLS // 2:
            ends.append(victim.run_until_asked(3 + number % 3))
        else:
            ends.append(victim.run_into(BY_ITSELF[(number - KILLS // 2) % len(BY_ITSELF)]))
        print(ends[-1], "asked for:", victim.asked.total(), "kept:", len(victim.kept))
    # The last ones may find that all is done.
    assert ends.count(-signal.SIGKILL) >= max(2, KILLS * 3 // 5)

    victim.finish(rig)

    assert {plain(url) for url in articles(victim.data)} == {plain(url) for url in collection.versions}
    found = [(plain(capture.url), capture.date, capture.digest) for capture in captures(victim.data)]
    assert len(found) == len(set(found))
    assert set(found) == {(plain(one.url), one.date, one.digest) for one in captures(recovered[0])}
    # Of what was asked for, only what a kill took from the wire was asked for again.
    assert sum(number - 1 for number in victim.asked.values()) <= KILLS
    assert list(victim.data.rglob("*.open")) == []
    assert rig.run("verify", data=victim.data).code == 0
    check_rebuilt(rig, victim.data, tmp_path)
    before = len(asked_for(wayback_service))
    victim.finish(rig)
    assert len(asked_for(wayback_service)) == before


def test_told_to_stop_it_stops_and_goes_on(wayback_service, collection, rig, tmp_path):
    victim = Victim(wayback_service, tmp_path / "data")
    service, seen = wayback_service, Counter[str]()

    def is_third(asked) -> bool:
        seen["web"] += asked.target.startswith("/web/")
        return seen["web"] == 3

    service.gate = is_third
    env = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "KHCN_DATA": str(victim.data)}
    command = [str(COMMAND), "recover", SITE, "--from", victim.source, "--json", *FAST]
    with victim.told.open("wb") as told:
        process = subprocess.Popen(command, env=env, stdout=told, stderr=told)
        assert service.held.wait(300), victim.told.read_text()
        process.send_signal(signal.SIGTERM)
        code = process.wait(300)
    service.gate = None
    victim.kept = victim.held()

    assert code == 8, victim.told.read_text()
    assert len(victim.kept) == 2
    victim.finish(rig)
    assert {plain(url) for url in articles(victim.data)} == {plain(url) for url in collection.versions}
