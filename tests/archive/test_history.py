"""The history of an article, and its differences, from the rows of the catalog."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import jsonschema
import pytest

from archive.archive import Archive
from archive.catalog import Catalog
from archive.diff_html import page
from archive.model import Attachment, Image
from archive.schema import schema
from archive.versions import NoSuchVersion
from tests.archive.facts import PAGE, START, keep, make_article, make_capture
from tests.engines import url_of

pytestmark = pytest.mark.usefixtures("each_engine")

OTHER = PAGE.replace("https://", "http://www.")


def archive_of(root, articles, captures=()) -> Archive:
    url = url_of(root / "catalog.sqlite3")
    with Catalog.open(url) as catalog:
        keep(catalog, articles, captures)
    return Archive(root, url)


def seen(number: int, **changes):
    return make_article(make_capture(number), **changes)


def test_a_version_is_a_span_of_time(tmp_path):
    titles = ["A", "A", "B", "B", "A", "C"]
    with archive_of(tmp_path, [seen(n, title=title) for n, title in enumerate(titles)]) as archive:
        history = archive.history(PAGE)
        once = [article.title for article in archive.versions(PAGE)]

    assert [(v.n, v.changed, v.like) for v in history.versions] == [
        (1, (), None), (2, ("title",), None), (3, ("title",), 1), (4, ("title",), None),
    ]  # fmt: skip
    assert [(v.captured - START, v.last_seen - START) for v in history.versions[:2]] == [
        (timedelta(0), timedelta(hours=1)), (timedelta(hours=2), timedelta(hours=3)),
    ]  # fmt: skip
    assert [(e.event, e.from_, e.to) for e in history.events] == [
        ("new", None, 1), ("changed", 1, 2), ("changed", 2, 3), ("changed", 3, 4),
    ]  # fmt: skip
    assert once == ["A", "B", "C"]


def test_each_kind_of_change_is_named(tmp_path):
    plan = Attachment(PAGE + "/k.pdf", 0, "Kế hoạch", sha256="ab")
    states = [
        {},
        {"summary": "Tóm tắt"},
        {"published": datetime(2025, 2, 28, tzinfo=UTC)},
        {"authors": ("Đình Nam",), "source": "Báo Hà Tĩnh"},
        {"images": (Image(PAGE + "/1.jpg", 0, caption="Ảnh", width=8, height=8, dhash="00" * 8),)},
        {"images": (Image(PAGE + "/2.jpg", 0, caption="Ảnh", width=8, height=9, dhash="00" * 8),)},
        {"attachments": (plan,)},
        {"attachments": (replace(plan, sha256="cd"),)},
        {"printed_section": "Tin tức"},
        {"printed_section": "Thông báo"},
    ]
    told: dict[str, object] = {}
    articles = [seen(n, **(told := told | state)) for n, state in enumerate(states)]

    with archive_of(tmp_path, articles) as archive:
        history = archive.history(PAGE)

    assert [version.changed for version in history.versions] == [
        (), ("summary",), ("published",), ("authors", "source"), ("captions", "images"), ("images",), ("attachments",),
        ("attachments",), ("section",),
    ]  # fmt: skip


def test_a_change_is_named_that_only_other_captures_tell(tmp_path):
    """Of each version one capture has the document, and the section that it names is missing; another has that."""
    old, new = Attachment(PAGE + "/k.pdf", 0, sha256="ab"), Attachment(PAGE + "/k.pdf", 0, sha256="cd")
    unknown = replace(old, sha256=None)
    photo = Image(PAGE + "/1.jpg", 0, width=8, height=8, dhash="00" * 8)
    held = replace(photo, capture=make_capture(1).id)
    articles = [
        seen(1, attachments=(unknown,), images=(held,), printed_section="Tin tức"),
        seen(2, attachments=(old,), images=(photo,)),
        seen(3, attachments=(new,), images=(photo,)),
        seen(4, attachments=(unknown,), images=(held,), printed_section="Tin tức"),
    ]
    articles[1] = replace(articles[1], images=(replace(photo, width=None, height=None, dhash=None),))

    with archive_of(tmp_path, articles) as archive:
        history = archive.history(PAGE)

    assert len(history.versions) > 1
    assert all(version.changed for version in history.versions[1:])
    assert history.versions[1].changed == ("attachments",)


def test_a_caption_that_goes_from_one_picture_to_another_is_a_change(tmp_path):
    two = (Image(PAGE + "/1.jpg", 0, caption="Ảnh"), Image(PAGE + "/2.jpg", 1))
    swapped = (replace(two[0], caption=None), replace(two[1], caption="Ảnh"))
    with archive_of(tmp_path, [seen(1, images=two), seen(2, images=swapped)]) as archive:
        assert [version.changed for version in archive.history(PAGE).versions] == [(), ("captions",)]


def test_the_json_is_what_the_schema_says(tmp_path):
    articles = [seen(1), replace(seen(2, title="B"), url=OTHER)]
    captures = [make_capture(1), make_capture(2, OTHER)]
    with archive_of(tmp_path, articles, captures) as archive:
        told = json.loads(json.dumps(archive.history(PAGE).as_json()))

    jsonschema.Draft202012Validator(schema("history")).validate(told)
    assert (told["url"], told["aliases"], told["state"], told["title"]) == (OTHER, [PAGE], "live", "B")
    assert told["events"][1] == {"date": "2025-03-01T02:00:00.250000Z", "event": "changed", "from": 1, "to": 2}
    assert told["versions"][1]["captured"] == told["events"][1]["date"]


def test_versions_are_compared_by_number_and_by_time(tmp_path):
    titles = ["A", "B", "C"]
    articles = [seen(24 * n, title=title, text=f"Tin {title}") for n, title in enumerate(titles)]
    with archive_of(tmp_path, articles) as archive:
        named = [archive.diff(PAGE, *which) for which in ((), (1,), (3, 1), (date(2025, 3, 1), date(2025, 3, 2)))]
        same = archive.diff(PAGE, 2, 2)
        with pytest.raises(NoSuchVersion, match="no version 4; versions 1 to 3 are held"):
            archive.diff(PAGE, 4)
        assert archive.diff("https://khong-co.vn/a") is archive.history("https://khong-co.vn/a") is None

    assert [(diff.a, diff.b) for diff in named] == [(2, 3), (1, 3), (3, 1), (1, 2)]
    assert named[0].fields == {"title": ("B", "C")}
    assert named[0].as_json()["fields"]["text"] == [
        {"op": "equal", "text": "Tin "},
        {"op": "delete", "text": "B"},
        {"op": "insert", "text": "C"},
    ]
    assert not same


def test_a_web_page_holds_no_markup_of_the_article(tmp_path):
    texts = ["<script>alert(1)</script> một", "<script>alert(2)</script> hai & <ba>"]
    articles = [
        seen(n, text=text, title=text, attachments=(Attachment(f"{PAGE}/{n}.pdf", 0, text),))
        for n, text in enumerate(texts)
    ]
    with archive_of(tmp_path, articles) as archive:
        html = page(archive.diff(PAGE))

    assert "<script" not in html
    assert "<ba>" not in html
    assert "&lt;ba&gt;" in html


def test_the_nearest_address_is_one_of_the_host_that_begins_alike(tmp_path):
    with archive_of(tmp_path, [seen(1)]) as archive:
        assert archive.catalog.nearest(PAGE + "-moi") == PAGE
        assert archive.catalog.nearest(PAGE[:-3]) == PAGE
        assert archive.catalog.nearest("https://skhcn.hatinh.gov.vn/") is None
        assert archive.catalog.nearest("https://skhcn.nghean.gov.vn/chi-tiet-tin-tuc/chuyen-doi-so") is None


@pytest.mark.many_databases
def test_one_history_is_found_among_many_articles_at_once(tmp_path):
    captures = [make_capture(n, f"{PAGE}-{n}") for n in range(1500)]
    with archive_of(tmp_path, [make_article(each) for each in captures], captures) as archive:
        archive.history(captures[0].url)
        started = time.process_time()
        for capture in captures[::150]:
            assert archive.history(capture.url).versions

    assert time.process_time() - started < 5
