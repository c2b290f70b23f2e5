"""What a request may ask for: so much, so long, so often; and what is said when it asks for more."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from archive.web import cdx
from archive.web.app import create_app
from archive.web.deps import Reading
from tests.web.made import RICE, Made

ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
JSON = "application/problem+json"
TOO_MANY = {
    "/api/v1/articles?limit=101", "/api/v1/images?limit=101", "/api/v1/captures?limit=1001", "/api/v1/crawls?limit=101",
    "/api/v1/sites/ha_tinh/removals?limit=101", "/api/v1/search?q=lua&limit=101", "/api/v1/changes?limit=101",
    "/feeds/ha_tinh.atom?limit=101", "/feeds/search.atom?q=lua&limit=101", "/search?p=501", "/cdx?url=a.vn&pageSize=0",
    "/api/v1/articles?limit=99999999999999999999", "/api/v1/articles?limit=-1", "/api/v1/articles?limit=1e3",
    f"/cdx?url=a.vn{'&filter=status:200' * 21}", "/api/v1/search?q=" + "a" * 2001, "/api/v1/search?q=" + "a+" * 900,
}  # fmt: skip


def asking(root: Path, **options: object) -> TestClient:
    return TestClient(create_app(root, **options), raise_server_exceptions=False)  # type: ignore[arg-type]


@pytest.mark.parametrize("path", sorted(TOO_MANY), ids=lambda path: path[:40])
def test_too_much_at_once_is_refused_with_a_sentence(client: TestClient, path: str) -> None:
    told = client.get(path, headers={"Accept": "application/json"})

    assert told.status_code == 400
    assert told.headers["content-type"] == JSON
    assert told.json()["detail"]


def test_an_answer_of_the_cdx_server_ends_whatever_is_asked_for(web: Made) -> None:
    with asking(web.root) as client:
        told = client.get("/cdx?url=*.vn&limit=100000000")

    assert told.status_code == 200
    assert 30 < told.text.count("\n") <= 100_000


def test_a_slow_question_of_a_program_is_stopped_and_said_so(web: Made) -> None:
    app = create_app(web.root, query_s=0.2)

    @app.get("/api/v1/endless")
    def ask(archive: Reading) -> None:
        archive.catalog._ask(lambda connection: connection.execute(text(ENDLESS)))

    with TestClient(app) as client:
        told = client.get("/api/v1/endless")
        app.state.served.pool.limit_s = 300  # the others have time
        after = client.get("/api/v1/articles?limit=1")

    assert (told.status_code, told.headers["content-type"]) == (503, JSON)
    assert told.json()["type"] == "urn:khcn:problem:too-slow"
    assert told.headers["retry-after"] == "5"
    assert after.status_code == 200


def test_a_slow_answer_of_the_cdx_server_is_stopped(web: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cdx, "ANSWER_S", -1.0)
    with asking(web.root) as client:
        told = client.get(f"/cdx?url={RICE}")

    assert (told.status_code, told.json()["type"]) == (503, "urn:khcn:problem:too-slow")


def test_who_asks_too_often_is_told_when_to_come_again(web: Made) -> None:
    with asking(web.root, rate=0.01) as client:
        answers = [client.get("/api/v1/sites") for _ in range(2)]
        page = client.get("/", headers={"Accept": "text/html"})
        head = client.head("/api/v1/sites")

    assert [each.status_code for each in answers] == [200, 429]
    assert (answers[1].headers["content-type"], answers[1].json()["status"]) == (JSON, 429)
    assert 1 <= int(answers[1].headers["retry-after"]) <= 100
    assert answers[1].headers["access-control-allow-origin"] == "*"
    assert answers[1].headers["content-security-policy"].startswith("default-src 'none'")
    assert (page.status_code, page.headers["content-type"]) == (429, "text/html; charset=utf-8")
    assert "Quá nhiều yêu cầu" in page.text
    assert (head.status_code, head.content) == (429, b"")
