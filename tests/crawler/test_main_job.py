"""The main job, from seed to catalog: two Departments played on localhost, crawled by the real command."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from archive import open_archive
from archive.catalog import Catalog
from tests.archive.test_schema import checker
from tests.khcn import FAST, khcn
from tests.play import play

pytestmark = pytest.mark.xdist_group("main job")

SITES = ("ha_tinh", "hau_giang")
TOOLS = Path(sys.executable).parent


class Crawled:
    """A first full crawl of both sites, and a second one."""

    def __init__(self, data: Path) -> None:
        self.data = data
        with play() as played:
            self.first = khcn("crawl", "--json", *SITES, *FAST, data=data, resolve=played.resolve)
            self.fetched = list(played.log)
            self.second = khcn("crawl", "--json", *SITES, *FAST, data=data, resolve=played.resolve)
            self.refetched = played.log[len(self.fetched) :]
            self.truth = {article.url: article for article in played.articles}

    def reports(self, run: subprocess.CompletedProcess[str]) -> dict[str, dict]:
        return {report["site"]: report for report in map(json.loads, run.stdout.splitlines())}

    def warcs(self) -> list[Path]:
        return sorted((self.data / "warcs").rglob("*.warc.gz"))


@pytest.fixture(scope="module")
def crawled(tmp_path_factory):
    return Crawled(tmp_path_factory.mktemp("main") / "data")


@pytest.fixture(scope="module")
def articles(crawled):
    with open_archive(crawled.data) as archive:
        return {article.url: article for article in archive.articles()}


def test_both_sites_are_crawled_without_a_loss(crawled):
    assert crawled.first.returncode == 0, crawled.first.stderr
    assert crawled.first.stderr == ""
    reports = crawled.reports(crawled.first)
    assert set(reports) == set(SITES)
    for report in reports.values():
        assert report["exit"] == 0
        assert report["failures"] == []
        assert report["articles"]["new"] >= 120


def test_every_article_is_found_and_nothing_else(crawled, articles):
    assert set(articles) == set(crawled.truth)


def test_articles_that_the_newer_portal_took_over_are_linked_with_the_older_ones(crawled):
    # The newer portal prints the day on which it took them over: a short one is not known for the same by its day.
    truth = {one.url: one.original for one in crawled.truth.values() if one.original and len(one.text.split()) > 100}
    with open_archive(crawled.data) as archive:
        found = {url: [same.url for same in archive.same_as(url)] for url in crawled.truth}

    assert len(truth) >= 4
    assert {url: same for url, same in found.items() if same} == {
        one: [other] for pair in truth.items() for one, other in (pair, pair[::-1])
    }


@pytest.mark.parametrize("field", ["title", "published", "published_precision", "authors", "photographers", "source"])
def test_fields_are_exactly_those_of_the_page(crawled, articles, field):
    given = {"published_precision": "precision"}.get(field, field)

    wrong = {
        url: (getattr(articles[url], field), getattr(true, given))
        for url, true in crawled.truth.items()
        if getattr(articles[url], field) != getattr(true, given)
    }

    assert wrong == {}


def test_bodies_are_exact(crawled, articles):
    wrong = [url for url, true in crawled.truth.items() if articles[url].text != true.text]

    assert wrong == []


def test_pictures_are_exact_and_each_has_its_own_capture(crawled, articles):
    for url, true in crawled.truth.items():
        got = articles[url].images
        assert [(i.url, i.caption, i.credit) for i in got] == [(i.url, i.caption, i.credit) for i in true.images], url
        assert [image.position for image in got] == list(range(len(got)))
        for image in got:
            assert image.capture is not None, image.url
            assert image.width
            assert image.height
            assert image.mime in ("image/jpeg", "image/png")
            assert len(image.sha256) == 64
            assert len(image.dhash) == 16


def test_documents_are_captured(crawled, articles):
    listed = 0
    for url, true in crawled.truth.items():
        got = articles[url].attachments
        assert [(a.url, a.title) for a in got] == [(a.url, a.title) for a in true.attachments], url
        assert all(attachment.capture and attachment.sha256 and attachment.size_bytes for attachment in got)
        listed += len(got)
    assert listed >= 10


def test_each_answer_that_was_served_has_exactly_one_record(crawled):
    served = Counter(f"http://{hit.host}{hit.target}" for hit in crawled.fetched if hit.status == 200)
    held: Counter[str] = Counter()
    first = [f"{report['crawl']}" for report in crawled.reports(crawled.first).values()]
    for path in crawled.warcs():
        crawl = None
        for record in ArchiveIterator(path.open("rb")):
            if record.rec_type == "warcinfo":
                fields = record.content_stream().read().decode()
                crawl = next(line.split(": ")[1] for line in fields.splitlines() if line.startswith("crawl: "))
            is_answer = record.rec_type in ("response", "revisit")
            if is_answer and crawl in first and record.http_headers.get_statuscode() == "200":
                held[record.rec_headers["WARC-Target-URI"]] += 1

    assert held == served
    assert set(held.values()) == {1}


def test_the_second_run_asks_for_next_to_nothing(crawled):
    assert crawled.second.returncode == 0, crawled.second.stderr
    assert not [hit for hit in crawled.refetched if "chi-tiet" in hit.target or "ItemID" in hit.target]
    assert len(crawled.refetched) <= 20 < len(crawled.fetched) / 20
    for report in crawled.reports(crawled.second).values():
        assert report["articles"] == dict.fromkeys(report["articles"], 0)


def test_nothing_outside_the_department_was_asked_for(crawled):
    assert not [hit for hit in crawled.fetched if "siteid=12" in hit.target or "siteid=34" in hit.target]
    assert not [hit for hit in crawled.fetched if hit.target.startswith(("/admin", "/tim-kiem", "/Search"))]


def test_a_strict_validator_accepts_every_line_of_the_crawl_and_of_its_export(crawled, articles):
    lines = [line for path in (crawled.data / "articles").rglob("*.jsonl") for line in path.read_text().splitlines()]
    exported = khcn("export", "--format", "jsonl", "-o", "-", data=crawled.data).stdout.splitlines()
    assert (len(lines), len(exported)) == (len(articles), len(articles))

    for form, values in {"article": lines, "export": exported}.items():
        validator = checker(form)
        assert [error.message for value in map(json.loads, values) for error in validator.iter_errors(value)] == []


def test_what_was_crawled_is_in_the_index_already(crawled, articles):
    assert (crawled.data / "search" / "current").exists()
    with open_archive(crawled.data) as archive:
        for article in list(articles.values())[::20]:
            query = article.title.replace("-", " ")
            assert article.url in [hit.url for hit in archive.search(query, site=article.site, limit=50)], query


def test_a_rebuilt_catalog_equals_the_live_one_and_twice_the_same(crawled, tmp_path):
    data = tmp_path / "data"
    shutil.copytree(crawled.data, data)
    live = dump(data)
    lines = {path.relative_to(data): path.read_bytes() for path in (data / "articles").rglob("*.jsonl")}
    assert len(live) > 1000
    assert len(lines) == 2

    for _ in range(2):
        for path in data.glob("catalog.sqlite3*"):
            path.unlink()
        shutil.rmtree(data / "articles")
        done = khcn("rebuild", data=data)

        assert done.returncode == 0, done.stderr
        assert dump(data) == live
        assert {path.relative_to(data): path.read_bytes() for path in (data / "articles").rglob("*.jsonl")} == lines


def test_a_rebuild_of_one_site_leaves_the_other_alone(crawled, tmp_path):
    data = tmp_path / "data"
    shutil.copytree(crawled.data, data)
    live = dump(data)

    done = khcn("rebuild", "ha_tinh", data=data)

    assert done.returncode == 0, done.stderr
    assert dump(data) == live


def dump(data: Path) -> list[str]:
    with Catalog.open(data / "catalog.sqlite3", read_only=True) as catalog:
        return list(catalog.dump())


def test_the_index_made_again_equals_the_one_written_while_crawling(crawled, tmp_path):
    data = tmp_path / "data"
    shutil.copytree(crawled.data, data)
    before = {path: path.read_bytes() for path in (data / "cdxj").rglob("*.cdxj")}
    assert len(before) >= 2
    for path in before:
        path.unlink()

    done = khcn("index", data=data)

    assert done.returncode == 0, done.stderr
    assert {path: path.read_bytes() for path in (data / "cdxj").rglob("*.cdxj")} == before


def test_what_stands_for_nothing_any_more_is_removed(crawled, tmp_path):
    data = tmp_path / "data"
    shutil.copytree(crawled.data, data)
    index = data / "cdxj" / "ha_tinh" / "2020" / "ha_tinh-20200101000000-00000.cdxj"
    lines = data / "articles" / "ha_tinh" / "2020" / "ha_tinh-20200101000000000.jsonl"
    for path in (index, lines):
        path.parent.mkdir()
        path.write_text("")

    assert khcn("index", data=data).returncode == 0
    assert khcn("rebuild", data=data).returncode == 0

    assert not index.exists()
    assert not lines.exists()
    assert khcn("verify", data=data).returncode == 0


def test_cdxj_indexer_gives_the_same_index(crawled):
    for path in crawled.warcs():
        theirs = subprocess.run(
            [str(TOOLS / "cdxj-indexer"), "--sort", str(path)], capture_output=True, text=True, check=True
        ).stdout
        relative = path.relative_to(crawled.data / "warcs").with_suffix("").with_suffix(".cdxj")

        assert (crawled.data / "cdxj" / relative).read_text() == theirs


def test_warcio_finds_nothing_but_payload_digests_of_chunked_bodies(crawled):
    for path in crawled.warcs():
        done = subprocess.run(
            [str(TOOLS / "warcio"), "check", "-v", str(path)], capture_output=True, text=True, check=False
        )
        complaints = [line.strip() for line in done.stdout.splitlines() if "fail" in line.lower()]

        assert [line for line in complaints if not line.startswith("payload digest failed")] == []
        chunked = sum(
            1
            for record in ArchiveIterator(path.open("rb"), no_record_parse=False)
            if record.rec_type == "response" and record.http_headers.get_header("Transfer-Encoding") == "chunked"
        )
        assert len(complaints) == chunked


def test_fastwarc_reads_every_record_and_agrees_with_every_block_digest(crawled):
    from fastwarc.warc import ArchiveIterator as FastIterator

    for path in crawled.warcs():
        records = 0
        for record in FastIterator(path.open("rb"), parse_http=False):
            records += 1
            assert record.verify_block_digest(), record.record_id
        with gzip.open(path) as file:
            assert records == sum(1 for _ in ArchiveIterator(file))


def test_no_file_is_left_open_and_the_report_says_what_ran(crawled):
    assert list(crawled.data.rglob("*.open")) == []
    report = next(iter(crawled.reports(crawled.first).values()))
    assert report["versions"]["Scrapy"].startswith("2.")
    assert report["settings"]["DOWNLOAD_DELAY"] == "0"
    assert json.loads((crawled.data / "crawls" / f"{report['crawl']}.json").read_text()) == report


def test_verify_finds_nothing(crawled):
    done = khcn("verify", "--json", data=crawled.data)

    assert done.returncode == 0, done.stdout
    assert done.stdout == ""
