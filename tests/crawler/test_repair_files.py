"""What a killed crawl read of an article without its files is made whole by the crawl that fetches them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from archive.catalog import Catalog
from archive.report import read_report, report_path
from crawler.cli.common import registry
from crawler.rebuild import rebuild
from crawler.repair import repair_site
from tests.crawler.test_rebuild import HOST, Play, derive, dump, jpeg, lines, load_site, page
from tests.khcn import FAST, khcn
from tests.play import play

pytestmark = pytest.mark.xdist_group("repair files")

SITE = "ha_tinh"
ARTICLE = page("A", pictures=f"{HOST}/1.jpg,{HOST}/2.jpg", document=f"{HOST}/k.pdf")
CRAWL = ("crawl", SITE, *FAST, "-s", "REQUISITES_ENABLED=False")


def kill(crawl: Play) -> str:
    """Leave what a kill leaves; return the crawl."""
    crawl.writer.sync()
    crawl.writer._file.release()
    crawl.catalog.close()
    return crawl.crawl


def repair(root: Path):
    return repair_site(root, SITE, catalog=root / "catalog.sqlite3", load_site=load_site, derive=derive)


def begin(root: Path, day: int = 0) -> Play:
    """Begin a crawl that gets the article's page, and another article."""
    crawl = Play(root, day=day)
    crawl.get("/a", ARTICLE)
    crawl.get("/b", page("B"))
    return crawl


def get_files(crawl: Play) -> None:
    for name, colour in (("/1.jpg", "red"), ("/2.jpg", "blue")):
        crawl.get(name, jpeg(colour), mime="image/jpeg", purpose="image")
    crawl.get("/k.pdf", b"%PDF-1.4 1", mime="application/pdf", purpose="attachment")


def held(root: Path) -> list[bool]:
    with Catalog.open(root / "catalog.sqlite3", read_only=True) as catalog:
        (article,) = catalog.versions(HOST + "/a")
    return [entry.sha256 is not None for entry in (*article.images, *article.attachments)]


def check_equals_rebuild(root: Path) -> None:
    fresh = root.with_name("fresh")
    shutil.copytree(root / "warcs", fresh / "warcs")
    rebuild(fresh, catalog=fresh / "catalog.sqlite3", load_site=load_site, derive=derive)

    # A repair names the code that reads a page; the played crawl and this rebuild are given readers without a name.
    def rows(path: Path) -> list[str]:
        return [re.sub(r'"state":"[0-9a-f]*"', "", row) for row in dump(path)]

    assert rows(root / "catalog.sqlite3") == rows(fresh / "catalog.sqlite3")
    assert lines(root) == lines(fresh)


def captures_of(root: Path, crawl: str) -> list[str]:
    (path,) = root.rglob(f"{crawl}.jsonl")
    return [json.loads(line)["capture"] for line in path.read_bytes().splitlines()]


def test_the_next_crawl_gives_a_version_its_files_and_its_line(tmp_path):
    root = tmp_path / "data"
    first = kill(begin(root))
    repair(root)
    assert read_report(report_path(root, first)).owed == (HOST + "/a",)
    assert held(root) == [False] * 3
    assert len(captures_of(root, first)) == 2

    second = begin(root, day=1)
    get_files(second)
    assert second.end() == {"unchanged": 2}

    assert held(root) == [True] * 3
    assert len(captures_of(root, first)) == len(captures_of(root, second.crawl)) == 1
    check_equals_rebuild(root)


def test_a_crawl_that_took_a_version_and_was_killed_moves_its_line_when_it_is_repaired(tmp_path):
    root = tmp_path / "data"
    first = kill(begin(root))
    repair(root)
    second = begin(root, day=1)
    get_files(second)
    with second.catalog.transaction():  # as one that waited for its files enters the catalog early
        for article in second.reader.finish():
            second.catalog.add_article(article)
    kill(second)
    assert held(root) == [True] * 3
    assert len(captures_of(root, first)) == 2

    repair(root)

    assert len(captures_of(root, first)) == len(captures_of(root, second.crawl)) == 1
    check_equals_rebuild(root)


def test_pictures_that_failed_once_are_there_when_a_later_crawl_gets_them(tmp_path):
    root = tmp_path / "data"
    first = begin(root)
    first.get("/1.jpg", status=503, purpose="image")
    first.get("/2.jpg", status=0, purpose="image")
    first.end()
    for day in (1, 2):
        later = begin(root, day=day)
        get_files(later)
        later.end()

    assert held(root) == [True] * 3
    assert {path.stem for path in root.rglob("*.jsonl")} == {first.crawl, first.crawl.replace("0301", "0302")}
    check_equals_rebuild(root)


def test_a_crawl_that_sees_no_file_takes_nothing_from_an_earlier_one(tmp_path):
    root = tmp_path / "data"
    first = begin(root)
    get_files(first)
    first.end()
    before = lines(root)
    begin(root, day=1).end()

    assert held(root) == [True] * 3
    assert lines(root) == before
    check_equals_rebuild(root)


@pytest.mark.skipif(not os.path.exists("/proc/self/fd"), reason="needs /proc")
def test_the_program_killed_at_its_first_file_has_them_all_after_the_next_run(tmp_path):
    data = tmp_path / "data"
    with play(seeds=False, oldest=6) as played:
        env = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "KHCN_RESOLVE": played.resolve, "KHCN_DATA": str(data)}
        fault = json.dumps({"call": "crawler.assets:file_facts"})
        command = [sys.executable, "-m", "tests.crawler.faulty", fault, *CRAWL]
        died = subprocess.run(command, env=env, cwd=Path(__file__).parents[2], capture_output=True, timeout=300)
        assert died.returncode == -9, died.stderr
        assert khcn("repair", data=data).returncode == 0
        assert missing(data)

        done = khcn(*CRAWL, data=data, resolve=played.resolve)

    assert done.returncode == 0, done.stderr
    assert missing(data) == []
    fresh = tmp_path / "fresh"
    shutil.copytree(data / "warcs", fresh / "warcs")
    rebuild(fresh, catalog=fresh / "catalog.sqlite3", load_site=registry().get)
    assert dump(data / "catalog.sqlite3") == dump(fresh / "catalog.sqlite3")
    assert lines(data) == lines(fresh)


def missing(data: Path) -> list[str]:
    """Return the files that the catalog's articles lack."""
    with Catalog.open(data / "catalog.sqlite3", read_only=True) as catalog:
        files = [entry for article in catalog.articles() for entry in (*article.images, *article.attachments)]
    assert files
    return [entry.url for entry in files if entry.capture is None]
