"""Pages far longer than any page, several at once: archived, read as far as is sane, and never in memory together."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from archive import open_archive
from tests.crawler.odd_server import Connection, OddServer, serving
from tests.hostile.pages import HTML, article, lines, listing, page, title
from tests.khcn import FAST, khcn

ROOT = Path(__file__).parents[2]
HOST = "sokhcn.nang.gov.vn"
MEGABYTES = int(os.environ.get("PAGE_MEGABYTES", "12"))
"""Of each page; more is for a machine that has nothing else to do."""
PAGES = 8 if MEGABYTES > 12 else 3
PIECE = b" " * (1 << 20)
LIMIT = 16 << 20
NAMES = [f"nang-{number}" for number in range(PAGES)]


def heavy(name: str, megabytes: int):
    body = article(name).encode()

    def act(connection: Connection) -> None:
        connection.sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: " + HTML + b"\r\n")
        connection.sock.sendall(b"Content-Length: %d\r\n\r\n" % (len(body) + megabytes * len(PIECE)) + body)
        for _ in range(megabytes):
            connection.sock.sendall(PIECE)

    return [act]


def endless(connection: Connection) -> None:
    connection.sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: " + HTML + b"\r\n\r\n" + article("dai").encode())
    while True:
        connection.sock.sendall(PIECE)


@pytest.fixture(scope="module")
def crawled(tmp_path_factory):
    folder = tmp_path_factory.mktemp("heavy")
    data, told = folder / "data", folder / "told.json"
    linked = [(f"/tin/{name}", title(name)) for name in [*NAMES, "bom", "dai"]]
    bomb = gzip.compress(article("bom").encode() + bytes(MEGABYTES << 20), 1)
    scripts = {
        "/": [page(listing(linked))],
        "/tin/bom": [page(bomb, b"Content-Encoding: gzip")],
        "/tin/dai": [[endless]],
        **{f"/tin/{name}": [heavy(name, MEGABYTES)] for name in NAMES},
        "/robots.txt": [page("", status=b"404 Not Found")],
        "/sitemap.xml": [page("", status=b"404 Not Found")],
    }
    (folder / "seeds.txt").write_text(f"http://{HOST}/\n")
    with serving(OddServer({HOST: scripts})) as server:
        done = subprocess.run(
            [sys.executable, str(ROOT / "tests/crawler/heartbeat.py"), str(told), "--data", str(data), "crawl", "--json",
             "--seeds", str(folder / "seeds.txt"), *FAST, "-s", f"PAGE_MAXSIZE={max(2 * MEGABYTES << 20, LIMIT)}"],
            env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT), "KHCN_RESOLVE": f"{HOST}=127.0.0.1:{server.port}"},
            cwd=folder, capture_output=True, text=True, timeout=560, check=False,
        )  # fmt: skip
    assert done.stdout, done.stderr
    return json.loads(done.stdout), json.loads(told.read_text()), data, done.returncode


def test_long_pages_are_read_as_far_as_is_sane(crawled):
    with open_archive(crawled[2]) as archive:
        found = {article.title: article.text for article in archive.articles()}

    assert {title(name) for name in [*NAMES, "bom"]} <= found.keys()
    assert all(found[title(name)].split("\n\n")[:3] == lines(name) for name in NAMES)


def test_they_are_archived_whole_and_one_without_an_end_is_cut_and_named(crawled):
    report, _, data, code = crawled
    with open_archive(data) as archive:
        captures = {capture.url.rpartition("/")[2]: capture for capture in archive.captures()}
        whole = archive.capture(f"http://{HOST}/tin/{NAMES[0]}").exchange().response

    assert code == 5
    assert [(each["url"], each["cause"][:7]) for each in report["failures"]] == [(f"http://{HOST}/tin/dai", "length:")]
    assert captures["dai"].truncated == "length"
    assert {captures[name].truncated for name in [*NAMES, "bom"]} == {None}
    assert len(whole) > MEGABYTES << 20
    assert whole.endswith(PIECE)
    assert khcn("verify", data=data).stdout == ""


def test_memory_holds_one_of_them_and_the_loop_goes_on(crawled):
    told = crawled[1]

    assert told["own"] < (280 << 20) + 4 * (min(MEGABYTES, 64) << 20)
    assert told["longest_s"] < 5
