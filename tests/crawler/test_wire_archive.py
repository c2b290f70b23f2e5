"""What two readers of other people find in the WARC files is what was on the socket."""

from __future__ import annotations

import io
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from cdxj_indexer.main import write_cdx_index
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


def test_another_indexer_finds_what_our_sidecars_say(odd_crawl):
    data = odd_crawl.directory / "data"
    theirs = io.StringIO()
    write_cdx_index(theirs, [str(path) for path in sorted((data / "warcs").rglob("*.warc.gz"))], {"post_append": True})
    ours = "".join(path.read_text() for path in sorted((data / "cdxj").rglob("*.cdxj")))

    assert places(ours) == places(theirs.getvalue())


def places(cdxj: str) -> list[tuple[str, str, str, int, int]]:
    found = []
    for line in cdxj.splitlines():
        key, date, rest = line.split(" ", 2)
        told = json.loads(rest)
        found.append((key, date, told["url"], int(told["offset"]), int(told["length"])))
    return sorted(found)


def test_only_digests_of_chunked_bodies_are_called_wrong(odd_crawl):
    """warcio hashes the chunk framing with the body; the WARC standard does not."""
    wrong = []
    for path in (odd_crawl.directory / "data").rglob("*.warc.gz"):
        with path.open("rb") as file:
            for record in ArchiveIterator(file, no_record_parse=False, check_digests=True):
                record.content_stream().read()
                if record.digest_checker.passed is False:
                    wrong.append(record.http_headers.get_header("Transfer-Encoding"))

    assert wrong
    assert all("chunked" in (coding or "") for coding in wrong)
