"""Reading through the API in one process while another one writes, or where nobody can."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from archive import open_archive
from archive.catalog import Catalog
from archive.catalog.served import ServedCatalog
from archive.documents.cache import DocumentCache
from archive.documents.model import DocumentText
from archive.errors import CatalogError
from archive.model import Article, Attachment, Image
from tests.archive.facts import START, keep, make_article, make_capture

ARTICLES, ROUNDS = 500, 20
URL = "https://skhcn.hatinh.gov.vn/tin/{}"
READER = """
import json, sys
from archive import open_archive

torn, seen, read = [], {}, 0
with open_archive(sys.argv[1]) as archive:
    for number in range(int(sys.argv[2])):
        there = set()
        for article in archive.articles():
            if article.url in there:
                torn.append(f"{article.url}: twice in round {number}")
            there.add(article.url)
            read += 1
            told = {article.title, article.text, article.images[0].caption, article.attachments[0].title}
            version = int(article.title)
            if len(told) > 1 or len(article.images) != 1 + version % 3 or version < seen.get(article.url, 0):
                torn.append(f"{article.url}: {sorted(told)} after {seen.get(article.url)}")
            seen[article.url] = version
        if len(there) != int(sys.argv[3]):
            torn.append(f"round {number}: {len(there)} articles")
print(json.dumps({"torn": torn, "read": read, "versions": sorted(set(seen.values()))}))
"""


def state(number: int, version: int) -> Article:
    """An article of which every part tells the version; its date moves with it."""
    url, told = URL.format(number), str(version)
    capture = make_capture(number + ARTICLES * version, url)
    images = tuple(Image(f"{url}/{place}.jpg", place, caption=told) for place in range(1 + version % 3))
    published = START + timedelta(hours=number, days=7 * version)
    files = (Attachment(f"{url}/1.pdf", 0, told),)
    return make_article(capture, title=told, text=told, images=images, attachments=files, published=published)


def write(catalog: Catalog, articles: list[Article]) -> None:
    keep(catalog, articles, [make_capture(int(each.capture[-12:]), each.url) for each in articles])


def test_ten_thousand_articles_are_read_whole_while_another_process_writes_them(tmp_path):
    path = tmp_path / "catalog.sqlite3"
    with Catalog.open(path) as catalog:
        write(catalog, [state(number, 0) for number in range(ARTICLES)])
    command = [sys.executable, "-c", READER, str(tmp_path), str(ROUNDS), str(ARTICLES)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as reader:
        turn = 0
        while reader.poll() is None:
            # Opened anew each time: the last one to close the catalog removes its WAL, under the reader's eyes.
            with Catalog.open(path) as catalog:
                for _ in range(5):
                    turn += 1
                    some = [state(number, 1 + turn // 25) for number in range(turn * 20 % ARTICLES, ARTICLES)[:20]]
                    write(catalog, some)
        output, errors = reader.communicate()

    assert errors == ""
    found = json.loads(output)
    assert found["torn"] == []
    assert found["read"] == ARTICLES * ROUNDS == 10_000
    assert turn > 5


@pytest.fixture
def root(tmp_path) -> Path:
    root = tmp_path / "data"
    with Catalog.open(root / "catalog.sqlite3") as catalog:
        write(catalog, [state(number, 0) for number in range(3)])
    with DocumentCache(root) as cache:
        cache.keep(SHA256, "1", DocumentText("text", "van ban"))
    return root


SHA256 = "ab" * 32
LIST = f"""
import sys
from archive import open_archive
from archive.model import Attachment

with open_archive(sys.argv[1]) as archive:
    print(len(list(archive.articles())), archive.text_of(Attachment("", 0, sha256={SHA256!r})))
"""


def read_only(root: Path) -> subprocess.CompletedProcess[str]:
    """Count the articles below *root* where nothing can be written, not even by root."""
    if not shutil.which("unshare"):
        pytest.skip("needs unshare(1)")
    mount = 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" || exit 99; ! touch "$1/x" 2>/dev/null || exit 98'
    shell = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", f'{mount}; exec "$2" -c "$3" "$1"', "sh"]
    done = subprocess.run([*shell, str(root), sys.executable, LIST], capture_output=True, text=True, check=False)
    if done.returncode == 99 or done.stderr.startswith("unshare:"):
        pytest.skip("needs user namespaces")
    return done


def test_a_read_only_disk_is_read(root):
    done = read_only(root)

    assert (done.stdout, done.stderr) == ("3 van ban\n", "")


def test_a_read_only_copy_that_was_made_while_a_crawl_wrote_gives_all_or_says_what_to_do(root, tmp_path):
    copies = {name: tmp_path / name for name in ("whole", "without shm")}
    with Catalog.open(root / "catalog.sqlite3") as catalog:
        write(catalog, [state(3, 0)])  # in the WAL only
        for name, copy in copies.items():
            shutil.copytree(root, copy)
            if name == "without shm":
                (copy / "catalog.sqlite3-shm").unlink()
        with open_archive(root) as archive:
            assert len(list(archive.articles())) == 4

    assert (copies["whole"] / "catalog.sqlite3-wal").stat().st_size > 0
    whole, without = (read_only(copy) for copy in copies.values())
    assert (whole.stdout, whole.stderr) == ("4 van ban\n", "")
    assert without.stdout == ""
    assert "catalog.sqlite3-wal: holds what is not in the catalog yet" in without.stderr
    assert "run `khcn repair` where it can be written" in without.stderr


@pytest.mark.parametrize(
    ("version", "told"), [("3", "`khcn rebuild`"), ("999", "a newer khcn made it"), ("x", "`khcn rebuild`")]
)
def test_a_catalog_of_another_schema_says_what_to_do(root, version, told):
    with sqlite3.connect(root / "catalog.sqlite3") as file:
        file.execute("UPDATE meta SET value = ? WHERE key = 'schema_version'", (version,))

    with pytest.raises(CatalogError, match=told):
        open_archive(root)


def test_a_server_tells_one_state_at_a_time_and_holds_none_between(tmp_path):
    path = tmp_path / "catalog.sqlite3"
    told = []
    with Catalog.open(path) as catalog:
        write(catalog, [state(0, 0)])
        with ServedCatalog.open_served(path, 5) as served:
            for version in (1, 2):
                with served.one_state():
                    told.append(served.level()[1])
                    write(catalog, [state(0, version)])
                    told.append(served.level()[1])
                with pytest.raises(CatalogError), served.one_state():
                    served._ask(lambda connection: connection.exec_driver_sql("SELECT nothing"))
            with sqlite3.connect(path) as other:
                checkpoint = other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()

    first, beside, second, last = told
    assert first == beside < second == last
    assert checkpoint[0] == 0, "a reader kept a state"
