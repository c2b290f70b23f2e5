"""What was captured of a Department's articles comes back, with its dates and marked; nothing else does."""

from __future__ import annotations

import http.client
import shutil

import pytest
from fastwarc.warc import ArchiveIterator as FastIterator

from archive import open_archive
from archive.times import timestamp14
from tests.recover.collection import DECOY, OTHERS, SPAM
from tests.recover.rig import SITE, articles, asked_for, captures, check_rebuilt, plain, records

pytestmark = pytest.mark.xdist_group("recover")


@pytest.fixture
def source(wayback_service):
    return f"{wayback_service.origin}/cdx/search/cdx"


@pytest.fixture(scope="module")
def data(recovered):
    assert recovered[1].code == 0, recovered[1].said
    return recovered[0]


def test_the_articles_that_were_captured_are_there_and_no_other(data, collection):
    got = {plain(url): article for url, article in articles(data).items()}

    truth = {plain(url): versions for url, versions in collection.versions.items()}
    assert sorted(got) == sorted(truth)
    for url, versions in truth.items():
        true = versions[-1]
        assert (got[url].title, got[url].text) == (true.title, true.text), url
        assert (got[url].published, got[url].published_precision) == (true.published, true.precision)
        assert (got[url].authors, got[url].photographers) == (true.authors, true.photographers)
        assert [image.caption for image in got[url].images] == [image.caption for image in true.images]


def test_their_files_are_those_that_were_captured(data, collection):
    held = {snap.url for snap in collection.snaps if snap.kind == "asset"}
    for url, article in articles(data).items():
        files = [(image.url, image.sha256) for image in article.images]
        files += [(file.url, file.sha256) for file in article.attachments]
        assert {file for file, sha256 in files if sha256} == {file for file, _ in files} & held, url
    assert any(image.sha256 for article in articles(data).values() for image in article.images)


def test_each_article_has_the_versions_that_were_captured(data, collection):
    with open_archive(data) as archive:
        for url, versions in collection.versions.items():
            history = archive.history(url)
            assert [plain(url), len(history.versions)] == [plain(url), len(versions)]
            texts = [version.text for version in archive.versions(url)]
            assert texts == [version.text for version in versions], url


def test_captures_have_their_own_dates_and_bytes_and_none_is_invented(data, collection):
    truth = {(plain(snap.url), snap.date): snap for snap in collection.snaps}
    with open_archive(data) as archive:
        for capture in archive.captures(site=SITE):
            snap = truth[plain(capture.url), capture.date]
            payload = capture.payload()
            assert (payload.status, payload.body) == (snap.status, snap.decoded), capture.url
            assert capture.origin == "recover"
            if location := snap.field("location"):
                assert payload.header("location") == location
        assert {article.capture for article in archive.articles(SITE)} <= {one.id for one in archive.captures()}


def test_none_is_there_twice(data):
    found = [(capture.url, capture.date) for capture in captures(data)]
    bodies = [(plain(capture.url), capture.digest) for capture in captures(data)]

    assert len(found) == len(set(found))
    assert len(bodies) == len(set(bodies))


def test_other_offices_of_the_host_are_neither_asked_for_nor_kept(recovered, wayback_service):
    data, _, asked = recovered
    others = {*OTHERS, DECOY}

    assert [target for target in asked if target[17:] in others] == []
    assert [target for target in asked if "siteid=12" in target or "siteid=34" in target] == []
    assert [capture.url for capture in captures(data) if capture.url in others] == []


def test_nothing_is_asked_for_twice(recovered, collection):
    asked = recovered[2]

    again = {target for target in asked if asked.count(target) > 1}
    # What comes cut may have been cut on its way: once it is asked for again.
    assert again <= {f"{snap.ts}id_/{snap.url}" for snap in collection.snaps if snap.is_cut}
    assert len(asked) <= len(set(asked)) + 1


def test_what_was_cut_in_the_archive_is_marked_so(data, collection):
    cut = [one.rec_headers for one in records(data) if one.rec_headers.get_header("WARC-Truncated")]

    assert [(fields.get_header("WARC-Target-URI"), fields.get_header("WARC-Date")[:10]) for fields in cut] == [
        (snap.url, f"{snap.date:%Y-%m-%d}") for snap in collection.snaps if snap.is_cut
    ]


def test_what_others_put_there_is_no_article(data, collection):
    assert SPAM not in articles(data)
    with open_archive(data) as archive:
        history = archive.history(collection.new[6].url)
        assert "SLOT" not in " ".join(archive.article(history.url).title.split())


def test_each_record_says_where_it_comes_from(data, wayback_service):
    answers, told = {}, {}
    for record in records(data):
        fields = record.rec_headers
        if record.rec_type == "warcinfo":
            info = record.content_stream().read().decode()
            assert "origin: recover\r\n" in info
            assert f"recovered-from: {wayback_service.origin}/cdx/search/cdx" in info
        elif record.rec_type == "response":
            answers[fields.get_header("WARC-Record-ID")] = fields
        elif record.rec_type == "metadata":
            lines = record.content_stream().read().decode().splitlines()
            told[fields.get_header("WARC-Concurrent-To")] = dict(line.split(": ", 1) for line in lines if line)
        else:
            pytest.fail(f"a record of type {record.rec_type}")

    assert answers.keys() <= told.keys()
    for id_, fields in answers.items():
        stamp = fields.get_header("WARC-Date").translate({ord(sign): None for sign in "-T:"})[:14]
        replay = f"{wayback_service.origin}/web/{stamp}id_/"
        assert fields.get_header("WARC-Source-URI").startswith(replay)
        assert fields.get_header("WARC-Creation-Date") > fields.get_header("WARC-Date")
        assert told[id_]["origin"] == "recover"
        assert told[id_]["source"] == fields.get_header("WARC-Source-URI")
        assert told[id_]["source-kind"] == "wayback"
        assert told[id_]["digest-match"] in ("yes", "decoded")
        assert "headers" in told[id_]["rebuilt"]


def test_the_archive_has_no_fault(rig, data):
    done = rig.run("verify", data=data)

    assert done.code == 0, done.said


def test_other_readers_read_it_and_find_the_digests_right(data):
    theirs = [record.rec_headers.get_header("WARC-Record-ID") for record in records(data)]
    found = []
    for path in sorted(data.glob("warcs/*/*/*.warc.gz")):
        with path.open("rb") as file:
            for record in FastIterator(file, parse_http=False):
                assert record.verify_block_digest(consume=False), record.record_id
                found.append(record.headers["WARC-Record-ID"])
        with path.open("rb") as file:
            for record in FastIterator(file, parse_http=True):
                if record.headers["WARC-Type"] == "response":
                    assert record.verify_payload_digest(consume=False), record.headers["WARC-Target-URI"]

    assert found == theirs


def test_a_rebuild_gives_the_same_catalog(rig, data, tmp_path):
    check_rebuilt(rig, data, tmp_path)


def test_pywb_replays_what_was_recovered(data, tmp_path):
    pytest.importorskip("pywb", reason="the extra `replay` is not installed")
    from tests.web.pywb import pywb

    with pywb(data, tmp_path / "links") as connection, open_archive(data) as archive:
        for number, capture in enumerate(archive.captures(site=SITE)):
            if number % 5 and capture.mime != "text/html":
                continue
            connection.request("GET", f"/archive/{timestamp14(capture.date)}id_/{capture.url}")
            answer: http.client.HTTPResponse = connection.getresponse()
            assert answer.status == capture.status, capture.url
            body = answer.read()
            assert body == capture.payload().body or body == capture.exchange().response[-len(body) :], capture.url


def test_what_is_known_to_be_missing_is_told(recovered, collection):
    _, done, _ = recovered
    gaps = {plain(gap["url"]): gap["cause"] for gap in done.report["gaps"]}

    gone, elsewhere, unlisted = collection.old[6].url, collection.old[7].url, collection.new[8].url
    assert gaps[gone] == "captured, but no article could be read"
    assert gaps[elsewhere] == gaps[unlisted] == "not in the index"
    assert {plain(url) for url in collection.versions} & gaps.keys() == set()


def test_an_article_of_both_generations_is_one_story(data, collection):
    imported, first = collection.new[3], collection.old[5]
    assert imported.original == first.url
    with open_archive(data) as archive:
        assert first.url in [same.url for same in archive.same_as(imported.url)]


def test_the_next_recovery_fetches_nothing(rig, recovered, source, wayback_service):
    data, first, _ = recovered
    warcs = sorted(data.glob("warcs/*/*/*"))

    done = rig.recover(source, data)

    assert done.code == 0, done.said
    assert asked_for(wayback_service) == []
    assert sorted(data.glob("warcs/*/*/*")) == warcs
    assert first.report["captures"] > 0


def test_without_what_it_remembers_it_asks_the_index_alone(rig, recovered, source, wayback_service, tmp_path):
    data = tmp_path / "data"
    shutil.copytree(recovered[0], data)
    shutil.rmtree(data / "recover")

    done = rig.recover(source, data)

    assert done.code == 0, done.said
    assert asked_for(wayback_service) == []


def test_a_dry_run_asks_the_index_and_writes_nothing(rig, source, wayback_service, tmp_path):
    data = tmp_path / "data"

    done = rig.recover(source, data, "--dry-run")

    assert done.code == 0, done.said
    assert asked_for(wayback_service) == []
    assert any(asked.path == "/cdx/search/cdx" for asked in wayback_service.log)
    assert [name for name in ("warcs", "cdxj", "articles", "crawls") if (data / name).exists()] == []
    assert captures(data) == []
    assert "2020: " in done.said
