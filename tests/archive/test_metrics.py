"""Metrics are what their page says, and what Prometheus can read."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from datetime import UTC, datetime

import pytest

from archive.catalog import Catalog
from archive.health.expect import Expect
from archive.health.rows import health_rows
from archive.metrics import ARCHIVE, METRICS, SITE, whole
from archive.search import catch_up, lag
from archive.sizes import sizes
from tests.archive.example import make_example
from tests.archive.told import ENDED, declared, samples, watched, with_reports
from tests.docs.pages import read
from tests.khcn import khcn

NOW = datetime(2025, 3, 10, 5, 0, tzinfo=UTC)
PROMTOOL = shutil.which("promtool")


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    made = tmp_path_factory.mktemp("metrics") / "data"
    make_example(made)
    with_reports(made)
    (made / "notes.txt").write_bytes(b"12345")
    watched(made, NOW)
    return made


def asked(root):
    """Return the metrics as they are told of an archive of which one thing is expected that it does not give."""
    expected = dict.fromkeys(("ha_tinh", "nghe_an"), Expect(new_within_days=3))
    with Catalog.open(root / "catalog.sqlite3", read_only=True) as catalog:
        rows = health_rows(root, catalog.published_days(), expected, NOW)
    return whole(root, None, rows, NOW).decode()


@pytest.fixture(scope="module")
def text(root):
    return asked(root)


def test_every_metric_is_documented_and_no_other():
    rows = [line.split("|")[1:4] for line in read("docs/metrics.md").splitlines() if line.startswith("| `khcn_")]
    documented = {(name.strip(" `"), kind.strip(), frozenset(re.findall(r"`(\w+)`", of))) for name, kind, of in rows}

    assert len(rows) == len(documented)
    assert documented == {(each.name, each.kind, frozenset(each.labels)) for each in METRICS.values()}


def test_an_archive_tells_all_that_is_declared_of_it(text):
    assert declared(text) == {(each.name, each.kind, frozenset(each.labels)) for each in (*SITE, *ARCHIVE)}


def test_figures_of_a_crawl_are_those_of_its_report(text):
    told = samples(text)
    last = {name: told[f"khcn_site_last_run_{name} site=nghe_an"] for name in ("requests", "captures", "failures")}

    assert last == {"requests": 40, "captures": 38, "failures": 1}
    assert told["khcn_site_last_run_exit_code site=ha_tinh"] == 0
    assert told["khcn_site_last_run_exit_code site=nghe_an"] == 5
    assert told["khcn_site_last_run_timestamp_seconds site=nghe_an"] == ENDED.timestamp()
    assert told["khcn_site_last_run_duration_seconds site=nghe_an"] == 240
    assert told["khcn_site_last_run_received_bytes site=nghe_an"] == 123_456
    assert told["khcn_site_last_run_articles site=nghe_an state=new"] == 3
    assert told["khcn_site_last_run_articles site=nghe_an state=rejected"] == 4
    assert told["khcn_site_articles site=ha_tinh"] == 2
    assert told["khcn_site_silence_seconds site=ha_tinh"] == 9 * 86_400


def test_what_is_broken_and_known_is_told_as_such(text):
    told = samples(text)

    assert told["khcn_site_expectation_ok expectation=new_within_days site=ha_tinh"] == 0
    assert told["khcn_site_expectation_ok expectation=new_within_days site=nghe_an"] == 0
    assert told["khcn_site_expectation_acknowledged expectation=new_within_days site=ha_tinh"] == 1
    assert "khcn_site_expectation_acknowledged expectation=new_within_days site=nghe_an" not in told


def test_checks_of_files_are_those_of_the_ledger(text):
    told = samples(text)

    assert told["khcn_fixity_files state=sound"] == told["khcn_fixity_files state=faulty"] == 1
    assert told["khcn_fixity_files state=gone"] == 0
    assert told["khcn_fixity_oldest_check_timestamp_seconds"] == datetime(2025, 2, 1, tzinfo=UTC).timestamp()


def test_sizes_are_those_of_the_files(root, text):
    told = samples(text)
    files = [path for path in root.rglob("*") if path.is_file()]
    warcs = [path for path in files if path.is_relative_to(root / "warcs")]

    assert told["khcn_archive_part_files part=warcs"] == len(warcs) > 0
    assert told["khcn_archive_part_bytes part=warcs"] == sum(path.stat().st_size for path in warcs)
    assert told["khcn_archive_part_bytes part=other"] >= 5
    assert sum(size.files for size in sizes(root).values()) == len(files)
    assert 0 < told["khcn_disk_free_bytes"] < told["khcn_disk_size_bytes"]


def test_sizes_of_a_root_that_is_missing_or_has_links_in_a_circle_are_told(tmp_path):
    assert sum(size.files for size in sizes(tmp_path / "none").values()) == 0
    (tmp_path / "warcs").mkdir()
    os.symlink(tmp_path, tmp_path / "warcs" / "again")

    assert sizes(tmp_path)["warcs"].files == 1


def test_the_search_lags_by_what_it_has_not_taken_in(tmp_path):
    make_example(tmp_path)
    with Catalog.open(tmp_path / "catalog.sqlite3") as catalog:
        before = lag(tmp_path, catalog)
        catch_up(tmp_path, catalog)
        after = lag(tmp_path, catalog)
        shutil.rmtree(tmp_path / "search")
        (tmp_path / "search").write_text("no folder")

        assert (before > 0, after, lag(tmp_path, catalog)) == (True, 0, before)


@pytest.mark.parametrize("bad", ["missing", "not a catalog", "folder"])
def test_without_a_catalog_the_rest_is_told(tmp_path, bad):
    with_reports(tmp_path)
    place = tmp_path / "catalog.sqlite3"
    if bad == "not a catalog":
        place.write_bytes(b"no database" * 100)
    elif bad == "folder":
        place.mkdir()

    told = samples(whole(tmp_path, None, None, NOW).decode())

    assert told["khcn_archive_up"] == 0
    assert "khcn_site_articles site=ha_tinh" not in told
    assert told["khcn_site_last_run_exit_code site=nghe_an"] == 5
    assert "khcn_disk_free_bytes" in told


def test_a_report_that_can_not_be_read_keeps_nothing_from_being_told(root, tmp_path):
    shutil.copytree(root, tmp_path / "data")
    (tmp_path / "data/crawls/ha_tinh-20250310000000000.json").write_bytes(b'{"crawl": \x00')
    (tmp_path / "data/crawls/\x1b[2J.json").write_bytes(b"")

    told = samples(asked(tmp_path / "data"))

    assert told["khcn_site_last_run_exit_code site=nghe_an"] == 5
    assert told["khcn_archive_up"] == 1


@pytest.mark.skipif(PROMTOOL is None, reason="promtool is missing: apt-get install prometheus")
def test_promtool_finds_nothing_to_say(text):
    done = subprocess.run([PROMTOOL, "check", "metrics"], input=text, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_the_command_writes_the_file_whole(root, tmp_path):
    done = khcn("status", "--prometheus", str(tmp_path / "out" / "khcn.prom"), data=root)
    told = samples((tmp_path / "out" / "khcn.prom").read_text())

    assert done.returncode in (0, 6), done.stderr
    assert told["khcn_site_articles site=ha_tinh"] == 2
    assert told["khcn_site_last_run_exit_code site=nghe_an"] == 5
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["khcn.prom"]


def test_a_catalog_that_can_not_be_read_is_told_and_ends_the_command(tmp_path):
    with_reports(tmp_path)
    (tmp_path / "catalog.sqlite3").write_bytes(b"no database" * 100)
    done = khcn("status", "--prometheus", str(tmp_path / "khcn.prom"), data=tmp_path)

    assert done.returncode == 4
    assert samples((tmp_path / "khcn.prom").read_text())["khcn_archive_up"] == 0


def test_a_file_that_can_not_be_written_leaves_the_old_one(root, tmp_path):
    (tmp_path / "khcn.prom.tmp").mkdir()
    (tmp_path / "khcn.prom").write_text("old")
    done = khcn("status", "--prometheus", str(tmp_path / "khcn.prom"), data=root)

    assert done.returncode != 0
    assert "khcn.prom" in done.stderr
    assert (tmp_path / "khcn.prom").read_text() == "old"
