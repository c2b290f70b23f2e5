"""``khcn recover``: what another web archive holds comes into ours, once, and as what it is."""

from __future__ import annotations

import json
import re
import socket
from pathlib import Path

import pytest

from archive import open_archive
from archive.warc.reader import iter_exchanges, list_warcs
from tests.khcn import khcn
from tests.recover.small import Held, SmallArchive, article, packed, serving

pytestmark = pytest.mark.xdist_group("recover")

FAST = (
    "-s", "RECOVER_CDX_PER_MINUTE=0", "-s", "RECOVER_REPLAYS_PER_MINUTE=0", "-s", "RECOVER_RETRY_S=0.01",
    "-s", "RECOVER_HOLD_S=0.05",
)  # fmt: skip
SITE = "http://skhcn.haugiang.gov.vn"
FIRST = f"{SITE}/chi-tiet/-/tin-tuc/hoi-nghi-trien-khai-nhiem-vu-101"
SECOND = f"{SITE}/chi-tiet/-/tin-tuc/ung-dung-tien-bo-ky-thuat-102"
CODED = f"{SITE}/chi-tiet/-/tin-tuc/ket-qua-kiem-tra-104"
MISSING = f"{SITE}/chi-tiet/-/tin-tuc/bai-da-mat-103"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64


def secure(url: str) -> str:
    return url.replace("http", "https", 1)


def captures() -> list[Held]:
    """Return what a small archive holds of three articles."""
    first = article(1, "Hội nghị triển khai nhiệm vụ khoa học", extra=f"<img src='{SITE}/anh/1.png'>")
    second = article(2, "Ứng dụng tiến bộ kỹ thuật vào sản xuất", extra=f"<a href='{MISSING}'>Tin khác</a>")
    third = article(3, "Kết quả kiểm tra đo lường")
    coded = (("Content-Encoding", "gzip"), ("Content-Length", "77"), ("Transfer-Encoding", "chunked"))
    return [
        Held(FIRST, "20220601000000", first, headers=(("Server", "nginx"), ("x-odd", "a"))),
        Held(FIRST, "20220701000000", first, listed=FIRST.replace("vn/", "vn:80/", 1)),
        Held(FIRST, "20220801000000", first, is_revisit=True),
        Held(SECOND, "20220602000000", b"", 301, headers=(("Location", secure(SECOND)),)),
        Held(secure(SECOND), "20220602000001", second),
        Held(CODED, "20220603000000", third, headers=coded, digest="A" * 32),
        Held(f"{SITE}/anh/1.png", "20220601000005", b"", 302, headers=(("Location", f"{SITE}/anh/moi.png"),)),
        Held(f"{SITE}/anh/moi.png", "20220601000006", PNG, mime="image/png"),
        Held(f"{SITE}/anh/2.png", "20220601000005", PNG + b"2", mime="image/png"),
        Held(f"{SITE}/khong-co", "20220601000005", b"loi", 404),
    ]


def recover(data: Path, source: str, *more: str):
    return khcn("recover", "hau_giang", "--from", source, *FAST, "--json", *more, data=data)


@pytest.fixture(scope="module")
def recovered(tmp_path_factory):
    """An archive into which all was recovered, the report, and what was asked for."""
    data = tmp_path_factory.mktemp("recovered")
    with serving(SmallArchive(captures(), page=2)) as small:
        done = recover(data, small.wayback)
    assert done.returncode == 0, done.stderr
    return data, json.loads(done.stdout)["report"], small


def test_each_body_is_fetched_once_and_its_article_read(recovered):
    data, report, small = recovered

    with open_archive(data) as opened:
        titles = sorted(article.title for article in opened.articles())
    assert titles == [
        "Hội nghị triển khai nhiệm vụ khoa học", "Kết quả kiểm tra đo lường", "Ứng dụng tiến bộ kỹ thuật vào sản xuất",
    ]  # fmt: skip
    assert sorted(small.replays()) == sorted(
        f"/web/{stamp}id_/{url}"
        for stamp, url in [
            ("20220601000000", FIRST),
            ("20220602000001", secure(SECOND)),
            ("20220603000000", CODED),
            ("20220601000005", f"{SITE}/anh/1.png"),
            ("20220601000006", f"{SITE}/anh/moi.png"),
        ]
    )
    assert (report["found_by_year"], report["fetched"], report["exit"], report["left"]) == ({"2022": 10}, 5, 0, 0)
    assert [(gap["url"], gap["cause"]) for gap in report["gaps"]] == [(MISSING, "not in the index")]
    assert report["complete"] is False


def test_a_picture_is_found_where_it_had_moved(recovered):
    with open_archive(recovered[0]) as opened:
        (picture,) = opened.article(FIRST).images

    assert (picture.url, picture.size_bytes) == (f"{SITE}/anh/1.png", len(PNG))


def test_the_record_says_what_it_is(recovered):
    data, _, small = recovered

    (warc,) = list_warcs(data, "hau_giang")
    stored = next(one for one in iter_exchanges(data, warc) if one.url == FIRST)
    assert stored.capture.date.isoformat() == "2022-06-01T00:00:00+00:00"
    assert stored.answer.get("WARC-Source-URI") == f"http://127.0.0.1:{small.port}/web/20220601000000id_/{FIRST}"
    assert [record.type for record in stored.records] == ["response", "metadata"]
    assert stored.answer.read().startswith(
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nServer: nginx\r\nx-odd: a\r\n\r\n<html>"
    )
    told = stored.told
    assert (told["origin"], told["source-kind"], told["digest-match"]) == ("recover", "wayback", "yes")
    assert (told["source-timestamp"], told["rebuilt"]) == ("20220601000000", "status-line, headers")


def test_what_came_decoded_is_readable_and_says_so(recovered):
    data = recovered[0]

    (warc,) = list_warcs(data, "hau_giang")
    stored = next(one for one in iter_exchanges(data, warc) if one.url == CODED)
    assert stored.told["digest-match"] == "decoded"
    left_out = re.findall(rb"left-out: (.*)\r\n", stored.records[1].read())
    assert left_out == [b"Content-Encoding: gzip", b"Content-Length: 77", b"Transfer-Encoding: chunked"]
    assert stored.payload().body.startswith(b"<html>")


def test_a_body_whose_digest_is_another_is_tried_again_then_kept_and_named(tmp_path):
    page = article(1, "Hội nghị triển khai nhiệm vụ khoa học")
    held = [Held(FIRST, "20220601000000", page, digest="B" * 32)]
    held.append(Held(SECOND, "20220601000000", packed(page), digest="C" * 32, headers=(("Content-Encoding", "gzip"),)))
    with serving(SmallArchive(held)) as small:
        done = recover(tmp_path, small.wayback)

    assert done.returncode == 5
    assert len(small.replays()) == 4
    report = json.loads(done.stdout)["report"]
    assert report["captures"] == 2
    assert {failure["cause"] for failure in report["failures"]} == {
        "kept, though its body is not the one that the index names"
    }


def test_a_limit_is_gone_on_with_under_the_same_id(tmp_path):
    with serving(SmallArchive(captures())) as small:
        cut = json.loads(recover(tmp_path, small.wayback, "--limit", "2").stdout)["report"]
        whole = json.loads(recover(tmp_path, small.wayback).stdout)["report"]

    assert (cut["exit"], cut["fetched"], cut["bound"], cut["left"]) == (0, 2, "--limit", 1)
    assert (whole["crawl"], whole["fetched"], whole["left"]) == (cut["crawl"], 5, 0)
    assert max(small.counts().values()) == 1
    with open_archive(tmp_path) as opened:
        assert opened.article(FIRST).images[0].size_bytes == len(PNG)


def test_a_service_that_is_not_there_is_named(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # nobody listens there, and nobody else can
        done = recover(tmp_path, f"http://127.0.0.1:{taken.getsockname()[1]}/cdx/search/cdx")

    assert done.returncode == 5
    assert "connection: Connection refused" in done.stderr
    (report,) = (tmp_path / "crawls").glob("*.json")
    assert json.loads(report.read_text())["exit"] == 5


@pytest.mark.parametrize(
    "arguments",
    [
        ("hau_giang", "--from", "archive.today"),
        ("hau_giang", "--from", "http://ten:mat-khau@127.0.0.1/cdx/search/cdx"),
        ("--from", "wayback"),
        ("hau_giang", "--all-retired", "--from", "wayback"),
        ("hau_giang", "--from", "wayback", "--since", "2022-01-02", "--until", "2022-01-01"),
        ("khong_co", "--from", "wayback"),
    ],
)
def test_what_can_not_be_asked_is_a_usage_error(arguments, tmp_path):
    done = khcn("recover", *arguments, data=tmp_path)

    assert done.returncode == 2
    assert "mat-khau" not in done.stderr


def test_all_dissolved_departments_make_one_table(tmp_path):
    with serving(SmallArchive(captures())) as small:
        done = khcn("recover", "--all-retired", "--dry-run", "--from", small.wayback, *FAST, data=tmp_path)

    assert done.returncode == 0, done.stderr
    rows = [line.split() for line in done.stdout.splitlines() if line.strip()]
    assert ["hau_giang", "10", "3", "0", "2022-2022", "0", "0"] in rows
    assert ["tra_vinh", "0", "0", "0", "0", "0"] in rows
    assert list_warcs(tmp_path) == []
