"""The players speak as the services that they stand for; over one collection they agree with a real pywb."""

from __future__ import annotations

import gzip
import io
import json
import urllib.error
import urllib.request
from urllib.parse import urlencode

import pytest
from warcio.archiveiterator import ArchiveIterator

from tests.recover.collection import OLD
from tests.recover.played_wayback import rows_of
from tests.recover.pywb_source import pywb_source
from tests.recover.snaps import digest

pytestmark = pytest.mark.xdist_group("recover")


def get(url: str, **fields: str) -> tuple[int, dict[str, str], bytes]:
    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *told: object) -> None:
            return None

    request = urllib.request.Request(url, headers={name.replace("_", "-"): value for name, value in fields.items()})
    try:
        answer = urllib.request.build_opener(Stay).open(request, timeout=300)
    except urllib.error.HTTPError as error:
        answer = error
    with answer:
        return answer.status, {name.lower(): value for name, value in answer.headers.items()}, answer.read()


def index(address: str, **parameters: str) -> list:
    return json.loads(get(f"{address}?{urlencode({'output': 'json', **parameters})}")[2])


def test_the_index_is_given_in_parts_that_join(wayback_service, collection):
    address = f"{wayback_service.origin}/cdx/search/cdx"
    asked = {"url": "haugiang.gov.vn", "matchType": "domain", "limit": "9", "showResumeKey": "true"}
    found, key = [], None
    while True:
        header, *rows = index(address, **asked, **({"resumeKey": key} if key else {}))
        key = rows.pop()[0] if len(rows) > 1 and rows[-2] == [] else None
        found += [dict(zip(header, row, strict=True)) for row in rows if row]
        if key is None:
            break

    whole = rows_of(collection.snaps)
    assert {tuple(row.values()) for row in found} == {tuple(row.values()) for row in whole}
    assert len(found) > len(collection.snaps)  # some are there twice
    assert any(":80/" in row["original"] for row in found)
    assert {row["statuscode"] for row in found if row["mimetype"] == "warc/revisit"} == {"-"}
    assert index(address, url="travinh.gov.vn", matchType="host") == []


def test_filters_judge_the_whole_value_and_neighbours_collapse(wayback_service, collection):
    address, url = f"{wayback_service.origin}/cdx/search/cdx", collection.old[0].url
    every = index(address, url=url, fl="timestamp,digest")[1:]

    assert index(address, url=url, fl="timestamp", filter="statuscode:2")[1:] == []
    assert index(address, url=url, fl="timestamp", filter="statuscode:2..")[1:] == [every[0][:1]]
    assert index(address, url=url, fl="timestamp", collapse="digest")[1:] == [every[0][:1]]
    assert index(address, url=url, fl="timestamp", collapse="timestamp:4")[1:] == [
        ["20200701120010"],
        ["20210310120000"],
    ]
    assert index(address, url=url, fl="timestamp", limit="-1", to="2020")[1:] == [["20200701120010"]]


def test_a_capture_says_that_it_is_one_and_all_else_does_not(wayback_service, collection):
    origin, article = wayback_service.origin, collection.old[2]
    status, fields, _ = get(f"{origin}/web/20211201120000id_/{article.url}")
    assert (status, fields["x-archive-orig-retry-after"]) == (429, "3600")
    assert fields["memento-datetime"] == "Wed, 01 Dec 2021 12:00:00 GMT"
    assert fields["content-type"] == "text/html; charset=utf-8"
    assert "x-archive-orig-content-type" not in fields

    status, fields, _ = get(f"{origin}/web/20200601000000id_/{article.url}")
    assert (status, fields["location"]) == (302, f"{origin}/web/20200701120030id_/{article.url}")
    assert "memento-datetime" not in fields
    assert "x-archive-redirect-reason" in fields

    moved = collection.new[5].url
    status, fields, _ = get(f"{origin}/web/20240301120000id_/{moved}")
    assert (status, fields["location"]) == (301, f"{origin}/web/20240301120000id_/{moved.replace('http:', 'https:')}")

    status, fields, _ = get(f"{origin}/web/20200601000000id_/{collection.old[7].url}")
    assert (status, "memento-datetime" in fields) == (404, False)


def test_ranges_of_files_are_whole_records(commoncrawl_service, crawls):
    origin = commoncrawl_service.origin
    apis = [entry["cdx-api"] for entry in json.loads(get(f"{origin}/collinfo.json")[2])]
    asked = urlencode({"url": "haugiang.gov.vn", "matchType": "domain", "output": "json"})
    found = []
    for api in apis:
        page = 0
        while (answer := get(f"{api}?{asked}&page={page}"))[0] == 200:
            found += [json.loads(line) for line in answer[2].splitlines()]
            page += 1
        assert answer[0] == 400
        assert "Last Page" in json.loads(answer[2])["message"]
    nothing = get(f"{apis[0]}?url=travinh.gov.vn&output=json&page=0")

    assert len(apis) >= 4
    assert nothing[0] == 404
    assert json.loads(nothing[2])["message"].startswith("No Captures found")
    assert {row["filename"].split("/")[-2] for row in found} == {"warc", "crawldiagnostics", "robotstxt"}
    assert len(found) == len(crawls.kept)
    for row in found:
        first, last = int(row["offset"]), int(row["offset"]) + int(row["length"]) - 1
        status, fields, body = get(f"{origin}/{row['filename']}", Range=f"bytes={first}-{last}")
        assert (status, fields["content-range"].split("/")[0]) == (206, f"bytes {first}-{last}")
        record = next(iter(ArchiveIterator(io.BytesIO(body), check_digests="raise")))
        assert record.rec_headers.get_header("WARC-Target-URI") == row["url"]
        assert digest(record.raw_stream.read()) == row["digest"]


def test_pywb_has_the_same_captures_and_gives_the_same_bodies(wayback_service, collection, tmp_path):
    pytest.importorskip("pywb", reason="the extra `replay` is not installed")
    whole = [snap for snap in collection.snaps if not snap.is_cut]
    with pywb_source(whole, tmp_path / "pywb") as theirs:
        lines = get(f"{theirs}?url=haugiang.gov.vn&matchType=domain&output=json")[2].splitlines()
        rows = {(row["timestamp"], row["digest"].removeprefix("sha1:")) for row in map(json.loads, lines)}
        ours = index(
            f"{wayback_service.origin}/cdx/search/cdx", url="haugiang.gov.vn", matchType="domain", fl="timestamp,digest"
        )
        assert rows == {(ts, sum_) for ts, sum_ in ours[1:]} - {
            (snap.ts, snap.digest) for snap in collection.snaps if snap.is_cut
        }

        # pywb passes over redirects from http to https, and gives what they lead to.
        for snap in [one for one in whole if one.kind != "redirect"][::7]:
            target = f"{snap.ts}id_/{snap.url}"
            told = get(f"{wayback_service.origin}/web/{target}")
            said = get(f"{theirs.removesuffix('cdx')}{target}")
            assert told[0] == said[0] == snap.status, snap.url
            assert plain(told) == plain(said) == snap.decoded, snap.url
            assert told[1]["memento-datetime"] == said[1]["memento-datetime"]
    assert OLD in whole[0].url


def plain(answer: tuple[int, dict[str, str], bytes]) -> bytes:
    """Return a body as a browser would show it."""
    return gzip.decompress(answer[2]) if answer[1].get("content-encoding") == "gzip" else answer[2]
