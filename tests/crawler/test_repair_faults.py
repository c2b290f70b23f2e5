"""Whatever step a crawl dies or fails at: it says so, and the next one mends it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from archive.catalog import Catalog
from archive.report import reports
from crawler.cli.common import registry
from crawler.rebuild import rebuild
from tests.crawler.test_main_job import dump
from tests.khcn import FAST, khcn
from tests.play import play

pytestmark = [
    pytest.mark.xdist_group("repair faults"),
    pytest.mark.skipif(not os.path.exists("/proc/self/fd"), reason="needs /proc"),
]

SITE = "ha_tinh"
CRAWL = ("crawl", SITE, *FAST, "-s", "REQUISITES_ENABLED=False", "--limit", "2")
ROOT = Path(__file__).parents[2]

DEATHS = {
    "before its first file": {"call": "archive.warc.writer:create"},
    "file without a record": {"call": "archive.warc.writer:gzip_member"},
    "file with warcinfo only": {"call": "archive.warc.writer:exchange_records"},
    "nothing synced": {"call": "crawler.recorder:Recorder.sync"},
    "synced, not in the catalog": {"call": "crawler.recorder:Recorder._commit"},
    "second batch not in the catalog": {"call": "crawler.recorder:Recorder._commit", "nth": 2},
    "file not renamed": {"call": "os:rename", "path": ".warc.gz.open"},
    "file renamed": {"call": "os:rename", "path": ".warc.gz.open", "when": "after"},
    "index written": {"call": "archive.warc.writer:write_sorted", "when": "after"},
    "catalog not settled": {"call": "crawler.recorder:settle"},
    "no json lines": {"call": "crawler.recorder:write_settled"},
    "no report": {"call": "crawler.recorder:write_report"},
}

REFUSALS = {
    "a record can not be written": {"call": "archive.warc.appender:Appender.flush", "path": ".warc.gz", "nth": 4},
    "records can not be synced": {"call": "os:fsync", "path": ".warc.gz.open"},
    "a file can not be renamed": {"call": "os:rename", "path": ".warc.gz.open"},
    "an index can not be written": {"call": "os:fsync", "path": ".cdxj"},
    "the json lines can not be written": {"call": "os:fsync", "path": ".jsonl"},
    "the report can not be written": {"call": "os:fsync", "path": ".json.tmp"},
}


@pytest.fixture(scope="module")
def played():
    with play() as world:
        yield world


def faulty(fault: dict, data: Path, resolve: str) -> subprocess.CompletedProcess[str]:
    env = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "KHCN_RESOLVE": resolve, "KHCN_DATA": str(data)}
    command = [sys.executable, "-m", "tests.crawler.faulty", json.dumps(fault), *CRAWL]
    return subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, timeout=300)


def check_mended(data: Path, resolve: str) -> None:
    """The next crawl ends well, and leaves an archive that equals its rebuild, and no loose end."""
    done = khcn(*CRAWL, data=data, resolve=resolve)

    assert done.returncode == 0, done.stderr
    check_whole(data)
    again = khcn("repair", data=data)
    assert (again.returncode, again.stdout) == (0, "")


def check_whole(data: Path) -> None:
    assert [path.name for ending in ("open", "tmp") for path in data.rglob(f"*.{ending}")] == []
    lines = {path: path.read_bytes() for path in data.rglob("*.jsonl")}
    with Catalog.open(data / "catalog.sqlite3", read_only=True) as catalog:
        assert len(list(catalog.articles())) >= 2
        assert {crawl.id for crawl in catalog.crawls()} <= {report.crawl for report in reports(data)}
    fresh = data.with_name("fresh")
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.copytree(data / "warcs", fresh / "warcs")
    rebuild(fresh, catalog=fresh / "catalog.sqlite3", load_site=registry().get)
    assert dump(data) == dump(fresh)
    assert {path.name: path.read_bytes() for path in fresh.rglob("*.jsonl")} == {p.name: lines[p] for p in lines}


@pytest.mark.parametrize("death", DEATHS)
def test_a_crawl_that_dies_is_mended_by_the_next(played, tmp_path, death):
    died = faulty(DEATHS[death], tmp_path / "data", played.resolve)

    assert died.returncode == -9, died.stderr
    check_mended(tmp_path / "data", played.resolve)


@pytest.mark.parametrize("error", ["EIO", "ENOSPC"])
@pytest.mark.parametrize("refusal", REFUSALS)
def test_a_disk_that_refuses_is_never_passed_over(played, tmp_path, refusal, error):
    failed = faulty(REFUSALS[refusal] | {"error": error}, tmp_path / "data", played.resolve)

    assert failed.returncode == 3, (failed.stdout, failed.stderr)
    check_mended(tmp_path / "data", played.resolve)


def test_a_full_disk_ends_the_crawl_and_room_mends_it(played, tmp_path):
    mount, out = tmp_path / "small", tmp_path / "out"
    mount.mkdir()
    out.mkdir()
    crawl = " ".join([str(Path(sys.executable).parent / "khcn"), "--data", f"{mount}/data", "crawl", SITE, *FAST])
    script = (
        f"mount -t tmpfs -o size=1500k none {mount} || exit 99\n"
        f"{crawl}; echo first $?; find {mount} -name '*.open' | grep -c .\n"
        f"mount -o remount,size=200m {mount} || exit 99\n"
        f"{crawl} --limit 20; echo second $?\n"
        f"cp -a {mount}/data {out}/\n"
    )
    env = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "LANG": "C.UTF-8", "KHCN_RESOLVE": played.resolve}
    shell = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script]
    try:
        done = subprocess.run(shell, env=env, capture_output=True, text=True, timeout=300)
    except FileNotFoundError:
        pytest.skip("needs unshare(1)")
    if done.returncode == 99 or "unshare:" in done.stderr:
        pytest.skip(f"needs a file system of its own: {done.stderr.strip()}")

    assert "first 3\n" in done.stdout, (done.stdout, done.stderr)
    assert "no space left" in done.stderr
    assert "second 0\n" in done.stdout, (done.stdout, done.stderr)
    check_whole(out / "data")
