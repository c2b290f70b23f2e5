"""The same articles come from each kind of archive; one after the other, each gives what the others had not."""

from __future__ import annotations

import io
import json
import shutil
from collections import Counter

import pytest
from warcio.archiveiterator import ArchiveIterator

from archive import open_archive
from tests.khcn import FAST as CRAWL_FAST
from tests.khcn import khcn
from tests.play import play
from tests.recover.collection import OTHERS
from tests.recover.pywb_source import pywb_source
from tests.recover.rig import SITE, articles, asked_for, captures, check_rebuilt, plain, records

pytestmark = pytest.mark.xdist_group("recover")


@pytest.fixture(scope="module")
def by_ranges(rig, commoncrawl_service, tmp_path_factory):
    """An archive recovered from Common Crawl alone, and how that ended."""
    data = tmp_path_factory.mktemp("ranges") / "data"
    done = rig.recover(f"{commoncrawl_service.origin}/collinfo.json", data)
    assert done.code == 0, done.said
    return data, [asked for asked in commoncrawl_service.log if asked.path.startswith("/crawl-data/")]


def ranged(crawls) -> list:
    """Return what Common Crawl holds of articles."""
    return [kept for kept in crawls.kept if kept.snap.kind == "article"]


def test_records_that_came_whole_stay_as_they_are(by_ranges, crawls):
    data, _ = by_ranges
    theirs = {}
    for kept in crawls.kept:
        member = crawls.files[kept.filename][kept.offset : kept.offset + kept.length]
        record = next(iter(ArchiveIterator(io.BytesIO(member), no_record_parse=True)))
        theirs[record.rec_headers.get_header("WARC-Record-ID")] = kept, record.rec_headers, record.raw_stream.read()
    kept_ids, told = set(), {}
    for path in sorted(data.glob("warcs/*/*/*.warc.gz")):
        with path.open("rb") as file:
            for record in ArchiveIterator(file, no_record_parse=True):
                fields, block = record.rec_headers, record.raw_stream.read()
                id_ = fields.get_header("WARC-Record-ID")
                if record.rec_type == "response":
                    kept, headers, content = theirs[id_]
                    assert block == content, kept.snap.url
                    assert fields.headers == headers.headers
                    kept_ids.add(id_)
                elif record.rec_type == "metadata":
                    lines = block.decode().splitlines()
                    told[fields.get_header("WARC-Concurrent-To")] = dict(line.split(": ", 1) for line in lines if line)
    assert kept_ids
    for id_ in kept_ids:
        kept = theirs[id_][0]
        assert told[id_]["origin"] == "recover"
        assert told[id_]["source-kind"] == "commoncrawl"
        assert told[id_]["source"].endswith(f"/{kept.filename}")
        assert [told[id_]["source-offset"], told[id_]["source-length"]] == [str(kept.offset), str(kept.length)]
        assert told[id_]["source-record-id"].strip("<>") == id_.strip("<>")


def test_ranges_give_the_articles_that_were_crawled(rig, by_ranges, crawls, collection, tmp_path):
    data, asked = by_ranges
    truth = {plain(kept.snap.url) for kept in ranged(crawls)}

    assert {plain(url) for url in articles(data)} == truth
    dates = {(plain(kept.snap.url), kept.snap.date) for kept in crawls.kept}
    assert {(plain(capture.url), capture.date) for capture in captures(data)} <= dates
    assert not {capture.url for capture in captures(data)} & set(OTHERS)
    assert all("range" in one.fields for one in asked)
    assert max(Counter(one.fields["range"] + one.path for one in asked).values()) == 1
    text = articles(data)[collection.only_crawled.url].text
    assert text == collection.only_crawled.text
    assert rig.run("verify", data=data).code == 0
    check_rebuilt(rig, data, tmp_path)


def test_another_archive_adds_only_what_is_new(
    rig, by_ranges, crawls, wayback_service, commoncrawl_service, tmp_path, collection
):
    first, _ = by_ranges
    data = tmp_path / "data"
    shutil.copytree(first, data)
    had = {(capture.url, capture.date) for capture in captures(data)}
    bodies = {(plain(capture.url), capture.digest) for capture in captures(data)}

    done = rig.recover(f"{wayback_service.origin}/cdx/search/cdx", data)

    assert done.code == 0, done.said
    asked = {(target[:14], plain(target[18:])) for target in asked_for(wayback_service)}
    assert asked
    # What is held with the same time and digest is not asked for.
    again = {
        (f"{kept.snap.date:%Y%m%d%H%M%S}", plain(kept.snap.url))
        for kept in crawls.kept
        if kept.snap in collection.snaps
    }
    assert not asked & again
    found = captures(data)
    assert had < {(capture.url, capture.date) for capture in found}
    counted = Counter((plain(capture.url), capture.digest) for capture in found)
    assert [key for key, number in counted.items() if number > 1 and key not in bodies] == []
    assert {plain(url) for url in articles(data)} == {
        plain(url) for url in (*collection.versions, collection.only_crawled.url)
    }
    with open_archive(data) as archive:
        for url, versions in collection.versions.items():
            assert [version.text for version in archive.versions(url)] == [version.text for version in versions], url
    assert rig.run("verify", data=data).code == 0
    check_rebuilt(rig, data, tmp_path)

    commoncrawl_service.reset()
    assert rig.recover(f"{commoncrawl_service.origin}/collinfo.json", data).code == 0
    assert [one.target for one in commoncrawl_service.log if one.path.startswith("/crawl-data/")] == []


def test_a_real_pywb_gives_the_articles_that_it_holds(rig, collection, tmp_path):
    pytest.importorskip("pywb", reason="the extra `replay` is not installed")
    data = tmp_path / "data"
    with pywb_source(collection.snaps, tmp_path / "pywb") as theirs:
        done = rig.recover(theirs, data, "-s", "RECOVER_TIMEOUT_S=5", "-s", "RECOVER_RETRIES=8")

    assert done.code == 0, done.said
    assert {plain(url) for url in articles(data)} == {plain(url) for url in collection.versions}
    with open_archive(data) as archive:
        truth = {(plain(snap.url), snap.date): snap for snap in collection.snaps}
        for capture in archive.captures(site=SITE):
            snap = truth[plain(capture.url), capture.date]
            assert capture.status == snap.status
            if not snap.is_cut:
                assert capture.payload().body == snap.decoded, capture.url
            assert capture.origin == "recover"
        for url, versions in collection.versions.items():
            assert [version.text for version in archive.versions(url)] == [version.text for version in versions], url
    cut = [record for record in records(data) if record.rec_headers.get_header("WARC-Truncated")]
    assert {record.rec_headers.get_header("WARC-Target-URI") for record in cut} == {collection.old[5].url}
    assert rig.run("verify", data=data).code == 0


def test_what_was_crawled_by_ourselves_is_not_recovered(rig, wayback_service, collection, tmp_path):
    data = tmp_path / "data"
    with play(seeds=False, oldest=2, still=True) as played:
        done = khcn("crawl", SITE, *CRAWL_FAST, data=data, resolve=played.resolve)
        assert done.returncode == 0, done.stderr
        ours = {article.url for article in played.articles if article.site == SITE}
    before = captures(data)

    done = rig.recover(f"{wayback_service.origin}/cdx/search/cdx", data)

    assert done.code == 0, done.said
    found = {(capture.url, capture.date): capture for capture in captures(data)}
    assert all(found[capture.url, capture.date].id == capture.id for capture in before)
    with open_archive(data) as archive:
        origins = {capture.origin for capture in archive.captures(site=SITE)}
        assert origins == {"crawl", "recover"}
        assert {plain(url) for url in collection.versions} | ours == {
            plain(article.url) for article in archive.articles(SITE)
        }
        # The newest version is our own; what was there before came back.
        for url in ours:
            capture = archive.capture_by_id(archive.article(url).capture)
            assert capture.origin == "crawl", url
    held = {(plain(capture.url), capture.digest.removeprefix("sha1:")) for capture in before}
    truth = {(snap.ts, plain(snap.url)): snap.digest for snap in collection.snaps}
    asked = {(target[:14], plain(target[18:])) for target in asked_for(wayback_service)}
    assert asked
    assert [one for one in asked if (one[1], truth[one]) in held] == []
    assert rig.run("verify", data=data).code == 0
    check_rebuilt(rig, data, tmp_path)
    assert json.loads(json.dumps(done.report))["exit"] == 0
