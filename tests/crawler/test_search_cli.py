"""``khcn search`` as people and programs call it."""

from __future__ import annotations

import fcntl
import json
import shlex
import shutil
from datetime import datetime

import pytest

from archive.catalog import Catalog
from archive.search import catch_up
from archive.times import VN
from tests.archive.facts import keep, make_article, make_capture
from tests.crawler.small_disk import on_small_disk
from tests.khcn import khcn

HOST = "https://skhcn.hatinh.gov.vn"


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    root = tmp_path_factory.mktemp("search")
    with Catalog.open(root / "catalog.sqlite3") as catalog:
        for number in (1, 2, 3):
            capture = make_capture(number, f"{HOST}/bai-{number}")
            article = make_article(
                capture,
                title=f"Phòng chống lũ, bài {number}",
                text="Mưa lớn gây lũ quét ở miền núi. \x1b[31mNước\x1b[0m rút chậm.",
                published=datetime(2025, number, 1, tzinfo=VN),
                published_precision="day",
            )
            keep(catalog, [article], [capture])
        catalog.add_captures(make_capture(3 + 24 * day, f"{HOST}/bai-3", status=404) for day in (1, 2, 3))
    return root


def test_hits_are_json_lines_of_fixed_keys(data):
    run = khcn("search", "lu", "quet", "--newest", "--limit", "2", "--json", data=data)

    hits = [json.loads(line) for line in run.stdout.splitlines()]
    assert run.returncode == 0, run.stderr
    assert list(hits[0])[:8] == ["rank", "site", "url", "title", "published", "snippet", "score", "state"]
    assert [(hit["rank"], hit["url"][-1], hit["state"]) for hit in hits] == [(1, "3", "gone"), (2, "2", "live")]
    assert hits[0]["published"] == "2025-03-01T00:00:00+07:00"
    start, end = hits[0]["highlights"][0]
    assert hits[0]["snippet"][start:end] == "lũ"
    assert "--offset 2" in run.stderr


def test_people_get_lines_without_control_characters(data):
    run = khcn("search", '"lũ quét"', "-hạn", "--since", "2025-02-01", "--until", "2025-02-01", data=data)

    assert run.returncode == 0, run.stderr
    assert run.stdout.splitlines()[:2] == ["1. Phòng chống lũ, bài 2", "   ha_tinh · 2025-02-01"]
    assert run.stdout.splitlines()[3] == f"   {HOST}/bai-2"
    assert "\x1b" not in run.stdout


def test_nothing_found_is_said_and_no_error(data):
    run = khcn("search", "động đất", data=data)

    assert (run.returncode, run.stdout) == (0, "")
    assert "nothing found for động đất" in run.stderr


def test_facets_are_one_object(data):
    run = khcn("search", "lũ", "--facets", "--json", "--site", "ha_tinh", data=data)

    assert json.loads(run.stdout) == {
        "articles": 3,
        "sites": {"ha_tinh": 3},
        "months": {"2025-03": 1, "2025-02": 1, "2025-01": 1},
    }
    assert "2025-02" in khcn("search", "lũ", "--facets", data=data).stdout


def test_the_index_is_made_anew_on_request(data):
    run = khcn("search", "--reindex", data=data)

    assert (run.returncode, run.stdout) == (0, "")
    assert "index made anew: 3 articles" in run.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("-lũ",), "only what must not occur"),
        (("lũ", "--nwest"), "No such option"),
        (("lũ", "--site", "ha_tin"), 'did you mean "ha_tinh"?'),
        (("lũ", "--since", "hôm qua"), "is no date"),
        (("lũ", "--since", "2025-02-02", "--until", "2025-02-01"), "is after"),
        (("lũ", "--limit", "99999999999999999999"), "is not in the range"),
        (("lũ", "--site", "\udcff"), "held are: ha_tinh"),
    ],
    ids=str,
)
def test_a_wrong_search_is_a_sentence_and_exit_2(data, arguments, said):
    run = khcn("search", *arguments, data=data)

    assert run.returncode == 2, run.stderr
    assert said in run.stderr
    assert "Traceback" not in run.stderr


def test_on_a_full_disk_what_is_there_is_searched(data, tmp_path):
    shutil.copytree(data, tmp_path / "data")
    with Catalog.open(tmp_path / "data/catalog.sqlite3") as catalog:
        catch_up(tmp_path / "data", catalog)
        capture = make_capture(9, f"{HOST}/bai-9")
        keep(catalog, [make_article(capture, title="Lũ mới")], [capture])
    script = f"""
    cd {shlex.quote(str(tmp_path / "data"))}
    cp -r search/. "$M" && rm -r search && ln -s "$M" search; dd if=/dev/zero of="$M/fill" bs=4k
    ls "$M"; $KHCN --data . search lũ --json; echo "code $?"
    $KHCN --data . search --reindex; echo "code $?"; ls "$M"
    cp catalog.sqlite3 "$M"; rm "$M/fill"; cp catalog.sqlite3 "$M"; dd if=/dev/zero of="$M/fill" bs=4k
    $KHCN --data "$M" search lũ; echo "code $?"
    """
    said = on_small_disk(tmp_path / "disk", "2m", script)

    assert "Traceback" not in said
    assert [json.loads(line)["url"][-1] for line in said.splitlines() if line.startswith("{")] == ["3", "2", "1"]
    assert [line for line in said.splitlines() if line.startswith("code")] == ["code 0", "code 3", "code 3"]
    assert "index searched as it is" in said
    assert "catalog.sqlite3: no space left on the disk" in said
    folders = [line for line in said.splitlines() if line.startswith("index-")]
    assert (len(folders), len(set(folders))) == (2, 1)


def test_while_another_process_makes_the_index_anew_it_is_said(data):
    khcn("search", "lũ", data=data)  # there is one, for which nobody waits long
    with (data / "search/lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        run = khcn("search", "--reindex", data=data)

    assert run.returncode == 7
    assert "another process is writing the index" in run.stderr


def test_without_a_catalog_it_is_said_what_makes_one(tmp_path):
    run = khcn("search", "lũ", data=tmp_path)

    assert run.returncode == 4
    assert "`khcn crawl` or `khcn rebuild` makes one" in run.stderr
