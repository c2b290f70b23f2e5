"""Servers that get validators wrong: nothing is lost, nothing is believed that can not be."""

from __future__ import annotations

import json
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from archive.catalog import Catalog
from archive.warc.reader import iter_captures, list_warcs
from tests.crawler.odd_server import Connection, OddServer, close
from tests.khcn import FAST, khcn

HOST = "odd.test"
BODY = b"<html><title>odd</title><p>" + b"x" * 900 + b"</p></html>"


def ok(*fields: bytes, body: bytes = BODY) -> bytes:
    head = b"".join(field + b"\r\n" for field in (b"Content-Type: text/html", *fields))
    return b"HTTP/1.1 200 OK\r\n" + head + b"Content-Length: %d\r\n\r\n" % len(body) + body


def answers(first: bytes, then: bytes) -> Callable[[Connection], None]:
    """Answer *then* to a conditional request, *first* to any other."""

    def run(connection: Connection) -> None:
        asked = connection.seen.request.lower()  # type: ignore[union-attr]
        connection.send(then if b"\r\nif-none-match" in asked or b"\r\nif-modified-since" in asked else first)

    return run


ETAG = b'ETag: "a"'
SAME = b"HTTP/1.1 304 Not Modified\r\n\r\n"
LATER = b"Last-Modified: Fri, 01 Jan 2100 00:00:00 GMT"
CASES: dict[str, tuple[bytes, bytes, list[bytes]]] = {
    # name: (unconditional answer, conditional answer, validators asked with in the second crawl)
    "strong": (ok(ETAG), SAME, [b'"a"']),
    "weak": (ok(b'ETag: W/"a"'), SAME, [b'W/"a"']),
    "unquoted": (ok(b"ETag: abc"), SAME, [b"abc"]),
    "utf-8": (ok(b'ETag: "\xc4\xa9"'), SAME, [b'"\xc4\xa9"']),
    "latin-1": (ok(b'ETag: "\xe9"'), SAME, [b'"\xe9"']),
    "spaces": (ok(b'ETag:   "a b"  '), SAME, [b'"a b"']),
    "gzip-suffix": (ok(b'ETag: "a-gzip"'), b'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\n\r\n', [b'"a-gzip"']),
    "star": (ok(b"ETag: *"), SAME, []),
    "empty": (ok(b'ETag: ""'), SAME, []),
    "contradictory": (ok(ETAG, b'ETag: "b"'), SAME, []),
    "twice-the-same": (ok(ETAG, ETAG), SAME, [b'"a"']),
    "too-long": (ok(b'ETag: "' + b"a" * 2000 + b'"'), SAME, []),
    "date": (ok(b"Last-Modified: Thu, 02 Jan 2020 03:04:05 GMT"), SAME, [b"Thu, 02 Jan 2020 03:04:05 GMT"]),
    "old-date": (ok(b"Last-Modified: Thursday, 02-Jan-20 03:04:05 GMT"), SAME, [b"Thursday, 02-Jan-20 03:04:05 GMT"]),
    "future": (ok(LATER), SAME, []),
    "no-date": (ok(b"Last-Modified: hom nay"), SAME, []),
    "future-and-etag": (ok(ETAG, LATER), SAME, [b'"a"']),
    "body-behind-304": (ok(ETAG), SAME + BODY, [b'"a"']),
    "304-says-length": (ok(ETAG), b"HTTP/1.1 304 Not Modified\r\nContent-Length: 900\r\n\r\n", [b'"a"']),
    "412": (ok(ETAG), b"HTTP/1.1 412 Precondition Failed\r\nContent-Length: 0\r\n\r\n", [b'"a"']),
    "400": (ok(ETAG), b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", [b'"a"']),
    "500": (ok(ETAG), b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n", [b'"a"']),
    "lying-etag": (ok(ETAG), ok(ETAG, body=BODY.upper()), [b'"a"']),
    "ignores": (ok(ETAG), ok(ETAG), [b'"a"']),
    "gone": (ok(ETAG), b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", [b'"a"']),
}
UNHELD = {"412", "400", "500", "lying-etag", "ignores", "gone"}
"""Those whose conditional answer is no 304."""


@pytest.fixture(scope="module")
def odd(tmp_path_factory) -> SimpleNamespace:
    """Two full crawls of one host with a page for each case."""
    data = tmp_path_factory.mktemp("odd") / "data"
    pages = b"".join(b"<a href=/%s>x</a>" % name.encode() for name in [*CASES, "never"])
    scripts = {
        "/": [[ok(body=b"<html><body>" + pages)]],
        "/never": [[SAME]],
        "/robots.txt": [[b'HTTP/1.1 200 OK\r\nETag: "r"\r\nContent-Length: 13\r\n\r\nUser-agent: *']],
        **{f"/{name}": [[answers(first, then), close]] for name, (first, then, _) in CASES.items()},
    }
    server = OddServer({HOST: scripts})  # type: ignore[dict-item]
    seeds = data.parent / "seeds.txt"
    seeds.write_text(f"http://{HOST}/\n")
    runs, seen = [], [0]
    for _ in range(2):
        runs.append(
            khcn(
                *(
                    "crawl",
                    "--seeds",
                    str(seeds),
                    "--full",
                    "--json",
                    *FAST,
                    "-s",
                    "REQUISITES_ENABLED=0",
                    "-s",
                    "DISCOVER_ENABLED=0",
                ),
                *("-s", "RETRY_TIMES=1"),
                data=data,
                resolve=f"{HOST}=127.0.0.1:{server.port}",
            )
        )
        seen.append(len(server.seen))
    server.stop()
    captures = [entry for warc in list_warcs(data) for entry in iter_captures(data, warc)]
    return SimpleNamespace(
        data=data, runs=runs, first=server.seen[: seen[1]], second=server.seen[seen[1] :], held=captures
    )


def of(odd, name: str):
    """Return the captures of a case with their exchanges, in the order of time."""
    found = [entry for entry in odd.held if entry[0].url == f"http://{HOST}/{name}"]
    return sorted(found, key=lambda entry: entry[0].date)


def validators(request: bytes) -> list[bytes]:
    lines = [line.partition(b": ") for line in request.split(b"\r\n")[1:]]
    return [value for name, _, value in lines if name in (b"If-None-Match", b"If-Modified-Since")]


def test_the_first_crawl_asks_nothing_conditionally(odd):
    assert not any(validators(seen.request) for seen in odd.first)


@pytest.mark.parametrize("name", CASES)
def test_validators_go_back_as_they_came_or_not_at_all(odd, name):
    requests = [validators(seen.request) for seen in odd.second if seen.path == f"/{name}"]

    assert requests[0] == CASES[name][2]
    # What a server chokes on is asked for again, without.
    assert requests[1:] == ([[]] if name in ("412", "400", "500") else [])


@pytest.mark.parametrize("name", sorted(set(CASES) - UNHELD))
def test_what_the_server_calls_unmodified_reads_as_it_did(odd, name):
    (first, whole), (second, stored) = of(odd, name)

    assert stored.payload().body == BODY
    assert stored.payload().status == 200
    if CASES[name][2]:
        assert (second.status, second.revisit_of) == (304, first.id)
        assert stored.payload() == whole.payload()
        assert stored.exchange().response == CASES[name][1] or name == "body-behind-304"
    else:
        assert (second.status, second.revisit_of) == (200, first.id)


def test_a_body_behind_a_304_is_kept(odd):
    _, (_, stored) = of(odd, "body-behind-304")

    # As much of it as came before the connection was given up.
    assert (SAME + BODY).startswith(stored.exchange().response)


def test_other_bytes_under_the_same_etag_are_kept_whole(odd):
    (_, _), (second, stored) = of(odd, "lying-etag")

    assert second.revisit_of is None
    assert stored.payload().body == BODY.upper()


@pytest.mark.parametrize(
    ("name", "statuses"), [("412", [200, 412, 200]), ("400", [200, 400, 200]), ("500", [200, 500, 200])]
)
def test_a_server_that_chokes_on_conditions_is_asked_without(odd, name, statuses):
    found = of(odd, name)

    assert [capture.status for capture, _ in found] == statuses
    assert found[2][0].revisit_of == found[0][0].id


def test_a_304_that_nobody_asked_for_is_a_failure_and_is_kept(odd):
    for run in odd.runs:
        report = json.loads(run.stdout)
        assert run.returncode == 5
        assert {failure["url"]: failure["cause"] for failure in report["failures"]} == {
            f"http://{HOST}/never": "status: 304"
        }
    assert [(capture.status, capture.revisit_of) for capture, _ in of(odd, "never")] == [(304, None)] * 2


def test_robots_txt_is_asked_for_once_a_day_and_whole(odd):
    runs = (odd.first, odd.second)
    requests = [[validators(seen.request) for seen in run if seen.path == "/robots.txt"] for run in runs]

    assert requests == [[[]], []]


def test_a_rebuild_equals_it_all(odd):
    with Catalog.open(odd.data / "catalog.sqlite3", read_only=True) as catalog:
        live = list(catalog.dump())
    done = khcn("rebuild", data=odd.data)

    assert "damage" not in done.stderr
    with Catalog.open(odd.data / "catalog.sqlite3", read_only=True) as catalog:
        rebuilt = list(catalog.dump())
    kinds = ("captures\t", "crawls\t")
    assert [row for row in rebuilt if row.startswith(kinds)] == [row for row in live if row.startswith(kinds)]
