"""A robots.txt holds for a day, from one crawl to the next: it is read from its record in the archive."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.crawler.scripted import Answer, answer, busy, crawl, moved, served

pytestmark = pytest.mark.xdist_group("robots")

NO_RULES = b"User-agent: *\nDisallow: /cam/\n"
LONG = NO_RULES + b"# \n" * 3000
CASES: dict[str, tuple[list[Answer], int, bool]] = {
    # Answers to robots.txt; how often it is asked for in two crawls of one day; whether /cam/ is allowed in the second.
    "rules": ([answer(NO_RULES)], 1, False),
    "long-rules": ([answer(LONG)], 1, False),
    "missing": ([answer(b"", "404 Not Found")], 1, True),
    "forbidden": ([answer(b"", "403 Forbidden")], 1, True),
    "page": ([answer(b"<html>", kind="text/html")], 1, True),
    "changed": ([answer(NO_RULES), answer(b"")], 1, False),
    "elsewhere": ([moved("/luat.txt")], 1, False),
    "broken": ([answer(b"", "500 Oops"), answer(NO_RULES)], 2, False),
    "busy": ([busy(None), answer(NO_RULES)], 2, False),
    "cut": ([answer(NO_RULES)[:-4], answer(NO_RULES)], 2, False),
}
ROUTES = {f"{name}.example/robots.txt": answers for name, (answers, *_) in CASES.items()} | {
    "elsewhere.example/luat.txt": [answer(NO_RULES)]
}
URLS = [f"http://{name}.example/" for name in CASES]


@pytest.fixture(scope="module")
def two_crawls(tmp_path_factory):
    data = tmp_path_factory.mktemp("cache") / "data"
    with served(ROUTES) as server:
        crawl(server, data, URLS, "-s", "RETRY_TIMES=0")
        server.log, first = [], server.log
        # Another day's listing order is of no matter: the same addresses, asked for again.
        crawl(server, data, [f"{url}{path}" for url in URLS for path in ("cam/2", "mo/2")], "-s", "RETRY_TIMES=0")
        second = [address for _, address in server.log]
    return [address for _, address in first], second


@pytest.mark.parametrize("name", CASES)
def test_a_second_crawl_within_a_day_obeys_what_the_first_was_told(two_crawls, name):
    first, second = two_crawls
    _, times, is_allowed = CASES[name]

    assert [*first, *second].count(f"{name}.example/robots.txt") == times
    assert second.count("elsewhere.example/luat.txt") == 0
    assert (f"{name}.example/cam/2" in second) == is_allowed
    assert f"{name}.example/mo/2" in second


@pytest.mark.parametrize(
    ("options", "hours", "times"),
    [((), 23, 1), ((), 25, 2), (("-s", "ROBOTS_CACHE_S=0"), 0, 2), (("-s", "ROBOTS_CACHE_S=3600"), 2, 2)],
)
def test_it_is_asked_for_again_when_it_is_too_old(tmp_path, options, hours, times):
    later = datetime.now(UTC) + timedelta(hours=hours)
    with served({"so.example/robots.txt": [answer(NO_RULES)]}) as server:
        crawl(server, tmp_path / "data", ["http://so.example/"], *options)
        crawl(server, tmp_path / "data", ["http://so.example/"], *options, at=later)

    assert server.asked("so.example").count("/robots.txt") == times
    assert "/cam/1" not in server.asked("so.example")


def test_a_record_that_is_damaged_is_asked_for_again(tmp_path):
    with served({"so.example/robots.txt": [answer(NO_RULES)]}) as server:
        crawl(server, tmp_path / "data", ["http://so.example/"])
        for warc in Path(tmp_path / "data" / "warcs").rglob("*.warc.gz"):
            warc.chmod(0o644)
            warc.write_bytes(b"\0" * warc.stat().st_size)
        crawl(server, tmp_path / "data", ["http://so.example/mo/2"])

    assert server.asked("so.example").count("/robots.txt") == 2
    assert "/mo/2" in server.asked("so.example")
