"""The one crawl over all odd cases, and what both sides saw of it."""

from __future__ import annotations

import base64
import json
import socket
import ssl
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.crawler.odd_cases import CASES, TLS, TLS12, V6, Case
from tests.crawler.odd_server import OddServer, Seen, certificate, tls_context

ROOT = Path(__file__).parents[2]
SILENT = ("refused", "no-such-host", "not-tls", "tls-silent")
"""Cases in which no byte of HTTP is exchanged."""
PLAYED = [case for case in CASES if case.name not in SILENT]
ASKS = [(case, index) for case in CASES for index in range(len(case.asks))]


def has_ipv6() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


def raw(text: str) -> bytes:
    return base64.b64decode(text)


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.fixture(scope="session")
def odd_crawl(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """Run the crawl once, in a process of its own; return what both sides saw."""
    directory = tmp_path_factory.mktemp("odd")
    pem = certificate(directory, *(case.host for case in CASES if case.scheme == "https"))
    servers: dict[str | None, OddServer] = {
        None: OddServer({}),
        TLS: OddServer({}, tls_context(pem)),
        TLS12: OddServer({}, tls_context(pem, ssl.TLSVersion.TLSv1_2)),
        V6: OddServer({}, address="::1" if has_ipv6() else "127.0.0.1"),
    }
    targets = {}
    for case in PLAYED:
        server = servers[case.server]
        for host in {case.host, *(ask.host or case.host for ask in case.asks)}:
            server.scripts[host] = case.scripts
            targets[host] = f"{server.address}:{server.port}"
    # The kernel takes connections for a listener that nobody asks for them.
    with socket.create_server(("127.0.0.1", 0)) as silent, socket.socket() as unused:
        targets["tls-silent.test"] = f"127.0.0.1:{silent.getsockname()[1]}"
        unused.bind(("127.0.0.1", 0))
        targets["refused.test"] = f"127.0.0.1:{unused.getsockname()[1]}"
        # A label this long is refused by the resolver itself: no name server is asked.
        targets["not-tls.test"] = f"127.0.0.1:{servers[None].port}"
        targets["no-such-host.test"] = f"{'x' * 64}.test:80"
        resolve = ",".join(f"{host}={target}" for host, target in targets.items())
        (directory / "plan.json").write_text(json.dumps({"resolve": resolve}))
        command = [sys.executable, "-m", "tests.crawler.odd_crawl", str(directory)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    for server in servers.values():
        server.stop()
    assert done.returncode == 0, done.stderr[-4000:]
    exchanges = defaultdict(list)
    for exchange in lines(directory / "exchanges.jsonl"):
        exchanges[exchange["url"]].append(exchange)
    return SimpleNamespace(
        directory=directory,
        servers=servers,
        seen=[seen for server in servers.values() for seen in server.seen],
        exchanges=exchanges,
        told={(line["case"], line["index"]): line for line in lines(directory / "told.jsonl")},
        end=json.loads((directory / "end.json").read_text()),
        log=(directory / "crawl.log").read_text(),
    )


def url_of(case: Case, seen: Seen) -> str:
    return f"{case.scheme}://{seen.host}{seen.path}"


def seen_of(crawl: SimpleNamespace, case: Case) -> list[Seen]:
    hosts = {case.host, *(ask.host or case.host for ask in case.asks)}
    return [seen for seen in crawl.seen if seen.host in hosts]
