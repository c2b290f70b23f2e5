"""Every exit code, from the real command, as cron would see it."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.exits import Exit, gravest
from crawler.lock import SiteLock
from tests.crawler.killing import begin_stopping, tell, wait_until_stopped
from tests.crawler.other_sites import other_sites
from tests.khcn import COMMAND, FAST, khcn
from tests.play import Played, play

HA_TINH = "skhcn.hatinh.gov.vn"


@dataclass
class Stage:
    """A data root, the played sites, and how the command is called."""

    data: Path
    played: Played
    resolve: str
    folder: Path
    environ: dict[str, str] = field(default_factory=dict)

    def crawl(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return khcn("crawl", *arguments, *FAST, data=self.data, resolve=self.resolve, **self.environ)

    def sites(self, **added: str) -> None:
        """Let the site files be others from now on."""
        self.environ["PYTHONPATH"] = other_sites(self.folder / "project", **added)


@pytest.fixture(scope="module")
def played():
    with play(seeds=False, oldest=3) as sites:
        yield sites


@pytest.fixture
def stage(tmp_path, played):
    return Stage(tmp_path / "data", played, played.resolve, tmp_path)


def all_is_well(stage: Stage):
    return stage.crawl("ha_tinh")


def a_bug(stage: Stage):
    stage.sites()
    (stage.folder / "project" / "broken.py").write_text(
        "class Broken:\n    def process_item(self, item):\n        return 1 / 0\n"
    )
    with (stage.folder / "project" / "settings.py").open("a") as settings:
        settings.write('ITEM_PIPELINES = {**ITEM_PIPELINES, "broken.Broken": 150}\n')
    return stage.crawl("ha_tinh")


def an_unknown_site(stage: Stage):
    return stage.crawl("ha_tin")


def a_disk_below_its_floor(stage: Stage):
    stage.environ["KHCN_MIN_FREE"] = str(10**18)
    return stage.crawl("ha_tinh")


def a_wrong_setting(stage: Stage):
    return stage.crawl("ha_tinh", "-s", "RETRY_TIMES=often")


def a_host_that_refuses(stage: Stage):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        stage.resolve = f"{HA_TINH}=127.0.0.1:{probe.getsockname()[1]}"
    return stage.crawl("ha_tinh", "-s", "RETRY_TIMES=0")


def a_site_that_fell_silent(stage: Stage):
    stage.sites(ha_tinh='[expect]\nnew_within_days = 1\nfields = ["title", "photographers"]\n')
    return stage.crawl("ha_tinh")


def a_site_that_another_run_holds(stage: Stage):
    with SiteLock(stage.data, "ha_tinh", datetime(2026, 1, 2, tzinfo=UTC)):
        return stage.crawl("ha_tinh")


def a_signal(stage: Stage):
    run = begin_stopping(
        stage.played, [str(COMMAND), "crawl", "ha_tinh"], lambda: list(stage.data.glob("warcs/*/*/*.open")),
        env={"PATH": "/usr/bin:/bin", "KHCN_DATA": str(stage.data), "KHCN_RESOLVE": stage.resolve},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    wait_until_stopped(run)
    tell(run, signal.SIGTERM)
    out, err = run.communicate(timeout=300)
    return subprocess.CompletedProcess(run.args, run.returncode, out, err)


def a_damaged_file(stage: Stage):
    assert stage.crawl("ha_tinh").returncode == 0
    (warc,) = stage.data.glob("warcs/*/*/*.warc.gz")
    content = bytearray(warc.read_bytes())
    content[len(content) // 2] ^= 0xFF
    warc.write_bytes(content)
    return khcn("verify", data=stage.data)


CASES = {
    Exit.OK: (all_is_well, ""),
    Exit.ERROR: (a_bug, "ZeroDivisionError"),
    Exit.USAGE: (an_unknown_site, 'khcn: no site "ha_tin" (did you mean "ha_tinh"?)'),
    Exit.DISK: (a_disk_below_its_floor, "KHCN_MIN_FREE"),
    Exit.CONFIG: (a_wrong_setting, 'khcn: -s: RETRY_TIMES: "often" is no whole number; correct the value'),
    Exit.PARTIAL: (a_host_that_refuses, "ha_tinh: failed: http://skhcn.hatinh.gov.vn/"),
    Exit.EXPECTATION: (a_site_that_fell_silent, "ha_tinh: not as expected: the newest article is of "),
    Exit.LOCKED: (a_site_that_another_run_holds, "khcn: ha_tinh: another run holds this site (process "),
    Exit.INTERRUPTED: (a_signal, "ha_tinh: interrupted; the same command goes on from there"),
    Exit.DAMAGE: (a_damaged_file, ": 1 finding"),
}


def test_no_exit_code_is_forgotten():
    assert list(CASES) == list(Exit)


@pytest.mark.parametrize("code", CASES, ids=lambda code: code.name)
def test_the_command_ends_with_its_exit_code_and_says_why(stage, code):
    act, said = CASES[code]

    done = act(stage)

    assert done.returncode == code, (done.stdout, done.stderr)
    assert said in done.stderr
    if code == Exit.OK:
        assert done.stderr == ""
    elif code != Exit.ERROR:
        assert "Traceback" not in done.stderr
    written = list(stage.data.glob("crawls/*.json"))
    if written and act is not a_damaged_file:
        assert json.loads(written[0].read_text())["exit"] == code
        assert done.stdout.split()[done.stdout.split().index("ha_tinh") + 1] == code.name


def test_the_report_says_what_was_expected_and_what_was_found(stage):
    done = a_site_that_fell_silent(stage)

    report = json.loads(next(stage.data.glob("crawls/*.json")).read_text())
    found = {each["name"]: each for each in report["expectations"]}
    assert list(found) == ["answers", "new_within_days", "fields.title", "fields.photographers"]
    assert (found["new_within_days"]["ok"], found["new_within_days"]["limit"]) == (False, 1)
    assert found["new_within_days"]["value"] > 100
    assert found["fields.title"]["ok"]
    assert report["complete"]
    assert found["answers"]["ok"]
    for each in report["expectations"]:
        assert (f"not as expected: {each['told']}" in done.stderr) is not each["ok"]


def test_of_several_sites_the_gravest_code_speaks(stage):
    with SiteLock(stage.data, "hau_giang", datetime(2026, 1, 2, tzinfo=UTC)):
        done = stage.crawl("ha_tinh", "hau_giang")

    assert done.returncode == Exit.LOCKED
    assert "ha_tinh" in done.stdout


@pytest.mark.parametrize(
    ("codes", "spoken"),
    [
        ((), Exit.OK),
        ((Exit.OK, Exit.EXPECTATION, Exit.OK), Exit.EXPECTATION),
        ((Exit.EXPECTATION, Exit.PARTIAL), Exit.PARTIAL),
        ((Exit.PARTIAL, Exit.LOCKED, Exit.INTERRUPTED), Exit.INTERRUPTED),
        ((Exit.INTERRUPTED, Exit.CONFIG), Exit.CONFIG),
        ((Exit.CONFIG, Exit.DAMAGE, Exit.DISK), Exit.DISK),
        (tuple(Exit), Exit.ERROR),
    ],
)
def test_the_gravest_code(codes, spoken):
    assert gravest(codes) is spoken
