"""Answers to POST: told apart by what was posted, in captures, index, catalog and dedup."""

from __future__ import annotations

import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.catalog import Catalog
from archive.cdxj import index_warc, read_lines, sidecar_path
from archive.posts import MAX_QUERY, address_of, body_as_query, request_of
from archive.surt import surt
from archive.urls import identity_key
from archive.verify import Verification
from archive.warc.framing import read_members
from archive.warc.reader import iter_captures, list_warcs
from archive.warc.record import Record
from archive.warc.writer import WarcWriter
from tests.archive.exchanges import exchange

INDEXER = Path(sys.executable).parent / "cdxj-indexer"
theirs = pytest.importorskip("cdxj_indexer.postquery", reason="cdxj-indexer is an extra for development")

URL = "http://sokhcn.ninhbinh.gov.vn/DesktopModule/UIArticleInMenu/ArticleInMenuPagination.aspx/LoadArticle"
FORM = "application/x-www-form-urlencoded; charset=UTF-8"
JSON = "application/json; charset=utf-8"


def posted(url: str, body: bytes, kind: str = JSON, answer: bytes = b"<ul><li>tin</li></ul>"):
    path = "/" + url.split("/", 3)[3]
    head = f"POST {path} HTTP/1.1\r\nHost: a.vn\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    response = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(answer) + answer
    return exchange(response, url=url, method="POST", request=head.encode() + body)


BODIES = [
    (JSON, b'{"categoryId": "12", "siteId": 60, "page": 2, "page_size": 15}'),
    (JSON, b'{"a": {"page": 1}, "b": [{"page": 2}, {"page": 3}], "on": true, "none": null, "x y": "\xc4\x91i"}'),
    (JSON, b"[1, 2]"),
    (JSON, b"{broken"),
    (JSON, b'{"a": 1}\n{"a": 2}'),
    (JSON, b""),
    ("APPLICATION/JSON", b'{"a": 1}'),
    (FORM, b"token=&tukhoa=khoa+h%E1%BB%8Dc&perpage=10&page=3"),
    (FORM, b"\xff\xfe"),
    (FORM, b"a=1&a=2&&b"),
    ("text/plain", b'{"page": 4}'),
    ("text/plain", b"page 4"),
    ("text/xml", b"<soap:Envelope/>"),
    ("", b"page=2"),
    ("", b""),
    (FORM, b"q=" + b"x" * 9000),
]


@pytest.mark.parametrize(("kind", "body"), BODIES)
def test_a_body_becomes_the_query_that_cdxj_indexer_makes(kind, body):
    if kind.isupper():
        assert body_as_query(kind, body) == "a=1"  # a media type has no case; theirs takes it for binary
        return

    assert body_as_query(kind, body) == theirs.query_extract(kind, str(len(body)), BytesIO(body), URL)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))  # fmt: skip
def test_any_json_becomes_the_query_that_cdxj_indexer_makes(value):
    import json

    body = json.dumps(value).encode()

    try:
        expected = theirs.query_extract(JSON, str(len(body)), BytesIO(body), URL)
    except UnicodeEncodeError:
        return
    assert body_as_query(JSON, body) == expected


@given(st.binary(max_size=300), st.sampled_from([JSON, FORM, "text/plain", "image/png", ""]))
def test_no_body_is_refused(body, kind):
    assert len(body_as_query(kind, body)) <= MAX_QUERY


@pytest.mark.parametrize(
    ("request_bytes", "asked"),
    [
        (b"POST /a HTTP/1.1\r\nContent-Type: application/json\r\n\r\n{\"page\": 2}", ("POST", "page=2")),
        (b"POST /a HTTP/1.1\r\ncontent-TYPE:application/x-www-form-urlencoded\r\nContent-Length: 6\r\n\r\npage=2&x", ("POST", "page=2")),
        (b"PUT /a HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n", ("PUT", "__wb_post_data=")),
        (b"GET /a HTTP/1.1\r\n\r\n", ("GET", None)),
        (b"HEAD /a HTTP/1.0\r\n\r\n", ("HEAD", None)),
        (b"POST /a HTTP", ("GET", None)),
        (b"", ("GET", None)),
        (b"\x00\xff\x00", ("GET", None)),
    ],
)  # fmt: skip
def test_what_was_asked_is_read_off_the_request(request_bytes, asked):
    assert request_of(Record([("WARC-Type", "request")], BytesIO(request_bytes), 0, len(request_bytes))) == asked


@pytest.fixture
def written(tmp_path):
    writer = WarcWriter(tmp_path, "ninh_binh", "ninh_binh-1", info={})
    captures = [
        writer.write(exchange(url=URL), purpose="page"),
        writer.write(posted(URL, b'{"page": 1}'), purpose="page"),
        writer.write(posted(URL, b'{"page": 2}'), purpose="page"),
        writer.write(posted(URL + "?x=1", "page=2&q=đổi mới".encode(), FORM), purpose="page"),
        writer.write(exchange(url=URL, method="HEAD", request=b"HEAD /x HTTP/1.1\r\n\r\n"), purpose="page"),
    ]
    writer.close()
    return tmp_path, list_warcs(tmp_path)[0], captures


def test_a_capture_says_what_was_posted(written):
    _, _, captures = written

    assert [(each.method, each.request_body) for each in captures] == [
        ("GET", None),
        ("POST", "page=1"),
        ("POST", "page=2"),
        ("POST", "page=2&q=đổi mới"),
        ("HEAD", None),
    ]
    assert {each.url for each in captures} == {URL, URL + "?x=1"}


def test_a_capture_read_from_its_file_is_the_one_written(written):
    root, warc, captures = written

    assert [capture for capture, _ in iter_captures(root, warc)] == captures


def test_the_index_is_that_of_cdxj_indexer_with_post_append(written):
    root, warc, _ = written
    live = sidecar_path(root, warc).read_bytes()

    done = subprocess.run([INDEXER, "--sort", "--post-append", root / warc], capture_output=True, check=True)

    assert live == done.stdout
    index_warc(root, warc)
    assert sidecar_path(root, warc).read_bytes() == live
    keys = [line.urlkey for line in read_lines(sidecar_path(root, warc))]
    assert len(set(keys)) == 4  # the GET and the HEAD share one
    assert f"{surt(URL)}?__wb_method=post&page=2" in keys


def test_a_request_before_its_answer_counts_as_well(written):
    from archive.cdxj import lines_of
    from archive.model import Location

    root, warc, _ = written
    with (root / warc).open("rb") as file:
        records = [member.record for member in read_members(file)]
        swapped = [*records]
        for at in range(len(records) - 1):
            if records[at].type == "response" and records[at + 1].type == "request":
                swapped[at], swapped[at + 1] = records[at + 1], records[at]
        there = Location(warc, 0, 1)
        lines = sorted(line.urlkey for line in lines_of((record, there) for record in swapped))
        plain = sorted(line.urlkey for line in lines_of((record, there) for record in records))

    assert lines == plain


def test_the_catalog_takes_no_post_for_a_get(written):
    root, _, captures = written
    with Catalog.open(root / "catalog.sqlite3") as catalog:
        catalog.add_captures([each for each in captures if each.method == "POST"])

        assert catalog.latest("ninh_binh", URL) == []
        assert catalog.closest(URL) is None
        assert list(catalog.captures(url=URL)) == []
        assert not catalog.is_answered("ninh_binh", URL)
        assert catalog.whole("ninh_binh", captures[1].digest, URL) == []
        address = address_of(URL, "POST", "page=2")
        assert catalog.closest(address) == captures[2]
        assert catalog.capture(captures[3].id) == captures[3]
        assert identity_key(address) != identity_key(address_of(URL, "POST", "page=1"))


def test_verify_finds_nothing_wrong_with_posts(written):
    root, _, _ = written

    assert [finding for finding in Verification(root).findings() if finding.rule.startswith("cdxj")] == []
