"""TimeGate and TimeMaps follow RFC 7089, and agree with pywb on which captures there are and which is meant."""

from __future__ import annotations

import random
import re
from datetime import UTC, datetime, timedelta

import pytest

from archive.catalog import Catalog
from archive.web import memento
from archive.web.mementos import http_date
from tests.web.captured import FIRST, HOME, HOST, LOST, MOVED, NEWS, OLD, PICTURE, SAME, Crawl, answer, page, serving
from tests.web.pywb import pywb

BASE = "http://kho.example"
TIMES = ("2010-01-01", "2024-01-16", "2024-03-05", "2024-05-01", "2024-06-12", "2024-08-02", "2024-10-10", "2031-12-31")


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("memento") / "data") as client:
        yield client


def links(text: str) -> list[tuple[str, dict[str, str]]]:
    """Read links as RFC 8288 writes them."""
    found = []
    for uri, rest in re.findall(r'<([^>]*)>((?:\s*;\s*\w+="[^"]*")*)', text):
        found.append((uri, dict(re.findall(r'(\w+)="([^"]*)"', rest))))
    return found


def by_rel(text: str) -> dict[str, str]:
    return {rel: uri for uri, told in links(text) for rel in told["rel"].split()}


@pytest.mark.xdist_group("replay")
def test_pywb_lists_and_chooses_the_same(client, tmp_path):
    pytest.importorskip("pywb", reason="the extra `replay` is not installed")
    root = client.app.state.served.pool.root
    asked = [(url, time) for url in (HOME, NEWS, SAME, LOST, MOVED, PICTURE) for time in TIMES]
    with pywb(root, tmp_path / "links") as theirs:
        for url in (HOME, NEWS, SAME, LOST, MOVED, PICTURE, f"{HOST}/tin?chuyenmuc=1&page=2"):
            theirs.request("GET", f"/archive/timemap/link/{url}")
            listed = re.findall(r'rel="[a-z ]*memento"; datetime="([^"]*)"', theirs.getresponse().read().decode())
            ours = [
                told["datetime"] for _, told in links(client.get(f"/timemap/link/{url}").text) if "datetime" in told
            ]

            assert ours == listed, url
        for url, time in random.Random(3).sample(asked, 30):
            when = http_date(datetime.fromisoformat(time).replace(tzinfo=UTC))
            theirs.request("GET", f"/archive/id_/{url}", headers={"Accept-Datetime": when})
            answer = theirs.getresponse()
            answer.read()
            led = client.get(f"/timegate/{url}", headers={"Accept-Datetime": when})
            shown = client.get(led.headers["location"])

            assert shown.headers["memento-datetime"] == answer.headers["memento-datetime"], (url, time)
            assert shown.status_code == answer.status, (url, time)


def test_a_timegate_leads_to_the_closest_memento_and_names_its_neighbours(client):
    led = client.get(f"/timegate/{SAME}", headers={"Accept-Datetime": "Wed, 01 May 2024 00:00:00 GMT"})

    assert led.status_code == 302
    assert led.headers["vary"].lower() == "accept-datetime"
    assert "memento-datetime" not in led.headers
    assert re.fullmatch(rf"{BASE}/web/20240424\d+id_/{SAME}", led.headers["location"])
    rels = by_rel(led.headers["link"])
    assert rels["original"] == SAME
    assert rels["timemap"] == f"{BASE}/timemap/link/{SAME}"
    assert [rels[rel][len(BASE) + 5 :][:8] for rel in ("first", "next", "last")] == ["20240115", "20240802", "20241110"]
    (shown,) = (told for uri, told in links(led.headers["link"]) if uri == led.headers["location"])
    assert shown["rel"] == "memento"


def test_without_a_date_the_latest_is_meant(client):
    assert "/web/20241110" in client.get(f"/timegate/{SAME}").headers["location"]


def test_a_redirect_to_its_own_address_is_not_what_is_meant(client):
    """Since the second crawl http leads to https a second later: both have one key in the index."""
    led = client.get(f"/timegate/{OLD}", headers={"Accept-Datetime": "Wed, 24 Apr 2024 02:00:02 GMT"})
    there = client.get(led.headers["location"])

    assert led.headers["location"].endswith(f"id_/{HOME}")
    assert there.status_code == 200
    exact = client.get(f"/web/20240424020002id_/{OLD}")
    assert exact.status_code == 301
    assert client.get(exact.headers["location"]).headers["location"] == led.headers["location"]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_every_answer_about_an_address_has_its_links(client, method):
    for path in (f"/timegate/{NEWS}", client.get(f"/timegate/{NEWS}").headers["location"]):
        rels = by_rel(client.request(method, path).headers["link"])

        assert {"original", "timegate", "timemap", "first", "last", "memento"} <= rels.keys()


@pytest.mark.parametrize(
    "written",
    [
        NEWS,
        NEWS.removeprefix("https://"),
        NEWS.replace("://", ":/"),
        NEWS.replace(":", "%3A").replace("/", "%2F"),
        NEWS.upper(),
    ],
)
def test_an_address_may_be_written_in_several_ways(client, written):
    assert f"id_/{NEWS}" in client.get(f"/timegate/{written}").headers["location"]


def test_a_query_belongs_to_the_address(client):
    led = client.get(f"/timegate/https://{HOST}/tin?page=2&chuyenmuc=1")

    assert led.headers["location"].endswith(f"id_/https://{HOST}/tin?page=2&chuyenmuc=1")
    assert by_rel(led.headers["link"])["original"] == f"https://{HOST}/tin?page=2&chuyenmuc=1"


@pytest.mark.parametrize(
    ("path", "headers", "status", "told"),
    [
        ("/timegate/", {}, 400, "no address"),
        ("/timegate/mailto:ai@example.vn", {}, 400, "no address"),
        ("/timegate/http:///", {}, 400, "no address"),
        (f"/timegate/{NEWS}", {"Accept-Datetime": "yesterday"}, 400, "no time such as"),
        (f"/timegate/{NEWS}", {"Accept-Datetime": "2024-05-01T00:00:00Z"}, 400, "no time such as"),
        (f"/timegate/{NEWS}", {"Accept-Datetime": "Wed, 31 Feb 2024 00:00:00 GMT"}, 400, "Accept-Datetime"),
        ("/timegate/https://example.vn/none", {}, 404, "no capture is held"),
        ("/timemap/link/https://example.vn/none", {}, 404, "no capture is held"),
        (f"/timemap/xml/{NEWS}", {}, 404, "no such form"),
        (f"/timemap/link/2/{NEWS}", {}, 404, "1 pages, and no page 2"),
        (f"/timemap/json/0/{NEWS}", {}, 404, "no page 0"),
        ("/timemap/link/", {}, 400, "no address"),
    ],
)
def test_what_can_not_be_answered_is_told_with_a_sentence(client, path, headers, status, told):
    answer = client.get(path, headers=headers)

    assert answer.status_code == status
    assert told in answer.json()["detail"]


def test_a_timemap_comes_in_pages(client, monkeypatch):
    monkeypatch.setattr(memento, "PAGE", 3)
    pages = [client.get(f"/timemap/link/{n}/{HOME}" if n > 1 else f"/timemap/link/{HOME}") for n in (1, 2, 3)]
    told = [client.get(f"/timemap/json/{n}/{HOME}").json() for n in (1, 2, 3)]

    found = [[link for link in links(page.text) if "datetime" in link[1]] for page in pages]
    assert [len(some) for some in found] == [3, 3, 1]
    assert found[0][0][1]["rel"] == "first memento"
    assert found[2][0][1]["rel"] == "last memento"
    others = [(uri, each) for uri, each in links(pages[1].text) if each["rel"] == "timemap"]
    assert [uri for uri, _ in others] == [f"{BASE}/timemap/link/{HOME}", f"{BASE}/timemap/link/3/{HOME}"]
    assert others[1][1]["from"] == others[1][1]["until"] == found[2][0][1]["datetime"]
    assert [each["uri"] for page in told for each in page["mementos"]["list"]] == [
        uri for some in found for uri, _ in some
    ]
    assert told[0]["pages"]["next"] == told[1]["self"] == told[2]["pages"]["prev"]


def test_what_a_running_crawl_has_kept_is_there(tmp_path):
    with serving(tmp_path / "data") as client:
        index = client.app.state
        assert client.get(f"/timegate/{SAME}").status_code == 302
        with Catalog.open(tmp_path / "data/catalog.sqlite3") as catalog:
            crawl = Crawl(tmp_path / "data", catalog, "ha_tinh", HOST, 9)
            crawl.ask(f"https://{HOST}/dang-viet", answer(page("Đang viết")))
            crawl.writer.sync()
            index.merged_index.refresh(at_once=True)
            while_open = client.get(f"/timegate/{HOST}/dang-viet")
            crawl.ask(f"https://{HOST}/dang-viet", answer(page("Viết xong")))
            crawl.writer.close()
            index.merged_index.refresh(at_once=True)

        moment = FIRST + timedelta(days=900, seconds=1)
        assert f"/web/{moment:%Y%m%d%H%M%S}id_/" in while_open.headers["location"]
        shown = client.get(while_open.headers["location"])
        assert "Đang viết" in shown.text
        assert len(client.get(f"/timemap/json/{HOST}/dang-viet").json()["mementos"]["list"]) == 2


def test_what_is_taken_down_is_refused(tmp_path):
    with serving(tmp_path / "data") as client:
        shown = client.get(f"/timegate/{NEWS}").headers["location"]
        picture = client.get(f"/timegate/{PICTURE}").headers["location"]
        (tmp_path / "data/takedown.toml").write_text(f'[[takedown]]\nurl = "{NEWS}"\nreason = "x"\ndate = 2026-01-01\n')

        for path in (f"/timegate/{NEWS}", f"/timemap/link/{NEWS}", shown, picture):
            assert client.get(path).status_code == 451, path
        assert client.get(f"/timegate/{SAME}").status_code == 302


def test_behind_a_proxy_all_links_have_its_prefix(tmp_path):
    with serving(tmp_path / "data", prefix="/kho") as client:
        for asked in (f"/kho/timegate/{NEWS}", f"/timegate/{NEWS}"):
            led = client.get(asked)
            shown = client.get(led.headers["location"])

            assert led.headers["location"].startswith(f"{BASE}/kho/web/")
            assert shown.status_code == 200
            assert by_rel(shown.headers["link"])["timemap"] == f"{BASE}/kho/timemap/link/{NEWS}"
