"""Scripts in titles, texts, captions, names of files, addresses and heads of answers never run in the reader's browser."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import lxml.html
import pytest
import uvicorn
from starlette.testclient import TestClient

from archive.catalog import Catalog
from archive.model import Attachment, Image
from archive.report import CrawlReport, Failure, write_report
from archive.web.app import create_app
from tests.browser import CHROMIUM, browser
from tests.web.conftest import HTML, SITES
from tests.web.made import START, Made, Site, made
from tests.web.payloads import PAYLOADS

HOST = "https://skhcn.hatinh.gov.vn"
OURS = {
    "html", "head", "meta", "title", "link", "body", "a", "header", "div", "svg", "rect", "path", "line", "text", "g",
    "nav", "main", "footer", "h1", "h2", "h3", "p", "b", "i", "small", "span", "br", "ul", "ol", "li", "dl", "dt", "dd",
    "form", "label", "input", "button", "section", "aside", "article", "figure", "figcaption", "img", "time", "mark",
    "details", "summary", "table", "caption", "thead", "tbody", "tr", "th", "td", "pre", "code", "ins", "del",
}  # fmt: skip
"""Elements that our templates have; ``title`` stands in SVG too."""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """An archive in which every text that a page shows is one of the payloads."""
    root = tmp_path_factory.mktemp("hostile") / "data"
    with (
        Catalog.open(root / "catalog.sqlite3") as catalog,
        catalog.transaction(),
        Site(root, "ha_tinh", catalog) as here,
    ):
        for number, payload in enumerate(PAYLOADS):
            _article(here, number, payload)
    failures = tuple(Failure(f"{HOST}/{payload}", payload, 3) for payload in PAYLOADS)
    crawl = "ha_tinh-20250304020000000"
    settings = {payload: payload for payload in PAYLOADS}
    write_report(
        root, CrawlReport(crawl, "ha_tinh", START, START, 5, failures=failures, bound=PAYLOADS[0], settings=settings)
    )
    return made(root)


def _article(here: Site, number: int, payload: str) -> None:
    moment = START + timedelta(minutes=number)
    told = payload.replace("\0", "")
    # A file's name as servers send it, encoded, and as it should never be.
    name = quote(payload) if number % 2 else payload.replace(" ", "%20").replace("\0", "").replace("#", "%23")
    lie = ("text/html", "image/svg+xml", "image/jpeg")[number % 3]
    body = f"<svg xmlns='http://www.w3.org/2000/svg' onload='alert({number})'>{payload}</svg>".encode()
    file = here.capture(f"{HOST}/tep/{number}/{name}", moment, body, lie, purpose="image")
    sha256 = hashlib.sha256(body).hexdigest()
    image = Image(file.url, 0, told, told, told, 10, 10, "image/jpeg", len(body), sha256, None, None, file.id)
    document = Attachment(file.url, 0, told, "text/html", len(body), sha256, file.id)
    values = {
        "summary": told, "authors": (told,), "photographers": (told,), "source": told, "section": told, "tags": (told,),
        "images": (image, replace(image, position=1, capture=None)), "attachments": (document,), "parser": told,
    }  # fmt: skip
    url = f"{HOST}/tin/{number}"
    here.article(url, moment, told, f"{told}\n\n{told}", **values)
    here.article(url, moment + timedelta(days=1), f"{told} {told}", f"{told} lúa", **values)
    here.capture(
        f"{HOST}/dau/{number}?{name}", moment, b"x", status=f"200 {told}".split("\n")[0],
        head=f"X-Odd: {told}\r\nX-Other: {told}\r\n".encode("utf-8", "replace"),
    )  # fmt: skip


def pages(hostile: Made, every: int = 1) -> Iterator[str]:
    """Yield the pages that show the payloads: all articles and lists, of what else there is *every* so manieth."""
    heads = {url: name for url, name in hostile.captures.items() if "/dau/" in url}
    for number in range(len(PAYLOADS)):
        article = hostile.ids[f"{HOST}/tin/{number}"]
        yield f"/articles/{article}"
        if number % every:
            continue
        yield f"/articles/{article}/diff"
        yield next(f"/captures/{name}" for url, name in heads.items() if url.startswith(f"{HOST}/dau/{number}?"))
        yield f"/search?q={quote(PAYLOADS[number] + ' alert', safe='')}"
    yield from ("/", "/search", "/search?q=alert", "/search?q=alert&p=2", "/sites/ha_tinh", "/crawls")
    yield "/crawls/ha_tinh-20250304020000000"


def test_no_payload_becomes_an_element_or_an_attribute(hostile):
    client = TestClient(create_app(hostile.root, sites=SITES), headers=HTML)
    for path in pages(hostile):
        told = client.get(path)
        page = lxml.html.fromstring(told.text)

        assert told.status_code in (200, 400), path
        for element in page.iter():
            assert element.tag in OURS, (path, element.tag)
            assert not [name for name in element.attrib if name.startswith("on") or name == "style"], path
            for name in ("href", "src", "action"):
                target = element.get(name, "").strip().lower()
                assert not target or target.startswith(("/", "#", "http://", "https://")), (path, target)


def test_no_file_is_shown_for_what_its_server_said(hostile):
    client = TestClient(create_app(hostile.root, sites=SITES), headers=HTML)
    for url, name in hostile.captures.items():
        if "/tep/" not in url:
            continue
        picture, file = client.get(f"/images/{name}"), client.get(f"/files/{name}/x")

        assert picture.status_code == 415
        assert file.headers["content-type"] == "application/octet-stream"
        assert file.headers["content-disposition"].startswith("attachment;")
        assert "sandbox" in file.headers["content-security-policy"]


@pytest.fixture
def address(hostile: Made) -> Iterator[str]:
    """The app on a port, for a browser."""
    config = uvicorn.Config(create_app(hostile.root, sites=SITES), port=0, log_level="error", log_config=None)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


WATCH = """
window.ran = [];
for (const name of ['alert', 'confirm', 'prompt', 'eval']) window[name] = (...told) => { window.ran.push(told.join()); };
"""
LOOK = """
(() => {
  for (const each of document.querySelectorAll('*')) { each.dispatchEvent(new Event('mouseover')); }
  for (const each of document.querySelectorAll('input, button, [autofocus], [onfocus]')) each.focus();
  return {ran: window.ran, scripts: document.scripts.length, frames: frames.length,
          title: document.title, text: document.body.innerText.length};
})()
"""


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
def test_no_payload_runs_in_a_browser(hostile, address):
    looked = 0
    with browser() as tab:
        # A dialog would hold the page for ever: the functions that open one tell of it instead.
        tab.call("Page.addScriptToEvaluateOnNewDocument", source=WATCH)
        tab.open("data:text/html,<img src=x onerror=alert(7)>")
        assert tab.evaluate("window.ran") == ["7"], "what runs would not be noticed"
        # The policy alone would stop all of them: here nothing but the escaping does.
        tab.call("Page.setBypassCSP", enabled=True)
        for path in pages(hostile, every=12):
            tab.open(f"{address}{path}")
            seen = tab.evaluate(LOOK)

            assert seen["ran"] == [], (path, seen)
            assert (seen["scripts"], seen["frames"]) == (0, 0), path
            assert seen["text"] > 100
            looked += 1
    assert looked > len(PAYLOADS) + 20


def test_the_table_is_long_and_its_entries_differ():
    assert len(set(PAYLOADS)) == len(PAYLOADS) >= 40
    assert Path(__file__).with_name("payloads.py").is_file()
