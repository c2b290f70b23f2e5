"""robots.txt and Retry-After, as servers send them: what is asked for, when, and what the report says."""

from __future__ import annotations

import signal
import subprocess
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from archive import open_archive
from crawler.retry_after import MAX_S, retry_after
from crawler.robots import MAX_BYTES, read_rules
from tests.crawler.scripted import (
    HANG,
    HOME,
    PAGE,
    RESET,
    Answer,
    answer,
    busy,
    causes,
    crawl,
    crawl_until,
    moved,
    served,
)
from tests.khcn import COMMAND, FAST

pytestmark = pytest.mark.xdist_group("robots")

NO_RULES = b"User-agent: *\nDisallow: /cam/\n"
ONE_BY_ONE = ("-s", "CONCURRENT_REQUESTS_PER_DOMAIN=1", "-s", "DOWNLOAD_DELAY=0.02")


def in_two_seconds() -> bytes:
    return busy(format_datetime(datetime.now(UTC) + timedelta(seconds=3), usegmt=True))


# Host -> answers to robots.txt; whether /cam/ and /mo/ are fetched; the cause when nothing is.
OPEN, RULED = (True, True), (False, True)
CASES: dict[str, tuple[list[Answer], tuple[bool, bool] | str]] = {
    "ok": ([answer(NO_RULES)], RULED),
    "as-html": ([answer(NO_RULES, kind="text/html")], RULED),
    "empty": ([answer()], OPEN),
    "missing": ([answer(PAGE, "404 Not Found", kind="text/html")], OPEN),
    "forbidden": ([answer(NO_RULES, "403 Forbidden")], OPEN),
    "page": ([answer(PAGE, kind="text/html")], OPEN),
    "e500": ([answer(b"", "500 Oops")], "status: 500"),
    "e503": ([busy(None)], "status: 503"),
    "e429": ([busy(None, "429 Slow")], "status: 429"),
    "e503-long": ([busy("6000")], "status: 503, Retry-After 6000 s"),
    "e503-once": ([busy(None), answer(NO_RULES)], RULED),
    "reset": ([RESET], "reset: "),
    "timeout": ([HANG], "timeout: "),
    "cut": ([answer(NO_RULES)[:-9]], "closed: "),
    "bom": ([answer(b"\xef\xbb\xbf" + NO_RULES)], RULED),
    "crlf": ([answer(NO_RULES.replace(b"\n", b"\r\n"))], RULED),
    "cr": ([answer(NO_RULES.replace(b"\n", b"\r"))], RULED),
    "large": ([answer(NO_RULES + b"#" * 99 + b"\n" * 1_000_000 + b"Disallow: /mo/\n")], RULED),
    "elsewhere": ([moved("http://rules.example/khac.txt")], RULED),
    "five-hops": ([moved("http://five-hops.example/1")], RULED),
    "six-hops": ([moved("http://six-hops.example/0")], OPEN),
    "loop": ([moved("http://loop.example/robots.txt")], OPEN),
}
ROUTES: dict[str, list[Answer]] = {
    **{f"{name}.example/robots.txt": answers for name, (answers, _) in CASES.items()},
    "rules.example/khac.txt": [answer(NO_RULES)],
    **{f"{kind}-hops.example/{n}": [moved(f"/{n + 1}")] for kind in ("five", "six") for n in range(4)},
    **{f"{kind}-hops.example/4": [moved("/rules")] for kind in ("five", "six")},
    **{f"{kind}-hops.example/rules": [answer(NO_RULES)] for kind in ("five", "six")},
}


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    data = tmp_path_factory.mktemp("robots") / "data"
    with served(ROUTES) as server:
        urls = [f"http://{name}.example/" for name in CASES]
        hangs = urls.pop(list(CASES).index("timeout"))
        reports = crawl(server, data, urls, "-s", "RETRY_TIMES=1")
        reports |= crawl(server, data, [hangs], "-s", "RETRY_TIMES=1", "-s", "DOWNLOAD_TIMEOUT=1")
    return data, server, reports


@pytest.mark.parametrize("name", CASES)
def test_what_robots_txt_answers_decides_what_is_fetched(table, name):
    _, server, reports = table
    report = reports[f"{name.replace('-', '_')}_example"]
    expected = CASES[name][1]
    asked = [path for path in server.asked(f"{name}.example") if path in ("/", "/cam/1", "/mo/1")]

    if isinstance(expected, str):
        assert asked == []
        assert report["exit"] == 5
        assert list(causes(report)) == [f"http://{name}.example/"]
        assert causes(report)[f"http://{name}.example/"].startswith(f"robots: no robots.txt, {expected}")
        assert report["failures"][0]["attempts"] == (1 if name == "e503-long" else 2)
        assert report["robots_refused"] == 0
    else:
        assert ("/cam/1" in asked, "/mo/1" in asked) == expected
        assert report["exit"] == 0
        assert report["robots_refused"] == (not expected[0])
        assert server.asked(f"{name}.example").count("/robots.txt") == {"e503-once": 2, "loop": 6}.get(name, 1)


def test_robots_txt_and_where_it_redirects_to_are_in_the_archive(table):
    data, *_ = table
    with open_archive(data) as archive:
        held = {capture.url: capture for capture in archive.captures()}

    assert held["http://ok.example/robots.txt"].purpose == "robots"
    assert held["http://e500.example/robots.txt"].status == 500
    assert held["http://rules.example/khac.txt"].purpose == "robots"


def test_files_on_hosts_that_nobody_may_ask_are_refused_and_no_failure(tmp_path):
    page = b'<!DOCTYPE html><title>So</title><img src="http://cdn.example/a.png">'
    routes: dict[str, list[Answer]] = {"cdn.example/robots.txt": [answer(b"", "500 Oops")]}
    routes["so.example/"] = [answer(page, kind="text/html")]
    with served(routes) as server:
        (report,) = crawl(server, tmp_path / "data", ["http://so.example/"], "-s", "RETRY_TIMES=0").values()

    assert server.asked("cdn.example") == ["/robots.txt"]
    assert (report["exit"], report["robots_refused"], report["failures"]) == (0, 1, [])


def test_robots_txt_can_be_left_unread(tmp_path):
    with served({"so.example/robots.txt": [answer(b"User-agent: *\nDisallow: /")]}) as server:
        (report,) = crawl(server, tmp_path / "data", ["http://so.example/"], "-s", "ROBOTSTXT_OBEY=False").values()

    assert sorted(server.asked("so.example")) == ["/", "/cam/1", "/mo/1"]
    assert report["exit"] == 0


def test_crawl_delay_beats_a_smaller_delay_and_is_bounded(tmp_path):
    routes: dict[str, list[Answer]] = {
        "slow.example/robots.txt": [answer(b"User-agent: khcn\nCrawl-delay: 0.5\n")],
        "never.example/robots.txt": [answer(b"User-agent: *\nCrawl-delay: 86400\n")],
    }
    with served(routes) as server:
        urls = ["http://slow.example/", "http://never.example/"]
        reports = crawl(server, tmp_path / "data", urls, "-s", "CRAWL_DELAY_MAX_S=1")

    for host, delay in (("slow.example", 0.5), ("never.example", 1.0)):
        times = server.times(host)
        assert len(times) == 4
        # Each came to the server sooner or later after it was sent; all together took as long as they had to.
        assert times[-1] - times[0] > 3 * delay * 0.8
    assert {report["exit"] for report in reports.values()} == {0}
    assert "crawl-delay cut" in (tmp_path / "data.log").read_text()


HELD: dict[str, tuple[list[Answer], float, str | None]] = {
    "seconds": ([busy("2"), HOME], 1.9, None),
    "e429": ([busy("2", "429 Slow"), HOME], 1.9, None),
    "date": ([in_two_seconds, HOME], 1.5, None),
    "past": ([busy("Wed, 11 Jun 2025 12:02:00 GMT"), HOME], 0, None),
    "zero": ([busy("0"), HOME], 0, None),
    "garbage": ([busy("chiều mai".encode().decode("latin-1")), HOME], 0, None),
    "long": ([busy("6000"), HOME], 0, "status: 503, Retry-After 6000 s"),
    "huge": ([busy("9" * 30), HOME], 0, f"status: 503, Retry-After {MAX_S} s"),
}


@pytest.fixture(scope="module")
def held(tmp_path_factory):
    data = tmp_path_factory.mktemp("held") / "data"
    urls = [f"http://{name}.example/" for name in HELD]
    with served({f"{name}.example/": answers for name, (answers, *_) in HELD.items()}) as server:
        first = crawl(server, data, urls)
        log = list(server.log)
        second = crawl(server, data, urls)
    server.log = log
    return server, first, second


@pytest.mark.parametrize("name", HELD)
def test_retry_after_is_waited_for_or_ends_the_site(held, name):
    server, first, second = held
    _, seconds, cause = HELD[name]
    report, times = first[f"{name}_example"], server.times(f"{name}.example")

    if cause is not None:
        assert server.asked(f"{name}.example") == ["/robots.txt", "/"]
        assert causes(report) == {f"http://{name}.example/": cause}
        assert report["exit"] == 5
    else:
        assert server.asked(f"{name}.example")[:3] == ["/robots.txt", "/", "/"]
        assert report["exit"] == 0
        assert seconds <= times[2] - times[1] < seconds + 100
    assert second[f"{name}_example"]["exit"] == 0


def test_a_held_host_holds_all_its_requests_and_nobody_elses(tmp_path):
    one, other = "skhcn.haugiang.gov.vn", "haugiang.gov.vn"
    urls = [f"http://{one}/bai-{n}" for n in range(12)]
    urls += [f"http://{other}/HtmlView.aspx?siteid=60&ItemID=1{n}" for n in range(4)]
    with served({f"{one}/*": [busy("1000"), HOME]}) as server:
        options = ("-s", "CONCURRENT_REQUESTS=3", *ONE_BY_ONE)

        def is_there() -> bool:
            return len(server.asked(one)) >= 2 and len(server.asked(other)) >= 5

        crawl_until(server, tmp_path / "data", urls, is_there, *options)

    assert server.asked(one)[0] == "/robots.txt"
    assert len(server.asked(one)) == 2
    assert len(server.asked(other)) == 5


def test_a_long_retry_after_ends_what_waits_for_the_host(tmp_path):
    urls = [f"http://so.example/bai-{n}" for n in range(6)]
    with served({"so.example/*": [busy("3601")]}) as server:
        (report,) = crawl(server, tmp_path / "data", urls, *ONE_BY_ONE).values()

    assert len(server.asked("so.example")) == 2
    assert causes(report) == dict.fromkeys(urls, "status: 503, Retry-After 3601 s")
    assert report["exit"] == 5


def test_a_signal_ends_a_crawl_that_waits_for_a_host(tmp_path):
    (tmp_path / "seeds.txt").write_text("http://so.example/\n")
    with served({"so.example/": [busy("100")]}) as server:
        process = subprocess.Popen(
            [str(COMMAND), "-v", "crawl", "--seeds", str(tmp_path / "seeds.txt"), *FAST],
            env={
                "KHCN_DATA": str(tmp_path / "data"),
                "KHCN_RESOLVE": f"so.example=127.0.0.1:{server.server_address[1]}",
            },
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stderr is not None
        assert any("host held" in line for line in process.stderr)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=300)

    assert process.returncode == 8
    assert server.asked("so.example") == ["/robots.txt", "/"]


@pytest.mark.parametrize(
    ("rules", "path", "allowed"),
    [
        ("User-agent: *\nDisallow: /\nUser-agent: khcn\nDisallow: /x", "/y", True),
        ("User-agent: KHCN/1.0 (+mailto:a@b.vn)\nDisallow: /x", "/x", False),
        ("User-agent: khcn-bot\nDisallow: /", "/x", True),
        ("User-agent: kh\nDisallow: /", "/x", True),
        ("User-agent: a\nUser-agent: khcn\nDisallow: /x", "/x", False),
        (
            "User-agent: khcn\nDisallow: /x\n\nUser-agent: b\nDisallow: /y\n\nUser-agent: khcn\nDisallow: /z",
            "/z",
            False,
        ),
        ("User-agent: khcn\nDisallow:", "/x", True),
        ("User-agent: *\nDisallow: /tin-tức/", "/tin-t%E1%BB%A9c/1", False),
        ("User-agent: *\nDisallow: /tin-t%e1%bb%a9c/", "/tin-t%E1%BB%A9c/1", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/van-ban/1.pdf", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/van-ban/1.pdf?x", True),
        ("User-agent: *\nDisallow: /*?sort=", "/tin?sort=1", False),
        ("User-agent: *\nDisallow: /a\nAllow: /a/b", "/a/b/c", True),
        ("User-agent: *\nDisallow: /A", "/a", True),
        ("User-agent: * # tất cả\nDisallow: /x # cấm", "/x", False),
        ("Disallow: /x", "/x", True),
        ("không phải là luật", "/x", True),
    ],
)
def test_rules_bind_whom_and_what_the_rfc_says(rules, path, allowed):
    assert read_rules(rules.encode(), "khcn").allows(f"http://so.example{path}") is allowed


def test_a_rule_that_the_limit_tears_does_not_count():
    head = b"User-agent: *\nDisallow: /x\n"
    body = head + b"#" * (MAX_BYTES - len(head) - 12) + b"\nDisallow: /tin-cu/\n"
    rules = read_rules(body, "khcn")

    assert rules.is_cut
    assert (rules.allows("http://a.vn/x"), rules.allows("http://a.vn/tin-tuc")) == (False, True)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("", 0), ("7", 7), (" 7 ", 7), ("7.5", 0), ("-7", 0), ("9" * 5000, MAX_S), ("Wed, 11 Jun 2025 11:00:00 GMT", 0)],
)
def test_retry_after_is_seconds_or_a_date_or_nothing(value, seconds):
    assert retry_after(value, datetime(2025, 6, 11, 12, tzinfo=UTC)) == seconds
