"""The free-space floor: a crawl ends, and ends well, before the disk is full."""

from __future__ import annotations

import json
import os

import pytest

from archive.errors import ConfigError
from archive.report import reports
from crawler.config import read_config
from crawler.disk import CHECK_BYTES, MIN_FREE, SHARE, Disk, Floor, FloorReached, disks_of, parse_min_free
from crawler.run import crawl_settings
from tests.crawler.small_disk import on_small_disk
from tests.khcn import FAST, khcn
from tests.play import play

ENDLESS = 10**18


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_below_the_floor_it_is_said_what_is_free_and_what_to_do(tmp_path):
    with pytest.raises(FloorReached, match=r"bytes are free, and 1,000,.* are to stay so \(KHCN_MIN_FREE\); make room"):
        Disk(tmp_path, ENDLESS).check()


def test_it_looks_again_after_so_many_bytes_or_seconds(tmp_path):
    clock = Clock()
    floor = Floor([Disk(tmp_path, 1)], clock)
    floor.check()
    floor._disks = (Disk(tmp_path, ENDLESS),)

    floor.wrote(CHECK_BYTES - 1)
    with pytest.raises(FloorReached):
        floor.wrote(1)
    floor.wrote(1)
    clock.now = 2.0
    with pytest.raises(FloorReached):
        floor.wrote(1)


def test_a_disk_is_watched_once_and_a_folder_may_not_be_there_yet(tmp_path):
    disks = disks_of([tmp_path / "data", tmp_path, tmp_path / "data" / "catalog"], tmp_path / "spool", 7)

    assert disks == [Disk(tmp_path, 7)]


def test_zero_watches_nothing(tmp_path):
    assert disks_of([tmp_path], tmp_path, 0) == []


def test_the_default_is_never_more_than_a_part_of_the_disk(tmp_path):
    [disk] = disks_of([tmp_path], tmp_path, None)

    told = os.statvfs(tmp_path)
    assert disk.min_free == min(MIN_FREE, told.f_blocks * told.f_frsize // SHARE)


@pytest.mark.parametrize("text", ["500MB", "-1", "1e9", "٣", "1 000"])
def test_what_is_no_number_of_bytes_is_refused(tmp_path, text):
    with pytest.raises(ConfigError, match="KHCN_MIN_FREE"):
        parse_min_free(text)

    assert khcn("crawl", "ha_tinh", data=tmp_path, KHCN_MIN_FREE=text).returncode == 4


def test_the_spool_has_a_floor_of_its_own_disk(tmp_path):
    if not os.path.isdir("/dev/shm") or os.stat("/dev/shm").st_dev == os.stat(tmp_path).st_dev:
        pytest.skip("needs a second file system")
    settings = crawl_settings(
        read_config({"KHCN_MIN_FREE": str(ENDLESS)}, data=tmp_path), {"CAPTURE_SPOOL_DIR": "/dev/shm"}
    )

    data, spool = Floor.of(settings)._disks

    assert data.min_free == ENDLESS
    assert (str(spool.folder), spool.min_free < ENDLESS) == ("/dev/shm", True)


def test_no_crawl_begins_below_the_floor(tmp_path):
    done = khcn("crawl", "ha_tinh", "hau_giang", data=tmp_path / "data", KHCN_MIN_FREE=str(ENDLESS))

    assert done.returncode == 3
    assert done.stderr.count("bytes are free") == 2, done.stderr
    assert not (tmp_path / "data" / "warcs").exists()


def test_a_crawl_that_reaches_the_floor_ends_well_and_the_next_one_goes_on(tmp_path):
    script = (
        'free=$(df -B1 --output=avail "$M" | tail -1)\n'
        'KHCN_MIN_FREE=$((free - 700000)) "$KHCN" crawl ha_tinh --json -s DOWNLOAD_DELAY=0.05; echo "first $?"\n'
        '"$KHCN" verify; echo "verify $?"; find "$M" -name "*.open" -o -name "*.tmp"\n'
        'cp -r "$M/data/crawls" "$OUT/"\n'
        '"$KHCN" crawl ha_tinh --limit 200 $FAST; echo "second $?"; "$KHCN" verify; echo "verify $?"\n'
        'cp "$M"/data/articles/ha_tinh/*/*.jsonl "$OUT/"\n'
    )
    with play(seeds=False, oldest=18) as world:
        environ = {
            "KHCN_RESOLVE": world.resolve,
            "KHCN_DATA": f"{tmp_path}/m/data",
            "OUT": str(tmp_path),
            "FAST": " ".join(FAST),
        }
        said = on_small_disk(tmp_path / "m", "200m", script, **environ)
        expected = {article.url for article in world.articles if article.site == "ha_tinh"}

    assert "first 3\n" in said, said
    assert "are to stay so (KHCN_MIN_FREE)" in said
    assert said.count("verify 0\n") == 2, said
    assert "second 0\n" in said, said
    assert not [line for line in said.splitlines() if line.endswith((".open", ".tmp"))]
    [report] = reports(tmp_path)
    assert report.exit == 3
    assert report.captures > 0
    lines = [json.loads(line) for path in tmp_path.glob("*.jsonl") for line in path.read_text().splitlines()]
    assert {line["url"] for line in lines} == expected
