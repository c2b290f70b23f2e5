"""Sixty days of six sites: what was scripted is told, each time once, and nothing else.

Each day six crawls end, and the real command's look at all sites follows, with its ledger and its digest
to a real receiver. What the crawls found is fed: their reports, and their articles in the catalog. With
``YEAR=60`` in the environment all 360 crawls are real (``test_real_year.py``), of the same script.
"""

from __future__ import annotations

import os
from datetime import timedelta

import pytest

from crawler.cli.common import registry
from crawler.config import read_config
from crawler.watch import after_crawls
from tests.health.fed import Fed, moment
from tests.health.receiver import Receiver, receiver
from tests.health.year import DAY, DAYS, FIRST, SCRIPT, SITES, Told, number


def told_of(line: str, day: int) -> Told:
    """Return what a line of a digest says."""
    event, site, rest = line.split(maxsplit=2)
    return Told(day, event, site.rstrip(":"), rest.rpartition(" [")[2].partition(",")[0])


@pytest.fixture(scope="module")
def year(tmp_path_factory):
    """Play all days; return the receiver, and what was told on which day."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda descriptor: None)  # a thousand of them say nothing here
        yield from _play(tmp_path_factory)


def _play(tmp_path_factory):
    fed, told = Fed(tmp_path_factory.mktemp("year") / "data"), []
    with receiver() as heard:
        config = read_config({"KHCN_NOTIFY": heard.address()}, data=fed.root)
        for day in (FIRST + step * DAY for step in range(DAYS)):
            crawls = {site: fed.crawl(site, day) for site in SITES}
            before = len(heard.lines())
            after_crawls(config, registry(), crawls, moment(day) + timedelta(minutes=1))
            told += [told_of(line, number(day)) for line in heard.lines()[before:]]
        yield heard, told, fed.root


def test_what_was_scripted_is_told_on_its_day_and_nothing_else(year):
    _, told, _ = year

    assert sorted(told, key=str) == sorted(SCRIPT, key=str)


def test_each_notice_came_once_and_days_without_news_were_quiet(year):
    heard: Receiver = year[0]
    ids = [line.rpartition("id ")[2] for line in heard.lines()]

    assert len(set(ids)) == len(ids) == len(SCRIPT)
    assert len(heard.posted) == len({told.day for told in SCRIPT})


def test_a_learned_limit_is_explained(year):
    (line,) = (line for line in year[0].lines() if "new_within_days" in line and line.startswith("BROKE"))

    assert "8 days ago; one within 7 days was expected (mean 29 a month, longest silence 1 day in 2 years)" in line
