"""Files of exports and WACZ, whole and in parts, and nothing beside them."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

import pytest

from archive.web.mementos import http_date
from tests.web.captured import NEWS, serving

DATA = bytes(range(256)) * 40
SIZE = len(DATA)
WACZ = "/download/wacz/ha_tinh.wacz"


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return tmp_path_factory.mktemp("ranges") / "data"


@pytest.fixture(scope="module")
def client(root):
    for folder in ("wacz", "exports/2025", "exports/.lock"):
        (root / folder).mkdir(parents=True)
    (root / "wacz/ha_tinh.wacz").write_bytes(DATA)
    (root / "exports/2025/bài viết.csv").write_text("a,b\n")
    (root / "exports/.lock/x").write_text("x")
    (root / "exports/x.tmp").write_text("x")
    (root / "exports/empty.jsonl").write_text("")
    (root.parent / "secret.wacz").write_text("within")
    (root / "exports/out.wacz").symlink_to(root.parent / "secret.wacz")
    (root / "exports/up").symlink_to(root.parent)
    os.mkfifo(root / "exports/pipe")
    with serving(root) as client:
        yield client


@pytest.mark.parametrize(
    ("asked", "status", "first", "last"),
    [
        (None, 200, 0, SIZE - 1),
        ("bytes=0-0", 206, 0, 0),
        ("bytes=0-99", 206, 0, 99),
        ("bytes=100-", 206, 100, SIZE - 1),
        ("bytes=-1", 206, SIZE - 1, SIZE - 1),
        ("bytes=-65536", 206, 0, SIZE - 1),
        (f"bytes=5-{SIZE * 9}", 206, 5, SIZE - 1),
        ("Bytes= 7-9 ", 206, 7, 9),
        # What is no range, or several: the whole file, as to who asks for none.
        ("bytes=0-1,5-9", 200, 0, SIZE - 1),
        ("bytes=9-5", 200, 0, SIZE - 1),
        ("bytes=-", 200, 0, SIZE - 1),
        ("bytes=a-b", 200, 0, SIZE - 1),
        ("bytes=+1-2", 200, 0, SIZE - 1),
        ("lines=0-5", 200, 0, SIZE - 1),
        ("bytes", 200, 0, SIZE - 1),
        ("bytes=" + "9" * 40 + "-", 200, 0, SIZE - 1),
    ],
)
def test_a_range_is_given_as_asked_for(client, asked, status, first, last):
    found = client.get(WACZ, headers={"Range": asked, "Accept-Encoding": "gzip"} if asked else {})

    assert found.status_code == status
    assert found.content == DATA[first : last + 1]
    assert found.headers["content-length"] == str(last - first + 1)
    assert found.headers["accept-ranges"] == "bytes"
    assert found.headers.get("content-range") == (f"bytes {first}-{last}/{SIZE}" if status == 206 else None)


@pytest.mark.parametrize(
    ("path", "asked"), [(WACZ, f"bytes={SIZE}-"), (WACZ, "bytes=-0"), ("/download/exports/empty.jsonl", "bytes=0-")]
)
def test_a_range_beyond_the_end_is_refused_with_the_size(client, path, asked):
    found = client.get(path, headers={"Range": asked})

    assert found.status_code == 416
    assert found.headers["content-range"] == f"bytes */{SIZE if path == WACZ else 0}"


def test_a_range_of_another_file_than_the_one_begun_is_the_whole_new_one(client):
    whole = client.get(WACZ)
    etag, changed = whole.headers["etag"], whole.headers["last-modified"]
    long_ago = http_date(datetime.now(UTC) - timedelta(days=900))

    for held, status in (
        (etag, 206),
        (changed, 206),
        ('"other"', 200),
        (f"W/{etag}", 200),
        (long_ago, 200),
        ("nonsense", 200),
    ):
        assert client.get(WACZ, headers={"Range": "bytes=0-9", "If-Range": held}).status_code == status, held


def test_who_has_the_file_is_told_so(client):
    etag, changed = (client.head(WACZ).headers[name] for name in ("etag", "last-modified"))

    for asked in (
        {"If-None-Match": etag},
        {"If-None-Match": f'"x", W/{etag}'},
        {"If-None-Match": "*"},
        {"If-Modified-Since": changed},
    ):
        assert client.get(WACZ, headers=asked).status_code == 304, asked
    for asked in (
        {"If-None-Match": '"x"'},
        {"If-None-Match": '"x"', "If-Modified-Since": changed},
        {"If-Modified-Since": "never"},
    ):
        assert client.get(WACZ, headers=asked).status_code == 200, asked


def test_a_head_tells_what_a_replayer_needs(client):
    found = client.head(WACZ, headers={"Range": "bytes=0-9", "Origin": "https://replayweb.page"})
    allowed = client.options(WACZ, headers={"Origin": "https://replayweb.page", "Access-Control-Request-Method": "GET"})

    assert (found.status_code, found.headers["content-length"]) == (200, str(SIZE))
    assert found.headers["access-control-allow-origin"] == "*"
    assert "Content-Range" in found.headers["access-control-expose-headers"]
    assert allowed.status_code in (200, 204)


@pytest.mark.parametrize(
    "path",
    [
        "wacz/../catalog.sqlite3",
        "wacz/%2e%2e/catalog.sqlite3",
        "wacz/..%2fcatalog.sqlite3",
        "wacz/%252e%252e/catalog.sqlite3",
        "wacz//ha_tinh.wacz",
        "wacz\\..\\catalog.sqlite3",
        "/etc/passwd",
        "%2fetc%2fpasswd",
        "catalog.sqlite3",
        "wacz",
        "wacz/",
        "wacz/ha_tinh.wacz%00",
        "wacz/ha_tinh.wacz/",
        "exports/out.wacz",
        "exports/up/secret.wacz",
        "exports/.lock/x",
        "exports/x.tmp",
        "exports/pipe",
        "exports/2025",
        "warcs/ha_tinh",
        "x" * 3000,
    ],
)
def test_nothing_else_of_the_disk_is_served(client, path):
    found = client.get(f"/download/{path}")

    assert found.status_code == 404, path
    assert b"within" not in found.content


def test_files_are_listed(client):
    listed = client.get("/download").json()

    assert {each["path"] for each in listed["files"]} == {
        "wacz/ha_tinh.wacz",
        "exports/2025/bài viết.csv",
        "exports/empty.jsonl",
    }
    for each in listed["files"]:
        assert len(client.get(each["url"]).content) == each["size_bytes"]


def test_a_file_made_before_something_was_taken_down_is_not_given(client, root):
    listed = root / "takedown.toml"
    listed.write_text(f'[[takedown]]\nurl = "{NEWS}"\nreason = "x"\ndate = 2026-01-01\n')
    try:
        assert client.get(WACZ).status_code == 451
        assert client.get("/download").json()["total"] == 0
        later = listed.stat().st_mtime_ns + 10**9
        os.utime(root / "wacz/ha_tinh.wacz", ns=(later, later))

        assert client.get(WACZ).status_code == 200
    finally:
        listed.unlink()
