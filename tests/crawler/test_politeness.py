"""What hosts in trouble are asked, and when: real crawls of a server that refuses, dies and comes back."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import mean

import pytest

from tests.crawler.scripted import RESET, Answer, Server, answer, busy, causes, crawl, crawl_until, served

pytestmark = pytest.mark.xdist_group("politeness")

LEAF = answer(b"<!DOCTYPE html><title>Tin</title><p>Tin", kind="text/html; charset=utf-8")
OPEN = answer(b"", "404 Not Found")
ONE_AT_A_TIME = ("-s", "CONCURRENT_REQUESTS_PER_DOMAIN=1")
ONE, OTHER = "skhcn.haugiang.gov.vn", "haugiang.gov.vn"
"""Two hosts of one site."""


def pages(host: str, number: int = 12) -> list[str]:
    return [f"http://{host}/bai-{n}" for n in range(number)]


def gaps(server: Server, host: str) -> list[float]:
    """Return the seconds between the requests for pages."""
    times = [moment for moment, address in server.log if address.startswith(f"{host}/bai")]
    return [after - before for before, after in pairwise(times)]


def test_nothing_slips_past_a_hold_when_there_is_no_delay(tmp_path):
    routes: dict[str, list[Answer]] = {"so.example/*": [LEAF, busy("2"), LEAF, busy("1"), LEAF]}
    with served(routes) as server:
        (report,) = crawl(server, tmp_path / "data", pages("so.example"), *ONE_AT_A_TIME).values()

    waits = gaps(server, "so.example")
    assert [wait >= hold for wait, hold in zip(waits[:4], (0, 2, 0, 1), strict=True)] == [True] * 4
    assert len(waits) == 13
    assert min(waits) < 1, "no one else waits"
    assert (report["exit"], report["failures"], report["breaker"]) == (0, [], None)


def test_after_a_hold_one_request_goes_before_the_others(tmp_path):
    together = threading.Barrier(4)

    def refused() -> bytes:
        together.wait(300)
        return busy("2")

    routes: dict[str, list[Answer]] = {"so.example/*": [*[refused] * 4, busy("1"), LEAF]}
    with served(routes) as server:
        options = ("-s", "CONCURRENT_REQUESTS_PER_DOMAIN=4", "-s", "RETRY_TIMES=4")
        (report,) = crawl(server, tmp_path / "data", pages("so.example"), *options).values()

    waits = gaps(server, "so.example")
    assert len(waits) == 4 + 1 + 12 - 1
    assert waits[3] >= 2
    assert waits[4] >= 1, "one of twelve that wait went first, and was refused"
    assert report["exit"] == 0


def test_a_host_that_is_busy_and_names_no_time_is_asked_more_and_more_slowly(tmp_path):
    routes: dict[str, list[Answer]] = {"so.example/bai-0": [*[busy(None)] * 3, LEAF]}
    with served(routes) as server:
        options = ("-s", "BACKOFF_START_S=0.4", "-s", "RETRY_TIMES=3")
        (report,) = crawl(server, tmp_path / "data", pages("so.example", 1), *options).values()

    for waited, wait in zip(gaps(server, "so.example"), (0.4, 0.8, 1.6), strict=True):
        assert waited >= wait
    assert report["exit"] == 0


def test_a_dead_host_is_left_alone_and_the_other_of_the_site_is_crawled(tmp_path):
    articles = [f"http://{OTHER}/HtmlView.aspx?siteid=60&ItemID=1{n}" for n in range(4)]
    routes: dict[str, list[Answer]] = {f"{ONE}/*": [RESET], f"{ONE}/robots.txt": [OPEN], f"{OTHER}/*": [LEAF]}
    options = ("-s", "BREAKER_FAILURES=3", "-s", "BREAKER_COOL_S=0.3", "-s", "RETRY_TIMES=0", *ONE_AT_A_TIME)
    with served(routes) as server:
        (report,) = crawl(server, tmp_path / "data", [*pages(ONE), *articles], *options).values()
        asked = server.asked(ONE)
        server.routes[f"{ONE}/*"] = [LEAF]
        server.log.clear()
        again = [*pages(ONE), *articles]
        crawl(server, tmp_path / "data", again, "-s", "RETRY_TIMES=0")
        at_once = server.asked(ONE)
        tomorrow = datetime.now(UTC) + timedelta(hours=20)
        (later,) = crawl(server, tmp_path / "data", again, "-s", "RETRY_TIMES=0", at=tomorrow).values()

    assert len(asked) == 1 + 3 + 2, "robots.txt, three failures, and two that went first after a pause"
    assert (report["exit"], report["robots_refused"]) == (5, 0)
    words = [cause.partition(":")[0] for cause in causes(report).values()]
    assert (words.count("reset"), words.count("breaker")) == (5, 7)
    (event,) = report["breaker"]
    assert (event["host"], event["closed"], event["back"]) == (f"http://{ONE}", True, None)
    assert event["cause"].startswith("breaker: 5 times in a row no answer; the last: reset: ")
    assert len(at_once) == 12, "what was not sent is asked for by the next run, and what failed"
    assert set(server.asked(ONE)) == {f"/bai-{n}" for n in range(12)}
    assert (later["exit"], later["failures"], later["breaker"]) == (0, [], None)


def test_a_host_that_comes_back_loses_nothing(tmp_path):
    routes: dict[str, list[Answer]] = {"so.example/*": [*[RESET] * 3, LEAF], "so.example/robots.txt": [OPEN]}
    options = ("-s", "BREAKER_FAILURES=3", "-s", "BREAKER_COOL_S=1", "-s", "RETRY_TIMES=3", *ONE_AT_A_TIME)
    with served(routes) as server:
        (report,) = crawl(server, tmp_path / "data", pages("so.example"), *options).values()

    assert gaps(server, "so.example")[2] >= 1
    assert (report["exit"], report["failures"]) == (0, [])
    (event,) = report["breaker"]
    assert (event["closed"], event["back"] > event["at"]) == (False, True)


def test_a_host_that_is_dead_from_the_start_is_named(tmp_path):
    with served({"so.example/robots.txt": [RESET]}) as server:
        (report,) = crawl(server, tmp_path / "data", pages("so.example", 3)).values()

    assert server.asked("so.example") == ["/robots.txt"] * 3
    (event,) = report["breaker"]
    assert (event["host"], event["closed"]) == ("http://so.example", True)
    assert event["cause"].startswith("robots: no robots.txt, reset: ")
    assert (report["exit"], report["robots_refused"]) == (5, 0)


def test_a_dead_host_of_requisites_is_no_failure_and_is_named(tmp_path):
    pictures = "".join(f'<img src="http://cdn.example/{n}.png">' for n in range(20))
    routes: dict[str, list[Answer]] = {
        "so.example/*": [answer(f"<!DOCTYPE html><title>So</title>{pictures}".encode(), kind="text/html")],
        "cdn.example/robots.txt": [OPEN],
        "cdn.example/*": [RESET],
    }
    with served(routes) as server:
        (report,) = crawl(server, tmp_path / "data", ["http://so.example/bai-0"], *ONE_AT_A_TIME).values()

    assert len(server.asked("cdn.example")) == 1 + 3
    (event,) = report["breaker"]
    assert (event["host"], event["closed"]) == ("http://cdn.example", True)
    assert (report["exit"], report["failures"]) == (0, [])
    assert report["requisites"]["missing"] == 0


def slow() -> bytes:
    time.sleep(0.5)
    return LEAF


def test_a_host_that_is_slow_to_answer_is_asked_more_slowly(tmp_path):
    with served({"so.example/*": [slow]}) as server:
        options = ("-s", "AUTOTHROTTLE_ENABLED=1", "-s", "DOWNLOAD_DELAY=0.01")
        (report,) = crawl(server, tmp_path / "data", pages("so.example"), *options).values()

    # The jitter may halve the delay. The first ones go out before the first answer.
    assert mean(gaps(server, "so.example")[8:]) >= 0.2
    assert report["exit"] == 0


def test_a_crawl_delay_is_the_floor_of_a_host_that_is_quick_to_answer(tmp_path):
    rules = answer(b"User-agent: *\nCrawl-delay: 0.5\n")
    with served({"so.example/*": [LEAF], "so.example/robots.txt": [rules]}) as server:
        options = ("-s", "AUTOTHROTTLE_ENABLED=1", "-s", "DOWNLOAD_DELAY=0.1")
        crawl(server, tmp_path / "data", pages("so.example", 5), *options)
        server.log.clear()
        crawl(server, tmp_path / "data", [f"{url}x" for url in pages("so.example", 5)], *options)

    # Each came to the server sooner or later after it was sent; all together took as long as they had to.
    assert mean(gaps(server, "so.example")) > 0.4, "nor when the rules come from the archive"
    assert server.asked("so.example").count("/robots.txt") == 0


def test_a_held_host_does_not_keep_a_page_of_another_waiting(tmp_path):
    routes: dict[str, list[Answer]] = {f"{ONE}/robots.txt": [busy("1000"), OPEN], f"{OTHER}/*": [LEAF]}
    articles = [f"http://{OTHER}/HtmlView.aspx?siteid=60&ItemID=1{n}" for n in range(4)]
    with served(routes) as server:
        urls, is_there = [*pages(ONE), *articles], lambda: server.asked(ONE) and len(server.asked(OTHER)) >= 5
        crawl_until(server, tmp_path / "data", urls, is_there, "-s", "CONCURRENT_REQUESTS=3")

    assert server.asked(ONE) == ["/robots.txt"]
    assert len(server.asked(OTHER)) == 5
