"""A run ends at the bound that was set for it, and the next one goes on from there."""

from __future__ import annotations

from datetime import datetime

import pytest

from archive.errors import ConfigError
from archive.times import VN
from crawler.bounds import read_window
from tests.crawler.scripted import Answer, answer, crawl, served
from tests.khcn import FAST, khcn

pytestmark = pytest.mark.xdist_group("bounds")

LEAF = answer(b"<!DOCTYPE html><title>Tin</title><p>Tin" + b"." * 2000, kind="text/html; charset=utf-8")
URLS = [f"http://so.example/bai-{n}" for n in range(12)]
ALL = sorted(["/robots.txt", *(f"/bai-{n}" for n in range(12))])
ROUTES: dict[str, list[Answer]] = {"so.example/*": [LEAF]}


@pytest.mark.parametrize(
    ("bound", "at_most"),
    [("CRAWL_MAX_REQUESTS=5", 5), ("CRAWL_MAX_BYTES=7000", 5), ("CRAWL_MAX_SECONDS=1", 8)],
)
def test_a_run_ends_at_its_bound_and_the_next_goes_on(tmp_path, bound, at_most):
    options = ("-s", bound, "-s", "CONCURRENT_REQUESTS_PER_DOMAIN=1")
    if "SECONDS" in bound:
        options += ("-s", "DOWNLOAD_DELAY=0.3", "-s", "DOWNLOAD_DELAY_JITTER=0")
    with served(ROUTES) as server:
        reports = []
        while not reports or reports[-1]["bound"]:
            before = len(server.log)
            reports += crawl(server, tmp_path / "data", URLS, *options).values()
            assert len(server.log) - before <= at_most
            assert len(reports) < 20

    assert [report["bound"] for report in reports] == [*[bound] * (len(reports) - 1), None]
    assert len(reports) >= 3
    assert {report["exit"] for report in reports} == {0}
    assert {report["crawl"] for report in reports} == {reports[0]["crawl"]}, "it is one crawl"
    assert sorted(server.asked("so.example")) == ALL


def test_no_request_is_sent_above_the_bound_by_several_at_once(tmp_path):
    with served(ROUTES) as server:
        (report,) = crawl(server, tmp_path / "data", URLS, "-s", "CRAWL_MAX_REQUESTS=7").values()

    assert len(server.log) == 7
    assert (report["exit"], report["requests"], report["failures"]) == (0, 7, [])


def test_pictures_that_a_bound_left_out_are_fetched_by_the_next_run(tmp_path):
    pictures = "".join(f'<img src="/{n}.png">' for n in range(10))
    routes: dict[str, list[Answer]] = {
        "so.example/": [answer(f"<!DOCTYPE html><title>So</title>{pictures}".encode(), kind="text/html")],
        "so.example/*": [answer(b"\x89PNG", kind="image/png")],
    }
    with served(routes) as server:
        for _ in range(4):
            crawl(server, tmp_path / "data", ["http://so.example/"], "-s", "CRAWL_MAX_REQUESTS=4")

    assert sorted(server.asked("so.example")) == sorted(["/", "/robots.txt", *(f"/{n}.png" for n in range(10))])


@pytest.mark.parametrize(
    ("window", "clock", "requests"),
    [
        ("22:00-06:00", "21:59", 0),
        ("22:00-06:00", "23:30", 13),
        ("22:00-06:00", "05:00", 13),
        ("22:00-06:00", "06:00", 0),
        ("09:00-17:30", "08:00", 0),
        ("09:00-17:30", "17:29", 13),
    ],
)
def test_a_site_is_crawled_in_its_window_only(tmp_path, window, clock, requests):
    at = datetime.fromisoformat(f"2026-03-11T{clock}:00+07:00")
    with served(ROUTES) as server:
        (report,) = crawl(server, tmp_path / "data", URLS, "-s", f"NIGHT_WINDOW={window}", at=at).values()

    assert len(server.log) == requests
    assert report["exit"] == 0
    assert report["bound"] == (None if requests else f"NIGHT_WINDOW={window}")


def test_a_window_that_closes_ends_a_run_and_the_next_night_goes_on(tmp_path):
    dawn = datetime.fromisoformat("2026-03-11T05:59:56+07:00")
    options = ("-s", "NIGHT_WINDOW=22:00-06:00", "-s", "DOWNLOAD_DELAY=1", "-s", "DOWNLOAD_DELAY_JITTER=0")
    with served(ROUTES) as server:
        (report,) = crawl(server, tmp_path / "data", URLS, *options, at=dawn).values()
        first = len(server.log)
        (later,) = crawl(server, tmp_path / "data", URLS, at=dawn.replace(hour=22)).values()

    assert first <= 5
    assert (report["exit"], report["bound"]) == (0, "NIGHT_WINDOW=22:00-06:00")
    assert (later["exit"], later["bound"], later["crawl"]) == (0, None, report["crawl"])
    assert sorted(server.asked("so.example")) == ALL


@pytest.mark.parametrize("text", ["22-6", "24:00-06:00", "22:00-06:60", "22:00-22:00", "9:00-09:00", "đêm", "22:00"])
def test_a_window_that_is_none_is_refused(text):
    with pytest.raises(ConfigError, match=r"NIGHT_WINDOW: .* is no span of hours; write it as 22:00-06:00"):
        read_window(text)


def test_a_wrong_window_is_told_before_anything_is_asked(tmp_path):
    done = khcn("crawl", "ha_tinh", *FAST, "-s", "NIGHT_WINDOW=đêm", data=tmp_path)

    assert done.returncode == 4
    assert 'khcn: -s: NIGHT_WINDOW: "đêm" is no span of hours' in done.stderr


def test_a_window_counts_in_vietnam_and_its_last_minute_is_outside():
    window = read_window(" 6:30 - 22:00 ")
    assert window is not None

    assert window.has(datetime.fromisoformat("2026-03-11T00:00:00+00:00"))
    assert not window.has(datetime(2026, 3, 11, 22, 0, tzinfo=VN))
    assert not window.has(datetime(2026, 3, 11, 6, 29, 59, tzinfo=VN))
    assert read_window("") is None
