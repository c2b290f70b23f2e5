"""A second full crawl: asked conditionally, kept as revisits, read as if it had come whole."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from archive import open_archive
from archive.catalog import Catalog
from archive.health.dated import kept_of
from archive.warc.reader import iter_captures, list_warcs
from crawler.known import KnownSet
from crawler.known_kept import KeptKnown
from tests.crawler.reading_helpers import SITES as SITES_DECLARED
from tests.khcn import FAST, khcn
from tests.play import play

pytestmark = pytest.mark.xdist_group("incremental")
SITES = ("ha_tinh", "hau_giang")
FULL = ("--full", "--json", *FAST)
FEW = {"seeds": False, "oldest": 18}


class Twice:
    """Two full crawls of both sites as they are: counters run, articles stay."""

    def __init__(self, data: Path) -> None:
        self.data = data
        with play(**FEW) as played:
            self.first = khcn("crawl", *SITES, *FULL, data=data, resolve=played.resolve)
            self.fetched = list(played.log)
            self.second = khcn("crawl", *SITES, *FULL, data=data, resolve=played.resolve)
            self.articles = Counter(article.site for article in played.articles)
            self.refetched = played.log[len(self.fetched) :]
        self.reports = [json.loads(line) for line in self.second.stdout.splitlines()]

    def captures(self):
        """Yield the captures of the second crawl, each with its exchange."""
        crawls = {report["crawl"] for report in self.reports}
        for warc in list_warcs(self.data):
            for capture, stored in iter_captures(self.data, warc):
                if capture.crawl in crawls:
                    yield capture, stored


@pytest.fixture(scope="module")
def twice(tmp_path_factory):
    return Twice(tmp_path_factory.mktemp("incremental") / "data")


def dump(data: Path) -> list[str]:
    with Catalog.open(data / "catalog.sqlite3", read_only=True) as catalog:
        return list(catalog.dump())


@pytest.mark.parametrize("site", SITES)
def test_what_a_crawl_keeps_at_hand_is_what_the_catalog_tells(twice, site):
    rules = SITES_DECLARED.get(site)
    with Catalog.open(twice.data / "catalog.sqlite3") as catalog:
        counted = catalog.published_days(site)[site]
        told = KnownSet(map(rules.identity, catalog.known(site)))
        catalog.known = None  # kept, it is not asked
        kept = KeptKnown(twice.data, rules, catalog).identities()
        with catalog.following() as state:
            days = kept_of(twice.data, state, site)

    assert kept.to_bytes() == told.to_bytes()
    assert len(kept) >= twice.articles[site]
    assert days is None or days.counted() == counted


def test_nothing_failed_and_every_article_is_unchanged(twice):
    assert (twice.first.returncode, twice.second.returncode) == (0, 0), twice.second.stderr
    for report in twice.reports:
        assert report["failures"] == []
        assert report["articles"] == {
            **dict.fromkeys(report["articles"], 0),
            "unchanged": twice.articles[report["site"]],
        }
        assert report["revisits"] > report["captures"] / 2


def test_files_come_as_304_and_are_kept_in_a_few_hundred_bytes(twice):
    known = {f"http://{hit.host}{hit.target}" for hit in twice.fetched}
    purposes = ("image", "attachment", "requisite")
    files = [capture for capture, _ in twice.captures() if capture.purpose in purposes and capture.url in known]

    assert len(files) > 100
    assert {capture.status for capture in files} <= {304, 302}
    assert max(capture.location.length for capture in files if capture.revisit_of) < 700


def test_what_was_asked_conditionally_is_what_had_validators(twice):
    held = {}
    crawls = {report["crawl"] for report in twice.reports}
    for warc in list_warcs(twice.data):
        for capture, stored in iter_captures(twice.data, warc):
            if capture.crawl not in crawls and capture.revisit_of is None and capture.status == 200:
                fields = {name.lower(): value for name, value in stored.payload().headers}
                held.setdefault(capture.url, (fields.get("etag"), fields.get("last-modified")))
    for capture, stored in twice.captures():
        request = stored.exchange().request.decode("latin-1")
        asked = dict(line.split(": ", 1) for line in request.split("\r\n")[1:] if ": " in line)
        etag, modified = held.get(capture.url, (None, None)) if capture.purpose != "robots" else (None, None)

        assert (asked.get("If-None-Match"), asked.get("If-Modified-Since")) == (etag, modified), capture.url


def test_a_304_reads_as_its_original_and_keeps_its_own_bytes(twice):
    with open_archive(twice.data) as archive:
        seen = 0
        for capture, stored in twice.captures():
            if capture.status != 304:
                continue
            original = archive.capture_by_id(capture.revisit_of)
            assert original.url == capture.url or capture.purpose != "page"
            assert stored.payload() == original.payload()
            assert stored.exchange().response.startswith(b"HTTP/1.1 304 Not Modified\r\n")
            assert archive.capture_by_id(capture.id).payload() == original.payload()
            seen += 1
    assert seen > 100


def test_an_unchanged_article_is_observed_anew_and_keeps_its_files(twice):
    with open_archive(twice.data) as archive:
        articles = list(archive.articles())
        assert len(articles) == twice.articles.total()
        for article in articles:
            history = archive.catalog.observations(article.url)
            assert len(history) == 2
            assert len({entry.version for entry in history}) == 1
            assert all(image.capture and image.sha256 for image in article.images)
            assert all(entry.capture and entry.sha256 for entry in article.attachments)
        again = [
            archive.capture_by_id(entry.capture) for a in articles for entry in archive.catalog.observations(a.url)
        ]
    assert Counter(capture.status for capture in again)[304] > 10


def test_a_rebuild_gives_the_same_rows_of_all_sites_and_of_one(twice, tmp_path):
    data = tmp_path / "data"
    shutil.copytree(twice.data, data)
    live = dump(data)
    lines = {path.relative_to(data): path.read_bytes() for path in (data / "articles").rglob("*.jsonl")}

    assert khcn("rebuild", "hau_giang", data=data).returncode == 0
    assert dump(data) == live
    for path in [*data.glob("catalog.sqlite3*"), *data.glob("cdxj/*/*/*")]:
        path.unlink()
    shutil.rmtree(data / "articles")
    done = khcn("rebuild", data=data)

    assert done.returncode == 0, done.stderr
    assert dump(data) == live
    assert {path.relative_to(data): path.read_bytes() for path in (data / "articles").rglob("*.jsonl")} == lines


def test_other_tools_take_the_files(twice):
    tools = Path(sys.executable).parent
    for warc in list_warcs(twice.data):
        path = twice.data / warc
        theirs = subprocess.run([tools / "cdxj-indexer", "--sort", path], capture_output=True, check=True).stdout
        ours = twice.data / "cdxj" / Path(warc).relative_to("warcs").with_suffix("").with_suffix(".cdxj")
        assert ours.read_bytes() == theirs
        done = subprocess.run([tools / "warcio", "check", "-v", path], capture_output=True, text=True, check=False)
        complaints = {line.strip().partition(":")[0] for line in done.stdout.splitlines() if "fail" in line.lower()}
        assert complaints <= {"payload digest failed sha1"}


def test_a_damaged_original_costs_its_own_pages_only_and_heals(twice, tmp_path):
    data = tmp_path / "data"
    shutil.copytree(twice.data, data)
    first = next(iter(list_warcs(data, "ha_tinh")))
    victim = next(
        capture for capture, _ in iter_captures(data, first) if capture.purpose == "image" and capture.status == 200
    )
    path = data / first
    content = bytearray(path.read_bytes())
    content[victim.location.offset + victim.location.length // 2] ^= 255
    path.write_bytes(content)

    done = khcn("rebuild", "ha_tinh", "--json", data=data)

    told = json.loads(done.stdout)
    assert done.returncode == 9, done.stderr
    assert any(str(victim.location.offset) in json.dumps(each) for each in told["damage"])

    with play(**FEW) as played:
        healed = khcn("crawl", "ha_tinh", *FULL, data=data, resolve=played.resolve)
    assert healed.returncode == 0, healed.stderr
    with open_archive(data) as archive:
        latest = archive.capture(victim.url)
        assert (latest.status, latest.revisit_of) == (200, None)


def test_full_asks_for_articles_that_no_listing_names_any_more(tmp_path):
    with play(**FEW, still=True) as played:
        options = ("ha_tinh", "--json", *FAST, "-s", "REQUISITES_ENABLED=0", "-s", "ITEM_PIPELINES={}")
        khcn("crawl", *options, data=tmp_path, resolve=played.resolve)
        lost = next(article.url for article in played.articles if article.site == "ha_tinh")
        played.unlist(lost)
        before = len(played.log)
        full = khcn("crawl", "--full", *options, data=tmp_path, resolve=played.resolve)
        asked = [f"http://{hit.host}{hit.target}" for hit in played.log[before:]]

    assert full.returncode == 0, full.stderr
    assert asked.count(lost) == 1
    assert len(asked) == len(set(asked))


def test_a_second_crawl_of_an_unchanged_site_adds_next_to_nothing(tmp_path):
    with play(seeds=False, oldest=30, still=True, photos=True) as played:
        for _ in range(2):
            done = khcn("crawl", "ha_tinh", *FULL, data=tmp_path, resolve=played.resolve)
            assert done.returncode == 0, done.stderr
    first, second = ((tmp_path / warc).stat().st_size for warc in list_warcs(tmp_path, "ha_tinh"))
    report = json.loads(done.stdout)

    assert report["revisits"] >= 0.97 * report["captures"]
    assert second < 0.03 * first
