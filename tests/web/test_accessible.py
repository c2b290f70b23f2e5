"""axe finds nothing on any page, in light and in dark: contrast, names, landmarks, keyboard."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn

from archive.web.app import create_app
from tests.browser import CHROMIUM, browser
from tests.docs.pages import ROOT
from tests.web.conftest import SITES
from tests.web.made import PHOTO, RICE, Made

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
RUN = """
axe.run({resultTypes: ["violations"]}).then(told => told.violations.map(
  each => [each.impact, each.id, each.nodes.map(node => node.html.slice(0, 120))]))
"""


@pytest.fixture
def address(web: Made) -> Iterator[str]:
    """The app on a port, for a browser."""
    server = uvicorn.Server(uvicorn.Config(create_app(web.root, sites=SITES), port=0, log_config=None))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
@pytest.mark.skipif(not AXE.is_file(), reason="axe is not there; npm install --no-save axe-core")
@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_axe_finds_nothing(web: Made, address: str, scheme: str) -> None:
    article = f"/articles/{web.ids[RICE]}"
    paths = (
        "/", "/?lang=en", "/search?q=lua&site=ha_tinh", "/search?when=2024", article, f"{article}/diff",
        f"{article}?version=1", f"/captures/{web.captures[PHOTO]}", "/sites", "/sites/nghe_an", "/sites/hau_giang",
        "/sites/dissolved",
        "/crawls", "/crawls/ha_tinh-20250304020000000", "/nowhere",
    )  # fmt: skip
    with browser(f"--blink-settings=preferredColorScheme={['dark', 'light'].index(scheme)}") as tab:
        tab.call("Page.setBypassCSP", enabled=True)  # axe itself is a script
        for path in paths:
            tab.open(address + path)
            tab.evaluate(Path(AXE).read_text("utf-8") + "; 0")

            assert tab.evaluate(RUN) == [], path
