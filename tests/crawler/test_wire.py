"""Every byte on the socket is in the archive, and under the right address.

A server on raw sockets remembers what it received and sent; one real crawl walks all cases of
``odd_cases``; then the two are compared, exchange by exchange.
"""

from __future__ import annotations

from collections import defaultdict

import pytest

from tests.crawler.odd_cases import BODY_LIMIT, CASES, HUGE, HUNG_UP, TLS, TLS12
from tests.crawler.odd_session import ASKS, PLAYED, SILENT, raw, seen_of, url_of


@pytest.mark.parametrize("case", PLAYED, ids=lambda case: case.name)
def test_every_block_is_what_was_on_the_socket(odd_crawl, case):
    recorded = defaultdict(list)
    for seen in seen_of(odd_crawl, case):
        recorded[url_of(case, seen)].append((seen.request, bytes(seen.sent)))

    for url, pairs in recorded.items():
        got = [(raw(each["request"]), raw(each["response"])) for each in odd_crawl.exchanges[url]]
        if case.name in HUNG_UP:
            assert [request for request, _ in got] == [request for request, _ in pairs]
            assert all(sent.startswith(read) and read for (_, read), (_, sent) in zip(got, pairs, strict=True))
        else:
            assert got == pairs


@pytest.mark.parametrize(("case", "index"), ASKS, ids=lambda value: getattr(value, "name", value))
def test_scrapy_is_told_the_truth(odd_crawl, case, index):
    ask, told = case.asks[index], odd_crawl.told[case.name, index]
    last = odd_crawl.exchanges[ask.url or f"{case.scheme}://{ask.host or case.host}{ask.path}"][-1]

    assert told["outcome"] == ask.outcome
    assert last["truncated"] == ask.truncated
    assert (last["error"] or "").partition(":")[0] == (ask.error or "")
    assert last["size"] == len(raw(last["response"]))
    if ask.body is not None:
        assert raw(told["body"]) == ask.body
    assert told["capture"] == last["capture"]
    assert ask.flag is None or ask.flag in told["flags"]


def test_each_exchange_is_recorded_once_and_no_other(odd_crawl):
    expected = sorted(url_of(case, seen) for case in PLAYED for seen in seen_of(odd_crawl, case))
    expected += [
        "http://no-such-host.test/",
        "http://refused.test/",
        "https://not-tls.test/",
        "https://tls-silent.test/",
    ]

    got = sorted(url for url, exchanges in odd_crawl.exchanges.items() for _ in exchanges)

    assert got == sorted(expected)
    assert len(got) >= 45


@pytest.mark.parametrize("case", PLAYED, ids=lambda case: case.name)
def test_paths_are_asked_as_often_as_expected(odd_crawl, case):
    counts: dict[str, int] = defaultdict(int)
    for seen in seen_of(odd_crawl, case):
        counts[seen.path] += 1

    assert counts == {path: case.attempts.get(path, 1) for path in case.scripts}


@pytest.mark.parametrize("name", ["reuse", "reuse-mixed", "secure"])
def test_connections_are_reused(odd_crawl, name):
    case = next(case for case in CASES if case.name == name)

    assert len({seen.connection for seen in seen_of(odd_crawl, case)}) == 1


@pytest.mark.parametrize("name", ["junk-at-once", "junk-after-chunks", "junk-after-204", "junk-later"])
def test_a_connection_with_junk_is_not_reused(odd_crawl, name):
    case = next(case for case in CASES if case.name == name)
    first, last = [seen for seen in seen_of(odd_crawl, case) if seen.path in ("/a", "/b")]

    assert first.connection != last.connection


@pytest.mark.parametrize("name", SILENT)
def test_a_failure_without_bytes_is_an_exchange_without_bytes(odd_crawl, name):
    over_tls = "tls" in name
    [exchange] = odd_crawl.exchanges[f"{'https' if over_tls else 'http'}://{name}.test/"]

    assert (exchange["request"], exchange["response"]) == ("", "")
    assert exchange["ip"] == ("127.0.0.1" if over_tls else None)
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
def test_protocols_and_cipher_suite_are_named(odd_crawl, url, protocols, cipher):
    [exchange] = odd_crawl.exchanges[url]

    assert exchange["protocols"] == protocols
    assert exchange["tls"] == cipher
    assert exchange["ip"] == "127.0.0.1"


def test_tls_asks_for_the_real_host(odd_crawl):
    names = {name for server in odd_crawl.servers.values() for name in server.server_names}

    assert {case.host for case in CASES if case.server in (TLS, TLS12)} <= names


def test_only_gzip_is_asked_for(odd_crawl):
    for seen in odd_crawl.seen:
        assert b"\r\nAccept-Encoding: gzip\r\n" in seen.request


def test_purpose_and_via_are_passed_on(odd_crawl):
    assert odd_crawl.exchanges["http://robots.test/robots.txt"][0]["purpose"] == "robots"
    assert odd_crawl.exchanges["http://robots.test/"][0]["purpose"] == "page"
    image = odd_crawl.exchanges["http://image.test/anh.jpg"][0]

    assert (image["purpose"], image["via"]) == ("image", "http://image.test/")


def test_decoded_answers_claim_no_coding(odd_crawl):
    for name in ("gzip", "gzip-chunked", "te-list", "chunked"):
        told = odd_crawl.told[name, 0]

        assert not {"Content-Encoding", "Transfer-Encoding"} & set(told["headers"])
        assert name == "te-list" or told["kind"] == "HtmlResponse"


def test_large_bodies_wait_on_disk_and_are_whole(odd_crawl):
    [huge] = odd_crawl.exchanges["http://huge.test/a.zip"]

    assert raw(huge["response"]).endswith(HUGE)
    assert huge["rolled"]
    assert huge["size"] > BODY_LIMIT


def test_nothing_stays_open(odd_crawl):
    assert odd_crawl.end["open_spools"] == []
    assert "Traceback" not in odd_crawl.log
    assert "Unhandled" not in odd_crawl.log


def test_bytes_that_answer_nothing_are_counted(odd_crawl):
    assert odd_crawl.end["stats"]["capture/stray_bytes"] > 0
    assert odd_crawl.end["stats"]["capture/excess_bytes"] > 0


def test_times_are_in_order(odd_crawl):
    for exchange in (each for exchanges in odd_crawl.exchanges.values() for each in exchanges):
        assert exchange["date"] <= exchange["ended"]
        assert exchange["date"].endswith("+00:00")
