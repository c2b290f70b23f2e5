"""What real crawls say of a site's health, over days: a site on this machine, the real command, a real receiver."""

from __future__ import annotations

import json
import shutil
import ssl
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from cryptography import x509

from archive.report import read_report
from crawler.cli.common import registry
from crawler.config import read_config
from crawler.exits import Exit
from crawler.watch import after_crawls
from tests.crawler.forked import Forked
from tests.crawler.odd_server import certificate, tls_context
from tests.crawler.other_sites import other_sites
from tests.health.receiver import receiver
from tests.khcn import FAST, khcn
from tests.play import play

SITE, HOST = "ha_tinh", "skhcn.hatinh.gov.vn"
START = datetime(2026, 3, 1, 21, 0, tzinfo=UTC)
DAY = timedelta(days=1)
NOWHERE = f"{HOST}=127.0.0.1:1"


def last(data):
    return read_report(max((data / "crawls").glob("*.json")))


def found(data, name):
    return next(each for each in last(data).expectations if each.name == name)


@pytest.fixture(scope="module")
def days(tmp_path_factory):
    """Crawl a site on seven days, on three of which nobody answers; return the data root and what was told."""
    data = tmp_path_factory.mktemp("days") / "data"
    codes = []
    with play(seeds=False, oldest=2) as world, receiver() as heard, Forked() as forked:
        for day in range(7):
            resolve = NOWHERE if 1 <= day <= 4 else world.resolve
            environ = {"KHCN_RESOLVE": resolve, "KHCN_NOTIFY": heard.address()}
            done = forked.run("crawl", SITE, *FAST, data=data, at=(START + day * DAY).isoformat(), environ=environ)
            codes.append((done.code, len(heard.lines())))
        yield data, codes, heard


def test_a_host_that_is_gone_is_told_on_the_third_day_and_that_it_is_back(days):
    _, codes, heard = days

    assert codes == [(0, 0), (5, 0), (5, 0), (5, 1), (5, 1), (0, 2), (0, 2)]
    assert [line.partition(" [")[0] for line in heard.lines()] == [
        f"BROKE  {SITE}: no answer on 3 days in a row (refused); at most 2 were expected",
        f"MENDED {SITE}: the site answers",
    ]


def test_a_report_says_how_articles_were_read(days):
    data = days[0]
    first = read_report(min((data / "crawls").glob("*.json")))

    assert sum(first.readers.values()) == first.articles.new > 0
    assert set(first.empty) <= {"source_id", "modified", "source", "tags", "attachments", "confidence", "summary", "section",
                                "authors", "photographers", "images", "published_precision", "printed_section"}  # fmt: skip
    assert list(first.robots) == [f"http://{HOST}"]
    assert (first.full, first.certificates, first.undelivered) == (False, {}, 0)


def test_a_notice_that_is_not_delivered_is_in_the_report_and_no_failure(days, tmp_path, monkeypatch, caplog):
    monkeypatch.setattr("crawler.notify.WAITS_S", (0.0,))
    data = shutil.copytree(days[0], tmp_path / "data")
    shutil.rmtree(data / "status")
    for path in sorted((data / "crawls").glob("*.json"))[4:]:
        path.unlink()
    with receiver() as gone:
        address = gone.address()

    after_crawls(
        read_config({"KHCN_NOTIFY": address}, data=data), registry(), {SITE: last(data).crawl}, START + 3 * DAY
    )

    assert last(data).undelivered == 1
    assert last(data).exit == Exit.PARTIAL
    assert "kept for the next run" in caplog.text


@pytest.mark.parametrize("damage", ["no address", "no ledger"])
def test_nothing_about_telling_makes_a_run_fail(tmp_path, damage):
    data = tmp_path / "data"
    environ = {"KHCN_NOTIFY": "nonsense"} if damage == "no address" else {}
    if damage == "no ledger":
        (data / "status/ledger.jsonl").mkdir(parents=True)
    with play(seeds=False, oldest=1) as world:
        done = khcn("crawl", SITE, "--limit", "1", *FAST, data=data, resolve=world.resolve, **environ)

    assert done.returncode == Exit.OK, done.stderr
    assert done.stderr.count("WARNING") == 1
    assert {"no address": "nobody is told", "no ledger": "not looked at"}[damage] in done.stderr


class Page(BaseHTTPRequestHandler):
    """A home page, and a robots.txt."""

    def do_GET(self) -> None:
        body = (
            b"User-agent: *\nDisallow: /x\n"
            if self.path == "/robots.txt"
            else b"<title>So</title><a href='/tin/1'>Tin</a>"
        )
        self.send_response(200)
        self.send_header("Content-Type", "text/plain" if self.path == "/robots.txt" else "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def secured(context: ssl.SSLContext):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


SECURE = """
id = "so"
name = "Sở"
name_en = "So"
status = "active"

[[hosts]]
host = "so.vn"

[[seeds]]
url = "https://so.vn/"
"""


def test_a_certificate_is_looked_at_in_the_handshake(tmp_path):
    pem = certificate(tmp_path, "so.vn")
    until = x509.load_pem_x509_certificate(pem.read_bytes()).not_valid_after_utc
    path = other_sites(tmp_path / "project", only=("none",), so=SECURE)
    data = tmp_path / "data"
    with secured(tls_context(pem)) as port:
        done = khcn("crawl", "so", *FAST, data=data, resolve=f"so.vn=127.0.0.1:{port}", PYTHONPATH=path)
    report = last(data)

    assert report.certificates == {"so.vn": until}
    assert set(report.robots) == {"https://so.vn"}
    assert not found(data, "certificate").ok
    assert found(data, "certificate").value == 0
    assert "the certificate of so.vn is valid until" in done.stderr
    (line,) = khcn("status", "--json", data=data, PYTHONPATH=path).stdout.splitlines()
    assert [each["name"] for each in json.loads(line)["expectations"] if not each["ok"]] == ["certificate"]
