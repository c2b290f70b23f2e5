"""A crawl that a signal stops: soon, with exit code 8, and nothing is lost for the next run."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections import Counter

import pytest

import settings
from archive.catalog import Catalog
from tests.crawler.valve import valve
from tests.khcn import COMMAND, FAST, khcn
from tests.play import play

SOON_S = 8
"""Starting Python and ending it on a busy machine; nothing waits for an answer."""


class Stopped:
    """A crawl of a site whose answers stop coming once some articles are there."""

    def __init__(self, data, played, gate) -> None:
        self.data, self.played, self.gate = data, played, gate
        self.resolve = played.resolve.replace(f":{played.port}", f":{gate.port}")
        self.sent = 0

    def begin(self, *arguments: str, after: int = 25) -> None:
        """Crawl until *after* requests have come to the site; from then on no answer comes back."""
        self.run = subprocess.Popen(
            [str(COMMAND), "crawl", "ha_tinh", *FAST, *arguments],
            env={"PATH": "/usr/bin:/bin", "KHCN_DATA": str(self.data), "KHCN_RESOLVE": self.resolve},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._wait(lambda: len(self.played.log) >= after)
        self.gate.shut()
        # Until requests are under way that get no answer: the log stands still.
        seen = -1
        while seen != len(self.played.log):
            seen = len(self.played.log)
            time.sleep(0.3)

    def signal(self, number: int) -> None:
        self.sent = time.monotonic()
        self.run.send_signal(number)

    def end(self) -> tuple[int, float, str]:
        """Return exit code, seconds since the last signal, and what it said."""
        _, said = self.run.communicate(timeout=60)
        return self.run.returncode, time.monotonic() - self.sent, said

    def report(self) -> dict:
        return json.loads(max(self.data.glob("crawls/*.json")).read_text())

    def go_on(self) -> dict:
        """Run the same command until its end; return the report."""
        self.gate.open()
        done = khcn("crawl", "ha_tinh", *FAST, "--json", data=self.data, resolve=self.resolve)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def check_whole(self) -> None:
        """Every article is held once, and nothing is damaged."""
        with Catalog.open(self.data / "catalog.sqlite3", read_only=True) as catalog:
            held = Counter(article.url for article in catalog.articles("ha_tinh"))
        assert held == Counter(article.url for article in self.played.articles if "hatinh" in article.url)
        done = khcn("verify", data=self.data)
        assert done.returncode == 0, done.stdout

    def _wait(self, is_so) -> None:
        until = time.monotonic() + 60
        while not is_so() and time.monotonic() < until and self.run.poll() is None:
            time.sleep(0.02)


@pytest.fixture
def stopped(tmp_path):
    with play(seeds=False, oldest=20) as played, valve(played.port) as gate:
        crawl = Stopped(tmp_path / "data", played, gate)
        yield crawl
        crawl.run.kill()
        crawl.run.communicate()


def test_what_is_waited_for_fits_into_the_twenty_seconds_that_are_promised():
    assert settings.STOP_WITHIN_S <= 17


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_answers_that_do_not_come_are_cut_and_fetched_by_the_next_run(stopped, number):
    stopped.begin("-s", "STOP_WITHIN_S=1")
    stopped.signal(number)
    code, seconds, said = stopped.end()

    assert (code, "Traceback" in said) == (8, False), said
    assert seconds < 1 + SOON_S
    assert not list(stopped.data.rglob("*.open"))
    first = stopped.report()
    assert (first["exit"], first["complete"], first["failures"]) == (8, False, [])

    whole = stopped.go_on()

    assert whole["crawl"] == first["crawl"]
    assert [run["exit"] for run in whole["runs"]] == [8, 0]
    assert sum(run["requests"] for run in whole["runs"]) == whole["requests"] > first["requests"]
    assert (whole["complete"], whole["failures"], whole["articles"]["new"]) == (True, [], 20)
    stopped.check_whole()


def test_answers_that_come_in_time_are_kept_and_not_asked_for_again(stopped):
    stopped.begin("-s", "STOP_WITHIN_S=30")
    stopped.signal(signal.SIGTERM)
    stopped.gate.open()
    code, seconds, _ = stopped.end()

    assert code == 8
    assert seconds < SOON_S
    asked = Counter(stopped.played.log)
    stopped.go_on()
    again = Counter(stopped.played.log) - asked
    assert {fetch.target for fetch in again if fetch in asked} <= {"/robots.txt"}
    stopped.check_whole()


def test_a_second_signal_stops_at_once_and_nothing_is_lost(stopped):
    stopped.begin("-s", "STOP_WITHIN_S=60")
    stopped.signal(signal.SIGTERM)
    assert "a second signal stops at once" in stopped.run.stderr.readline()
    assert stopped.run.poll() is None
    stopped.signal(signal.SIGTERM)
    code, seconds, said = stopped.end()

    assert (code, "Traceback" in said) == (8, False), said
    assert "ha_tinh: stopped at once; the same command goes on from there" in said
    assert seconds < SOON_S

    whole = stopped.go_on()

    assert [run["exit"] for run in whole["runs"]] == [8, 0]
    stopped.check_whole()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("arguments", [("crawl", "ha_tinh"), ("rebuild",)])
def test_a_command_that_is_told_to_stop_while_it_starts_ends_as_interrupted(tmp_path, arguments, number):
    run = subprocess.Popen(
        [str(COMMAND), *arguments],
        env={"PATH": "/usr/bin:/bin", "KHCN_DATA": str(tmp_path), "KHCN_RESOLVE": "skhcn.hatinh.gov.vn=127.0.0.1:9"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    while not catches(run.pid, signal.SIGTERM):
        assert run.poll() is None
        time.sleep(0.001)
    run.send_signal(number)
    _, said = run.communicate(timeout=60)

    assert (run.returncode, "Traceback" in said) == (8, False), said


def catches(pid: int, number: int) -> bool:
    """Whether a process has a handler for a signal."""
    with open(f"/proc/{pid}/status") as status:
        caught = next((line.split()[1] for line in status if line.startswith("SigCgt:")), "0")
    return bool(int(caught, 16) >> (number - 1) & 1)
