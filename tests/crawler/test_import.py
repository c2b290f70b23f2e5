"""Files of other programs, imported by the real command, give the articles that the sites play."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from archive import open_archive
from archive.catalog import Catalog
from tests.crawler import foreign_shapes as shapes
from tests.khcn import khcn
from tests.play import play

pytestmark = pytest.mark.xdist_group("import")


@pytest.fixture(scope="module")
def played():
    with play() as sites:
        yield sites


@pytest.fixture(scope="module")
def truth(played):
    """Some articles of each generation, of all skeletons and oddities."""
    return [article for number, article in enumerate(played.articles) if number % 9 == 0]


@pytest.fixture(scope="module")
def fetched(played, truth):
    return shapes.fetch(played, truth)


def imported(data: Path, *files: Path, code: int = 0) -> dict:
    done = khcn("import", "--json", *map(str, files), data=data)
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout)


def tree(data: Path, *folders: str) -> dict[str, bytes]:
    """Return all files but locks and the database, whose text is :func:`rows`."""
    paths = (path for folder in folders or ("",) for path in (data / folder).rglob("*"))
    return {
        str(path.relative_to(data)): path.read_bytes()
        for path in paths
        if path.is_file() and "locks" not in path.parts and "sqlite3" not in path.name
    }


def rows(data: Path) -> list[str]:
    with Catalog.open(data / "catalog.sqlite3", read_only=True) as catalog:
        return list(catalog.dump())


def check_articles(data: Path, truth, *, files: bool = True) -> None:
    with open_archive(data) as archive:
        got = {article.url: article for article in archive.articles()}
        assert set(got) == {true.url for true in truth}
        for true in truth:
            article = got[true.url]
            assert (article.title, article.text) == (true.title, true.text), true.url
            assert article.site == true.site
            assert (article.published, article.published_precision) == (true.published, true.precision)
            assert (article.authors, article.photographers) == (true.authors, true.photographers)
            assert [(i.url, i.caption, i.credit) for i in article.images] == [
                (i.url, i.caption, i.credit) for i in true.images
            ]
            assert [(a.url, a.title) for a in article.attachments] == [(a.url, a.title) for a in true.attachments]
            if files:
                assert all(image.capture and image.width and image.dhash for image in article.images), true.url
                assert all(entry.capture and entry.sha256 for entry in article.attachments), true.url
            capture = archive.capture_by_id(article.capture)
            assert capture.origin == "import"


def check_rebuild(data: Path, tmp_path: Path) -> None:
    copy = tmp_path / "rebuilt"
    shutil.copytree(data, copy)
    (copy / "catalog.sqlite3").unlink()
    shutil.rmtree(copy / "articles", ignore_errors=True)

    done = khcn("rebuild", data=copy)

    assert done.returncode == 0, done.stderr
    assert rows(copy) == rows(data)
    assert tree(copy, "articles") == tree(data, "articles")


def check_again(data: Path, *files: Path) -> None:
    before, held = tree(data), rows(data)

    again = imported(data, *files)

    assert [file["taken"] for file in again["files"]] == [0] * len(files)
    assert all(file["duplicates"] == file["records"] > 0 for file in again["files"])
    assert again["crawls"] == []
    assert tree(data) == before
    assert rows(data) == held


def check_verified(data: Path) -> None:
    done = khcn("verify", data=data)

    assert (done.returncode, done.stdout) == (0, ""), done.stdout


@pytest.mark.parametrize("name", shapes.SHAPES)
def test_a_file_of_each_shape_gives_its_articles_exactly(name, fetched, truth, tmp_path):
    data, file = tmp_path / "data", tmp_path / name
    file.write_bytes(shapes.SHAPES[name](fetched))

    done = imported(data, file)

    assert {crawl["site"] for crawl in done["crawls"]} == {"ha_tinh", "hau_giang"}
    assert done["files"][0]["taken"] == done["files"][0]["records"]
    assert done["files"][0]["lost"] == 0
    check_articles(data, truth)
    check_rebuild(data, tmp_path)
    check_again(data, file)
    check_verified(data)


def test_a_wacz_of_two_files_gives_its_articles_and_its_warc_adds_nothing(fetched, truth, tmp_path):
    half = len(fetched) // 2
    first, second = shapes.browsertrix(fetched[:half]), shapes.browsertrix(fetched[half:])
    data, file = tmp_path / "data", shapes.wacz(tmp_path / "crawl.wacz", one=first, two=second)

    done = imported(data, file)

    assert done["files"][0]["kind"] == "wacz"
    assert done["files"][0]["unread"] == {"resource": len(truth)}
    check_articles(data, truth)
    check_rebuild(data, tmp_path)
    alone = tmp_path / "two.warc.gz"
    alone.write_bytes(second)
    check_again(data, alone)


def test_what_warcio_records_gives_its_articles(played, truth, tmp_path):
    data = tmp_path / "data"
    file = shapes.recorded(played, tmp_path / "recorded.warc.gz", shapes.addresses(truth[:12]))

    imported(data, file)

    check_articles(data, truth[:12], files=False)
    check_rebuild(data, tmp_path)
    check_again(data, file)


@pytest.mark.skipif(not shutil.which("wget"), reason="GNU wget is not installed (apt-get install wget)")
@pytest.mark.parametrize("options", [(), ("--no-warc-compression",), ("--header=Accept-Encoding: gzip",)], ids=str)
def test_what_wget_writes_gives_its_articles(options, played, truth, tmp_path):
    data = tmp_path / "data"
    file = shapes.wget(played, tmp_path, shapes.addresses(truth[:12]), *options)

    done = imported(data, file)

    assert done["files"][0]["lost"] == 0
    check_articles(data, truth[:12])
    check_rebuild(data, tmp_path)
    check_again(data, file)
    check_verified(data)


def test_show_prints_the_article_and_where_it_comes_from(fetched, truth, tmp_path):
    data, file = tmp_path / "data", tmp_path / "a.warc.gz"
    file.write_bytes(shapes.heritrix(fetched))
    imported(data, file)

    shown = json.loads(khcn("show", "--json", truth[0].url, data=data).stdout)

    assert (shown["title"], shown["origin"]) == (truth[0].title, "import")
    assert shown["capture"]["id"] == shapes.record_id("response", truth[0].url).strip("<>")
    assert shown["capture"]["date"] == "2025-09-01T02:03:04Z"
    head = khcn("show", "--head", truth[0].url, data=data).stdout
    one = next(one for one in fetched if one.url == truth[0].url)
    assert head.encode() == one.head.replace(b"\r\n", b"\n")

    assert (data / "search/current").exists()  # the import itself brought up the index
    hits = khcn("search", f'"{truth[0].title.split("?")[0]}"', "--json", data=data).stdout.splitlines()
    assert truth[0].url in [json.loads(hit)["url"] for hit in hits]
