"""Imports of odd and bad files: what is taken, what is refused, and that nothing else changes."""

from __future__ import annotations

import gzip
import io
import json
import os
import signal
import subprocess
import sys
import zipfile
import zlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive import open_archive
from archive.warc.reader import iter_exchanges, list_warcs
from crawler.lock import SiteLock
from tests.crawler import foreign_shapes as shapes
from tests.crawler.foreign_shapes import record, record_id, warcinfo
from tests.crawler.test_import import check_rebuild, imported, rows, tree
from tests.khcn import khcn

pytestmark = pytest.mark.xdist_group("import")

SITE = "http://skhcn.hatinh.gov.vn"
OK = b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\n\r\n"


def page(url: str, text: str = "", **fields: str) -> bytes:
    title = text or "Hội thảo về chuyển đổi số"
    words = "Sở Khoa học và Công nghệ tổ chức hội thảo về chuyển đổi số tại các doanh nghiệp của tỉnh. " * 3
    paragraphs = f"<p>{words}</p><p>{title}. {words}</p>"
    body = f"<html><head><title>{title}</title></head><body><div class=date>10:20 | 01-09-2025</div><h1>{title}</h1>"
    body += f"<div class=content>{paragraphs}</div></body></html>"
    return record("response", url, OK % b"text/html; charset=utf-8" + body.encode(), **fields)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """An archive that holds something."""
    folder = tmp_path_factory.mktemp("odd")
    (folder / "first.warc").write_bytes(warcinfo("test") + page(f"{SITE}/chi-tiet-tin-tuc/co-san"))
    imported(folder / "data", folder / "first.warc")
    return folder / "data"


def zipped(*names: str) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as file:
        for name in names:
            file.writestr(name, gzip.compress(page(f"{SITE}/chi-tiet-tin-tuc/xau")))
    return whole.getvalue()


def bomb() -> bytes:
    deflater = zlib.compressobj(9, zlib.DEFLATED, 31)
    begun = record("response", f"{SITE}/bom", b"", Content_Length=str(10 << 30))
    packed = [deflater.compress(begun[:-4])] + [deflater.compress(bytes(1 << 20)) for _ in range(64)]
    return b"".join(packed) + deflater.flush()


ARC = b"filedesc://a.arc 0.0.0.0 20040101000000 text/plain 76\n1 0 Alexa Internet\n"
WARC = gzip.compress(page(f"{SITE}/chi-tiet-tin-tuc/moi"))
BAD = {
    "no WARC": (b"hello\n", 2, "is no WARC or WACZ file"),
    "empty": (b"", 2, "is empty"),
    "half a ZIP": (zipped("archive/a.warc.gz")[:300], 2, "no whole ZIP file"),
    "a ZIP without WARC": (zipped("a.txt"), 2, "it is no WACZ"),
    "a name that leads out": (zipped("archive/a.warc.gz", "../../out.txt"), 2, "leads out of the folder"),
    "an absolute name": (zipped("archive/a.warc.gz", "/tmp/out.txt"), 2, "is absolute"),
    "an ARC file": (ARC, 5, "an ARC file"),
    "a gzipped ARC file": (gzip.compress(ARC), 5, "an ARC file"),
    "a bomb": (bomb(), 5, "larger than anything that is read"),
    "cut in its only record": (WARC[:-9], 5, "the file ends within its gzip member"),
    "a wrong Content-Length": (gzip.compress(page(f"{SITE}/a", Content_Length="7")), 5, "its Content-Length is wrong"),
}


@pytest.mark.parametrize(("content", "code", "why"), BAD.values(), ids=BAD)
def test_bad_files_are_named_and_leave_the_archive_as_it_is(content, code, why, data, tmp_path):
    file = tmp_path / "bad.warc.gz"
    file.write_bytes(content)
    before, held, beside = tree(data), rows(data), tree(tmp_path)

    done = khcn("import", str(file), data=data)

    assert done.returncode == code
    assert f"khcn: {file}: " in done.stderr
    assert why in done.stderr
    assert "Traceback" not in done.stderr
    assert (tree(data), rows(data), tree(tmp_path)) == (before, held, beside)


def test_a_folder_or_a_missing_path_stops_all_files_before_anything_is_written(tmp_path):
    good = tmp_path / "good.warc.gz"
    good.write_bytes(WARC)

    done = khcn("import", str(good), str(tmp_path), str(tmp_path / "none.warc"), data=tmp_path / "data")

    assert done.returncode == 2
    assert done.stderr.count("can not be read") == 2
    assert "nothing was imported" in done.stderr
    assert not (tmp_path / "data").exists()


def test_the_rest_of_a_broken_file_is_taken_and_each_loss_named(tmp_path):
    parts = [gzip.compress(page(f"{SITE}/chi-tiet-tin-tuc/{n}", f"Bài số {n} về khoa học.")) for n in range(5)]
    broken = bytearray(parts[2])
    broken[60] ^= 0x55
    file, data = tmp_path / "a.warc.gz", tmp_path / "data"
    file.write_bytes(b"".join([*parts[:2], bytes(broken), *parts[3:]])[:-30])

    done = imported(data, file, code=5)

    assert (done["files"][0]["taken"], done["files"][0]["lost"]) == (3, 2)
    places = [f"{file}: byte {len(parts[0] + parts[1])}", f"{file}: byte {len(b''.join(parts[:4]))}"]
    assert [failure["url"] for failure in done["failures"]] == places
    (report,) = done["crawls"]
    assert report["exit"] == 5
    assert report["complete"] is False
    assert [failure["url"] for failure in report["failures"]] == places


def test_records_are_copied_byte_by_byte_and_say_where_they_come_from(tmp_path):
    odd = page(f"{SITE}/chi-tiet-tin-tuc/a", version="1.0", X_Odd="  a\u00e0  ").replace(b"WARC-Date:", b"warc-date:  ")
    file, data = tmp_path / "nguồn.warc", tmp_path / "data"
    file.write_bytes(warcinfo("Wget/1.21.3", operator="ai đó") + odd)

    done = imported(data, file)

    (warc,) = list_warcs(data)
    raw = gzip.decompress((data / warc).read_bytes())
    assert odd in raw
    source = next(iter(iter_exchanges(data, warc))).told
    assert source["source"] == "nguồn.warc"
    assert source["source-sha256"] == done["files"][0]["sha256"]
    assert source["warcinfo-software"] == "Wget/1.21.3"
    assert source["warcinfo-operator"] == "ai đó"
    assert source["warcinfo-id"] == record_id("warcinfo", "Wget/1.21.3").strip("<>")


def test_revisits_truncated_answers_and_records_of_other_kinds(tmp_path):
    url, again = f"{SITE}/chi-tiet-tin-tuc/a", f"{SITE}/chi-tiet-tin-tuc/b"
    whole = page(url, WARC_Payload_Digest="sha1:AAAA")
    refers = {"WARC_Refers_To_Target_URI": url, "WARC_Refers_To_Date": "2025-09-01T02:03:04Z"}
    profile = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
    head = OK % b"text/html; charset=utf-8"
    told = {
        "WARC_Profile": profile,
        "WARC_Payload_Digest": "sha1:AAAA",
        "Content_Type": "application/http; msgtype=response",
    }
    later = "2025-10-01T00:00:00Z"
    file, data = tmp_path / "a.warc", tmp_path / "data"
    lost = {"WARC_Refers_To_Target_URI": f"{SITE}/mat", "WARC_Refers_To_Date": "2020-01-01T00:00:00Z"}
    file.write_bytes(
        record("revisit", url, head, WARC_Date=later, **told, **refers)
        + whole
        + record("revisit", again, head, WARC_Date=later, **told, **lost)
        + page(f"{SITE}/chi-tiet-tin-tuc/cat", WARC_Truncated="length")
        + record("conversion", url, b"text", Content_Type="text/plain")
        + record("request", f"{SITE}/khong-tra-loi", b"GET / HTTP/1.1\r\n\r\n")
        + record("metadata", f"{SITE}/khong-tra-loi", b"via: x\r\n")
    )

    done = imported(data, file)

    (report,) = done["crawls"]
    assert (report["captures"], report["revisits"]) == (4, 2)
    assert done["files"][0]["unread"] == {"conversion": 1}
    assert ["original is not in the archive" in failure["cause"] for failure in report["failures"]] == [True]
    with open_archive(data) as archive:
        assert (
            archive.capture(url).payload().body
            == archive.capture_by_id(record_id("response", url)[1:-1]).payload().body
        )
        assert {a.url for a in archive.articles()} <= {url}
    before = tree(data)
    assert imported(data, file)["crawls"] == []
    assert tree(data) == before


def test_each_record_goes_where_it_belongs(tmp_path):
    article = "http://haugiang.gov.vn/HtmlView.aspx?pageid=1&mid=2&ItemID=3&siteid=60"
    other = "http://haugiang.gov.vn/HtmlView.aspx?pageid=1&mid=2&ItemID=3&siteid=12"

    def picture(url: str, referer: str | None) -> bytes:
        one = shapes.Fetched(url, referer, b"", b"")
        answer = record("response", url, OK % b"image/png" + b"\x89PNG\r\n\x1a\n")
        return answer + record("request", url, one.request, WARC_Concurrent_To=record_id("response", url))

    file, data = tmp_path / "a.warc", tmp_path / "data"
    file.write_bytes(
        page(article)
        + page(other)
        + picture("http://cdn.example.com/a.png", article)
        + picture("http://cdn.example.com/b.png", other)
        + picture("http://haugiang.gov.vn/c.png", None)
        + picture("http://cdn.example.com/d.png", None)
        + page("https://www.example.vn:8080/tin")
        + record("resource", "metadata://gnu.org/software/wget/warc/MANIFEST.txt", b"x", Content_Type="text/plain")
    )

    imported(data, file)

    with open_archive(data) as archive:
        sites = {capture.url: capture.site for capture in archive.captures()}
    assert sites == {
        article: "hau_giang",
        other: "host__haugiang_gov_vn",
        "http://cdn.example.com/a.png": "hau_giang",
        "http://cdn.example.com/b.png": "host__haugiang_gov_vn",
        "http://haugiang.gov.vn/c.png": "hau_giang",
        "http://cdn.example.com/d.png": "host__cdn_example_com",
        "https://www.example.vn:8080/tin": "host__www_example_vn_8080",
        "metadata://gnu.org/software/wget/warc/MANIFEST.txt": "hau_giang",
    }
    check_rebuild(data, tmp_path)
    named = tmp_path / "named"
    assert khcn("import", "--site", "ha_tinh", str(file), data=named).returncode == 0
    with open_archive(named) as archive:
        assert {capture.site for capture in archive.captures()} == {"ha_tinh"}
    assert khcn("import", "--site", "ha_tnh", str(file), data=named).returncode == 2


def test_a_site_that_is_being_crawled_is_not_touched(data, tmp_path):
    file = tmp_path / "a.warc.gz"
    file.write_bytes(WARC)
    before = tree(data)

    with SiteLock(data, "ha_tinh", datetime.now(UTC)):
        done = khcn("import", str(file), data=data)

    assert done.returncode == 7
    assert tree(data) == before


def test_an_older_capture_takes_over_a_version_and_all_json_lines_follow(tmp_path):
    url = f"{SITE}/chi-tiet-tin-tuc/a"
    data = tmp_path / "data"
    for name, date in (("new", "2025-11-05T00:00:00Z"), ("old", "2025-10-01T00:00:00Z")):
        (tmp_path / f"{name}.warc").write_bytes(page(url, WARC_Date=date, WARC_Record_ID=f"<urn:uuid:{name}>"))
        imported(data, tmp_path / f"{name}.warc")

    reports = {crawl.id: crawl for crawl in open_archive(data).catalog.crawls("ha_tinh")}
    assert len(reports) == 2
    assert len(list((data / "articles").rglob("*.jsonl"))) == 1
    check_rebuild(data, tmp_path)


def test_a_killed_import_is_repaired_and_done_again(tmp_path):
    many = [page(f"{SITE}/chi-tiet-tin-tuc/{n}", f"Bài số {n} {os.urandom(30_000).hex()}") for n in range(60)]
    file, data = tmp_path / "a.warc", tmp_path / "data"
    file.write_bytes(b"".join(many))
    fault = json.dumps({"call": "archive.warc.writer:WarcWriter.copy", "nth": 50, "when": "after"})
    command = [sys.executable, "-m", "tests.crawler.faulty", fault, "--data", str(data), "import", str(file)]
    died = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False)
    assert died.returncode == -signal.SIGKILL, died.stderr
    assert list(data.rglob("*.warc.gz.open"))

    done = imported(data, file)

    assert not list(data.rglob("*.open"))
    assert 0 < done["files"][0]["taken"] < 60
    assert done["files"][0]["taken"] + done["files"][0]["duplicates"] == 60
    with open_archive(data) as archive:
        assert sum(1 for _ in archive.captures()) == 60
    check_rebuild(data, tmp_path)
