"""pywb replays what was captured, byte for byte, and a browser shows the pages as they were."""

from __future__ import annotations

import gzip
import http.client
import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from archive import open_archive
from archive.errors import ConfigError
from archive.times import timestamp14
from crawler import replay as replaying
from crawler.replay import Linked
from tests.browser import CHROMIUM, browser
from tests.khcn import COMMAND, FAST, khcn
from tests.play import play

pytest.importorskip("pywb", reason="the extra `replay` is not installed")
pytestmark = pytest.mark.xdist_group("replay")

SITES = ("ha_tinh", "hau_giang")


@pytest.fixture(scope="module")
def played():
    with play() as running:
        yield running


@pytest.fixture(scope="module")
def data(played, tmp_path_factory):
    """An archive of two crawls: the second finds the same pages again."""
    root = tmp_path_factory.mktemp("replay") / "data"
    for _ in range(2):
        done = khcn("crawl", "--full", "--limit", "7", *SITES, *FAST, data=root, resolve=played.resolve)
        assert done.returncode == 0, done.stderr
    return root


@contextmanager
def replay(data: Path, temporary: Path) -> Iterator[str]:
    """Run the command while the block runs; give the address it prints."""
    env = {"PATH": "/usr/bin:/bin", "KHCN_DATA": str(data), "TMPDIR": str(temporary)}
    process = subprocess.Popen([str(COMMAND), "replay", "--port", "0"], env=env, stdout=subprocess.PIPE, text=True)
    try:
        yield process.stdout.readline().strip()
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(300) == 0
    assert list(temporary.iterdir()) == []


@pytest.fixture(scope="module")
def address(data, tmp_path_factory):
    with replay(data, tmp_path_factory.mktemp("links")) as printed:
        yield printed


def test_captures_are_replayed_as_it_was_received(data, address):
    connection = http.client.HTTPConnection(urlsplit(address).netloc)
    kinds, revisits = set(), 0
    with open_archive(data) as archive:
        for number, capture in enumerate(archive.captures()):
            if number % 4 and capture.purpose != "page":
                continue
            connection.request("GET", f"/archive/{timestamp14(capture.date)}id_/{capture.url}")
            answer = connection.getresponse()
            body = answer.read()
            payload = capture.payload()
            if answer.getheader("Content-Encoding") == "gzip":
                body = gzip.decompress(body)

            assert body == payload.body, capture.url
            assert answer.status == payload.status, capture.url
            revisits += capture.revisit_of is not None
            kinds.add((capture.purpose, payload.header("Transfer-Encoding"), payload.header("Content-Encoding")))
    assert {purpose for purpose, _, _ in kinds} >= {"page", "image", "requisite", "robots"}
    assert {("page", "chunked", None), ("page", None, "gzip"), ("page", "chunked", "gzip")} <= kinds
    assert revisits >= 10


def test_a_page_is_framed_and_its_links_stay_inside(data, address):
    with open_archive(data) as archive:
        page = next(capture for capture in archive.captures("ha_tinh") if capture.purpose == "page")
    connection = http.client.HTTPConnection(urlsplit(address).netloc)

    def get(path: str) -> tuple[int, str]:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()

    assert get(f"/archive/{timestamp14(page.date)}/{page.url}")[0] == 200
    status, text = get(f"/archive/{timestamp14(page.date)}mp_/{page.url}")
    assert status == 200
    assert f"/archive/{timestamp14(page.date)}cs_/http://skhcn.hatinh.gov.vn/css/" in text
    assert get("/archive/2020mp_/http://not.archived.example/")[0] == 404


COUNT = """(async () => {
    const frame = document.getElementById('replay_iframe');
    let page;
    do {
        await new Promise(wait => setTimeout(wait, 50));
        page = frame ? frame.contentDocument : document;
    } while (!page || page.readyState != 'complete' || page.location.href == 'about:blank');
    for (const image of page.images) image.loading = 'eager';
    await Promise.all([...page.images].map(image => image.decode().catch(() => 0)));
    return {
        images: [...page.images].map(image => [image.naturalWidth, image.naturalHeight]),
        rules: [...page.styleSheets].map(sheet => sheet.cssRules.length),
        height: page.documentElement.scrollHeight,
    };
})()"""


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
@pytest.mark.parametrize("site", SITES)
def test_a_browser_shows_the_replayed_page_as_the_played_one(data, address, played, site):
    with open_archive(data) as archive:
        articles = [article.url for article in archive.articles(site) if article.images]
        pages = [archive.capture(url) for url in articles[:2]]
        pages += [capture for capture in archive.captures(site) if capture.purpose == "page"][:1]
    hosts = ",".join(f"MAP {pair.replace('=', ' ')}" for pair in played.resolve.split(","))
    with browser(f"--host-resolver-rules={hosts}") as chromium:
        for capture in pages:
            chromium.open(capture.url)
            live = chromium.evaluate(COUNT)
            chromium.open(f"{address}{timestamp14(capture.date)}/{capture.url}")
            replayed = chromium.evaluate(COUNT)

            assert len(live["images"]) >= 5
            assert replayed == live, capture.url
            assert all(width > 0 for width, _ in replayed["images"])
            assert live["rules"][0] > 10


def test_files_that_are_closed_meanwhile_are_seen(data, tmp_path):
    root, folder = tmp_path / "data", tmp_path / "links"
    folder.mkdir()
    warcs = sorted(data.glob("warcs/ha_tinh/*/*.warc.gz"))
    year = warcs[0].parent.name
    for name in ("warcs", "cdxj"):
        (root / name / "ha_tinh" / year).mkdir(parents=True)
    linked = Linked(folder, root)
    assert linked.refresh() == 0

    for number, warc in enumerate(warcs, 1):
        index = data / "cdxj" / "ha_tinh" / year / warc.name.replace(".warc.gz", ".cdxj")
        there = root / "warcs" / "ha_tinh" / year / f"{warc.name}.open"
        os.link(warc, there)
        assert linked.refresh() == number - 1
        there.rename(there.with_suffix(""))
        assert linked.refresh() == number - 1
        assert linked.unindexed() == [f"warcs/ha_tinh/{year}/{warc.name}"]
        os.link(index, root / "cdxj" / "ha_tinh" / year / index.name)
        assert linked.refresh() == number
    there.with_suffix("").unlink()

    assert linked.refresh() == len(warcs) - 1
    assert all(link.exists() for made in ("warcs", "indexes") for link in (folder / made).iterdir())


def test_what_hinders_a_replay_is_said(data, tmp_path, monkeypatch):
    empty = khcn("replay", data=tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken = khcn("replay", "--port", str(server.getsockname()[1]), data=data)
    monkeypatch.setattr(replaying.importlib.util, "find_spec", lambda name: None)

    assert (empty.returncode, taken.returncode) == (2, 2)
    assert "no WARC file that is closed and indexed" in empty.stderr
    assert "Address already in use; name another with --host or --port" in taken.stderr
    with pytest.raises(ConfigError, match=r"pywb is not installed.*\[replay\]"):
        replaying.check_installed()
