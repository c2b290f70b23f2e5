"""``khcn replay``: the archived sites in the browser, as they were."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import click

from archive.errors import KhcnError
from crawler.cli.storing import fetch
from crawler.config import Config
from crawler.exits import Exit, NotHeld
from crawler.replay import COLLECTION, Linked, check_installed, free_port
from crawler.replayweb import WaczServer

LOOK_S = 2.0
"""How often is looked for files that a crawl has closed."""
START_S = 60.0
"""Time for pywb to answer; it takes two seconds on an idle machine."""


@click.command("replay")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8090, show_default=True, help="Port; 0: any free one.")
@click.option("--wacz", type=click.Path(path_type=Path), help="Replay this WACZ file with ReplayWeb.page instead.")
@click.option("--replayweb", type=click.Path(path_type=Path), help="Folder of ReplayWeb.page's ui.js and sw.js.")
@click.pass_obj
def command(config: Config, host: str, port: int, wacz: Path | None, replayweb: Path | None) -> int:
    """Replay the archived sites in the browser, with pywb, until Ctrl-C.

    Prints the address to open. Nothing is copied. Files that a crawl closes meanwhile are seen.
    """
    if (wacz is None) != (replayweb is None):
        raise click.UsageError("--wacz and --replayweb are given together: the file, and the scripts that replay it")
    with _ends_on_sigterm():
        if wacz is not None and replayweb is not None:
            return _replay_wacz(host, port, wacz, replayweb)
        return _replay_archive(config, host, port)


def _replay_wacz(host: str, port: int, wacz: Path, replayweb: Path) -> int:
    with WaczServer(host, _port(host, port), wacz, replayweb) as server:
        click.echo(server.address)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return Exit.OK
    return Exit.OK


def _replay_archive(config: Config, host: str, port: int) -> int:
    check_installed()
    fetch(config)
    with tempfile.TemporaryDirectory(prefix="khcn-replay-") as folder:
        linked = Linked(Path(folder), config.data)
        if not linked.refresh():
            raise NotHeld(f"{config.data}: no WARC file that is closed and indexed; `khcn crawl` makes them")
        for warc in linked.unindexed():
            click.echo(f"khcn: {warc}: has no index and is not replayed; `khcn index` makes it", err=True)
        port = _port(host, port)
        log = Path(folder) / "pywb.log"
        with log.open("wb") as told, _running(linked.command(host, port), Path(folder), told.fileno()) as pywb:
            try:
                _wait(pywb, host, port, log)
                click.echo(f"http://{f'[{host}]' if ':' in host else host}:{port}/{COLLECTION}/")
                while True:
                    with contextlib.suppress(subprocess.TimeoutExpired):
                        pywb.wait(LOOK_S)
                        raise KhcnError(f"pywb ended by itself: {_last_line(log)}")
                    linked.refresh()
            except KeyboardInterrupt:
                return Exit.OK


@contextlib.contextmanager
def _running(command: list[str], folder: Path, told: int) -> Iterator[subprocess.Popen[bytes]]:
    # In a session of its own: a Ctrl-C in the terminal is for us, and we end it.
    errors = None if logging.getLogger().isEnabledFor(logging.INFO) else told
    pywb = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=errors, start_new_session=True)
    try:
        yield pywb
    finally:
        pywb.terminate()
        pywb.wait()


@contextlib.contextmanager
def _ends_on_sigterm() -> Iterator[None]:
    """Let SIGTERM end the command as Ctrl-C does, so that nothing is left running or lying."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _port(host: str, port: int) -> int:
    """Return a port that can be listened on. Raises UsageError when *port* can not."""
    try:
        return free_port(host, port)
    except OSError as error:
        why = os.strerror(error.errno) if error.errno else error
        raise click.UsageError(f"{host}:{port}: {why}; name another with --host or --port") from None


def _wait(pywb: subprocess.Popen[bytes], host: str, port: int, log: Path) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        if pywb.poll() is not None:
            break
        with contextlib.suppress(OSError), socket.create_connection((host, port), 1):
            return
        time.sleep(0.05)
    raise KhcnError(f"pywb does not start: {_last_line(log)}; `khcn -v replay` shows all it says")


def _last_line(log: Path) -> str:
    lines = log.read_text("utf-8", "replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "it says nothing")
