"""The JSON Lines of a crawl hold the versions it represents, and are whole or not there."""

from __future__ import annotations

import errno

import pytest

from archive.atomic import write_whole
from archive.catalog import Catalog
from archive.errors import ArchiveError, DiskFull
from archive.jsonform import from_json
from archive.jsonl import write_articles, write_settled
from archive.model import Article, Image
from tests.archive.facts import CRAWL, PAGE, SITE, START, keep, make_article, make_capture

SECOND = "ha_tinh-20260101000000000"


@pytest.fixture
def catalog():
    captures = [make_capture(1), make_capture(2, PAGE + "-2"), make_capture(3, PAGE + "-0")]
    later = [make_capture(4, crawl=SECOND), make_capture(5, PAGE + "-2", crawl=SECOND)]
    with Catalog.open("sqlite://") as catalog:
        catalog.add_crawl(CRAWL, SITE, START, {})
        catalog.add_crawl(SECOND, SITE, START.replace(year=2026), {})
        articles = [make_article(entry) for entry in [*captures, later[0]]]
        keep(catalog, [*articles, make_article(later[1], title="Tên mới")], captures + later)
        yield catalog


def test_a_line_is_a_version_in_the_order_of_captures(catalog, tmp_path):
    path = write_articles(catalog, tmp_path, SITE, CRAWL)

    assert path == tmp_path / "articles" / "ha_tinh" / "2025" / f"{CRAWL}.jsonl"
    articles = [from_json(line, Article) for line in path.read_bytes().splitlines()]
    assert [article.url for article in articles] == [PAGE, PAGE + "-2", PAGE + "-0"]
    assert articles[0] == catalog.article(PAGE)
    assert path.read_bytes().endswith(b"}\n")


def test_a_later_crawl_has_its_new_versions_only(catalog, tmp_path):
    path = write_articles(catalog, tmp_path, SITE, SECOND)

    assert path.parent.name == "2026"
    assert [from_json(line, Article).title for line in path.read_bytes().splitlines()] == ["Tên mới"]


def test_writing_again_gives_the_same_bytes(catalog, tmp_path):
    path = write_articles(catalog, tmp_path, SITE, CRAWL)
    first = path.read_bytes()
    path.with_name(path.name + ".tmp").write_bytes(b"left by a killed run" * 1000)

    assert write_articles(catalog, tmp_path, SITE, CRAWL).read_bytes() == first
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_a_crawl_without_new_versions_has_no_file(catalog, tmp_path):
    path = write_articles(catalog, tmp_path, SITE, CRAWL)
    catalog.retract([entry.id for entry in catalog.captures(crawl=CRAWL)])

    assert write_articles(catalog, tmp_path, SITE, CRAWL) is None
    assert not path.exists()


def test_a_version_that_a_later_crawl_represents_moves_to_its_file(catalog, tmp_path):
    photo = make_capture(8, PAGE + "/a.jpg", crawl=SECOND)
    pages = [make_capture(6, PAGE + "-3"), make_capture(7, PAGE + "-3", crawl=SECOND)]
    keep(catalog, [make_article(pages[0], images=(Image(photo.url, 0),))], [photo, *pages])
    for crawl in (CRAWL, SECOND):
        write_settled(catalog, tmp_path, SITE, crawl)
    before = pages_of(tmp_path)
    keep(catalog, [make_article(pages[1], images=(Image(photo.url, 0, capture=photo.id),))], [photo, *pages])

    assert catalog.crawls_beside(SITE, SECOND) == [CRAWL]
    write_settled(catalog, tmp_path, SITE, SECOND)
    moved = pages_of(tmp_path)
    for path in tmp_path.rglob("*.jsonl"):
        path.unlink()
    for crawl in (CRAWL, SECOND):
        write_articles(catalog, tmp_path, SITE, crawl)

    assert pages_of(tmp_path) == moved
    assert (before[CRAWL][-1], moved[SECOND][-1]) == (pages[0].id, pages[1].id)
    assert moved[CRAWL] == before[CRAWL][:-1]


def pages_of(root) -> dict[str, list[str]]:
    """Return the captures of the lines of each crawl."""
    return {
        path.stem: [from_json(line, Article).capture for line in path.read_bytes().splitlines()]
        for path in root.rglob("*.jsonl")
    }


def test_an_unknown_crawl_is_refused(catalog, tmp_path):
    with pytest.raises(ArchiveError, match='no crawl "x" of ha_tinh in the catalog; run `khcn rebuild ha_tinh`'):
        write_articles(catalog, tmp_path, SITE, "x")


def write_half(path, error: Exception) -> None:
    with write_whole(path) as file:
        file.write(b"half")
        raise error


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (RuntimeError("stopped"), RuntimeError),
        (OSError(errno.ENOSPC, "No space left on device"), DiskFull),
        (PermissionError(errno.EACCES, "Permission denied"), ArchiveError),
    ],
)
def test_a_failure_while_writing_leaves_the_old_file(tmp_path, error, told):
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"old")

    with pytest.raises(told):
        write_half(path, error)
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.jsonl"]
