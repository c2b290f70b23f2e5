"""A WACZ file is served to ReplayWeb.page, byte ranges and all, and shows its pages in a browser."""

from __future__ import annotations

import http.client
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from archive import open_archive
from archive.errors import ConfigError
from archive.text import fold
from archive.times import timestamp14
from crawler.replayweb import SCRIPTS, WaczServer
from tests.browser import CHROMIUM, browser
from tests.khcn import FAST, khcn
from tests.play import play

# Not fetched by the tests: unpack `npm pack replaywebpage` here to run the one that needs it.
REPLAYWEB = Path(os.environ.get("REPLAYWEB", "node_modules/replaywebpage"))


@contextmanager
def serving(wacz: Path, scripts: Path) -> Iterator[str]:
    with WaczServer("127.0.0.1", 0, wacz, scripts) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server.address
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def files(tmp_path):
    """A WACZ file and the scripts, in name only."""
    wacz = tmp_path / "a.wacz"
    wacz.write_bytes(bytes(range(256)) * 1000)
    for name in SCRIPTS:
        (tmp_path / name).write_text(f"// {name}")
    return wacz, tmp_path


@pytest.mark.parametrize(
    ("asked", "status", "content_range", "span"),
    [
        (None, 200, None, (0, 256_000)),
        ("bytes=0-0", 206, "bytes 0-0/256000", (0, 1)),
        ("bytes=255990-", 206, "bytes 255990-255999/256000", (255_990, 256_000)),
        ("bytes=-22", 206, "bytes 255978-255999/256000", (255_978, 256_000)),
        ("bytes=100000-999999999", 206, "bytes 100000-255999/256000", (100_000, 256_000)),
        ("bytes=256000-", 416, "bytes */256000", (0, 0)),
        ("bytes=9-3", 416, "bytes */256000", (0, 0)),
    ],
)
def test_parts_of_the_file_are_served(files, asked, status, content_range, span):
    with serving(*files) as address:
        connection = http.client.HTTPConnection(urlsplit(address).netloc)
        for method in ("GET", "HEAD"):
            connection.request(method, "/archive.wacz", headers={"Range": asked} if asked else {})
            answer = connection.getresponse()
            body = answer.read()

            assert (answer.status, answer.getheader("Content-Range")) == (status, content_range)
            assert answer.getheader("Content-Length") == str(span[1] - span[0])
            assert body == (files[0].read_bytes()[slice(*span)] if method == "GET" else b"")


@pytest.mark.parametrize("path", ["/etc/passwd", "/../a.wacz", "/a.wacz", "/%2e%2e/x"])
def test_nothing_else_is_served(files, path):
    with serving(*files) as address:
        connection = http.client.HTTPConnection(urlsplit(address).netloc)
        connection.request("GET", path)

        assert connection.getresponse().status == 404


def test_what_is_missing_is_named(files, tmp_path):
    wacz, scripts = files
    with pytest.raises(ConfigError, match="no such file; `khcn export --format wacz`"):
        WaczServer("127.0.0.1", 0, tmp_path / "none.wacz", scripts)
    (scripts / "sw.js").unlink()
    with pytest.raises(ConfigError, match=r"holds no sw\.js; .*npm pack replaywebpage"):
        WaczServer("127.0.0.1", 0, wacz, scripts)

    assert khcn("replay", "--wacz", str(wacz), data=tmp_path).returncode == 2
    assert khcn("replay", "--wacz", str(wacz), "--replayweb", str(scripts), data=tmp_path).returncode == 4


SHOWN = """(async () => {
    const find = root => {
        for (const element of root.querySelectorAll('*')) {
            if (element.tagName == 'IFRAME' && element.src.includes('mp_/')) return element;
            const inside = element.shadowRoot && find(element.shadowRoot);
            if (inside) return inside;
        }
        return null;
    };
    let page;
    do {
        await new Promise(wait => setTimeout(wait, 100));
        page = find(document)?.contentDocument;
    } while (!page || page.readyState != 'complete' || !page.images.length);
    for (const image of page.images) image.loading = 'eager';
    await Promise.all([...page.images].map(image => image.decode().catch(() => 0)));
    return {
        text: page.body.innerText,
        widths: [...page.images].map(image => image.naturalWidth),
        rules: Math.max(...[...page.styleSheets].map(sheet => sheet.cssRules.length)),
    };
})()"""


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
@pytest.mark.skipif(
    not (REPLAYWEB / "sw.js").is_file(), reason=f"no ReplayWeb.page in {REPLAYWEB} (npm pack replaywebpage)"
)
def test_pages_of_our_wacz_are_shown_by_replayweb_revisits_too(tmp_path):
    data, wacz = tmp_path / "data", tmp_path / "ha_tinh.wacz"
    with play() as played:
        for _ in range(2):
            done = khcn("crawl", "--full", "--limit", "6", "ha_tinh", *FAST, data=data, resolve=played.resolve)
            assert done.returncode == 0, done.stderr
        titles = {article.url: article.title for article in played.articles}
    done = khcn("export", "--format", "wacz", "-o", str(wacz), data=data)
    assert done.returncode == 0, done.stderr
    with open_archive(data) as archive:
        pages = [capture for capture in archive.captures("ha_tinh") if capture.url in titles]
    wanted = [pages[0], *[page for page in pages if page.revisit_of][-1:]]
    assert len(wanted) == 2, "a third of the played pages carry validators; none was asked for again"

    with serving(wacz, REPLAYWEB) as address, browser() as chromium:
        for page in wanted:
            chromium.open("about:blank")
            chromium.open(f"{address}#view=resources&url={page.url}&ts={timestamp14(page.date)}")
            shown = chromium.evaluate(SHOWN)

            assert fold(titles[page.url]) in fold(shown["text"])  # some layouts print it in capitals
            assert len(shown["widths"]) >= 5
            assert all(shown["widths"])
            assert shown["rules"] > 10
