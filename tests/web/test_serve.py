"""``khcn serve`` as a process: it says where it is, answers, and ends well."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.khcn import command, khcn
from tests.web.made import RICE, make

ENVIRON = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}


@contextmanager
def serving(root: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run the verb on a free port while the block runs; give the process and the address that it printed."""
    with running("serve", root, *options) as both:
        yield both


@contextmanager
def replaying(root: Path) -> Iterator[str]:
    """Replay an archive on a free port while the block runs; give the address below which it does."""
    with running("replay", root) as (_, address):
        yield address


@contextmanager
def running(verb: str, root: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run a verb that serves on a port of its choice; end it as a person would."""
    line = [*command(), "--data", str(root), verb, "--port", "0", *options]
    process = subprocess.Popen(line, env=ENVIRON, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process, process.stdout.readline().strip()
    finally:
        process.terminate()
        process.communicate(timeout=300)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_it_is_told_to_end(web, how):
    with serving(web.root, "--prefix", "/kho") as (process, address):
        with urllib.request.urlopen(f"{address}sites/ha_tinh?lang=en", timeout=300) as told:
            page = told.read().decode()
        os.kill(process.pid, how)
        code = process.wait(300)

    assert address.endswith("/kho/")
    assert "Department of Science and Technology of Hà Tĩnh" in page
    assert code == 0


def test_captures_can_be_found_before_the_address_is_told(tmp_path):
    root = make(tmp_path / "data").root
    with serving(root) as (_, address):
        with sqlite3.connect(f"file:{root / 'cdxj.sqlite3'}?mode=ro", uri=True) as index:
            (lines,) = index.execute("SELECT count(*) FROM lines").fetchone()
        index.close()
        with urllib.request.urlopen(f"{address}cdx?url={RICE}", timeout=300) as told:
            found = told.read().splitlines()

    assert lines > 30
    assert len(found) == 2


def test_what_it_writes_is_what_its_help_says(tmp_path):
    root = make(tmp_path / "data").root
    before = {path.name for path in root.iterdir()}
    with serving(root) as (_, address):
        for path in ("search?q=lua", "oai?verb=Identify", "cdx?url=example.vn"):
            with urllib.request.urlopen(address + path, timeout=300) as told:
                assert told.status == 200
    made = {path.name.partition("-")[0] for path in root.iterdir()} - before
    said = khcn("serve", "--help").stdout

    assert made == {"search", "cdxj.sqlite3", "oai.sqlite3"}
    assert all(name in said for name in ("search/", "cdxj.sqlite3", "oai.sqlite3"))


def test_a_port_in_use_is_said_with_what_to_do(web):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = khcn("serve", "--port", str(port), data=web.root)

    assert done.returncode == 2
    assert f"127.0.0.1:{port}: Address already in use; name another with --host or --port" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("options", "code", "sentence"),
    [
        (("--prefix", "kho"), 2, 'a path begins with "/"'),
        (("--replay", "ftp://a"), 2, "an address begins with http"),
        (("--host", "no.such.host.invalid"), 2, "name another with --host or --port"),
    ],
)
def test_what_can_not_be_done_is_said(web, options, code, sentence):
    done = khcn("serve", "--port", "0", *options, data=web.root)

    assert done.returncode == code
    assert sentence in done.stderr


def test_without_a_catalog_it_does_not_start(tmp_path):
    done = khcn("serve", "--port", "0", data=tmp_path)

    assert done.returncode == 4
    assert "there is no catalog" in done.stderr
