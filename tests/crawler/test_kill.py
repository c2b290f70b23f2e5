"""Nothing is lost, doubled or untrue, whenever a crawl is killed or told to stop.

``KILLS`` (environment) is how often it is killed altogether, ``KILL_SEED`` when: another number, other moments.
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
from settings import CONCURRENT_REQUESTS_PER_DOMAIN
from tests.crawler.killing import Victim, tell
from tests.crawler.survivor import check_articles, check_files, check_rebuilt, check_survivor
from tests.crawler.valve import MOST_DROPS, valve
from tests.khcn import FAST, khcn
from tests.play import play

KILLS = int(os.environ.get("KILLS", "12"))
SEED = int(os.environ.get("KILL_SEED") or 1)
SITES = {"ha_tinh": 1, "hau_giang": 2}
"""Sites, and how many hosts each has."""
AGAIN = CONCURRENT_REQUESTS_PER_DOMAIN
"""So many addresses of a host are fetched again at most, for each kill: those that were under way."""
UNHURRIED = ("-s", "STOP_WITHIN_S=250")
"""Answers that were asked for come, however slow the machine is."""

Moment = tuple[str, Callable[[Victim], bool], int]
"""What it is, how it is recognised, and how many addresses have been asked for when the crawl stops, recognised or not."""

EARLY: list[Moment] = [
    ("locked", Victim.is_locked, 0),
    ("mended", Victim.is_mended, 0),
    ("indexed", Victim.is_indexed, 0),
    ("reported", Victim.is_reported, 0),
]
"""Moments before a run that goes on asks for anything."""
LATE = {
    "closed": {"call": "os:rename", "path": ".warc.gz.open", "when": "after"},
    "settled": {"call": "archive.jsonl:write_settled", "when": "after"},
    "ended": {"call": "crawler.frontier:Frontier.end", "when": "after"},
}
"""Moments after the last answer: in a WARC file that is closed, in articles; known to the frontier, and not reported."""


def never(victim: Victim) -> bool:
    return False


def asked(goal: int) -> Moment:
    return f"{goal} asked for", never, goal


def run_until(victim: Victim, moment: Moment) -> None:
    """Begin a run; return at the moment, while the run goes on, or when it has stopped."""
    _, is_there, most = moment
    victim.begin(most=most)
    victim.until(lambda: is_there(victim))


def moments(rng: random.Random, count: int, pages: int) -> Iterator[Moment]:
    """Yield *count* moments to kill a crawl at; it has more than *pages* addresses to ask for."""
    kinds = rng.choices(["fetching", "writing", "early"], [5, 2, 4], k=count - 1)
    goals = iter(sorted(rng.sample(range(2, pages), count)))
    for kind in ["fetching", *kinds]:
        goal, size = next(goals), rng.randrange(200, 60_000)
        if kind == "early":
            yield rng.choice(EARLY)
        elif kind == "writing":
            yield f"{size} bytes written", lambda victim, size=size: victim.wrote(size), goal
        else:
            yield asked(goal)


@pytest.mark.parametrize("site", SITES)
def test_a_crawl_killed_again_and_again_loses_nothing(tmp_path, site):
    count = KILLS // len(SITES)
    rng = random.Random(f"{SEED} {site}")
    print(f"KILL_SEED={SEED} KILLS={KILLS}")
    with play(seeds=False, oldest=3 * count // SITES[site]) as played:
        victim = Victim(tmp_path / "data", played, site)
        pages = 4 * sum(article.site == site for article in played.articles)
        for moment in moments(rng, count, pages):
            run_until(victim, moment)
            victim.end(moment[0], signal.SIGKILL)
            print(moment[0], "fetched:", len(played.log) - victim.fetched, "again so far:", victim.refetched().total())
        report = victim.finish()

        assert [code for _, code in victim.ends[:-1]] == [-signal.SIGKILL] * count
        assert victim.refetched().total() <= AGAIN * SITES[site] * count
        assert [run["exit"] for run in report["runs"][:-1]] == [8] * (len(report["runs"]) - 1)
        check_survivor(victim, report)


def test_a_crawl_killed_while_it_ends_is_ended_by_the_next_run(tmp_path):
    with play(seeds=False, oldest=4) as played:
        victim = Victim(tmp_path / "data", played, "ha_tinh")
        for name, fault in LATE.items():
            victim.die(name, fault)
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
        victim = Victim(tmp_path / "data", played, "hau_giang", arguments=UNHURRIED)
        pages = 4 * sum(article.site == "hau_giang" for article in played.articles)
        for goal in sorted(rng.sample(range(2, pages), count)):
            for moment in (asked(goal), rng.choice(EARLY)):
                run_until(victim, moment)
                victim.end(moment[0], rng.choice((signal.SIGTERM, signal.SIGINT)))
                print(moment[0], victim.run.returncode, "fetched:", len(played.log) - victim.fetched)
                assert victim.run.returncode == 8, victim.said[-1]
        report = victim.finish()

        assert {fetch.target for fetch in victim.refetched()} <= {"/robots.txt"}
        check_survivor(victim, report)


def test_a_crawl_told_twice_stops_at_once_wherever_it_is(tmp_path):
    rng = random.Random(SEED)
    print(f"KILL_SEED={SEED}")
    with play(seeds=False, oldest=12) as played:
        victim = Victim(tmp_path / "data", played, "ha_tinh")
        for goal in sorted(rng.sample(range(10, 60), 2)):
            for moment in (asked(goal), rng.choice(EARLY)):
                run_until(victim, moment)
                tell(victim.run, signal.SIGTERM)
                victim.end(moment[0], signal.SIGTERM)
                print(moment[0], victim.run.returncode, "fetched:", len(played.log) - victim.fetched)
                assert victim.run.returncode == 8, victim.said[-1]
        report = victim.finish()

        assert victim.refetched().total() <= AGAIN * 4
        check_survivor(victim, report)


def test_answers_that_trickle_are_cut_and_fetched_whole_by_the_next_run(tmp_path):
    with play(seeds=False, oldest=6) as played, valve(played.port) as gate:
        resolve = played.resolve.replace(f":{played.port}", f":{gate.port}")
        victim = Victim(tmp_path / "data", played, "ha_tinh", resolve=resolve, arguments=("-s", "STOP_WITHIN_S=1"))
        run_until(victim, asked(20))
        gate.trickle()
        tell(victim.run)
        victim.until(lambda: gate.drops == CONCURRENT_REQUESTS_PER_DOMAIN * MOST_DROPS)
        victim.end("trickling", signal.SIGTERM)
        gate.open()
        assert victim.run.returncode == 8, victim.said[-1]
        report = victim.finish()

        with Catalog.open(victim.data / "catalog.sqlite3", read_only=True) as catalog:
            cut = Counter(capture.url for capture in catalog.captures("ha_tinh") if capture.truncated)
        again = Counter(f"http://{fetch.host}{fetch.target}" for fetch in victim.refetched().elements())
        assert cut == again
        assert 1 <= cut.total() <= AGAIN
        check_survivor(victim, report)
