"""What older code read is read again, and what that changes is told."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import msgspec
import pytest

from archive.catalog import Catalog
from archive.catalog.revision import article_of_capture, owe_lines
from archive.errors import CatalogError
from archive.model import Article, Attachment, Capture, Image, Listing, NotAnArticle, Payload
from crawler import rebuild_stale as stale
from crawler.drift import Drift, Drifts, FieldDrift
from crawler.readers import states_of
from crawler.rebuild import rebuild
from crawler.rebuild_stale import Renewed, rebuild_stale
from crawler.registry import page_class
from crawler.seeds import undeclared_site
from crawler.site_files import Registry
from crawler.sites import Site
from tests.archive.facts import make_capture
from tests.crawler.test_rebuild import HOST, dump, lines, load_site, page, play_ha_tinh, play_hau_giang
from tests.crawler.test_rebuild import derive as old_derive


def old_states(site: Site) -> Callable[[Capture], str]:
    return lambda capture: "old"


def new_states(site: Site) -> Callable[[Capture], str]:
    """Only of Hà Tĩnh there is other code."""
    return lambda capture: "new" if site.id == "ha_tinh" else "old"


def new_derive(site: Site, capture: Capture, payload: Payload) -> Article | Listing | NotAnArticle:
    """Read as before, but: titles in capitals, no text for "B", two more files, an article at /empty, none at /c."""
    found = old_derive(site, capture, payload)
    if site.id != "ha_tinh":
        return found
    if capture.url.endswith("/empty"):
        return old_derive(site, capture, Payload(200, (), page("Rỗng")))
    if not isinstance(found, Article):
        return found
    if capture.url.endswith("/c"):
        return NotAnArticle("no_date")
    pictures = (*found.images, Image(f"{HOST}/2.jpg", 9), Image(f"{HOST}/cu.jpg", 10))
    return replace(
        found,
        parser="ha_tinh/2",
        title=found.title.upper(),
        summary="Tóm tắt",
        tags=(),
        section=None,
        text="" if found.title == "B" else found.text,
        images=pictures,
        attachments=(*found.attachments, Attachment(f"{HOST}/k.pdf", 7, title="Kế hoạch")),
    )


def rebuilt(root: Path, derive, states) -> tuple[list[str], dict[str, bytes]]:
    """Rebuild all of a copy with some code; return its rows and JSON Lines."""
    other = root.with_name(f"{root.name}-whole")
    shutil.rmtree(other, ignore_errors=True)
    shutil.copytree(root, other)
    rebuild(other, catalog=other / "catalog.sqlite3", load_site=load_site, derive=derive, states=states)
    return dump(other / "catalog.sqlite3"), lines(other)


@pytest.fixture
def root(tmp_path) -> Path:
    root = tmp_path / "data"
    play_ha_tinh(root)
    play_hau_giang(root)
    rebuild(root, catalog=root / "catalog.sqlite3", load_site=load_site, derive=old_derive, states=old_states)
    return root


def renew(root: Path, **options) -> Renewed:
    options = {"derive": new_derive, "states": new_states} | options
    return rebuild_stale(root, catalog=root / "catalog.sqlite3", load_site=load_site, **options)


@pytest.mark.parametrize("jobs", [0, 2])
def test_after_it_all_is_as_a_whole_rebuild_makes_it(root, monkeypatch, jobs):
    monkeypatch.setattr(stale, "SPAN", 4)

    found = renew(root, jobs=jobs)

    assert (dump(root / "catalog.sqlite3"), lines(root)) == rebuilt(root, new_derive, new_states)
    assert found.is_written
    assert found.pages == found.captures.total() == 9  # all pages of Hà Tĩnh, and no other
    assert found.captures == {"article": 6, "listing": 1, "rejected": 2}
    assert renew(root).pages == 0


def test_what_differs_is_told_by_field_with_samples(root):
    found = renew(root, samples=1)

    drifts = {(drift.was, drift.now): drift for drift in found.drifts}
    assert {drift.site for drift in found.drifts} == {"ha_tinh"}
    assert set(drifts) == {
        ("ha_tinh/1", "ha_tinh/2"),
        ("ha_tinh/1", "rejected: no_date"),
        ("listing", "listing"),
        ("rejected: error: ValueError", "rejected: error: ValueError"),
        ("rejected: no_title", "ha_tinh/1"),
    }
    articles = drifts["ha_tinh/1", "ha_tinh/2"]
    assert (articles.pages, articles.differing) == (5, 5)
    told = {name: (each.appeared, each.vanished, each.changed) for name, each in articles.fields.items()}
    assert told["text"] == (0, 2, 0)
    assert told["summary"][0] + told["summary"][2] == 5
    assert told["section"] == (0, 5, 0)
    assert told["attachments"] == (3, 0, 2)
    assert told["title"] == (0, 0, 1)  # the others were capitals
    (sample,) = articles.fields["title"].samples
    assert (sample.url, sample.before, sample.after) == (f"{HOST}/a", "A mới", "A MỚI")
    assert drifts["ha_tinh/1", "rejected: no_date"].samples[0].url == f"{HOST}/c"
    assert drifts["listing", "listing"].differing == 0
    report = json.loads((root / "status" / "drift.json").read_text())
    assert [each["was"] for each in report] == [drift.was for drift in found.drifts]


def test_a_dry_run_tells_the_same_and_writes_nothing(root):
    before = dump(root / "catalog.sqlite3"), lines(root), sorted(root.rglob("*"))

    told = renew(root, dry_run=True)

    assert (dump(root / "catalog.sqlite3"), lines(root), sorted(root.rglob("*"))) == before
    assert not told.is_written
    assert told.drifts == renew(root).drifts


def test_files_that_only_the_new_code_asks_for_are_found_in_the_crawl(root):
    renew(root)

    with Catalog.open(root / "catalog.sqlite3") as catalog:
        first = catalog.versions(f"{HOST}/a")[0]
    assert [image.width for image in first.images] == [64, 64, 64, 64]
    assert [entry.size_bytes for entry in first.attachments] == [10, 10]


def test_one_site_is_read_again_when_only_that_is_named(root):
    everywhere = partial(renew, root, states=lambda site: lambda capture: "newer")

    assert everywhere(sites=["hau_giang"]).pages == 1
    assert everywhere().pages == 9


def test_a_record_that_can_not_be_read_leaves_its_page_as_it_was(root):
    with Catalog.open(root / "catalog.sqlite3") as catalog:
        (capture,) = catalog.captures(url=f"{HOST}/c")
    path = root / capture.location.warc
    content = bytearray(path.read_bytes())
    content[capture.location.offset + capture.location.length // 2] ^= 0xFF
    path.write_bytes(content)

    found = renew(root)

    assert [(damage.warc, damage.offset) for damage in found.damage] == [
        (capture.location.warc, capture.location.offset)
    ]
    with Catalog.open(root / "catalog.sqlite3") as catalog:
        assert article_of_capture(catalog, capture.id).title == "C"
    assert renew(root).pages == 1


def test_a_run_killed_before_its_json_lines_is_made_good_by_the_next(root, monkeypatch):
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(stale, "write_articles", killed)
    with pytest.raises(KeyboardInterrupt):
        renew(root)
    monkeypatch.undo()

    assert renew(root).pages == 0
    assert (dump(root / "catalog.sqlite3"), lines(root)) == rebuilt(root, new_derive, new_states)


def test_a_run_stopped_while_it_writes_has_changed_nothing(root, monkeypatch):
    before = dump(root / "catalog.sqlite3"), lines(root)

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(stale, "owe_lines", stopped)
    with pytest.raises(KeyboardInterrupt):
        renew(root)

    assert (dump(root / "catalog.sqlite3"), lines(root)) == before
    assert not list(root.glob("*.rebuild*"))


def test_without_a_catalog_it_says_what_makes_one(tmp_path):
    with pytest.raises(CatalogError, match="`khcn rebuild` makes one"):
        renew(tmp_path)


def test_what_each_capture_gave_can_be_told_of_all(root):
    with Catalog.open(root / "catalog.sqlite3") as catalog:
        owe_lines(catalog, ())
        for capture in catalog.captures("ha_tinh"):
            article = article_of_capture(catalog, capture.id)
            if article is not None:
                assert (article.capture, article.captured) == (capture.id, capture.date)


def test_the_state_follows_from_the_classes_that_may_read_the_page(monkeypatch):
    site = Registry(Path(__file__).parents[2] / "spiders" / "sites").get("ha_tinh")
    article = make_capture(0, "http://skhcn.hatinh.gov.vn/chi-tiet-tin-tuc/bai-viet")
    listing = make_capture(0, "http://skhcn.hatinh.gov.vn/danh-sach-tin-tuc/tin-tuc")
    other = make_capture(0, "http://skhcn.hatinh.gov.vn/gioi-thieu")
    before = [states_of(site)(capture) for capture in (article, listing, other)]

    assert states_of(msgspec.structs.replace(site, crawl={"DOWNLOAD_DELAY": 3}))(article) == before[0]
    assert states_of(msgspec.structs.replace(site, junk=("utm_x",)))(article) != before[0]
    monkeypatch.setattr(page_class("ha_tinh"), "version", 99)
    after = [states_of(site)(capture) for capture in (article, listing, other)]
    assert [a == b for a, b in zip(before, after, strict=True)] == [False, False, True]


def test_on_a_site_without_a_file_any_class_may_read_a_page(monkeypatch):
    site = undeclared_site("host__tin_vn")
    page = make_capture(0, "http://tin.vn/bai-viet")
    before = states_of(site)(page)
    monkeypatch.setattr(page_class("nukeviet"), "version", 99)

    assert states_of(site)(page) != before


def test_drift_of_several_tasks_adds_up():
    one = Drift("a", "x/1", "x/2", 2, 1, {"title": FieldDrift(changed=1)})
    other = Drift("a", "x/1", "x/2", 3, 3, {"title": FieldDrift(changed=2), "text": FieldDrift(vanished=1)})
    drifts = Drifts(3)
    drifts.take([one])
    drifts.take([other])

    (both,) = drifts.all()

    assert (both.pages, both.differing) == (5, 4)
    assert both.fields == {"text": FieldDrift(vanished=1), "title": FieldDrift(changed=3)}
