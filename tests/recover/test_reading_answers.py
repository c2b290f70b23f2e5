"""Answers of indexes and replays, read as they are documented; what is none of them is said to be none."""

from __future__ import annotations

import gzip
import io
import json
from datetime import date

import pytest

from archive.http import parse_head
from crawler.cli.common import load_site
from crawler.recover.choice import choose, nearest
from crawler.recover.client import Answer
from crawler.recover.frontier import Entry, Frontier
from crawler.recover.mementos import Elsewhere, Memento, NoMemento, read_answer
from crawler.recover.questions import Question, is_wanted, questions_of
from crawler.recover.ranges import BadRange, record_of
from crawler.recover.rows import NotAnIndex, Row, read_array, read_lines
from tests.recover.small import Held
from tests.recover.warcs import member

SITE = "http://skhcn.haugiang.gov.vn"
PAGE = f"{SITE}/chi-tiet/-/tin-tuc/bai-101"


def answered(head: str, body: bytes = b"", cut: str | None = None) -> Answer:
    return Answer("http://a/", parse_head(f"HTTP/1.1 {head}\r\n\r\n".encode()), io.BytesIO(body), len(body), cut)


def row(**fields: object) -> Row:
    return Row(**{"url": PAGE, "timestamp": "20220601000000", "status": 200, "mime": "text/html", **fields})


# --- indexes ---


@pytest.mark.parametrize(
    ("text", "rows", "unread", "resume"),
    [
        ("", 0, 0, ""),
        ("[]", 0, 0, ""),
        ('[["timestamp","original"]]', 0, 0, ""),
        ('[["timestamp","original"],["20220601000000","http://a.vn/"],["2022","http://a.vn/"]]', 1, 1, ""),
        ('[["timestamp","original"],["20220601000000","http://a.vn/"],[],["vn,a)/+2022"]]', 1, 0, "vn,a)/+2022"),
        ('[["timestamp","original"],["20220230000000","http://a.vn/"],["20220601000000","ftp://a.vn/"]]', 0, 2, ""),
        ('[["timestamp","original"],["20220601000000","http://a.vn/a b"],["20220601000000","http:///x"]]', 0, 2, ""),
    ],
)
def test_an_array_is_read(text, rows, unread, resume):
    found = read_array(text)

    assert (len(found.rows), found.unread, found.resume) == (rows, unread, resume)


@pytest.mark.parametrize("text", ["<html>", "{}", '["a"]', '[[1],["a"]]', "[[", "[" * 100_000])
def test_what_is_no_array_of_rows_is_no_index(text):
    with pytest.raises(NotAnIndex):
        read_array(text)


def test_a_revisit_has_no_status_and_no_type():
    text = json.dumps(
        [
            ["timestamp", "original", "mimetype", "statuscode", "digest", "length"],
            ["20220601000000", "http://A.vn:80/", "warc/revisit", "-", "3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ", "512"],
        ]
    )
    (found,) = read_array(text).rows

    assert found == Row(
        "http://A.vn/", "20220601000000", None, "", "3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ", 512, is_revisit=True
    )


def test_lines_of_pywb_and_of_common_crawl_are_read_alike():
    pywb = '{"urlkey": "vn,a)/", "timestamp": "20220601000000", "url": "http://a.vn/", "mime": "text/html", '
    pywb += '"status": "200", "digest": "sha1:AB", "length": "9", "offset": "7", "filename": "x.warc.gz"}\n'
    cdxj = 'vn,a)/ 20220601000000 {"url": "http://a.vn/", "mime": "text/html", "status": "200", "digest": "AB", '
    cdxj += '"length": "9", "offset": "7", "filename": "x.warc.gz"}\n'

    expected = Row("http://a.vn/", "20220601000000", 200, "text/html", "AB", 9, False, "x.warc.gz", 7)
    assert read_lines(pywb).rows == read_lines(cdxj).rows == (expected,)
    with pytest.raises(NotAnIndex):
        read_lines(pywb + "<html>")


# --- whose a row is ---


def test_the_scope_decides_and_not_the_host():
    site = load_site("hau_giang")
    ours = "http://haugiang.gov.vn/HtmlView.aspx?siteid=60&pageid=1"

    assert is_wanted(site, row(url=ours))
    assert is_wanted(site, row(url="https://www.haugiang.gov.vn/HtmlView.aspx?pageid=1&siteid=60"))
    assert not is_wanted(site, row(url=ours.replace("=60", "=12")))
    assert not is_wanted(site, row(url=ours.replace("HtmlView", "Default")))
    assert not is_wanted(site, row(url=ours.replace("vn/", "vn:8080/")))


def test_days_are_those_of_vietnam():
    site = load_site("hau_giang")
    late = row(timestamp="20220531170000")

    assert is_wanted(site, late, since=date(2022, 6, 1))
    assert not is_wanted(site, late, until=date(2022, 5, 31))
    question = next(questions_of(site, "http://i", since=date(2022, 6, 1), until=date(2022, 6, 1)))
    assert (question.since, question.until) == ("20220531170000", "20220601165959")


# --- choice ---


def entries(*rows: Row) -> list[Entry]:
    return [Entry(number, one, "listed", "", "", 0, "", 0) for number, one in enumerate(rows)]


def chosen(*rows: Row) -> list[tuple[str, int | None]]:
    return [(one.entry.row.timestamp, one.entry.row.status) for one in choose(load_site("hau_giang"), entries(*rows))]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([row(digest="A"), row(digest="A", timestamp="20210101000000")], [("20210101000000", 200)]),
        ([row(digest="A"), row(digest="A", truncated="length", timestamp="20210101000000")], [("20220601000000", 200)]),
        ([row(digest="A"), row(digest="B", timestamp="20230101000000", status=302)], [("20220601000000", 200)]),
        (
            [row(digest="A"), row(digest="B", timestamp="20230101000000", status=301)],
            [("20220601000000", 200), ("20230101000000", 301)],
        ),
        ([row(digest="A"), row(digest="B", timestamp="20210101000000", status=301)], [("20220601000000", 200)]),
        ([row(digest="B", status=302)], [("20220601000000", 302)]),
        ([row(status=404), row(status=503, timestamp="20210101000000")], []),
        ([row(digest="A", status=None, is_revisit=True, mime="")], [("20220601000000", None)]),
        ([row(digest="A", timestamp="20230101000000"), row(digest="A", status=None, is_revisit=True)],
         [("20230101000000", 200)]),
        ([row(url=f"{SITE}/a.png", mime="image/png")], []),
        ([row(url=f"{SITE}/a.pdf", mime="application/pdf")], [("20220601000000", 200)]),
        ([row(), row(timestamp="20230101000000")], [("20220601000000", 200), ("20230101000000", 200)]),
    ],
)  # fmt: skip
def test_of_each_body_the_best_capture_is_chosen(rows, expected):
    assert chosen(*rows) == expected


def test_the_file_nearest_in_time_is_good_rather_than_near():
    found = entries(
        row(timestamp="20220601000000", status=404),
        row(timestamp="20220602000000", status=302),
        row(timestamp="20200101000000"),
        row(timestamp="20220801000000"),
    )

    assert [one.row.timestamp[:6] for one in nearest(found, "20220601000000")] == ["202208", "202001", "202206"]


def test_what_failed_gives_place_to_another_capture_of_the_body(tmp_path):
    with Frontier(tmp_path / "a.sqlite3") as frontier:
        frontier.add_questions([Question("http://i", "a", "host")], 0.0)
        (asked,) = frontier.pending_questions()
        rows = [row(digest="A"), row(digest="A", timestamp="20210101000000")]
        frontier.answer(asked, [*rows, *rows], 0, "", 1.0)
        one, other = frontier.entries()
        frontier.want(one.id, 0, "page")
        frontier.spare(other.id, one.id, 0, "page")

        frontier.set_state(one.id, "failed", cause="status 500")
        assert frontier.take_spare(one.id)
        wanted = frontier.next_wanted()

    assert wanted is not None
    assert (wanted.row, wanted.purpose) == (other.row, "page")


# --- replays ---

WHEN = "Memento-Datetime: Wed, 01 Jun 2022 00:00:00 GMT"


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (f"200 OK\r\n{WHEN}", Memento),
        (f"404 Not Found\r\n{WHEN}", Memento),
        (f"429 Too Many Requests\r\n{WHEN}", Memento),
        (f"503 Unavailable\r\n{WHEN}", Memento),
        (f"302 Found\r\n{WHEN}\r\nLocation: /web/20220601000000id_/http://a.vn/", Memento),
        ("302 Found\r\nLocation: /web/20210601000000id_/http://a.vn/", Elsewhere),
        ("302 Found\r\nLocation: https://web.archive.org/web/20210601000000id_/http://a.vn/", Elsewhere),
        ("302 Found\r\nLocation: https://example.org/", NoMemento),
        ("200 OK", NoMemento),
        ("200 OK\r\nMemento-Datetime: yesterday", NoMemento),
        ("404 Not Found", NoMemento),
        ("429 Too Many Requests", NoMemento),
        ("500 Broken", NoMemento),
    ],
)
def test_a_capture_is_what_says_when_it_was_captured(head, kind):
    assert isinstance(read_answer(answered(head), row()), kind)


def test_where_a_redirect_led_is_told_as_it_was():
    head = f"301 Moved\r\n{WHEN}\r\nLocation: https://web.archive.org/web/20220601000000id_/https://a.vn/x?y=1"
    found = read_answer(answered(head), row(status=301))

    assert found.head == b"HTTP/1.1 301 Moved\r\nLocation: https://a.vn/x?y=1\r\n\r\n"


@pytest.mark.parametrize(
    ("fields", "body", "kept"),
    [
        ("X-Archive-Orig-Content-Encoding: gzip", gzip.compress(b"a", mtime=0), True),
        ("X-Archive-Orig-Content-Encoding: gzip", b"<html>", False),
        ("X-Archive-Orig-Content-Encoding: br", "<html>Sở".encode(), False),
        ("X-Archive-Orig-Content-Encoding: br", b"\x8b\x07\x80\xff\xfe\x00\x00\x00\x00\x00\x00\x00\x00", True),
        ("Content-Encoding: gzip", gzip.compress(b"a", mtime=0), True),
    ],
)
def test_a_coding_is_kept_while_the_body_has_it(fields, body, kept):
    found = read_answer(answered(f"200 OK\r\n{WHEN}\r\n{fields}", body), row(digest="A"))

    assert (b"Content-Encoding" in found.head, found.digest_match) == (kept, "no" if kept else "decoded")
    assert bool(found.left_out) is not kept


# --- ranges ---


def test_a_range_is_taken_only_when_it_is_that_record():
    held = Held(PAGE, "20220601000000", b"<html>")
    data = member(held)
    good = row(digest=held.index_digest(), filename="a", offset=100, length=len(data))
    head = f"206 Partial Content\r\nContent-Range: bytes 100-{99 + len(data)}/1000"

    assert record_of(answered(head, data), good, 1000).url == PAGE
    for wrong, body, told in [
        ("200 OK", data, "instead of 206"),
        (head.replace("100-", "101-"), data, "was not asked for"),
        (head, data[:-1], "bytes instead of"),
        (head, data[:-5] + b"xxxxx", "not one whole record"),
        (head, member(Held(PAGE + "9", "20220601000000", b"<html>"))[: len(data)].ljust(len(data), b"\0"), "record"),
        (head, member(Held(PAGE, "20220601000000", b"<HTML>")).ljust(len(data), b"\0"), "payload|record|bytes"),
    ]:
        with pytest.raises(BadRange, match=told):
            record_of(answered(wrong, body), good, 1000)
