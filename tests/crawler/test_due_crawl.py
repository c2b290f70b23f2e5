"""``khcn crawl --due``: which sites a cron line that runs often crawls, and when."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from crawler.lock import SiteLock
from tests.crawler.killing import begin_stopping, wait_until_stopped
from tests.crawler.other_sites import other_sites
from tests.khcn import COMMAND, FAST, khcn
from tests.play import play

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
FEW = {"seeds": False, "oldest": 3}


@pytest.fixture(scope="module")
def played():
    with play(**FEW) as sites:
        yield sites


@pytest.fixture
def due(tmp_path, played):
    """Run ``khcn crawl --due`` at a time; return its exit code, the sites crawled, and what it said."""
    path = other_sites(tmp_path / "project", only=("ha_tinh", "hau_giang"))

    def run(*arguments: str, after: timedelta = timedelta()):
        done = khcn(
            "crawl", "--due", *arguments, "--json", *FAST,
            data=tmp_path / "data", resolve=played.resolve, at=START + after, PYTHONPATH=path,
        )  # fmt: skip
        return done.returncode, [json.loads(line)["site"] for line in done.stdout.splitlines()], done.stderr

    return run


def test_a_site_is_crawled_when_it_is_due_and_not_before(due, played):
    assert due() == (0, ["ha_tinh"], "")  # the only active one
    asked = len(played.log)

    code, sites, said = due(after=timedelta(minutes=15))

    assert (code, sites) == (0, [])
    assert said.startswith("no site is due before 2026-03-0")
    assert len(played.log) == asked
    assert due(after=timedelta(days=8))[1] == ["ha_tinh"]


def test_named_sites_are_those_that_can_be_due(due):
    assert due("hau_giang")[:2] == (0, ["hau_giang"])
    assert due("ha_tinh", "hau_giang", after=timedelta(minutes=15))[:2] == (0, ["ha_tinh"])


def test_a_site_that_is_being_crawled_is_not_due(due, tmp_path):
    with SiteLock(tmp_path / "data", "ha_tinh", START):
        assert due()[:2] == (0, [])


def test_a_site_whose_crawl_was_killed_is_due_at_once(tmp_path, played):
    data = tmp_path / "data"
    run = begin_stopping(
        played,
        [str(COMMAND), "crawl", "ha_tinh"],
        lambda: list(data.glob("warcs/ha_tinh/*/*.open")),
        env={"PATH": "/usr/bin:/bin", "KHCN_DATA": str(data), "KHCN_RESOLVE": played.resolve},
    )
    wait_until_stopped(run)
    run.kill()
    run.wait()

    done = khcn("crawl", "--due", "ha_tinh", "--json", *FAST, data=data, resolve=played.resolve)

    assert (done.returncode, json.loads(done.stdout)["articles"]["new"]) == (0, 3), done.stderr
