"""Raw bytes of captures: as they came, equal to what pywb gives, and harmless on the app's own origin."""

from __future__ import annotations

import gzip
import io
import zlib

import pytest
from fastwarc.warc import ArchiveIterator

from archive import open_archive
from archive.catalog import Catalog
from archive.times import timestamp14
from archive.web import raw
from tests.web.captured import (
    CHUNKED,
    COOKIE,
    DRAWING,
    HOST,
    LIAR,
    LOST,
    MOVED,
    NEWS,
    PACKED,
    PICTURE,
    PNG,
    SAME,
    SCRIPT,
    Crawl,
    answer,
    serving,
)
from tests.web.pywb import pywb


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("raw") / "data") as client:
        yield client


def get(client, url: str, at: str = "20240802", **options):
    """Return the memento of an address closest to a time."""
    client.app.state.merged_index.refresh(at_once=True)  # else it is only every few seconds
    found = client.get(f"/web/{at}id_/{url}", **options)
    assert found.status_code == 302
    return client.get(found.headers["location"], **options)


def sent(client, path: str) -> tuple[dict[str, str], bytes]:
    """Return the head and the body of an answer as they are sent, the body not decoded."""
    with client.stream("GET", path) as found:
        return dict(found.headers), b"".join(found.iter_raw())


@pytest.mark.xdist_group("replay")
def test_every_capture_has_the_body_and_status_that_pywb_gives(client, tmp_path):
    pytest.importorskip("pywb", reason="the extra `replay` is not installed")
    root = client.app.state.served.pool.root
    revisits = compared = 0
    with pywb(root, tmp_path / "links") as theirs, open_archive(root) as archive:
        for capture in archive.captures("ha_tinh"):
            if capture.method != "GET" or capture.url.startswith("http:"):
                continue  # pywb passes over redirects to https, which are asked for here by their exact address
            path = f"{timestamp14(capture.date)}id_/{capture.url}"
            theirs.request("GET", f"/archive/{path}", headers={"Accept-Encoding": "gzip"})
            their = theirs.getresponse()
            body = their.read()
            headers, ours = sent(client, f"/web/{path}")

            assert ours == body, capture.url
            assert client.head(f"/web/{path}").status_code == their.status, capture.url
            assert headers.get("content-encoding") == their.headers.get("content-encoding")
            assert headers["memento-datetime"] == their.headers["memento-datetime"]
            compared += 1
            revisits += capture.revisit_of is not None
    assert compared > 90
    assert revisits > 40


def test_what_http_allows_is_as_it_was(client):
    moved, lost, packed, chunked = (get(client, url) for url in (MOVED, LOST, PACKED, CHUNKED))

    assert moved.status_code == 301
    assert moved.headers["x-archive-orig-location"] == "/tin/giong-lua-moi.html"
    assert moved.headers["location"].endswith(f"/web/20240802020017id_/{NEWS}")
    assert client.get(moved.headers["location"]).status_code == 302
    assert (lost.status_code, lost.headers["x-archive-orig-status"]) == (404, "HTTP/1.1 404 Not Found")
    assert "memento-datetime" in lost.headers
    path = packed.request.url.raw_path.decode()
    assert gzip.decompress(sent(client, path)[1]).startswith(b"<!doctype html><title>N\xc3\xa9n")
    assert chunked.text == "xin chào"
    assert chunked.headers["content-length"] == "9"
    assert "transfer-encoding" not in chunked.headers
    assert chunked.headers["x-archive-orig-transfer-encoding"] == "chunked"


def test_a_revisit_has_its_originals_body_and_its_own_date(client):
    first, last = get(client, SAME, "2023"), get(client, SAME, "2030")

    assert first.content == last.content
    assert "15 Jan 2024" in first.headers["memento-datetime"]
    assert "10 Nov 2024" in last.headers["memento-datetime"]


@pytest.mark.parametrize("url", [NEWS, DRAWING, LIAR, SCRIPT, PACKED, CHUNKED, COOKIE, LOST, f"https://{HOST}/tim"])
def test_nothing_but_pictures_is_shown_on_this_origin(client, url):
    shown = get(client, url) if url != f"https://{HOST}/tim" else get(client, f"{url}?__wb_method=POST&trang=2")

    assert shown.headers["content-disposition"].startswith("attachment")
    assert shown.headers["content-security-policy"].startswith("sandbox")
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert "javascript" not in shown.headers["content-type"]


def test_a_picture_is_shown_when_its_bytes_are_one(client):
    shown = get(client, PICTURE)

    assert shown.content == PNG
    assert shown.headers["content-type"] == "image/png"
    assert "content-disposition" not in shown.headers
    assert shown.headers["content-security-policy"].startswith("sandbox")


def test_archived_fields_do_not_act_here(client):
    shown = get(client, COOKIE)

    for name in ("set-cookie", "refresh", "strict-transport-security", "clear-site-data", "server"):
        assert name not in shown.headers
        assert f"x-archive-orig-{name}" in shown.headers
    assert shown.headers.get_list("x-archive-orig-set-cookie") == ["a=1", "b=2"]
    assert shown.headers["last-modified"] == "Mon, 01 Jan 2024 00:00:00 GMT"


@pytest.mark.parametrize("use", ["script", "style", "iframe", "serviceworker", "object", "font"])
def test_pages_can_not_make_archived_bytes_part_of_themselves(client, use):
    path = get(client, SCRIPT).request.url.raw_path.decode()

    assert client.get(path, headers={"Sec-Fetch-Dest": use}).status_code == 403
    assert client.get(path, headers={"Sec-Fetch-Dest": "document"}).status_code == 200


def test_heads_that_no_server_may_send_are_given_as_far_as_they_go(tmp_path):
    wires = {
        "mot": b"<p>no head at all",
        "hai": b"HTTP/1.1 299 \xc4\x91\xc6\xb0\xe1\xbb\xa3c\r\nX-L\xe1: x\r\nB a d: 1\r\nX-Ok: a\x01b\xff\r\nContent-Type: text/\x00html\r\n\r\nhai",
        "ba": b"HTTP/1.1 200 OK\r\n" + b"X-Long: " + b"a" * 60_000 + b"\r\nX-After: 1\r\n\r\nba",
        "bon": b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nbon and more",
        "nam": b"HTTP/1.1 204 No Content\r\nContent-Type: text/html\r\n\r\n",
        "sau": b"HTTP/1.1 777 Odd\r\n\r\nsau",
        "bay": b"HTTP/1.1 302 Found\r\nLocation: javascript:alert(1)\r\n\r\nbay",
        "tam": b"HTTP/1.1 302 Found\r\nLocation: https://xau.example/\xc4\x91 a\r\n\r\ntam",
        "chin": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nnot chunked",
        "muoi": b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\ncut",
        "muoi-mot": b"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic\r\nContent-Encoding: g\xffzip\r\n\r\nno",
    }
    with serving(tmp_path / "data") as client:
        with Catalog.open(tmp_path / "data/catalog.sqlite3") as catalog:
            crawl = Crawl(tmp_path / "data", catalog, "ha_tinh", HOST, 9)
            for name, wire in wires.items():
                crawl.ask(f"https://{HOST}/la/{name}", wire)
            crawl.writer.close()
        found = {name: get(client, f"https://{HOST}/la/{name}") for name in wires}

    told = {name: (each.status_code, each.content) for name, each in found.items()}
    assert told["mot"] == (200, b"<p>no head at all")
    assert told["hai"] == (299, b"hai")
    assert told["ba"] == (200, b"ba")
    assert told["bon"] == (200, b"bon")
    assert told["nam"] == (204, b"")
    assert told["sau"] == (200, b"sau")
    assert told["bay"] == (302, b"bay")
    assert told["chin"][0] == 200
    assert told["muoi"] == (200, b"cut")
    assert told["muoi-mot"] == (401, b"no")
    assert "location" not in found["bay"].headers
    assert found["bay"].headers["x-archive-orig-location"] == "javascript:alert(1)"
    assert found["tam"].headers["location"].startswith("http://kho.example/web/")
    assert found["hai"].headers["x-archive-orig-omitted"] == "2"
    assert found["ba"].headers["x-archive-orig-omitted"] == "2"
    assert found["hai"].headers["content-type"] == "application/octet-stream"
    assert "www-authenticate" not in found["muoi-mot"].headers


def test_a_long_chunked_body_is_streamed(tmp_path, monkeypatch):
    monkeypatch.setattr(raw, "IN_MEMORY", 1000)
    body = bytes(range(256)) * 4000
    chunks = b"".join(
        b"%x\r\n%b\r\n" % (len(body) // 4, body[n : n + len(body) // 4]) for n in range(0, len(body), len(body) // 4)
    )
    with serving(tmp_path / "data") as client:
        with Catalog.open(tmp_path / "data/catalog.sqlite3") as catalog:
            crawl = Crawl(tmp_path / "data", catalog, "ha_tinh", HOST, 9)
            crawl.ask(
                f"https://{HOST}/dai",
                answer(chunks + b"0\r\n\r\n", "application/pdf", "200 OK", "Transfer-Encoding: chunked"),
            )
            crawl.writer.close()
        shown = get(client, f"https://{HOST}/dai")

    assert shown.content == body
    assert "content-length" not in shown.headers


@pytest.mark.parametrize(
    ("path", "status", "told"),
    [
        ("/web/", 400, "raw bytes are at"),
        ("/web/2024", 400, "raw bytes are at"),
        (f"/web/2024js_/{NEWS}", 400, "raw bytes are at"),
        (f"/web/20id_/{NEWS}", 400, "no time of the calendar"),
        ("/web/2024id_/mailto:a@b.vn", 400, "no address"),
        ("/web/2024id_/https://example.vn/none", 404, "no capture is held"),
    ],
)
def test_what_can_not_be_answered_is_told_with_a_sentence(client, path, status, told):
    found = client.get(path)

    assert found.status_code == status
    assert told in found.json()["detail"]


def test_a_damaged_record_is_an_error_and_no_empty_page(tmp_path):
    with serving(tmp_path / "data") as client:
        path = get(client, SAME, "2023").request.url.raw_path.decode()
        for warc in (tmp_path / "data/warcs/ha_tinh/2024").glob("*-00000.warc.gz"):
            data = bytearray(warc.read_bytes())
            data[2000:] = bytes(len(data) - 2000)
            warc.write_bytes(data)

        found = client.get(path)

        assert found.status_code == 500
        assert "khcn verify" in found.json()["detail"]


def test_an_exchange_is_downloaded_as_it_lies_in_its_file(client):
    root = client.app.state.served.pool.root
    with open_archive(root) as archive:
        capture = archive.capture(NEWS)
    name = capture.id.removeprefix("urn:uuid:")
    found = client.get(f"/captures/{name}/exchange.warc.gz")
    file = (root / capture.location.warc).read_bytes()

    assert file[capture.location.offset :].startswith(found.content)
    assert len(found.content) == int(found.headers["content-length"]) > capture.location.length
    kinds = [record.headers["WARC-Type"] for record in ArchiveIterator(io.BytesIO(found.content))]
    assert kinds == ["response", "request", "metadata"]
    assert zlib.decompressobj(31).decompress(found.content).startswith(b"WARC/1.1\r\n")
    assert client.get("/captures/none/exchange.warc.gz").status_code == 404
