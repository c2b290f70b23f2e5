"""Health and metrics tell the truth, and never more names than there are routes."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from archive.health.expect import Expect
from archive.metrics import ARCHIVE, HTTP, SITE
from tests.archive.example import make_example
from tests.archive.told import declared, samples, watched, with_reports
from tests.web.served import API, asking


def test_answers_are_counted_by_route(tmp_path):
    make_example(tmp_path)
    with asking(tmp_path) as client:
        for path in ("/articles", "/articles?limit=1", "/articles/abc", "/articles/def", "/nichts/a", "/nichts/b"):
            client.get(API + path)
        answer = client.get("/metrics")
    told = samples(answer.text)
    route = f"route={API}/articles/{{id}}"

    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert told[f"khcn_http_requests_total method=GET route={API}/articles status=200"] == 2
    assert told[f"khcn_http_requests_total method=GET {route} status=400"] == 2
    assert told["khcn_http_requests_total method=GET route=none status=404"] == 2
    assert told[f"khcn_http_request_seconds_bucket le=+Inf {route}"] == 2
    assert told[f"khcn_http_request_seconds_count {route}"] == 2
    assert told["khcn_http_requests_in_flight"] == 1
    assert told["khcn_site_articles site=ha_tinh"] == 2
    assert told["khcn_archive_up"] == 1


def test_the_server_tells_all_that_is_declared_and_nothing_else(tmp_path):
    make_example(tmp_path)
    with_reports(tmp_path)
    watched(tmp_path, datetime(2025, 3, 10, tzinfo=UTC))
    with asking(tmp_path, expected={"ha_tinh": Expect(new_within_days=3)}) as client:
        client.get("/healthz")
        text = client.get("/metrics").text

    assert declared(text) == {(each.name, each.kind, frozenset(each.labels)) for each in (*SITE, *ARCHIVE, *HTTP)}


def test_health_says_when_the_archive_can_not_be_read(tmp_path):
    with asking(tmp_path) as client:
        assert client.get("/healthz").status_code == 503
        assert samples(client.get("/metrics").text)["khcn_archive_up"] == 0
        make_example(tmp_path)

        assert client.get("/healthz").json()["status"] == "ok"
        assert samples(client.get("/metrics").text)["khcn_archive_up"] == 1


def test_a_site_that_was_taken_down_is_in_no_metric(tmp_path):
    make_example(tmp_path)
    with_reports(tmp_path)
    (tmp_path / "takedown.toml").write_text('[[takedown]]\nsite = "ha_tinh"\nreason = "x"\ndate = 2026-03-02\n')
    with asking(tmp_path) as client:
        text = client.get("/metrics").text

    assert "nghe_an" in text
    assert not re.search("ha_tinh", text)
