"""What is exported: each article once, with where it comes from, as the schemas say, of any span."""

from __future__ import annotations

import io
import json
from collections import Counter
from dataclasses import replace
from datetime import date

import pytest

from archive import open_archive
from archive.catalog import Catalog
from archive.documents.cache import DocumentCache
from archive.documents.model import DocumentText
from archive.errors import ArchiveError
from archive.export.jsonl import JsonLines
from archive.export.record import checked_json
from archive.export.source import Wanted
from tests.archive.export_site import EVERY, LATEST, RECOVERED, SITES, TITLES, make_catalog, opened
from tests.archive.facts import keep, make_article, make_capture
from tests.archive.test_schema import checker


@pytest.fixture(scope="module")
def catalog(tmp_path_factory):
    return make_catalog(tmp_path_factory.mktemp("data") / "catalog.sqlite3")


def lines(catalog, wanted=LATEST):
    out = io.BytesIO()
    with opened(catalog, wanted) as source:
        JsonLines().write(source.records(), out)
    return out.getvalue()


@pytest.mark.parametrize("form", ["export", "article"])
def test_every_line_keeps_to_the_schema(catalog, form):
    validator = checker(form)
    values = [json.loads(line) for line in lines(catalog, EVERY).splitlines()]

    assert [error for value in values for error in validator.iter_errors(value)] == []
    assert len(values) == len(TITLES) + 12 + 2 + 2


def test_versions_have_the_numbers_of_the_history(tmp_path):
    with Catalog.open(tmp_path / "catalog.sqlite3") as made:
        for number, title in enumerate(("Một", "Hai", "Một", "Một", "Ba"), 1):
            capture = make_capture(number, "https://skhcn.hatinh.gov.vn/tin/so")
            keep(made, [make_article(capture, title=title)], [capture])
    exported = [json.loads(line) for line in lines(tmp_path / "catalog.sqlite3", EVERY).splitlines()]
    with open_archive(tmp_path) as archive:
        spans = archive.history("https://skhcn.hatinh.gov.vn/tin/so").versions

    assert [(span.n, span.like) for span in spans] == [(1, None), (2, None), (3, 1), (4, None)]
    assert sorted((each["n"], each["title"]) for each in exported) == [(1, "Một"), (2, "Hai"), (4, "Ba")]


def test_a_record_tells_where_it_comes_from(catalog):
    values = [json.loads(line) for line in lines(catalog).splitlines()]
    first = next(value for value in values if value["url"].endswith("/tin/0"))

    assert {key: first[key] for key in ("n", "state", "origin", "status", "agent", "settings", "software")} == {
        "n": 1,
        "state": "live",
        "origin": "crawl",
        "status": 200,
        "agent": "khcn/0.1.0 (thử)",
        "settings": "5" * 64,
        "software": "khcn/0.1.0",
    }
    assert first["location"] == {
        "warc": "warcs/ha_tinh/2025/ha_tinh-20250301000000-00000.warc.gz",
        "offset": 0,
        "length": 380,
    }
    assert [value["origin"] for value in values if value["crawl"] == "cu"] == ["import"]
    (recovered,) = (value for value in values if value["origin"] == "recover")
    assert recovered["recovered"]["source"] == RECOVERED.source
    assert [recovered["recovered"][name] for name in ("kind", "fetched", "rebuilt", "offset")] == [
        "wayback",
        "2026-03-01T00:00:00Z",
        ["status-line", "headers"],
        None,
    ]
    assert all(value["recovered"] is None for value in values if value["origin"] != "recover")
    assert [value["url"] for value in values if value["state"] == "gone"] == ["https://skhcn.hatinh.gov.vn/tin/1"]
    assert len({value["id"] for value in values}) == len(values)


def test_versions_are_numbered_as_they_were_seen(catalog):
    every = [json.loads(line) for line in lines(catalog, EVERY).splitlines()]
    mine = {value["n"]: value["title"] for value in every if value["url"].endswith("/tin/3")}
    latest = [json.loads(line) for line in lines(catalog).splitlines()]

    assert mine == {1: "@ban biên tập", 2: "@ban biên tập (sửa)", 3: "@ban biên tập (sửa lần hai, đổi ngày)"}
    assert [value["n"] for value in latest if value["url"].endswith("/tin/3")] == [3]


@pytest.mark.parametrize("every", [False, True])
def test_the_months_put_together_are_the_whole(catalog, every):
    whole = lines(catalog, replace(LATEST, every=every))
    months = [
        (date(year, month, 1), date(year + month // 12, month % 12 + 1, 1))
        for year in (2023, 2024, 2025, 2098, 2099)
        for month in range(1, 13)
    ]
    parts = [
        lines(catalog, Wanted(SITES, since, date.fromordinal(end.toordinal() - 1), every)) for since, end in months
    ]

    assert b"".join(parts) == whole
    assert sum(1 for part in parts if part) > 12


@pytest.mark.parametrize("every", [False, True])
def test_the_parts_put_together_are_the_whole(catalog, every):
    with opened(catalog, replace(LATEST, every=every)) as source:
        whole = Counter(map(checked_json, source.records()))
        parts = Counter(checked_json(record) for _, wanted in source.parts() for record in source.records(wanted))
        years = [part.year for part, _ in source.parts() if part.site == "hau_giang"]

        assert parts == whole
        assert source.count() == whole.total()
    assert years == [2024, 2025, 2099]


def test_what_is_written_meanwhile_is_not_seen(tmp_path):
    path = make_catalog(tmp_path / "catalog.sqlite3")
    before = lines(path)
    with opened(path) as source:
        records = source.records()
        got = [next(records)]
        capture = make_capture(500, "https://skhcn.hatinh.gov.vn/tin/0")
        with Catalog.open(path) as writer:
            keep(writer, [make_article(capture, title="Sửa khi đang xuất")], [capture])
        got += records

    assert b"".join(checked_json(record) + b"\n" for record in got) == before
    assert b"xu\xe1\xba\xa5t" in lines(path)


def test_documents_have_their_text_when_it_was_read(tmp_path):
    path = make_catalog(tmp_path / "catalog.sqlite3")
    with DocumentCache(tmp_path) as cache:
        cache.keep("a" * 64, "1", DocumentText("text", "Điều 1. Phê duyệt."))
    values = [json.loads(line) for line in lines(path).splitlines()]

    assert {entry["text"] for value in values for entry in value["attachments"]} == {"Điều 1. Phê duyệt."}


def test_a_record_that_is_none_ends_the_export(catalog):
    with opened(catalog) as source:
        record = replace(next(source.records()), status="200")  # type: ignore[arg-type]

    with pytest.raises(ArchiveError, match=r"the catalog holds what is no record .*status.*khcn rebuild"):
        checked_json(record)
