"""A rebuild by several processes gives what one alone gives, whatever the files hold and whoever dies."""

from __future__ import annotations

import gzip
import os
import random
import shutil
import signal
from collections import Counter
from pathlib import Path

import pytest

from archive.errors import ArchiveError, CatalogError
from archive.model import Article, Capture, Listing, NotAnArticle, Payload
from archive.warc.stretch import Stretch
from crawler import rebuild_gather
from crawler.rebuild import Damage, Rebuilt, rebuild
from crawler.rebuild_scratch import scratch_folder
from crawler.sites import Site
from tests.crawler.test_rebuild import (
    HOST,
    Play,
    derive,
    dump,
    jpeg,
    lines,
    load_site,
    page,
    play_ha_tinh,
    play_hau_giang,
)


def made(
    root: Path, jobs: int, stretch: int, monkeypatch, derive=derive
) -> tuple[Rebuilt, list[str], dict[str, bytes]]:
    """Rebuild in stretches of so many bytes; return what was found, the rows and the JSON Lines."""
    monkeypatch.setattr(rebuild_gather, "STRETCH", stretch)
    shutil.rmtree(root / "articles", ignore_errors=True)
    found = rebuild(root, catalog=root / "catalog.sqlite3", load_site=load_site, derive=derive, jobs=jobs)
    return found, dump(root / "catalog.sqlite3"), lines(root)


def noise(size: int, seed: int) -> bytes:
    return random.Random(seed).randbytes(size)


@pytest.fixture
def root(tmp_path) -> Path:
    play_ha_tinh(tmp_path)
    play_hau_giang(tmp_path)
    return tmp_path


@pytest.mark.parametrize("jobs", [1, 3])
def test_processes_give_what_one_alone_gives(root, monkeypatch, jobs):
    live = dump(root / "catalog.sqlite3"), lines(root)
    alone = made(root, 0, 10**9, monkeypatch)

    assert made(root, jobs, 1500, monkeypatch) == alone
    assert alone[1:] == live


@pytest.mark.parametrize("stretch", [300, 1_000, 5_000, 50_000])
def test_stretches_of_any_length_give_the_whole_file(tmp_path, monkeypatch, stretch):
    crawl = Play(tmp_path, max_bytes=10**9)
    for number in range(25):
        crawl.get(f"/{number}", page(f"Bài {number}", noise(200 * number % 3000, number).hex(), f"{HOST}/{number}.jpg"))
        crawl.get(f"/{number}.jpg", jpeg("red") + noise(100, number), mime="image/jpeg", purpose="image")
    crawl.end()
    whole = made(tmp_path, 0, 10**9, monkeypatch)

    assert made(tmp_path, 0, stretch, monkeypatch) == whole
    assert whole[0].articles == {"new": 25}


def test_records_within_a_file_that_was_fetched_are_none_of_the_archive(tmp_path, monkeypatch):
    forged = Play(tmp_path / "forged", max_bytes=10**9)
    for number in range(40):
        forged.get(f"/gefälscht-{number}", page("Giả", noise(100, number).hex()))
    forged.end()
    (inner,) = (tmp_path / "forged").rglob("*.warc.gz")
    root = tmp_path / "data"
    crawl = Play(root, max_bytes=10**9)
    crawl.get("/a", page("A", document=f"{HOST}/k.gz"))
    crawl.get("/k.gz", inner.read_bytes() * 3, mime="application/gzip", purpose="attachment")
    crawl.get("/b", page("B"))
    crawl.end()
    whole = made(root, 0, 10**9, monkeypatch)

    for stretch in (700, 2_000, 9_000):
        assert made(root, 0, stretch, monkeypatch) == whole
    assert whole[0].captures == {"article": 2, "asset": 1}


@pytest.mark.parametrize("seed", range(6))
def test_damage_is_told_alike(root, monkeypatch, seed):
    rng = random.Random(seed)
    for path in rng.sample(sorted(root.rglob("*.warc.gz")), 3):
        content = bytearray(path.read_bytes())
        if rng.random() < 0.4:
            del content[rng.randrange(len(content)) :]
        for _ in range(rng.randrange(3)):
            content[rng.randrange(len(content))] ^= 0xFF
        path.write_bytes(content)
    alone = made(root, 0, 10**9, monkeypatch)

    assert made(root, 0, 400, monkeypatch) == alone


def test_behind_the_torn_end_of_an_open_file_nothing_is_read(tmp_path, monkeypatch):
    crawl = Play(tmp_path, max_bytes=10**9)
    for number in range(8):
        crawl.get(f"/{number}", page(f"Bài {number}", noise(300, number).hex()))
    crawl.catalog.close()
    (warc,) = tmp_path.rglob("*.warc.gz.open")
    content = bytearray(warc.read_bytes())
    content[len(content) // 2] ^= 0xFF
    warc.write_bytes(content)
    alone = made(tmp_path, 0, 10**9, monkeypatch)

    assert made(tmp_path, 0, 200, monkeypatch) == alone
    assert len(alone[0].damage) == 1
    assert 0 < alone[0].captures["article"] < 8


def dies_once(site: Site, capture: Capture, payload: Payload) -> Article | Listing | NotAnArticle:
    flag = Path(os.environ["DIES_AT"])
    if capture.url.endswith("/b") and not flag.exists():
        flag.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return derive(site, capture, payload)


def dies_at_b(site: Site, capture: Capture, payload: Payload) -> Article | Listing | NotAnArticle:
    if capture.url.endswith("/b"):
        os.kill(os.getpid(), signal.SIGSEGV)
    return derive(site, capture, payload)


def dies_anywhere(site: Site, capture: Capture, payload: Payload) -> Article | Listing | NotAnArticle:
    flag = Path(os.environ["DIES_AT"])
    if not flag.exists() or capture.url != flag.read_text():
        flag.write_text(capture.url)
        os._exit(77)
    return derive(site, capture, payload)


def test_what_a_process_left_when_it_died_is_done_again(root, monkeypatch):
    alone = made(root, 0, 10**9, monkeypatch)
    monkeypatch.setenv("DIES_AT", str(root / "dies"))

    assert made(root, 2, 10**9, monkeypatch, dies_once) == alone
    assert (root / "dies").exists()


def test_a_page_on_which_the_process_dies_twice_is_passed_over_and_named(root, monkeypatch):
    alone, rows, _ = made(root, 0, 10**9, monkeypatch)

    found, others, _ = made(root, 2, 10**9, monkeypatch, dies_at_b)

    assert found.rejected - alone.rejected == {"error: reader died": 2}
    assert [type(damage) for damage in found.damage] == [Damage, Damage]
    assert "SIGSEGV" in found.damage[0].detail
    missing = [row for row in rows if row not in others]
    assert {row.partition("\t")[0] for row in missing} >= {"articles", "versions", "observations"}


def test_a_task_at_which_processes_die_again_and_again_ends_it_and_changes_nothing(root, monkeypatch):
    before = dump(root / "catalog.sqlite3")
    monkeypatch.setenv("DIES_AT", str(root / "dies"))

    with pytest.raises(ArchiveError, match=r"warcs/.*died twice \(exit code 77, exit code 77\)"):
        made(root, 1, 10**9, monkeypatch, dies_anywhere)

    assert dump(root / "catalog.sqlite3") == before
    assert not list(root.glob("*.rebuild*"))


def no_site(site: str) -> Site:
    raise CatalogError("what a process raises")


def test_what_a_process_raises_is_raised_here(root, monkeypatch):
    monkeypatch.setattr("crawler.rebuild_tasks.Setup.site", property(lambda setup: load_site))

    with pytest.raises(CatalogError, match="what a process raises"):
        rebuild(root, catalog=root / "catalog.sqlite3", load_site=no_site, derive=derive, jobs=2)


def test_revisits_that_only_the_catalog_can_resolve_are_read_in_the_end(tmp_path, monkeypatch):
    # As files of other programs have them: the id of the original, and not where it lies.
    crawl = Play(tmp_path, max_bytes=10**9)
    crawl.get("/a", page("A"))
    crawl.catalog.close()
    crawl.writer.close()
    (warc,) = tmp_path.rglob("*.warc.gz")
    original = gzip.decompress(warc.read_bytes()).split(b"WARC-Type: response")[1].split(b"WARC-Record-ID: ")[1][:47]
    revisit = (
        b"WARC/1.1\r\nWARC-Type: revisit\r\nWARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-000000000001>\r\n"
        b"WARC-Target-URI: " + HOST.encode() + b"/a\r\nWARC-Date: 2025-03-05T00:00:00Z\r\n"
        b"WARC-Profile: http://netpreserve.org/warc/1.1/revisit/identical-payload-digest\r\n"
        b"WARC-Refers-To: " + original + b"\r\nContent-Type: application/http; msgtype=response\r\n"
    )
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"
    # It sorts before the file that holds its original.
    path = warc.with_name("a-first.warc.gz")
    path.write_bytes(gzip.compress(revisit + b"Content-Length: %d\r\n\r\n" % len(block) + block + b"\r\n\r\n"))

    found, rows, _ = made(tmp_path, 2, 10**9, monkeypatch)

    assert found.damage == []
    assert found.captures == {"article": 2}
    assert Counter(row.partition("\t")[0] for row in rows)["observations"] == 2


def test_two_rebuilds_keep_out_of_each_others_way_and_what_a_killed_one_left_goes(tmp_path):
    catalog = tmp_path / "catalog.sqlite3"
    left = tmp_path / "catalog.sqlite3.rebuild-dead"
    left.mkdir()
    (left / "part-0.sqlite3").write_bytes(b"x")
    old = tmp_path / "catalog.sqlite3.rebuild"
    old.write_bytes(b"x")

    with scratch_folder(catalog) as first, scratch_folder(catalog) as second:
        assert first != second
        assert first.is_dir()
        assert not left.exists()
        assert not old.exists()
    assert list(tmp_path.iterdir()) == []


def test_a_stretch_says_where_the_next_one_begins(tmp_path):
    crawl = Play(tmp_path, max_bytes=10**9)
    captures = [crawl.get(f"/{number}", page(str(number))) for number in range(5)]
    crawl.end()
    places = [capture.location.offset for capture in captures]
    warc = captures[0].location.warc

    stretch = Stretch(tmp_path, warc, places[1] - 10, places[3] - 10, is_guessed=True, on_torn=pytest.fail)
    found = [stored.capture for stored in stretch.exchanges()]

    assert found == captures[1:3]
    assert (stretch.first, stretch.following) == (places[1], places[3])
