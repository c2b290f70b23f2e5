"""A crawl that a signal stops: soon, with exit code 8, and nothing is lost for the next run."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections import Counter

import pytest

import settings
from archive.catalog import Catalog
from tests.crawler.killing import PATIENCE_S, ROOT, begin_stopping, tell, wait_until_stopped
from tests.crawler.valve import valve
from tests.khcn import COMMAND, FAST, khcn
from tests.play import play

NEVER = ("-s", "STOP_WITHIN_S=3600", "-s", "DOWNLOAD_TIMEOUT=3600")
"""Longer than any end is waited for here: what is told to stop does not wait for answers, or the test ends as failed."""
CUT = ("-s", "STOP_WITHIN_S=1", "-s", "DOWNLOAD_TIMEOUT=3600")


class Stopped:
    """A crawl of a site whose answers stop coming once some articles are there."""

    def __init__(self, data, played, gate) -> None:
        self.data, self.played, self.gate = data, played, gate
        self.resolve = played.resolve.replace(f":{played.port}", f":{gate.port}")

    def begin(self, *arguments: str, after: int = 25) -> None:
        """Crawl until *after* requests have come to the site; from then on no answer comes back."""

        def is_there() -> bool:
            if len(self.played.log) < after:
                return False
            self.gate.shut()
            return True

        self.run = begin_stopping(
            self.played,
            [str(COMMAND), "crawl", "ha_tinh", *FAST, *arguments],
            is_there,
            env={"PATH": "/usr/bin:/bin", "KHCN_DATA": str(self.data), "KHCN_RESOLVE": self.resolve},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        wait_until_stopped(self.run)

    def end(self) -> tuple[int, str]:
        """Return exit code, and what it said."""
        _, said = self.run.communicate(timeout=PATIENCE_S)
        return self.run.returncode, said

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
    stopped.begin(*CUT)
    tell(stopped.run, number)
    code, said = stopped.end()

    assert (code, "Traceback" in said) == (8, False), said
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
    stopped.begin(*NEVER)
    tell(stopped.run, signal.SIGTERM)
    stopped.gate.open()
    code, _ = stopped.end()

    assert code == 8
    asked = Counter(stopped.played.log)
    stopped.go_on()
    again = Counter(stopped.played.log) - asked
    assert {fetch.target for fetch in again if fetch in asked} <= {"/robots.txt"}
    stopped.check_whole()


def test_a_second_signal_stops_at_once_and_nothing_is_lost(stopped):
    stopped.begin(*NEVER)
    tell(stopped.run, signal.SIGTERM)
    assert "a second signal stops at once" in stopped.run.stderr.readline()
    assert stopped.run.poll() is None
    tell(stopped.run, signal.SIGTERM)
    code, said = stopped.end()

    assert (code, "Traceback" in said) == (8, False), said
    assert "ha_tinh: stopped at once; the same command goes on from there" in said

    whole = stopped.go_on()

    assert [run["exit"] for run in whole["runs"]] == [8, 0]
    stopped.check_whole()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("arguments", [("crawl", "ha_tinh"), ("rebuild",)])
def test_a_command_that_is_told_to_stop_while_it_starts_ends_as_interrupted(tmp_path, arguments, number):
    fault = {"call": "crawler.config:read_config", "signal": number.name}
    run = subprocess.run(
        [sys.executable, "-m", "tests.crawler.faulty", json.dumps(fault), *arguments],
        env={"PATH": "/usr/bin:/bin", "KHCN_DATA": str(tmp_path), "KHCN_RESOLVE": "skhcn.hatinh.gov.vn=127.0.0.1:9"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )

    assert (run.returncode, "Traceback" in run.stderr) == (8, False), run.stderr
