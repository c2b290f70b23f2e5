"""What goes wrong at a service is tried again, or named; what it says of itself is never taken for a capture."""

from __future__ import annotations

import gzip
import re
from dataclasses import replace

import pytest

from tests.recover import served
from tests.recover.played_commoncrawl import CommonCrawl, commoncrawl
from tests.recover.played_wayback import Wayback, wayback
from tests.recover.rig import articles, asked_for, captures, plain
from tests.recover.served import Block, Fault, serving
from tests.recover.snaps import response

pytestmark = pytest.mark.xdist_group("recover")

INDEX, REPLAY = "^/cdx/", "^/web/"


@pytest.fixture(scope="module")
def few(collection):
    """Captures of some articles, without their files: what is asked for is soon done."""
    return [snap for snap in collection.snaps if snap.kind in ("article", "listing") and snap.date.year < 2023]


def truth(snaps) -> set[str]:
    return {plain(snap.url) for snap in snaps if snap.kind == "article" and "siteid=60&mid" not in snap.url}


def test_what_passes_is_tried_again(rig, few, tmp_path):
    with wayback(few) as service:
        service.faults = [
            Fault(INDEX, served.failing(500)),
            Fault(INDEX, served.cut, after=1),
            Fault(INDEX, served.error_page, after=2),
            Fault(INDEX, served.slow_down, after=3),
            Fault(REPLAY, served.cut, after=0),
            Fault(REPLAY, served.failing(502), after=2),
            Fault(REPLAY, served.error_page, after=4),
            Fault(REPLAY, served.failing(503), after=6),
            Fault(REPLAY, served.failing(429), after=8),
        ]
        done = rig.recover(f"{service.origin}/cdx/search/cdx", tmp_path / "data")

    assert done.code == 0, done.said
    assert {plain(url) for url in articles(tmp_path / "data")} == truth(few)
    assert {capture.status for capture in captures(tmp_path / "data")} == {200}
    assert not any("Offline" in article.title for article in articles(tmp_path / "data").values())


def test_what_stays_wrong_is_named_and_the_rest_is_done(rig, few, collection, tmp_path):
    broken, page, elsewhere = (collection.old[number].url for number in (2, 3, 4))
    rest = [snap for snap in few if snap.url != elsewhere or snap.date.year != 2020]
    with wayback(few) as service, wayback(rest) as other:
        lost = next(snap for snap in few if snap.url == elsewhere)
        service.faults = [
            Fault(re.escape(broken), served.failing(500), times=99),
            Fault(re.escape(page), served.error_page, times=99),
            # The index knows it, and the replay has another one only, or none.
            Fault(
                re.escape(f"{lost.ts}id_"), lambda reply: served.Reply(404, (("Content-Type", "text/html"),), b"no"), 99
            ),
        ]
        other.reset()
        done = rig.recover(f"{service.origin}/cdx/search/cdx", tmp_path / "data")
        first = len(asked_for(service))
        service.reset()
        again = rig.recover(f"{service.origin}/cdx/search/cdx", tmp_path / "data")

    assert done.code == 5, done.said
    for url in (broken, page, elsewhere):
        assert [cause for address, cause in done.failed.items() if address.endswith(url)], (url, done.failed)
    spared = {plain(broken), plain(elsewhere)}
    assert {plain(url) for url in articles(tmp_path / "data")} >= truth(few) - spared - {plain(page)}
    # What failed is what the next run asks for, and it mends it.
    assert again.code == 0, again.said
    assert 0 < len(asked_for(service)) < first
    assert {plain(url) for url in articles(tmp_path / "data")} == truth(few)


@pytest.mark.parametrize("retry_after", ["1", None])
def test_a_service_that_wants_to_be_left_alone_is(rig, few, tmp_path, retry_after):
    with wayback(few) as service:
        service.block = Block(start=3, seconds=0.9, retry_after=retry_after, matches=REPLAY)
        options = ("-s", f"RECOVER_HOLD_S={'1' if retry_after is None else '0.02'}")
        done = rig.recover(f"{service.origin}/cdx/search/cdx", tmp_path / "data", *options)

        assert done.code == 0, done.said
        assert service.block.began is not None
        assert service.block.meanwhile == 0
    assert {plain(url) for url in articles(tmp_path / "data")} == truth(few)


def test_the_next_process_leaves_it_alone_too(rig, few, tmp_path):
    with wayback(few) as service:
        service.block = Block(start=2, seconds=600.0, retry_after="600", matches=REPLAY)
        options = ("-s", "RECOVER_HOLD_MAX_S=30")
        done = rig.recover(f"{service.origin}/cdx/search/cdx", tmp_path / "data", *options)
        again = rig.recover(f"{service.origin}/cdx/search/cdx", tmp_path / "data", *options)

        assert [done.code, again.code] == [5, 5], done.said
        assert service.block.meanwhile == 0
        assert len(asked_for(service)) == 2
        assert "429" in done.said


def test_ranges_that_fail_are_tried_again(rig, collection, tmp_path):
    played = CommonCrawl([snap for snap in collection.crawled if snap.kind in ("article", "redirect")])
    files = "^/crawl-data/"
    with commoncrawl(played) as service:
        service.faults = [
            Fault("collinfo", served.slow_down),
            Fault("-index", served.slow_down),
            Fault("-index", served.error_page, after=1),
            Fault(files, served.slow_down),
            Fault(files, served.cut, after=1),
            Fault(files, served.flipped, after=2),
            Fault(files, lambda reply: replace(reply, status=200), after=3),
        ]
        done = rig.recover(f"{service.origin}/collinfo.json", tmp_path / "data")

    assert done.code == 0, done.said
    assert {plain(url) for url in articles(tmp_path / "data")} == truth(collection.crawled)


def test_an_index_that_lies_is_not_believed(rig, collection, tmp_path):
    crawled = [snap for snap in collection.crawled if snap.kind == "article"]
    played = CommonCrawl(crawled)
    kept = {one.snap.url: one for one in played.kept}
    shifted, swapped, digest, whole, gone, rotten = (snap.url for snap in (*crawled[:4], crawled[4], crawled[5]))
    other = kept[whole]
    played.lies = {
        shifted: {"offset": str(kept[shifted].offset + 17)},
        swapped: {"filename": other.filename, "offset": str(other.offset), "length": str(other.length)},
        digest: {"digest": "A" * 32},
        gone: {"filename": "crawl-data/CC-MAIN-1999-01/nothing.warc.gz"},
    }
    # A record whose payload is not what its own digests say.
    bad = kept[rotten]
    member = gzip.decompress(response(bad.snap)).replace("Khoa học".encode(), "Khoa-học".encode())
    made = gzip.compress(member, 6, mtime=0)
    played.files["crawl-data/rotten.warc.gz"] = made
    played.lies[rotten] = {"filename": "crawl-data/rotten.warc.gz", "offset": "0", "length": str(len(made))}
    with commoncrawl(played) as service:
        done = rig.recover(f"{service.origin}/collinfo.json", tmp_path / "data")

    assert done.code == 5, done.said
    named = " ".join(done.failed)
    for url in (shifted, swapped, digest, gone, rotten):
        assert url in named or plain(url) in plain(named), (url, done.failed)
    assert {plain(url) for url in articles(tmp_path / "data")} == {plain(whole)}
    assert rig.run("verify", data=tmp_path / "data").code == 0


def test_a_replay_that_gives_another_capture_is_not_believed(rig, few, collection, tmp_path):
    """The index lists a capture that the replay does not have: it leads to the nearest one, which is there already."""
    ghost = replace(
        next(snap for snap in few if snap.url == collection.old[0].url), date=few[0].date.replace(year=2019)
    )
    listed = Wayback([*few, replace(ghost, raw=ghost.raw + b"<!-- -->")])
    held = Wayback(few)

    def answer(asked: served.Asked) -> served.Reply:
        return (listed if asked.path.startswith("/cdx") else held).answer(asked)

    with serving(answer) as service:
        done = rig.recover(f"{service.origin}/cdx/search/cdx", tmp_path / "data")

    dates = {(plain(snap.url), snap.date) for snap in few}
    assert {(plain(capture.url), capture.date) for capture in captures(tmp_path / "data")} <= dates
    assert {plain(url) for url in articles(tmp_path / "data")} == truth(few)
    found = [(capture.url, capture.date) for capture in captures(tmp_path / "data")]
    assert len(found) == len(set(found))
    assert done.code in (0, 5), done.said


def test_an_archived_error_is_a_capture_and_holds_nobody_off(rig, few, collection, tmp_path):
    """Old rows tell no status: what is there shows only when it is asked for."""
    url = collection.old[2].url
    busy = [replace(snap, date=snap.date) for snap in collection.snaps if snap.url == url and snap.status == 429]
    played = Wayback([*few, *busy])
    for row in played.rows:
        if row["timestamp"] == busy[0].ts:
            row["statuscode"] = "-"
    with serving(played.answer) as service:
        done = rig.recover(f"{service.origin}/cdx/search/cdx", tmp_path / "data", "-s", "RECOVER_HOLD_S=600")

    assert done.code == 0, done.said
    assert [target for target in asked_for(service) if target.startswith(busy[0].ts)] == [f"{busy[0].ts}id_/{url}"]
    kept = [capture for capture in captures(tmp_path / "data") if capture.status == 429]
    assert [(capture.url, capture.date) for capture in kept] == [(url, busy[0].date)]
    assert {plain(url) for url in articles(tmp_path / "data")} == truth(few)


def test_a_revisit_of_what_is_not_there_is_named(rig, few, collection, tmp_path):
    lost = replace(next(snap for snap in collection.snaps if snap.kind == "soft404"), is_lost=True)
    with wayback([*few, lost]) as service:
        done = rig.recover(f"{service.origin}/cdx/search/cdx", tmp_path / "data")

    assert done.code == 5, done.said
    assert [address for address in done.failed if address.endswith(lost.url)] == list(done.failed)
    assert {plain(url) for url in articles(tmp_path / "data")} == truth(few)


def test_of_http_and_https_the_one_that_was_captured_is_named(rig, few, tmp_path):
    """A replay takes both for one page, and gives what is nearest."""
    page = next(snap for snap in few if "chi-tiet" in snap.url)
    listed = Wayback(few)
    held = Wayback([replace(snap, url=snap.url.replace("http:", "https:")) if snap is page else snap for snap in few])

    def answer(asked: served.Asked) -> served.Reply:
        return (listed if asked.path.startswith("/cdx") else held).answer(asked)

    with serving(answer) as service:
        done = rig.recover(f"{service.origin}/cdx/search/cdx", tmp_path / "data")

    assert done.code == 0, done.said
    found = [capture.url for capture in captures(tmp_path / "data") if plain(capture.url) == plain(page.url)]
    assert found == [page.url.replace("http:", "https:")]
