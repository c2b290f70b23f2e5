"""A crawl fetches what its pages need: each file once, from wherever, and no crawl breaks over it."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from archive import open_archive
from archive.catalog import Catalog
from tests.khcn import FAST, khcn
from tests.play.pictures import icon

HOST, OTHER, DEAD = "skhcn.requisites.example", "cdn.requisites.example", "dead.requisites.example"
HTML, CSS, PNG = "text/html; charset=utf-8", "text/css", "image/png"
PICTURE = icon("/logo.png")

PAGE = f"""<!DOCTYPE html><title>Sở KH&CN</title><link rel=stylesheet href="/css/1.css"><script src="/app.js#x"></script>
<img src="/logo.png" srcset="/logo.png 1x, /logo@2x.png 2x"><img data-src="/lazy.png" src="data:,"><img src="/gone.png">
<img src="http://{OTHER}/shared.png"><img src="http://{OTHER}/forbidden/a.png"><a href="/2.html">Trang sau</a>"""
SECOND = f"""<!DOCTYPE html><title>Trang hai</title><link rel=stylesheet href="/css/1.css"><img src="/logo.png"><img src="/new.png">
{"".join(f'<img src="http://{DEAD}/{number}.png">' for number in range(40))}"""
ROUTES = {
    (HOST, "/"): (HTML, PAGE.encode()),
    (HOST, "/2.html"): (HTML, SECOND.encode()),
    (HOST, "/css/1.css"): (CSS, b"@import '2.css'; @font-face{font-family:K;src:url(../k.woff2)} p{background:url(/logo.png)}"),
    **{(HOST, f"/css/{n}.css"): (CSS, f"@import '{n + 1}.css'; p{{background:url(/level-{n}.png)}}".encode()) for n in range(2, 9)},
    (HOST, "/k.woff2"): ("font/woff2", b"wOF2" + bytes(200)),
    (HOST, "/app.js"): ("application/javascript", b"var asked = '/never.js'"),
    **{(HOST, f"/{name}.png"): (PNG, PICTURE) for name in ("logo", "logo@2x", "lazy", "new", "level-2", "level-3", "level-4")},
    (OTHER, "/robots.txt"): ("text/plain", b"User-agent: *\nDisallow: /forbidden/\n"),
    (OTHER, "/shared.png"): (PNG, PICTURE),
    (OTHER, "/forbidden/a.png"): (PNG, PICTURE),
}  # fmt: skip


class Server(ThreadingHTTPServer):
    """Serves the routes; remembers what was asked for."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.routes = dict(ROUTES)
        self.log: list[str] = []

    @property
    def resolve(self) -> str:
        port = self.server_address[1]
        return f"{HOST}=127.0.0.1:{port},{OTHER}=127.0.0.1:{port},{DEAD}=127.0.0.1:1"


class Handler(BaseHTTPRequestHandler):
    """Answers as the routes say; an empty answer is a connection that breaks."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        assert isinstance(self.server, Server)
        host = self.headers["Host"]
        self.server.log.append(f"http://{host}{self.path}")
        mime, body = self.server.routes.get((host, self.path), ("text/html", None))
        if body == b"":
            self.close_connection = True
            return
        self.send_response(200 if body is not None else 404)
        self.send_header("Content-Type", mime)
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def served() -> Iterator[Server]:
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def crawl(server: Server, data: Path, *options: str, code: int = 0) -> tuple[dict, Counter[str]]:
    """Crawl from the first page; return the report and what was asked for."""
    seeds = data.parent / "seeds.txt"
    seeds.write_text(f"http://{HOST}/\n")
    server.log.clear()
    done = khcn(
        "crawl",
        "--json",
        "--seeds",
        str(seeds),
        *FAST,
        "-s",
        "DISCOVER_ENABLED=0",
        *options,
        data=data,
        resolve=server.resolve,
    )
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout), Counter(server.log)


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    data = tmp_path_factory.mktemp("requisites") / "data"
    with served() as server:
        report, asked = crawl(server, data)
        again, asked_again = crawl(server, data)
        full, asked_full = crawl(server, data, "--full")
    return data, report, asked, again, asked_again, full, asked_full


def test_everything_a_page_needs_is_asked_for_once(first):
    _, report, asked, *_ = first

    own = "/ /2.html /css/1.css /css/2.css /css/3.css /css/4.css /k.woff2 /app.js /logo.png /logo@2x.png /lazy.png /new.png"
    own += " /level-2.png /level-3.png /gone.png /robots.txt"
    wanted = [f"http://{HOST}{path}" for path in own.split()] + [
        f"http://{OTHER}/robots.txt",
        f"http://{OTHER}/shared.png",
    ]
    assert asked == Counter(dict.fromkeys(wanted, 1))
    counted, dead = report["requisites"], len(report["requisite_failures"])
    assert counted == {"asked": 14 + dead, "missing": 1, "skipped": 40 - dead, "cut": 0}


def test_sheets_are_followed_four_levels_deep(first):
    _, _, asked, *_ = first

    assert f"http://{HOST}/css/4.css" in asked
    assert f"http://{HOST}/css/5.css" not in asked


def test_a_dead_host_is_named_and_left_alone_and_breaks_no_crawl(first):
    _, report, *_ = first

    assert report["exit"] == 0
    assert report["failures"] == []
    assert 3 <= len(report["requisite_failures"]) <= 11  # eight were under way when the third failed
    for failure in report["requisite_failures"]:
        assert failure["url"].startswith(f"http://{DEAD}/")
        assert failure["cause"].startswith("refused: ")
        assert failure["attempts"] == 1


def test_robots_txt_of_another_host_is_obeyed(first):
    _, report, asked, *_ = first

    assert f"http://{OTHER}/forbidden/a.png" not in asked
    assert report["robots_refused"] == 1


def test_what_is_held_is_asked_for_again_by_a_full_crawl_only(first):
    *_, asked_again, _, asked_full = first

    requisites = {url for url in asked_again if not url.endswith(("/", ".html", "robots.txt"))}
    assert requisites == set()
    assert {f"http://{HOST}/css/1.css", f"http://{HOST}/logo.png", f"http://{OTHER}/shared.png"} <= set(asked_full)
    assert set(asked_full.values()) == {1}


def test_requisites_are_captures_with_their_page_and_never_articles(first):
    data, *_ = first
    with open_archive(data) as archive:
        held = {capture.url: capture for capture in archive.captures()}
        purposes = Counter(capture.purpose for capture in held.values() if capture.status == 200)

    assert held[f"http://{HOST}/css/2.css"].via == f"http://{HOST}/css/1.css"
    assert held[f"http://{HOST}/css/1.css"].via == f"http://{HOST}/"
    assert held[f"http://{HOST}/k.woff2"].purpose == "requisite"
    assert purposes["page"] == 2


def test_a_rebuild_knows_requisites_as_the_crawl_did(first, tmp_path):
    data, *_ = first

    def dump() -> list[str]:
        with Catalog.open(data / "catalog.sqlite3", read_only=True) as catalog:
            return list(catalog.dump())

    live = dump()
    assert any('"requisite"' in line for line in live)

    assert khcn("rebuild", data=data).returncode == 0
    assert dump() == live


def test_a_requisite_of_the_own_host_that_gives_no_answer_is_a_failure(tmp_path):
    with served() as server:
        server.routes[HOST, "/app.js"] = (HTML, b"")
        report, _ = crawl(server, tmp_path / "data", "-s", "RETRY_TIMES=1", code=5)

    assert [failure["url"] for failure in report["failures"]] == [f"http://{HOST}/app.js"]
    assert report["failures"][0]["attempts"] >= 2


def test_a_page_with_too_many_requisites_is_cut_and_counted(tmp_path):
    with served() as server:
        report, asked = crawl(server, tmp_path / "data", "-s", "REQUISITES_MAX_PER_PAGE=2")

    assert f"http://{HOST}/css/1.css" in asked
    assert f"http://{HOST}/k.woff2" not in asked
    assert report["requisites"]["asked"] == 4
    assert report["requisites"]["cut"] >= 6


def test_requisites_can_be_turned_off(tmp_path):
    with served() as server:
        report, asked = crawl(server, tmp_path / "data", "-s", "REQUISITES_ENABLED=False")

    assert set(asked) == {f"http://{HOST}{path}" for path in ("/", "/2.html", "/robots.txt")}
    assert report["requisites"]["asked"] == 0
