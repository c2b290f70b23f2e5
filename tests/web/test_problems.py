"""What goes wrong is said with the right status, to people as a page and to programs as problem+json."""

import shutil
from pathlib import Path

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from archive import open_archive
from archive.catalog import Catalog
from archive.web.app import create_app
from archive.web.deps import Reading
from tests.web.conftest import HTML, SITES
from tests.web.made import GONE, PHOTO, RICE, Made, make

JSON = "application/problem+json"


def asking(root: Path, **options: object) -> TestClient:
    return TestClient(create_app(root, sites=SITES, **options), headers=HTML, raise_server_exceptions=False)  # type: ignore[arg-type]


WRONG = (
    ("/nowhere", 404),
    ("/articles/00", 404),
    ("/articles/%00", 404),
    ("/captures/nothing", 404),
    ("/images/nothing", 404),
    ("/sites/nowhere", 404),
    ("/crawls/..%2f..%2fetc%2fpasswd", 404),
    ("/crawls/nothing", 404),
    ("/article?url=https://example.vn/", 404),
    ("/article", 400),
    ("/search?p=0", 400),
    ("/search?p=x", 400),
    ("/search?p=501", 400),
    ("/search?p=400", 404),
    ("/search?when=2025-13", 400),
    ("/search?order=worst", 400),
    ("/search?q=-no", 400),
    ("/search?q=" + "a+" * 1200, 400),
    ("/search?q=" + "a" * 5000, 414),
)


@pytest.mark.parametrize(("path", "status"), WRONG, ids=lambda value: str(value)[:30])
def test_a_wrong_question_is_answered_with_its_status(client, path, status):
    told = client.get(path)

    assert told.status_code == status
    assert told.headers["content-security-policy"].startswith("default-src 'none'")
    if status != 414:
        assert told.headers["content-type"].startswith("text/html")
        assert "<h1" in told.text


@pytest.mark.parametrize(
    ("path", "vi", "en"),
    [
        ("/articles/00", "Kho không có bài viết 00.", "no article 00 is held"),
        ("/search?p=0", "Tham số chưa đúng: p.", "p: Input should be greater"),
        ("/search?p=400", "Không có trang 400; kết quả có", "page 400: there are"),
        ("/timegate/https://example.vn/", "không có bản lưu nào.", "no capture is held"),
    ],
)
def test_a_page_tells_what_is_wrong_in_its_language(client, path, vi, en):
    told = client.get(path).text
    english = client.get(path + ("&" if "?" in path else "?") + "lang=en")

    assert vi in told
    assert en not in told
    if "timegate" not in path:  # where a query belongs to the address
        assert english.headers["content-language"] == "en"
        assert en in english.text


def test_a_program_is_told_in_the_language_it_likes_best(client):
    asked = [client.get("/api/v1/articles/" + "0" * 32, headers={"Accept-Language": language})
             for language in ("vi-VN, en;q=0.5", "en, vi", "")]  # fmt: skip
    other = client.get("/captures/none/record.warc.gz", headers={"Accept-Language": "vi", "Accept": "*/*"})

    assert [each.headers["content-language"] for each in asked] == ["vi", "en", "en"]
    assert other.json()["detail"] == "kho không có bản ghi none"
    assert other.headers["content-language"] == "vi"
    assert "Accept-Language" in other.headers["vary"]


def test_a_program_gets_problem_json(client):
    told = client.get("/articles/00", headers={"Accept": "application/json"})

    assert told.headers["content-type"] == JSON
    assert told.json() == {
        "type": "about:blank", "title": "Not Found", "status": 404, "detail": "no article 00 is held",
    }  # fmt: skip


def test_a_head_tells_what_a_page_would(client, web):
    for path in ("/", "/search", f"/articles/{web.ids[RICE]}", "/sites", "/crawls", f"/images/{web.captures[PHOTO]}"):
        assert client.head(path).status_code == 200, path


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_nothing_can_be_written(client, method):
    assert client.request(method, "/search").status_code == 405


def test_without_a_catalog_it_says_what_makes_one(tmp_path):
    with asking(tmp_path) as client:
        page, program = client.get("/"), client.get("/", headers={"Accept": "application/json"})

    assert (page.status_code, program.status_code) == (503, 503)
    assert program.json()["detail"].endswith("there is no catalog; `khcn crawl` or `khcn rebuild` makes one")
    assert "Kho lưu trữ tạm thời chưa trả lời được" in page.text


def test_a_question_that_takes_too_long_is_stopped(web):
    app = create_app(web.root, query_s=0.2)
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"

    @app.get("/endless")
    def ask(archive: Reading) -> None:
        archive.catalog._ask(lambda connection: connection.execute(text(endless)))

    with TestClient(app, headers=HTML) as client:
        told = client.get("/endless")
        app.state.served.pool.limit_s = 300  # the others have time
        other = client.get(f"/articles/{web.ids[RICE]}")

    assert told.status_code == 503
    assert told.headers["retry-after"] == "5"
    assert other.status_code == 200
    assert "câu hỏi mất quá nhiều thời gian".capitalize() in told.text


def test_a_damaged_record_is_told_on_its_page_and_breaks_no_other(tmp_path):
    made = make(tmp_path / "data")
    for warc in (tmp_path / "data" / "warcs").rglob("ha_tinh-*.warc.gz"):
        warc.write_bytes(b"\0" * warc.stat().st_size)
    with asking(made.root) as client:
        capture = client.get(f"/captures/{made.captures[PHOTO]}")
        picture = client.get(f"/images/{made.captures[PHOTO]}")
        article = client.get(f"/articles/{made.ids[RICE]}")

    assert (capture.status_code, picture.status_code, article.status_code) == (200, 500, 200)
    assert "Không đọc được bản ghi này" in capture.text


@pytest.mark.parametrize("name", ["record.warc.gz", "exchange.warc.gz"])
def test_another_record_in_its_place_is_not_sent(tmp_path, name):
    made = make(tmp_path / "data")
    with open_archive(made.root) as archive:
        one, other = (archive.capture(url) for url in (RICE, PHOTO))
    with Catalog.open(made.root / "catalog.sqlite3") as catalog, catalog._engine.begin() as connection:
        place = {"offset": other.location.offset, "length": other.location.length, "id": one.id}
        connection.execute(text('UPDATE captures SET "offset" = :offset, length = :length WHERE id = :id'), place)
    with asking(made.root) as client:
        told = client.get(f"/captures/{made.captures[RICE]}/{name}", headers={"Accept": "*/*"})
        page = client.get(f"/captures/{made.captures[RICE]}")

    assert (told.status_code, told.headers["content-type"]) == (500, JSON)
    assert f"{other.id} lies there, not {one.id}" in told.json()["detail"]
    assert "GET /anh/ruong-lua.jpg" not in page.text
    assert "Không đọc được bản ghi này" in page.text


def test_an_archive_that_is_rebuilt_meanwhile_is_read_anew(tmp_path):
    made = make(tmp_path / "data")
    with asking(made.root) as client:
        before = client.get("/sites/nghe_an").text
        other = tmp_path / "other"
        with Catalog.open(other / "catalog.sqlite3"):
            pass
        for name in ("catalog.sqlite3-wal", "catalog.sqlite3-shm"):
            (made.root / name).unlink(missing_ok=True)
        shutil.move(other / "catalog.sqlite3", made.root / "catalog.sqlite3")
        article = client.get(f"/articles/{made.ids[RICE]}")

    assert "Giống lúa mới của Hà Tĩnh" in before
    assert article.status_code == 404


def test_what_is_taken_down_is_not_shown_anywhere(tmp_path):
    made = make(tmp_path / "data")
    entry = f'[[takedown]]\nurl = "{RICE}"\nreason = "x"\ndate = 2026-03-02\n'
    (made.root / "takedown.toml").write_text(entry, "utf-8")
    with asking(made.root) as client:
        capture = f"/captures/{made.captures[RICE]}"
        paths = (
            f"/articles/{made.ids[RICE]}",
            f"/articles/{made.ids[RICE]}/diff",
            capture,
            f"{capture}/record.warc.gz",
        )
        refused = [(path, client.get(path).status_code) for path in paths]
        lists = [client.get(path).text for path in ("/", "/search", "/search?q=nghiem+thu", "/sites/ha_tinh")]
        other = client.get(f"/articles/{made.ids[GONE]}").status_code

    assert refused == [(path, 451) for path in paths]
    assert other == 200
    assert not [page for page in lists if "Nghiệm thu giống lúa" in page]


@pytest.mark.parametrize("is_stripped", [True, False], ids=["stripped", "kept"])
def test_it_works_below_a_path_of_a_proxy(web: Made, is_stripped):
    with asking(web.root, prefix="/kho/") as client:
        seen = set()
        for path in ("/", "/search?q=lua", f"/articles/{web.ids[RICE]}", "/sites/ha_tinh", "/nowhere?lang=en"):
            page = client.get(path if is_stripped else f"/kho{path}")
            seen |= {part.split('"')[0] for part in page.text.split('href="')[1:] + page.text.split('src="')[1:]}
            assert "no-referrer" in page.headers["referrer-policy"]
        ours = {target for target in seen if target.startswith("/")}
        answers = [client.get(target, follow_redirects=False) for target in ours if "nowhere" not in target]

    assert all(target.startswith("/kho/") for target in ours), ours
    assert {told.status_code for told in answers} == {200, 303}
    assert all(told.headers["location"].startswith("/kho/articles/") for told in answers if told.status_code == 303)


def test_texts_are_packed_and_pictures_are_not(client, web):
    page = client.get("/", headers={"Accept-Encoding": "gzip"})
    picture = client.get(f"/images/{web.captures[PHOTO]}", headers={"Accept-Encoding": "gzip"})

    assert page.headers["content-encoding"] == "gzip"
    assert "accept-encoding" in page.headers["vary"].lower()
    assert "content-encoding" not in picture.headers
