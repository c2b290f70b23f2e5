"""Headless Chromium, driven over a pipe with the DevTools protocol: what a page becomes in a browser."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import select
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
OPTIONS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage",
           "--disable-component-update", "--no-first-run", "--remote-debugging-pipe", "--window-size=1000,1400")  # fmt: skip
PATIENCE_S = 300


class Browser:
    """One browser with one tab."""

    def __init__(self, to_browser: int, from_browser: int) -> None:
        self._to, self._from = to_browser, from_browser
        self._count, self._unread, self._loaded = 0, b"", False
        self._session: str | None = None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.call("Page.enable")

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Send one command of the protocol; return its result."""
        self._count += 1
        message = {"id": self._count, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._receive()
            if answer.get("id") == self._count:
                assert "error" not in answer, answer
                return answer["result"]

    def open(self, url: str) -> None:
        """Go to an address and wait until the page has everything it asks for, or gave up on it."""
        self._loaded = False
        self.call("Page.navigate", url=url)
        while not self._loaded:
            self._receive()

    def evaluate(self, script: str) -> Any:
        """Return the value of an expression on the page."""
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def screenshot(self, path: Path) -> None:
        """Keep what is seen as a PNG file."""
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))

    def _receive(self) -> dict[str, Any]:
        while b"\0" not in self._unread:
            ready, _, _ = select.select([self._from], [], [], PATIENCE_S)
            data = os.read(self._from, 1 << 16) if ready else b""
            assert data, "the browser says nothing more"
            self._unread += data
        line, _, self._unread = self._unread.partition(b"\0")
        message: dict[str, Any] = json.loads(line)
        self._loaded = self._loaded or message.get("method") == "Page.loadEventFired"
        return message


@contextmanager
def browser(*options: str) -> Iterator[Browser]:
    """Run a browser while the block runs; *options* are Chromium's own."""
    assert CHROMIUM
    inner_in, to_browser = os.pipe()
    from_browser, inner_out = os.pipe()
    with tempfile.TemporaryDirectory(prefix="khcn-browser-", ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen(
            [CHROMIUM, *OPTIONS, *options, f"--user-data-dir={profile}"],
            preexec_fn=lambda: _speak_on_3_and_4(inner_in, inner_out),
            close_fds=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(inner_in)
        os.close(inner_out)
        try:
            yield Browser(to_browser, from_browser)
        finally:
            process.kill()
            process.wait()
            os.close(to_browser)
            os.close(from_browser)
            time.sleep(0.1)  # its children write into the profile until they notice
            shutil.rmtree(profile, ignore_errors=True)
            os.makedirs(profile, exist_ok=True)


def _speak_on_3_and_4(read: int, write: int) -> None:
    """Put the pipe where the protocol is spoken; either may lie where the other belongs."""
    read, write = (fcntl.fcntl(number, fcntl.F_DUPFD, 10) for number in (read, write))
    os.dup2(read, 3)
    os.dup2(write, 4)
