"""Every byte on the socket is in the archive, and under the right address.

A server on raw sockets remembers what it received and sent; one real crawl walks all cases of
``odd_cases``; then the two are compared, exchange by exchange.
"""

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

from tests.crawler.odd_cases import BODY_LIMIT, CASES, HUGE, TLS, TLS12, Case
from tests.crawler.odd_server import OddServer, Seen, certificate, tls_context

ROOT = Path(__file__).parents[2]
PLAYED = [case for case in CASES if case.name not in ("refused", "no-such-host")]
ASKS = [(case, index) for case in CASES for index in range(len(case.asks))]


def raw(text: str) -> bytes:
    return base64.b64decode(text)


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.fixture(scope="session")
def crawl(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """Run the crawl once, in a process of its own; return what both sides saw."""
    directory = tmp_path_factory.mktemp("odd")
    pem = certificate(directory, *(case.host for case in CASES if case.tls))
    servers: dict[str | None, OddServer] = {
        None: OddServer({}),
        TLS: OddServer({}, tls_context(pem)),
        TLS12: OddServer({}, tls_context(pem, ssl.TLSVersion.TLSv1_2)),
    }
    targets = {}
    for case in PLAYED:
        server = servers[case.tls]
        for host in {case.host, *(ask.host or case.host for ask in case.asks)}:
            server.scripts[host] = case.scripts
            targets[host] = f"127.0.0.1:{server.port}"
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        targets["refused.test"] = f"127.0.0.1:{unused.getsockname()[1]}"
        # A label this long is refused by the resolver itself: no name server is asked.
        targets["no-such-host.test"] = f"{'x' * 64}.test:80"
        resolve = ",".join(f"{host}={target}" for host, target in targets.items())
        (directory / "plan.json").write_text(json.dumps({"resolve": resolve}))
        command = [sys.executable, "-m", "tests.crawler.odd_crawl", str(directory)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
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
    return f"{'https' if case.tls else 'http'}://{seen.host}{seen.path}"


def seen_of(crawl: SimpleNamespace, case: Case) -> list[Seen]:
    hosts = {case.host, *(ask.host or case.host for ask in case.asks)}
    return [seen for seen in crawl.seen if seen.host in hosts]


@pytest.mark.parametrize("case", PLAYED, ids=lambda case: case.name)
def test_every_block_is_what_was_on_the_socket(crawl, case):
    recorded = defaultdict(list)
    for seen in seen_of(crawl, case):
        recorded[url_of(case, seen)].append((seen.request, bytes(seen.sent)))

    for url, pairs in recorded.items():
        got = [(raw(each["request"]), raw(each["response"])) for each in crawl.exchanges[url]]
        if case.name in ("endless-head", "maxsize-announced", "maxsize-found", "no-status-line"):
            # The client hangs up in the midst: what it read is the beginning of what was sent.
            assert [request for request, _ in got] == [request for request, _ in pairs]
            assert all(
                sent.startswith(read) and read for (_, read), (_, sent) in zip(got, pairs, strict=True)
            )
        else:
            assert got == pairs


@pytest.mark.parametrize(("case", "index"), ASKS, ids=lambda value: getattr(value, "name", value))
def test_scrapy_is_told_the_truth(crawl, case, index):
    ask, told = case.asks[index], crawl.told[case.name, index]
    scheme = "https" if case.tls else "http"
    last = crawl.exchanges[ask.url or f"{scheme}://{ask.host or case.host}{ask.path}"][-1]

    assert told["outcome"] == ask.outcome
    assert last["truncated"] == ask.truncated
    assert (last["error"] or "").partition(":")[0] == (ask.error or "")
    assert last["size"] == len(raw(last["response"]))
    if ask.body is not None:
        assert raw(told["body"]) == ask.body
    assert told["capture"] == last["capture"]
    assert ask.flag is None or ask.flag in told["flags"]


def test_each_exchange_is_recorded_once_and_no_other(crawl):
    expected = sorted(url_of(case, seen) for case in PLAYED for seen in seen_of(crawl, case))
    expected += ["http://no-such-host.test/", "http://refused.test/"]

    got = sorted(url for url, exchanges in crawl.exchanges.items() for _ in exchanges)

    assert got == sorted(expected)
    assert len(got) >= 45


@pytest.mark.parametrize("case", PLAYED, ids=lambda case: case.name)
def test_paths_are_asked_as_often_as_expected(crawl, case):
    counts: dict[str, int] = defaultdict(int)
    for seen in seen_of(crawl, case):
        counts[seen.path] += 1

    assert counts == {path: case.attempts.get(path, 1) for path in case.scripts}


@pytest.mark.parametrize("name", ["reuse", "reuse-mixed", "secure"])
def test_connections_are_reused(crawl, name):
    case = next(case for case in CASES if case.name == name)

    assert len({seen.connection for seen in seen_of(crawl, case)}) == 1


@pytest.mark.parametrize("name", ["junk-at-once", "junk-after-chunks", "junk-after-204", "junk-later"])
def test_a_connection_with_junk_is_not_reused(crawl, name):
    case = next(case for case in CASES if case.name == name)
    first, last = [seen for seen in seen_of(crawl, case) if seen.path in ("/a", "/b")]

    assert first.connection != last.connection


@pytest.mark.parametrize("name", ["refused", "no-such-host"])
def test_a_failure_without_bytes_is_an_exchange_without_bytes(crawl, name):
    [exchange] = crawl.exchanges[f"http://{name}.test/"]

    assert (exchange["request"], exchange["response"], exchange["ip"]) == ("", "", None)
    assert exchange["protocols"] == []
    assert exchange["error"]
    assert exchange["capture"] is None


@pytest.mark.parametrize(
    ("url", "protocols", "cipher"),
    [
        ("http://plain.test/", ["http/1.1"], None),
        ("http://http10.test/", ["http/1.0"], None),
        ("http://http09.test/", [], None),
        ("https://secure.test/3", ["http/1.1", "tls/1.3"], "TLS_AES_256_GCM_SHA384"),
        ("https://secure-old.test/", ["http/1.1", "tls/1.2"], "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"),
    ],
)
def test_protocols_and_cipher_suite_are_named(crawl, url, protocols, cipher):
    [exchange] = crawl.exchanges[url]

    assert exchange["protocols"] == protocols
    assert exchange["tls"] == cipher
    assert exchange["ip"] == "127.0.0.1"


def test_tls_asks_for_the_real_host(crawl):
    names = {name for server in crawl.servers.values() for name in server.server_names}

    assert {case.host for case in CASES if case.tls} <= names


def test_only_gzip_is_asked_for(crawl):
    for seen in crawl.seen:
        assert b"\r\nAccept-Encoding: gzip\r\n" in seen.request


def test_purpose_and_via_are_passed_on(crawl):
    assert crawl.exchanges["http://robots.test/robots.txt"][0]["purpose"] == "robots"
    assert crawl.exchanges["http://robots.test/"][0]["purpose"] == "page"
    image = crawl.exchanges["http://image.test/anh.jpg"][0]

    assert (image["purpose"], image["via"]) == ("image", "http://image.test/")


def test_decoded_answers_claim_no_coding(crawl):
    for name in ("gzip", "gzip-chunked", "te-list", "chunked"):
        told = crawl.told[name, 0]

        assert not {"Content-Encoding", "Transfer-Encoding"} & set(told["headers"])
        assert name == "te-list" or told["kind"] == "HtmlResponse"


def test_large_bodies_wait_on_disk_and_are_whole(crawl):
    [huge] = crawl.exchanges["http://huge.test/a.zip"]

    assert raw(huge["response"]).endswith(HUGE)
    assert huge["rolled"]
    assert huge["size"] > BODY_LIMIT


def test_nothing_stays_open(crawl):
    assert crawl.end["open_spools"] == []
    assert "Traceback" not in crawl.log
    assert "Unhandled" not in crawl.log


def test_bytes_that_answer_nothing_are_counted(crawl):
    assert crawl.end["stats"]["capture/stray_bytes"] > 0
    assert crawl.end["stats"]["capture/excess_bytes"] > 0


def test_times_are_in_order(crawl):
    for exchange in (each for exchanges in crawl.exchanges.values() for each in exchanges):
        assert exchange["date"] <= exchange["ended"]
        assert exchange["date"].endswith("+00:00")
