"""One crawl of everything that servers do wrong: what is sound comes whole, and what is not is named.

The cases and what is to become of each stand in :mod:`tests.hostile.cases`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from archive import open_archive
from archive.model import Article, Capture
from tests.crawler.odd_server import OddServer, serving
from tests.hostile.case import Host
from tests.hostile.cases import all_hosts
from tests.hostile.pages import lines, page, title
from tests.khcn import FAST, khcn

pytestmark = pytest.mark.xdist_group("hostile rig")

ROOT = Path(__file__).parents[2]
BOUNDS = tuple(f"-s{name}" for name in (
    "DOWNLOAD_TIMEOUT=50", "DOWNLOAD_MAXSIZE=16000000", "CAPTURE_BODY_LIMIT=8000000", "RETRY_TIMES=0",
))  # fmt: skip
NAMES = [host.name for host in all_hosts(1)]


class Rig:
    """The crawl, and what it left."""

    def __init__(self, folder: Path) -> None:
        self.data = folder / "data"
        with serving(OddServer({})) as secret:
            self.hosts = {host.name: host for host in all_hosts(secret.port)}
            scripts = {host.host: host.scripts() for host in self.hosts.values()}
            played = OddServer(scripts | {"khcn-thu.vn": defaultdict(lambda: [page("", status=b"404 Not Found")])})
            with serving(played):
                self._crawl(folder, played.port)
            self.asked_of_secret = list(secret.seen)
        self.asked = list(played.seen)
        self.sent = {f"http://{seen.host}{seen.path}": bytes(seen.sent) for seen in played.seen}
        self.failures = {
            failure["url"]: failure["cause"] for report in self.reports.values() for failure in report["failures"]
        }
        self.articles: dict[str, Article] = {}
        self.captures: dict[str, list[Capture]] = defaultdict(list)
        self.received: dict[str, bytes] = {}
        with open_archive(self.data) as archive:
            self.twins = [
                same for which in "ab" for same in archive.same_as(f"http://tep.khcn-thu.vn/tin/twin-{which}")
            ]
            for article in archive.articles():
                self.articles |= {article.url: article, article.title: article}
            for capture in archive.captures():
                self.captures[capture.url].append(capture)
                if capture.url.rpartition("-")[2] in ("length", "chunked", "gzip", "close", "only"):
                    self.received[capture.url] = capture.exchange().response

    def _crawl(self, folder: Path, port: int) -> None:
        seeds = folder / "seeds.txt"
        seeds.write_text("".join(f"http://{host.host}/\n" for host in self.hosts.values()))
        names = [host.host for host in self.hosts.values()] + ["khcn-thu.vn"]
        resolve = ",".join(f"{name}=127.0.0.1:{port}" for name in names)
        told = folder / "told.json"
        watched = [sys.executable, str(ROOT / "tests/crawler/heartbeat.py"), str(told)]
        done = subprocess.run(
            [*watched, "--data", str(self.data), "crawl", "--json", "--seeds", str(seeds), *FAST, *BOUNDS],
            env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "KHCN_RESOLVE": resolve, "PYTHONPATH": str(ROOT)},
            cwd=folder, capture_output=True, text=True, timeout=600, check=False,
        )  # fmt: skip
        self.code, self.log = done.returncode, done.stderr
        (folder / "log").write_text(done.stderr)
        self.reports = {report["site"]: report for report in map(json.loads, done.stdout.splitlines())}
        self.beats = json.loads(told.read_text())

    def outcome(self, host: Host, address: str, name: str) -> str:
        """Return what became of an address of a host, in the words of the table."""
        url = address if "://" in address else f"http://{host.host}{address}"
        article = self.articles.get(url) or self.articles.get(title(name))
        if article is not None:
            said = [line for line in article.text.split("\n") if line.strip()]
            return "read" if (article.title, said[:3]) == (title(name), lines(name)) else f"begun: {article.title}"
        if url in self.failures:
            return f"failed: {self.failures[url]}"
        if url not in self.captures:
            return "refused"
        return "gone" if self.captures[url][-1].status in (404, 410) else f"rejected: {self.captures[url][-1].status}"


@pytest.fixture(scope="module")
def rig(tmp_path_factory) -> Rig:
    return Rig(tmp_path_factory.mktemp("rig"))


def wrong(found: dict[str, tuple[str, str]]) -> dict[str, tuple[str, str]]:
    return {name: pair for name, pair in found.items() if not pair[0].startswith(tuple(pair[1].split("|")))}


@pytest.mark.parametrize("name", NAMES)
def test_every_case_ends_as_the_table_says(rig, name):
    host = rig.hosts[name]
    cases = {case.name: (rig.outcome(host, case.link or case.path, case.name), case.outcome) for case in host.cases}

    assert wrong(cases) == {}


@pytest.mark.parametrize("name", NAMES)
def test_every_control_article_is_read(rig, name):
    host = rig.hosts[name]
    controls = {
        variant: (rig.outcome(host, host.control(variant), f"{name}-{variant}"), host.controls)
        for variant in host.variants
    }

    assert wrong(controls) == {}


def test_control_articles_are_archived_as_they_were_sent(rig):
    urls = [
        f"http://{host.host}{host.control(variant)}"
        for host in rig.hosts.values() if host.controls == "read" for variant in host.variants
    ]  # fmt: skip

    assert len(urls) >= 60
    assert {url: rig.received[url] == rig.sent[url] for url in urls} == dict.fromkeys(urls, True)


def test_what_is_half_or_double_is_marked_and_nothing_sound_is(rig):
    names = ("gzip-half", "long-body", "half-unsaid", "half-at-once")
    controls = [title(f"{host.name}-{variant}") for host in rig.hosts.values() for variant in host.variants]
    doubles = {name: report["duplicates"] for name, report in rig.reports.items() if report["duplicates"]}

    assert [rig.articles[title(name)].confidence["whole"] for name in names if title(name) in rig.articles] == [0.0] * 4
    assert [name for name in controls if name in rig.articles and "whole" in rig.articles[name].confidence] == []
    # "twin" at two addresses; and pages that refresh each other, if both were asked for.
    assert doubles.pop("host__tep_khcn_thu_vn") == 1
    assert set(doubles) <= {"host__nang_khcn_thu_vn"}
    assert [same.url for same in rig.twins] == [f"http://tep.khcn-thu.vn/tin/twin-{which}" for which in "ba"]
    shown = khcn("show", "http://tep.khcn-thu.vn/tin/twin-a", data=rig.data).stdout.split()
    assert shown[shown.index("same") :][:4] == ["same", "text", "at", "http://tep.khcn-thu.vn/tin/twin-b"]


def test_no_request_is_longer_than_servers_take(rig):
    assert max(len(seen.request) for seen in rig.asked if len(seen.path) < 1_000) < 4_096


def test_no_cookie_comes_to_another_origin(rig):
    fields = {
        (seen.host, line.partition(b": ")[2])
        for seen in rig.asked for line in seen.request.split(b"\r\n") if line.lower().startswith((b"cookie:", b"authorization:"))
    }  # fmt: skip
    cookies = {(host, cookie.strip()) for host, line in fields for cookie in line.split(b";")}
    ports = {line for seen in rig.asked for line in seen.request.split(b"\r\n") if line.lower().endswith(b":8080")}

    assert ports == {b"Host: cookie-a.khcn-thu.vn:8080"}
    assert not [seen for seen in rig.asked if b":8080\r\n" in seen.request and b"\r\nCookie: " in seen.request]
    assert ("cookie-a.khcn-thu.vn", b"cua=mo") in cookies
    assert {host for host, _ in cookies} == {"cookie-a.khcn-thu.vn"}


def test_no_password_of_an_address_is_sent_or_said(rig):
    assert [seen for seen in rig.asked if b"m4tkhau" in seen.request or b"Authorization" in seen.request] == []
    assert "m4tkhau" not in rig.log
    assert not [url for url in rig.captures if "m4tkhau" in url]


def test_nothing_private_is_asked_for_and_no_local_file_is_kept(rig):
    assert rig.asked_of_secret == []
    assert b"root:" not in b"".join(path.read_bytes() for path in rig.data.rglob("*.jsonl"))
    assert {path.relative_to(rig.data).parts[0].partition(".")[0] for path in rig.data.rglob("*")} <= {
        "warcs", "cdxj", "articles", "crawls", "locks", "search", "status", "catalog", "frontier",
    }  # fmt: skip


def test_the_run_ends_by_itself_within_its_bounds(rig):
    assert rig.code == 5, rig.log[-2000:]
    assert "Traceback" not in rig.log
    assert rig.beats["own"] < 1_000_000_000
    assert rig.beats["longest_s"] < 5


def test_no_line_of_the_log_is_made_by_a_page(rig):
    assert not [line for line in rig.log.splitlines() if line.startswith("ERROR x") or "\x1b" in line]


def test_the_archive_is_sound(rig):
    done = khcn("verify", data=rig.data)

    assert (done.returncode, done.stdout) == (0, "")
