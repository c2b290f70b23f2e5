"""What was recovered of a Department that is no more: marked on its pages, and counted over the years."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import html
from starlette.testclient import TestClient

from archive import open_archive
from archive.web.app import create_app
from archive.web.coverage import stacks
from crawler.rebuild import rebuild
from tests.archive.recovered_samples import Memento, write_recovery
from tests.crawler.reading_helpers import SITES as FILES
from tests.crawler.test_recovered import page
from tests.web.conftest import HTML, SITES

OLD = "http://haugiang.gov.vn/HtmlView.aspx?pageid=3129&mid=7506&siteid=60&ItemID={}"
TITLE = "Nghiệm thu đề tài nuôi cá thát lát cườm"
REPLAYED = Memento(OLD.format(1), datetime(2015, 3, 11, 2, tzinfo=UTC), page(TITLE, "10/03/2015, 08:30 (GMT+7)"))
COPIED = Memento(
    OLD.format(2), datetime(2018, 6, 1, tzinfo=UTC), page(TITLE + " (đợt hai)", "30/05/2018, 08:30 (GMT+7)"),
    kind="commoncrawl",
)  # fmt: skip
SCRIPT = Memento(
    OLD.format(3), datetime(2018, 7, 1, tzinfo=UTC), page(TITLE + " (đợt ba)", "30/06/2018, 08:30 (GMT+7)"),
    told={"source": "javascript:alert(1)"},
)  # fmt: skip
CRAWL = "hau_giang-20250801020304000"
GAP = {"url": OLD.format(9), "via": "http://haugiang.gov.vn/HtmlView.aspx?siteid=60", "cause": "not in the index"}


def make_root(root: Path) -> Path:
    write_recovery(root, "hau_giang", CRAWL, [REPLAYED, COPIED, SCRIPT])
    rebuild(root, catalog=root / "catalog.sqlite3", load_site=FILES.get)
    (root / "crawls").mkdir()
    report = {"crawl": CRAWL, "site": "hau_giang", "origin": "recover", "gaps_total": 7, "gaps": [GAP]}
    (root / "crawls" / f"{CRAWL}.json").write_text(json.dumps(report))
    return root


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_root(tmp_path_factory.mktemp("recovered") / "data")


@pytest.fixture(scope="module")
def client(root: Path) -> Iterator[TestClient]:
    with TestClient(create_app(root, sites=SITES), headers=HTML) as asking:
        yield asking


def seen(client: TestClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return " ".join("".join(html.fromstring(answer.text).itertext()).split())


def capture_of(memento: Memento) -> str:
    return memento.id.removeprefix("urn:uuid:")


def article_at(root: Path, memento: Memento) -> str:
    with open_archive(root) as archive:
        history = archive.history(memento.url)
        assert history is not None
        return history.id


def test_an_article_says_that_it_was_recovered_from_where_and_when(client, root):
    address = f"/articles/{article_at(root, REPLAYED)}"
    text, english = seen(client, address), seen(client, f"{address}?lang=en")

    assert "Khôi phục từ Wayback Machine (Internet Archive)" in text
    assert "Kho kia lưu lúc 09:00, 11/03/2015; kho này lấy về lúc 09:03, 01/08/2025." in text
    assert "dòng trạng thái, các trường đầu" in text
    assert "Recovered from the Wayback Machine (Internet Archive)" in english
    assert "status line, header fields" in english
    (link,) = html.fromstring(client.get(address).text).xpath(f"//a[@href='{REPLAYED.source}']")
    assert link.get("rel") == "noopener noreferrer nofollow"


def test_a_capture_shows_no_rebuilt_head_as_one_that_was_received(client):
    rebuilt = seen(client, f"/captures/{capture_of(REPLAYED)}")
    copied = seen(client, f"/captures/{capture_of(COPIED)}")

    assert "Phần đầu của trả lời, dựng lại từ những gì kho kia cho biết" in rebuilt
    assert "Phần đầu của trả lời, như trong bản ghi" in copied
    assert "toàn bộ bản ghi, từng byte" in copied
    assert "từ byte 1234, 567 byte" in copied
    for text in (rebuilt, copied):
        assert "đúng như đã nhận" not in text
        assert "Đã gửi" not in text
        assert "trên đường truyền" not in text


def test_a_source_that_is_no_web_address_is_no_link(client):
    told = html.fromstring(client.get(f"/captures/{capture_of(SCRIPT)}").text)

    assert told.xpath("//a[starts-with(@href, 'javascript')]") == []
    assert "javascript:alert(1)" in "".join(told.itertext())


def test_the_table_of_all_dissolved_departments(client):
    text = seen(client, "/sites/dissolved")
    (row,) = html.fromstring(client.get("/sites/dissolved").text).xpath("//tbody/tr")
    cells = [" ".join("".join(cell.itertext()).split()) for cell in row]

    assert cells == ["Hậu Giang", "Cần Thơ", "3", "3", "3", "2015–2018 trừ 2016, 2017", "7"]
    assert [link.get("href") for link in row.iter("a")] == ["/sites/hau_giang", "/sites/can_tho"]
    assert "Mỗi ô là một năm, từ 2015 đến 2018" in text
    for start in ("/", "/sites"):
        assert "/sites/dissolved" in client.get(start).text


def test_the_page_of_one_shows_its_years_by_origin_and_what_is_missing(client):
    text = seen(client, "/sites/hau_giang")
    charts = html.fromstring(client.get("/sites/hau_giang").text).xpath("//svg[contains(@class, 'years')]")

    assert "Từ 2015 đến 2018. Không có gì của các năm: 2016, 2017." in text
    assert "3 lượt lấy từ kho lưu trữ web khác. Biết là từng có nhưng chưa tìm được: 7 bài." in text
    assert GAP["url"] in text
    assert [[title.text for title in chart.iter("title")] for chart in charts] == [
        ["2015, lấy từ kho khác: 1", "2018, lấy từ kho khác: 2"]
    ] * 2
    assert "years" not in client.get("/sites/ha_tinh").text.partition("<main")[2]


def test_the_api_tells_the_same(client):
    (item,) = client.get("/api/v1/dissolved").json()["items"]

    assert {key: item[key] for key in ("id", "successor", "articles", "captures", "lacking", "missing")} == {
        "id": "hau_giang",
        "successor": "can_tho",
        "articles": 3,
        "captures": {"recover": 3},
        "lacking": [2016, 2017],
        "missing": 7,
    }
    assert item["years"] == [
        {"year": 2015, "captures": {"recover": 1}, "articles": {"recover": 1}},
        {"year": 2018, "captures": {"recover": 2}, "articles": {"recover": 2}},
    ]
    captures = client.get("/api/v1/captures?site=hau_giang").json()["items"]
    assert {each["origin"] for each in captures} == {"recover"}
    records = client.get("/api/v1/articles?site=hau_giang").json()["items"]
    assert sorted(each["recovered"]["kind"] for each in records) == ["commoncrawl", "wayback", "wayback"]


@pytest.mark.parametrize("report", [b"", b"[]", b'{"origin": 3}', b'{"origin": "recover", "gaps": "x"}', b"\xff"])
def test_a_report_that_is_none_leaves_open_what_is_missing(tmp_path, report):
    made = make_root(tmp_path)
    (made / "crawls" / f"{CRAWL}.json").write_bytes(report)
    with TestClient(create_app(made, sites=SITES), headers=HTML) as asking:
        (item,) = asking.get("/api/v1/dissolved").json()["items"]
        assert "chưa biết" in seen(asking, "/sites/dissolved")

    assert item["missing"] is None


def test_without_its_file_a_capture_still_says_that_it_was_recovered(tmp_path):
    made = make_root(tmp_path)
    article = article_at(made, REPLAYED)
    next((made / "warcs").rglob("*.warc.gz")).unlink()
    with TestClient(create_app(made, sites=SITES), headers=HTML) as asking:
        text = seen(asking, f"/articles/{article}")

    assert "Khôi phục từ kho lưu trữ web khác" in text
    assert "không đọc được từ tệp WARC" in text


def test_what_is_taken_down_is_neither_listed_nor_counted(tmp_path):
    made = make_root(tmp_path)
    with TestClient(create_app(made, sites=SITES), headers=HTML) as asking:
        (before,) = asking.get("/api/v1/dissolved").json()["items"]
    (made / "takedown.toml").write_text(
        f'[[takedown]]\nurl = "{REPLAYED.url}"\ndate = 2026-01-01\nreason = "yêu cầu"\n'
    )
    with TestClient(create_app(made, sites=SITES), headers=HTML) as asking:
        (item,) = asking.get("/api/v1/dissolved").json()["items"]

    assert before["articles"] == 3
    assert (item["articles"], item["captures"], [each["year"] for each in item["years"]]) == (2, {"recover": 2}, [2018])


def test_bars_stand_one_upon_another_and_end_at_the_top():
    chart = stacks([(2015, {"crawl": 1, "recover": 3}), (2016, {}), (2017, {"import": 2})])

    assert [[(each.origin, each.y, each.height) for each in bar.pieces] for bar in chart.stacks] == [
        [("crawl", 72.0, 24.0), ("recover", 0.0, 72.0)],
        [],
        [("import", 48.0, 48.0)],
    ]
    assert stacks([]).most == 0
    assert re.fullmatch(r"\d+", str(chart.width))
