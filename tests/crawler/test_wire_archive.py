"""What two readers of other people find in the WARC files is what was on the socket."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastwarc.warc import ArchiveIterator as FastIterator
from warcio.archiveiterator import ArchiveIterator

from tests.crawler.odd_cases import HUNG_UP, Case
from tests.crawler.odd_session import PLAYED, seen_of, url_of

INFORMATIONAL = re.compile(rb"(HTTP/1\.1 1\d\d [^\r]*\r\n(?:[^\r]+\r\n)*\r\n)+")
Blocks = dict[str, list[tuple[str, bytes]]]


def by_warcio(path: Path) -> Iterator[tuple[str, str, bytes]]:
    with path.open("rb") as file:
        for record in ArchiveIterator(file, no_record_parse=True):
            url = record.rec_headers.get_header("WARC-Target-URI")
            yield url, record.rec_type, record.raw_stream.read()


def by_fastwarc(path: Path) -> Iterator[tuple[str, str, bytes]]:
    with path.open("rb") as file:
        for record in FastIterator(file, parse_http=False):
            yield record.headers.get("WARC-Target-URI"), record.headers.get("WARC-Type"), record.reader.read()


@pytest.fixture(scope="module", params=[by_warcio, by_fastwarc], ids=["warcio", "fastwarc"])
def blocks(odd_crawl, request: pytest.FixtureRequest) -> Blocks:
    found: Blocks = defaultdict(list)
    paths = sorted((odd_crawl.directory / "data" / "warcs").rglob("*.warc.gz"))
    assert paths
    for path in paths:
        for url, kind, block in request.param(path):
            found[url].append((kind, block))
    return found


@pytest.mark.parametrize("case", PLAYED, ids=lambda case: case.name)
def test_blocks_in_the_archive_are_what_was_on_the_socket(odd_crawl, blocks: Blocks, case: Case):
    sent = defaultdict(list)
    for seen in seen_of(odd_crawl, case):
        sent[url_of(case, seen)].append((seen.request, bytes(seen.sent)))

    for url, pairs in sent.items():
        requests = [block for kind, block in blocks[url] if kind == "request"]
        answers = [block for kind, block in blocks[url] if kind in ("response", "resource")]
        expected = [without_informational(answer) for _, answer in pairs if answer]

        assert requests == [request for request, _ in pairs]
        if case.name in HUNG_UP:
            assert len(answers) == len(expected)
            assert all(whole.startswith(got) for got, whole in zip(answers, expected, strict=True))
        else:
            assert answers == expected


def without_informational(answer: bytes) -> bytes:
    match = INFORMATIONAL.match(answer)
    return answer[match.end() :] if match else answer


@pytest.mark.parametrize("url", ["http://refused.test/", "http://no-such-host.test/", "https://not-tls.test/"])
def test_failures_without_bytes_are_metadata_records(blocks: Blocks, url: str):
    [(kind, block)] = blocks[url]

    assert kind == "metadata"
    assert re.search(rb"^error: (refused|dns|tls): ", block, re.MULTILINE)
