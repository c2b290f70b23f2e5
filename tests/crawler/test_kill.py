"""Nothing is lost, doubled or untrue, whenever a crawl is killed or told to stop.

``KILLS`` (environment) is how often it is killed altogether, ``KILL_SEED`` when; a failing test prints the seed.
"""

from __future__ import annotations

import json
import os
import random
import signal
from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from archive.catalog import Catalog
from crawler.cli.common import load_site
from tests.crawler.killing import Victim
from tests.crawler.survivor import check_articles, check_files, check_rebuilt, check_survivor
from tests.crawler.valve import valve
from tests.khcn import FAST, khcn
from tests.play import play

KILLS = int(os.environ.get("KILLS", "20"))
SEED = int(os.environ.get("KILL_SEED", "") or random.randrange(10**6))
SITES = {"ha_tinh": 1, "hau_giang": 2}
"""Sites, and how many hosts each has."""
AGAIN = 4
"""So many addresses are fetched again at most, for each kill."""
STOPS_S = 20
SOON_S = 8
"""Ending Python on a busy machine; nothing waits for an answer."""

Moment = tuple[str, Callable[[Victim], bool]]

EARLY: list[Moment] = [
    ("locked", Victim.is_locked),
    ("mended", Victim.is_mended),
    ("indexed", Victim.is_indexed),
    ("reported", Victim.is_reported),
]
"""Moments before a run that goes on asks for anything."""


def moments(rng: random.Random, count: int, pages: int) -> Iterator[Moment]:
    """Yield *count* moments to kill a crawl at; it has more than *pages* addresses to ask for."""
    kinds = rng.choices(["fetching", "writing", "early"], [5, 2, 4], k=count - 1)
    goals = iter(sorted(rng.sample(range(2, pages), count)))
    for kind in ["fetching", *kinds]:
        goal, size = next(goals), rng.randrange(200, 60_000)
        if kind == "early":
            yield rng.choice(EARLY)
        elif kind == "writing":
            yield f"{size} bytes written", lambda victim, size=size: victim.wrote(size)
        else:
            yield f"{goal} asked for", lambda victim, goal=goal: victim.asked(goal)


@pytest.mark.parametrize("site", SITES)
def test_a_crawl_killed_again_and_again_loses_nothing(tmp_path, site):
    count = KILLS // len(SITES)
    rng = random.Random(f"{SEED} {site}")
    print(f"KILL_SEED={SEED} KILLS={KILLS}")
    with play(seeds=False, oldest=3 * count // SITES[site]) as played:
        victim = Victim(tmp_path / "data", played, site)
        pages = 4 * sum(article.site == site for article in played.articles)
        for name, is_there in moments(rng, count, pages):
            victim.begin()
            victim.until(lambda is_there=is_there: is_there(victim))
            victim.end(name, signal.SIGKILL)
            print(name, "fetched:", len(played.log) - victim.fetched, "again so far:", victim.refetched().total())
        report = victim.finish()

        assert [code for _, code in victim.ends[:-1]] == [-signal.SIGKILL] * count
        assert victim.refetched().total() <= AGAIN * count
        assert [run["exit"] for run in report["runs"][:-1]] == [8] * (len(report["runs"]) - 1)
        check_survivor(victim, report)


def test_a_crawl_killed_while_it_ends_is_ended_by_the_next_run(tmp_path):
    with play(seeds=False, oldest=4) as played:
        victim = Victim(tmp_path / "data", played, "ha_tinh")
        for name, is_there in (
            ("closed", Victim.is_closed),
            ("settled", Victim.is_settled),
            ("ended", Victim.is_ended),
        ):
            victim.begin()
            assert victim.until(lambda is_there=is_there: is_there(victim)), name
            victim.end(name, signal.SIGKILL)
        done = khcn("crawl", "ha_tinh", "--json", *FAST, data=victim.data, resolve=played.resolve)

        assert done.returncode == 0, done.stderr
        # Of the crawl nothing was left to do: this is the next one, which looks for news.
        site = load_site("ha_tinh")
        again = [f"http://{fetch.host}{fetch.target}" for fetch in victim.refetched()]
        seeds = {seed.url for seed in site.seeds}
        assert [url for url in again if url not in seeds and not site.is_listing(url)] == []
        assert len(json.loads(done.stdout)["runs"]) == 1
        check_articles(victim)
        check_files(victim.data, [*victim.said, done.stderr])
        check_rebuilt(victim.data)


def test_a_crawl_told_to_stop_again_and_again_fetches_nothing_twice(tmp_path):
    count = max(2, KILLS // 6)
    rng = random.Random(SEED)
    print(f"KILL_SEED={SEED} KILLS={KILLS}")
    with play(seeds=False, oldest=2 * count) as played:
        victim = Victim(tmp_path / "data", played, "hau_giang")
        pages = 4 * sum(article.site == "hau_giang" for article in played.articles)
        for goal in sorted(rng.sample(range(2, pages), count)):
            asked: Moment = (f"{goal} asked for", lambda victim, goal=goal: victim.asked(goal))
            for name, is_there in (asked, rng.choice(EARLY)):
                victim.begin()
                victim.until(lambda is_there=is_there: is_there(victim))
                seconds = victim.end(name, rng.choice((signal.SIGTERM, signal.SIGINT)))
                print(name, victim.run.returncode, f"{seconds:.1f} s", "fetched:", len(played.log) - victim.fetched)
                assert victim.run.returncode == 8, victim.said[-1]
                assert seconds < STOPS_S
        report = victim.finish()

        assert {fetch.target for fetch in victim.refetched()} <= {"/robots.txt"}
        check_survivor(victim, report)


def test_a_crawl_told_twice_stops_at_once_wherever_it_is(tmp_path):
    rng = random.Random(SEED)
    print(f"KILL_SEED={SEED}")
    with play(seeds=False, oldest=12) as played:
        victim = Victim(tmp_path / "data", played, "ha_tinh")
        for goal in sorted(rng.sample(range(10, 60), 2)):
            asked: Moment = (f"{goal} asked for", lambda victim, goal=goal: victim.asked(goal))
            for name, is_there in (asked, rng.choice(EARLY)):
                victim.begin()
                victim.until(lambda is_there=is_there: is_there(victim))
                victim.run.send_signal(signal.SIGTERM)
                seconds = victim.end(name, signal.SIGTERM)
                print(name, victim.run.returncode, f"{seconds:.1f} s", "fetched:", len(played.log) - victim.fetched)
                assert victim.run.returncode == 8, victim.said[-1]
                assert seconds < SOON_S
        report = victim.finish()

        assert victim.refetched().total() <= AGAIN * 4
        check_survivor(victim, report)


def test_answers_that_trickle_are_cut_and_fetched_whole_by_the_next_run(tmp_path):
    with play(seeds=False, oldest=6) as played, valve(played.port) as gate:
        resolve = played.resolve.replace(f":{played.port}", f":{gate.port}")
        victim = Victim(tmp_path / "data", played, "ha_tinh", resolve=resolve, arguments=("-s", "STOP_WITHIN_S=1"))
        victim.begin()
        victim.until(lambda: victim.asked(20))
        gate.trickle()
        assert victim.until(lambda: gate.drops > 20)
        seconds = victim.end("trickling", signal.SIGTERM)
        gate.open()
        assert victim.run.returncode == 8, victim.said[-1]
        assert seconds < 1 + SOON_S
        report = victim.finish()

        with Catalog.open(victim.data / "catalog.sqlite3", read_only=True) as catalog:
            cut = Counter(capture.url for capture in catalog.captures("ha_tinh") if capture.truncated)
        again = Counter(f"http://{fetch.host}{fetch.target}" for fetch in victim.refetched().elements())
        assert cut == again
        assert 1 <= cut.total() <= AGAIN
        check_survivor(victim, report)
