"""The JSON Schemas describe every field, and what is written keeps to them."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings

from archive import model, report
from archive.jsonform import to_json
from archive.report import ArticleCounts, CrawlReport, Failure, write_report
from archive.schema import FORMS, UnknownForm, field_docs, schema
from tests.archive.facts import make_article, make_capture
from tests.archive.test_jsonform import articles

DATACLASSES = [
    kind
    for module in (model, report)
    for kind in vars(module).values()
    if isinstance(kind, type) and is_dataclass(kind) and kind.__module__ == module.__name__
]


def checker(name: str):
    jsonschema = pytest.importorskip("jsonschema", reason="needs the jsonschema package")
    kind = jsonschema.validators.validator_for(schema(name))
    assert kind is jsonschema.Draft202012Validator
    kind.check_schema(schema(name))
    return kind(schema(name), format_checker=kind.FORMAT_CHECKER)


@pytest.mark.parametrize("kind", DATACLASSES, ids=lambda kind: kind.__name__)
def test_every_field_has_a_docstring(kind):
    assert set(field_docs(kind)) == {field.name for field in fields(kind)}
    assert all(doc.endswith(".") for doc in field_docs(kind).values())


@pytest.mark.parametrize("name", FORMS)
def test_a_schema_says_what_it_is(name):
    form = schema(name)

    assert form["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert form["$id"] == f"urn:khcn:schema:{name}:1"
    assert form["title"] == FORMS[name].__name__
    assert form["description"]
    assert list(form["properties"]) == form["required"] == [field.name for field in fields(FORMS[name])]
    for component in (form, *form.get("$defs", {}).values()):
        assert all(entry.get("description") for entry in component["properties"].values())


def test_an_article_refers_to_its_pictures_and_times():
    form = schema("article")

    assert sorted(form["$defs"]) == ["Attachment", "Exif", "Image"]
    assert form["properties"]["images"]["items"] == {"$ref": "#/$defs/Image"}
    assert form["properties"]["captured"]["format"] == "date-time"
    assert {"type": "string", "format": "date-time"} in form["properties"]["published"]["anyOf"]


def test_schemas_are_json_and_fresh():
    schema("article")["properties"].clear()

    assert json.loads(json.dumps(schema("article")))["properties"]


def test_an_unknown_name_is_refused_with_the_known_ones():
    with pytest.raises(UnknownForm, match='no schema "artcle"; known are: article, attachment, capture'):
        schema("artcle")


@settings(max_examples=25, deadline=None)
@given(articles)
def test_every_article_keeps_to_the_schema(article):
    checker("article").validate(json.loads(to_json(article)))


def test_captures_and_reports_keep_to_the_schema(tmp_path):
    checker("capture").validate(json.loads(to_json(make_capture(1))))
    crawl = CrawlReport(
        crawl="ha_tinh-1",
        site="ha_tinh",
        started=datetime(2025, 3, 1, tzinfo=UTC),
        ended=datetime(2025, 3, 1, 1, tzinfo=UTC),
        exit=5,
        articles=ArticleCounts(new=2),
        failures=(Failure("https://a.vn/", "timeout", 3),),
        settings={"DOWNLOAD_DELAY": 0.5},
    )
    checker("crawl").validate(json.loads(write_report(tmp_path, crawl).read_bytes()))


@pytest.mark.parametrize("wrong", [{"title": 1}, {"published": 2025}, {"images": [{}]}, {"captured": None}])
def test_what_is_no_article_does_not_keep_to_the_schema(wrong):
    line = json.loads(to_json(make_article(make_capture(1))))

    assert checker("article").is_valid(line)
    assert not checker("article").is_valid(line | wrong)
