"""The API gives what exports, histories and reports say, and each page of a list once."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from jsonschema import Draft202012Validator

from archive import open_archive
from archive.catalog import Catalog
from archive.report import CrawlReport, write_report
from archive.times import VN
from archive.web.api.examples import EXAMPLES
from archive.web.api.forms import schemas
from tests.archive.example import COPY, GONE, PICTURE, RICE, make_example
from tests.archive.facts import keep, make_article, make_capture
from tests.web.served import API, asking, exported, walk

AT = datetime(2025, 3, 4, 2, tzinfo=UTC)
REPORTS = ("ha_tinh-20250301020000000", "ha_tinh-20250304020000000", "nghe_an-20250302020000000")


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    root = tmp_path_factory.mktemp("data")
    make_example(root)
    for crawl in REPORTS:
        settings = {"HTTP_PROXY": "http://ten:matkhau@127.0.0.1/", "DOWNLOAD_DELAY": 2}
        write_report(root, CrawlReport(crawl, crawl.partition("-")[0], AT, AT, exit=0, settings=settings))
    return root


@pytest.fixture(scope="module")
def client(root):
    with asking(root) as client:
        yield client


@pytest.fixture(scope="module")
def ids(client):
    return {each["url"]: each["id"] for each in walk(client, f"{API}/articles")}


def test_articles_are_the_lines_of_an_export(client, root):
    held = exported(root)
    listed = walk(client, f"{API}/articles", limit=1)

    assert [each["url"] for each in listed] == [GONE, RICE, COPY] or [each["url"] for each in listed] == [
        GONE,
        COPY,
        RICE,
    ]
    assert {each["id"]: each for each in listed} == {key: json.loads(line) for key, line in held.items()}
    assert {key: client.get(f"{API}/articles/{key}").content for key in held} == held
    assert next(each for each in listed if each["url"] == RICE)["attachments"][0]["text"].startswith("Kế hoạch")
    assert next(each for each in listed if each["url"] == GONE)["state"] == "gone"


def test_versions_are_those_of_an_export_of_all(client, root, ids):
    held = exported(root, every=True)
    listed = [each for key in ids.values() for each in client.get(f"{API}/articles/{key}/versions").json()["items"]]

    assert {f"{each['id']} {each['n']}": each for each in listed} == {
        key: json.loads(line) for key, line in held.items()
    }


def test_lists_can_be_narrowed(client):
    def urls(**params):
        return [each["url"] for each in walk(client, f"{API}/articles", **params)]

    assert urls(site="nghe_an") == [COPY]
    assert set(urls(site=["nghe_an", "ha_tinh"])) == {COPY, RICE, GONE}
    assert urls(since="2025-03-01") == [GONE]
    assert set(urls(until="2025-02-28")) == {COPY, RICE}
    assert urls(until="2025-02-28T14:29:59+07:00") == []
    assert urls(order="oldest")[-1] == GONE
    assert urls(site="quang_tri") == []


def test_an_article_is_found_by_any_spelling_of_its_address_and_as_it_was(client):
    now = client.get(f"{API}/article", params={"url": "http://www.skhcn.hatinh.gov.vn/tin/giong-lua-moi/"}).json()
    then = client.get(f"{API}/article", params={"url": RICE, "at": "2025-03-02"}).json()
    before = client.get(f"{API}/article", params={"url": RICE, "at": "2020-01-01"}).json()

    assert (now["title"], now["n"]) == ("Nghiệm thu giống lúa chịu mặn", 2)
    assert (then["title"], then["n"]) == ("Nghiệm thu giống lúa", 1)
    assert before == then


def test_history_and_differences_are_those_of_the_archive(client, root, ids):
    with open_archive(root) as archive:
        assert client.get(f"{API}/articles/{ids[RICE]}/history").json() == archive.history(RICE).as_json() | {
            key: json.loads(msgspec.json.encode(archive.history(RICE).as_json()))[key]
            for key in ("first_seen", "last_seen", "checked", "versions", "events", "aliases", "same_as")
        }
        assert client.get(f"{API}/articles/{ids[RICE]}/diff").json() == archive.diff(RICE).as_json()
    assert client.get(f"{API}/articles/{ids[RICE]}/diff?a=2025-03-02&b=2").json()["a"] == 1
    assert client.get(f"{API}/articles/{ids[RICE]}/diff?a=9").json()["type"] == "urn:khcn:problem:no-such-version"


def test_captures_come_by_site_and_time_each_once(client, root):
    with open_archive(root) as archive:
        held = [each.id for each in archive.captures("ha_tinh")] + [each.id for each in archive.captures("nghe_an")]
    listed = walk(client, f"{API}/captures", limit=2)

    assert [each["id"] for each in listed] == held
    assert [each["status"] for each in walk(client, f"{API}/captures", url=GONE)] == [200, 404, 404, 404]
    assert len(walk(client, f"{API}/captures", site="ha_tinh", since="2025-03-02", until="2025-03-02")) == 1
    assert client.get(f"{API}/captures/{held[0]}").json() == listed[0]
    assert client.get(f"{API}/captures/{held[0].removeprefix('urn:uuid:')}").json() == listed[0]
    assert client.get(f"{API}/capture", params={"url": GONE, "at": "2025-03-01T10:00:00"}).json()["status"] == 200
    assert client.get(f"{API}/capture", params={"url": GONE}).json()["status"] == 404


def test_pictures_come_with_their_article(client, ids):
    (found,) = walk(client, f"{API}/images", limit=1)

    assert (found["article"], found["image"]["url"]) == (ids[RICE], PICTURE)
    assert walk(client, f"{API}/images", sha256="0" * 64) == []


def test_sites_reports_and_removals(client):
    here, there = client.get(f"{API}/sites").json()["items"]
    reports = walk(client, f"{API}/crawls", limit=1)

    assert (here["name"], here["articles"], there["name"]) == ("Sở Khoa học và Công nghệ tỉnh Hà Tĩnh", 2, "nghe_an")
    assert client.get(f"{API}/sites/ha_tinh").json() == here
    assert [each["crawl"] for each in reports] == [REPORTS[1], REPORTS[2], REPORTS[0]]
    assert [each["crawl"] for each in walk(client, f"{API}/crawls", site="nghe_an")] == [REPORTS[2]]
    assert client.get(f"{API}/crawls/{REPORTS[0]}").json() == reports[2]
    assert reports[0]["settings"] == {"HTTP_PROXY": None, "DOWNLOAD_DELAY": 2}
    assert [each["url"] for each in walk(client, f"{API}/sites/ha_tinh/removals")] == [GONE]


def test_search_gives_hits_a_page_at_a_time_and_counts_them(client, root):
    with open_archive(root) as archive:
        held = [(hit.rank, hit.url, hit.article) for hit in archive.search("giong lua")]
    found = walk(client, f"{API}/search", q="giong lua", limit=1)

    assert [(each["rank"], each["url"], each["article"]) for each in found] == held
    assert found[0]["snippet"][slice(*found[0]["highlights"][0])].casefold().startswith("giống")
    assert client.get(f"{API}/facets?q=giong+lua").json()["articles"] == 2
    assert client.get(f"{API}/search?q=-a").json()["type"] == "urn:khcn:problem:bad-query"


def test_a_list_loses_and_doubles_nothing_while_a_crawl_adds(tmp_path):
    def add(catalog, number, day):
        capture = make_capture(number, f"https://skhcn.hatinh.gov.vn/tin/{number}")
        published = datetime(2025, 1, 1, tzinfo=VN) + timedelta(days=day)
        keep(catalog, [replace(make_article(capture), published=published)], [capture])
        return capture.url

    with Catalog.open(tmp_path / "catalog.sqlite3") as catalog, asking(tmp_path) as client:
        first = {add(catalog, number, number % 7) for number in range(20)}
        for path, key in ((f"{API}/articles", "url"), (f"{API}/captures", "url")):
            seen, params, number = [], {"limit": 3}, 100 if "art" in path else 200
            while True:
                page = client.get(path, params=params).json()
                seen += [each[key] for each in page["items"]]
                # Newer and older ones, and one of a day that lies on the border of the page.
                for day in (-5, 3, 40):
                    add(catalog, number, day)
                    number += 1
                if page["next"] is None or number > 280:
                    break
                params["cursor"] = page["next"]

            assert len(seen) == len(set(seen))
            assert first <= set(seen)


def test_what_a_client_has_is_not_sent_again(client, ids):
    path = f"{API}/articles/{ids[RICE]}"
    first = client.get(path)
    tag, modified = first.headers["etag"], first.headers["last-modified"]

    assert modified == "Tue, 04 Mar 2025 02:00:00 GMT"
    for headers, status in (
        ({"If-None-Match": tag}, 304),
        ({"If-None-Match": f'"x", {tag.removeprefix("W/")}'}, 304),
        ({"If-None-Match": "*"}, 304),
        ({"If-None-Match": '"x"'}, 200),
        ({"If-Modified-Since": modified}, 304),
        ({"If-Modified-Since": "Tue, 04 Mar 2025 01:59:59 GMT"}, 200),
        ({"If-Modified-Since": "hôm qua".encode()}, 200),
        ({"If-None-Match": '"x"', "If-Modified-Since": modified}, 200),
    ):
        again = client.get(path, headers=headers)

        assert (again.status_code, bool(again.content)) == (status, status == 200), headers
        assert again.headers["etag"] == tag


def test_head_cors_and_packing(client):
    plain = client.get(f"{API}/articles", headers={"Origin": "https://example.org", "Accept-Encoding": "identity"})
    packed = client.get(f"{API}/articles", headers={"Accept-Encoding": "gzip"})
    head = client.head(f"{API}/articles", headers={"Accept-Encoding": "identity"})
    asked = {"Origin": "https://example.org", "Access-Control-Request-Method": "GET",
             "Access-Control-Request-Headers": "if-none-match"}  # fmt: skip

    assert plain.headers["access-control-allow-origin"] == "*"
    assert "ETag" in plain.headers["access-control-expose-headers"]
    assert client.options(f"{API}/articles", headers=asked).status_code == 200
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert (packed.content, packed.headers["etag"]) == (plain.content, plain.headers["etag"])
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", plain.headers["etag"])
    assert client.post(f"{API}/articles").status_code == 405


WRONG = {
    "/articles?limit=0": "bad-request",
    "/articles?limit=101": "bad-request",
    "/articles?since=gestern": "bad-request",
    "/articles?since=0001-01-01": "bad-request",
    "/articles?until=9999-12-31": "bad-request",
    "/articles?order=random": "bad-request",
    "/articles?cursor=abc": "bad-cursor",
    "/articles?cursor=W10": "bad-cursor",
    "/articles?cursor=%F0%9F%98%80": "bad-cursor",
    "/captures?limit=1001": "bad-request",
    "/changes?cursor=WyIxIixbXV0": "bad-cursor",
    "/article": "bad-request",
    "/search": "bad-request",
    "/articles/abc": "bad-request",
    "/articles/" + "0" * 32: "no-such-article",
    "/article?url=https://example.org/": "no-such-article",
    "/captures/0": "no-such-capture",
    "/capture?url=https://example.org/": "no-such-capture",
    "/sites/quang_tri": "no-such-site",
    "/crawls/quang_tri-1": "no-such-crawl",
    "/crawls/..%2F..%2Fetc-1": None,
}


@pytest.mark.parametrize("path", WRONG)
def test_a_wrong_question_is_a_problem_of_a_kind_that_stays(client, path):
    answer = client.get(API + path)
    told = answer.json()

    assert answer.headers["content-type"] == "application/problem+json"
    assert told["type"] == (f"urn:khcn:problem:{WRONG[path]}" if WRONG[path] else "about:blank")
    assert (told["status"], answer.status_code // 100) == (answer.status_code, 4)
    assert told["detail"]


def test_a_cursor_is_good_for_its_own_list_only(client):
    following = client.get(f"{API}/articles?limit=1").json()["next"]
    other = client.get(f"{API}/articles", params={"limit": 1, "site": "ha_tinh", "cursor": following})

    assert other.json()["type"] == "urn:khcn:problem:bad-cursor"


def test_addresses_are_those_below_the_prefix_of_a_proxy(root):
    with asking(root, prefix="/kho") as client:
        for asked in ("/kho/api/v1/articles?limit=1&site=ha_tinh", "/api/v1/articles?limit=1&site=ha_tinh"):
            following = client.get(asked).links["next"]["url"]

            assert following.startswith("http://testserver/kho/api/v1/articles?limit=1&site=ha_tinh&cursor=")
            assert client.get(following).json()["items"]


def test_every_answer_and_example_is_what_the_document_says(client, ids):
    document = client.get(f"{API}/openapi.json").json()
    values = {"id": ids[RICE], "site": "ha_tinh", "name": "ha_tinh.xml"}
    asked = {"url": RICE, "q": "giong lua", "limit": 2}
    checked = 0
    for path, operations in document["paths"].items():
        told = operations["get"]["responses"]["200"]["content"].get("application/json")
        if told is None:
            continue
        if "capture" in path:
            values["id"] = client.get(f"{API}/captures").json()["items"][0]["id"]
        values["id"] = REPORTS[0] if "crawls" in path else values["id"] if "capture" in path else ids[RICE]
        answer = client.get(path.format(**values), params=asked)
        schema = {**told["schema"], "components": {"schemas": schemas()}}

        Draft202012Validator(schema).validate(answer.json())
        Draft202012Validator(schema).validate(told["example"])
        checked += 1
    assert checked >= 18
    assert document["openapi"].startswith("3.1")
    assert set(EXAMPLES) <= set(document["components"]["schemas"])
