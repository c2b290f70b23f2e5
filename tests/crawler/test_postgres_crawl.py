"""The command with catalog and frontier on PostgreSQL: the same archive as with files."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive.catalog import Catalog
from archive.errors import CatalogError
from crawler.frontier import Frontier
from crawler.lock import SiteLock
from tests.crawler.killing import begin_stopping, tell, wait_until_stopped
from tests.khcn import FAST, command, khcn
from tests.play import play

pytestmark = pytest.mark.xdist_group("postgres crawl")

SITE = "ha_tinh"
SECRET = "Mat-Khau-9"
NOW = datetime(2026, 1, 1, tzinfo=UTC)


class Crawled:
    """One played site, crawled into PostgreSQL and into files; the rows of the former."""

    def __init__(self, folder: Path, url: str, world) -> None:
        self.url, self.files, self.data = url, folder / "files", folder / "data"
        self.resolve = world.resolve
        self.expected = {article.url for article in world.articles if article.site == SITE}
        self.first = self.khcn("crawl", "--json", SITE, *FAST)
        self.other = khcn("crawl", "--json", SITE, *FAST, data=self.files, resolve=self.resolve)
        self.rows = rows_of(url)

    def khcn(self, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
        return khcn(*arguments, data=self.data, resolve=self.resolve, **(self.environ | environ))

    @property
    def environ(self) -> dict[str, str]:
        return {"KHCN_CATALOG_URL": self.url, "KHCN_FRONTIER_URL": self.url}


def rows_of(url: str | Path) -> list[str]:
    with Catalog.open(url, read_only=True) as catalog:
        return list(catalog.dump())


@pytest.fixture(scope="module")
def world():
    with play(seeds=False, oldest=2) as played:
        yield played


@pytest.fixture(scope="module")
def crawled(tmp_path_factory, postgres, world):
    # The server asks for no password, and takes any.
    url = postgres.new_schema().replace("postgres@", f"postgres:{SECRET}@")
    return Crawled(tmp_path_factory.mktemp("postgres"), url, world)


def test_a_crawl_gives_the_same_articles_as_one_into_files(crawled):
    assert (crawled.first.returncode, crawled.first.stderr) == (0, "")
    assert crawled.other.returncode == 0
    assert not list(crawled.data.glob("*.sqlite3"))
    told = [json.loads(run.stdout) for run in (crawled.first, crawled.other)]
    assert told[0]["articles"] == told[1]["articles"]
    with (
        Catalog.open(crawled.url, read_only=True) as one,
        Catalog.open(crawled.files / "catalog.sqlite3", read_only=True) as other,
    ):
        assert one.counts() == other.counts()
        said = [
            {each.url: (each.title, each.text, each.published, each.tags) for each in it.articles()}
            for it in (one, other)
        ]
    assert said[0] == said[1]
    assert set(said[0]) == crawled.expected


def test_every_verb_reads_from_the_server(crawled):
    url = sorted(crawled.expected)[0]
    with Catalog.open(crawled.url, read_only=True) as catalog:
        title = catalog.article(url).title

    def lines(*arguments: str) -> list[dict]:
        done = crawled.khcn(*arguments)
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    (shown,) = lines("show", url, "--json")
    (history,) = lines("history", url, "--json")
    found = lines("search", title, "--json")
    (status,) = [line for line in lines("status", "--json") if line["site"] == SITE]
    out = crawled.files / "exports" / "out.jsonl"
    exported = crawled.khcn("export", "--format", "jsonl", "-o", str(out))

    assert shown["title"] == title
    assert [version["n"] for version in history["versions"]] == [1]
    assert found[0]["url"] == url
    assert status["articles"] == len(crawled.expected)
    assert exported.returncode == 0, exported.stderr
    assert {json.loads(line)["url"] for line in out.read_text("utf-8").splitlines()} == crawled.expected
    assert crawled.khcn("verify").returncode == 0


def test_a_second_crawl_finds_nothing_new_and_the_password_is_written_nowhere(crawled):
    told = crawled.khcn("-vv", "--log", "json", "crawl", "--json", SITE, *FAST)
    files = [path for path in crawled.data.rglob("*") if path.is_file()]

    assert told.returncode == 0
    assert json.loads(told.stdout)["articles"]["new"] == 0
    assert SECRET not in told.stderr + told.stdout
    assert any(path.parent.name == "crawls" for path in files)
    assert [path for path in files if SECRET.encode() in path.read_bytes()] == []
    crawled.rows = rows_of(crawled.url)


def test_an_archive_moves_to_files_and_back_with_equal_rows(crawled, postgres_url):
    file = crawled.data / "moved.sqlite3"
    to_file = crawled.khcn("rebuild", "--jobs", "1", KHCN_CATALOG_URL=f"sqlite:///{file}")
    back = crawled.khcn("rebuild", "--jobs", "1", KHCN_CATALOG_URL=postgres_url)
    again = crawled.khcn("rebuild", "--jobs", "1", SITE, KHCN_CATALOG_URL=postgres_url)

    assert [run.returncode for run in (to_file, back, again)] == [0, 0, 0], to_file.stderr + back.stderr + again.stderr
    assert rows_of(file) == rows_of(postgres_url) == crawled.rows
    stale = crawled.khcn("rebuild", "--stale", "--json", KHCN_CATALOG_URL=postgres_url)
    assert stale.returncode == 0, stale.stderr


def test_without_the_extra_it_is_said_which_one_is_missing(tmp_path, monkeypatch):
    blocked = tmp_path / "blocked"
    blocked.mkdir()
    (blocked / "psycopg.py").write_text("raise ModuleNotFoundError(\"No module named 'psycopg'\", name='psycopg')\n")
    url = "postgresql+psycopg://khcn:bi-mat@127.0.0.1/khcn"
    done = khcn("search", "lúa", data=tmp_path / "data", PYTHONPATH=str(blocked), KHCN_CATALOG_URL=url)

    assert done.returncode == 4
    assert "PostgreSQL needs an extra: pip install 'khcn[postgres]'" in done.stderr
    assert "bi-mat" not in done.stderr + done.stdout
    monkeypatch.setitem(sys.modules, "psycopg", None)
    for opened in (lambda: Frontier.open(url, SITE), lambda: SiteLock(tmp_path, SITE, NOW, (url,)).__enter__()):
        with pytest.raises(
            CatalogError, match=r"psycopg is missing; PostgreSQL needs an extra: pip install 'khcn.post"
        ):
            opened()


def test_a_server_that_is_not_there_is_said_without_its_password(tmp_path):
    url = "postgresql+psycopg://khcn:bi-mat@127.0.0.1:1/khcn"
    for arguments in (["crawl", SITE], ["verify"]):
        done = khcn("-v", *arguments, data=tmp_path / "data", KHCN_CATALOG_URL=url)

        assert done.returncode == 4, done.stderr
        assert "the database server can not be reached" in done.stderr
        assert "bi-mat" not in done.stderr + done.stdout


def test_a_crawl_whose_server_goes_away_ends_whole_and_goes_on(tmp_path, postgres, postgres_url, world):
    data = tmp_path / "data"
    url = postgres_url + "&application_name=short-lived"
    environ = {"KHCN_CATALOG_URL": url, "KHCN_FRONTIER_URL": url, "KHCN_DATA": str(data)}
    schema = postgres.name_of(postgres_url)
    slow = [*FAST, "-s", "DOWNLOAD_DELAY=0.2", "-s", "CONCURRENT_REQUESTS_PER_DOMAIN=1"]
    env = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "KHCN_RESOLVE": world.resolve} | environ
    with postgres.connect() as connection:
        some_done = f"SELECT count(*) > 0 FROM {schema}.frontier_rows WHERE state = 3"
        crawl = begin_stopping(
            world, [*command(), "crawl", SITE, *slow],
            lambda: connection.execute(some_done).fetchone()[0], env=env, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        wait_until_stopped(crawl)
        ended = connection.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'short-lived'"
        ).fetchone()[0]
    tell(crawl)
    _, said = crawl.communicate(timeout=300)

    assert ended >= 2
    assert crawl.returncode == 3, said
    assert "was lost" in said
    assert "run the same command again" in said
    assert "Traceback" not in said
    again = khcn("crawl", "--json", SITE, *FAST, data=data, resolve=world.resolve, **environ)
    assert again.returncode == 0, again.stderr
    with Catalog.open(postgres_url, read_only=True) as catalog:
        urls = {article.url for article in catalog.articles()}
        fetched = [capture.url for capture in catalog.captures() if capture.purpose == "page"]
    assert urls == {article.url for article in world.articles if article.site == SITE}
    assert max(fetched.count(url) for url in urls) <= 2
    assert khcn("verify", data=data, **environ).returncode == 0
