"""Redirects that lead back to where they came from: the page behind them is read, or the failure is named.

And a document that an article names is asked for once, also where every link of a page is followed.
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from archive import open_archive
from tests.khcn import FAST, khcn

TITLE = "Sở Khoa học và Công nghệ sơ kết công tác sáu tháng đầu năm"
ARTICLE = (
    f'<!DOCTYPE html><meta charset="utf-8"><title>{TITLE}</title><h1>{TITLE}</h1><div>10:16 | 11-06-2025</div>'
    "<div><p>Sáng ngày 10 tháng 6, Sở Khoa học và Công nghệ tổ chức hội nghị sơ kết công tác sáu tháng đầu năm.</p>"
    "<p>Hội nghị đã nghe báo cáo kết quả của từng phòng và thống nhất nhiệm vụ cho sáu tháng còn lại của năm.</p>"
    '<p><a href="/bao-cao.pdf">Báo cáo sơ kết</a></p></div>'
)


class Handler(BaseHTTPRequestHandler):
    """``/gate`` wants its cookie back; ``/hop/N`` leads on; ``/loop`` leads nowhere; ``/home`` refreshes itself."""

    asked: Counter[str]

    def do_GET(self) -> None:
        self.asked[self.path] += 1
        if self.path == "/gate" and "seen=1" not in self.headers.get("Cookie", ""):
            self.answer(302, Location="/gate", **{"Set-Cookie": "seen=1"})
        elif self.path == "/loop":
            self.answer(302, Location="/loop")
        elif self.path.startswith("/hop/"):
            self.answer(302, Location=f"/hop/{int(self.path[5:]) + 1}")
        elif self.path == "/home":
            self.answer(200, '<meta http-equiv="refresh" content="5; url=/home"><a href="/gate">Tin</a>')
        elif self.path == "/gate":
            self.answer(200, ARTICLE)
        elif self.path == "/bao-cao.pdf":
            self.answer(200, "%PDF-1.4", **{"Content-Type": "application/pdf"})
        else:
            self.answer(404)

    def answer(self, status: int, body: str = "", **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "text/html; charset=utf-8", **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    Handler.asked = Counter()
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def crawl(tmp_path, server, path: str) -> dict:
    seeds = tmp_path / "seeds.txt"
    seeds.write_text(f"http://127.0.0.1:{server.server_address[1]}{path}\n")
    done = khcn("crawl", "--seeds", str(seeds), "--json", *FAST, "-s", "DISCOVER_ENABLED=0", data=tmp_path / "data")
    assert done.stdout, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("seed", ["/gate", "/home"])
def test_a_page_behind_its_own_cookie_is_read_and_its_document_asked_for_once(tmp_path, server, seed):
    report = crawl(tmp_path, server, seed)

    assert (report["exit"], report["failures"]) == (0, [])
    with open_archive(tmp_path / "data") as archive:
        article = next(iter(archive.articles()))
    assert article.title == TITLE
    assert article.attachments[0].size_bytes == len("%PDF-1.4")
    assert Handler.asked["/bao-cao.pdf"] == 1


@pytest.mark.parametrize("seed", ["/loop", "/hop/0"])
def test_a_chain_without_end_is_a_failure(tmp_path, server, seed):
    report = crawl(tmp_path, server, seed)

    assert report["exit"] == 5
    assert [failure["cause"] for failure in report["failures"]] == ["status: 302"]
    assert report["complete"] is False
    assert report["robots_refused"] == 0
    assert 10 <= sum(Handler.asked.values()) <= 13
