"""``khcn verify --due`` as cron calls it: exit codes, what is printed, killed at any moment, no room, no right."""

from __future__ import annotations

import hashlib
import json
import resource
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from archive.fixity.ledger import PLACE, opened, read
from tests.archive.test_fixity import closed, flip, many
from tests.khcn import COMMAND, khcn

__all__ = ["many"]


@pytest.fixture
def data(many, tmp_path):
    root = shutil.copytree(many, tmp_path / "data")
    (root / PLACE).unlink(missing_ok=True)
    return root


def due(data: Path, *options: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return khcn("verify", "--due", *options, data=data, **environ)


def test_a_slice_is_read_and_rot_ends_with_9(data):
    first = due(data, "--days", "1", "--json")
    assert (first.returncode, first.stdout, first.stderr) == (0, "", "")
    warc = sorted(data.rglob("*.warc.gz"))[1]
    flip(warc, warc.stat().st_size // 2)

    rotten = due(data, "--days", "1", "--json")

    found = [json.loads(line) for line in rotten.stdout.splitlines()]
    assert rotten.returncode == 9
    assert all(set(each) == {"file", "offset", "rule", "detail", "remedy"} for each in found)
    name = warc.relative_to(data).as_posix()
    assert (name, "fixity-changed") in {(each["file"], each["rule"]) for each in found}
    told = due(data)
    assert told.returncode == 9
    assert f"{name}: fixity-changed: its SHA-256 is " in told.stdout
    assert f" of {len(closed(data))} files, " in told.stderr


def test_what_was_removed_on_purpose_is_forgotten(data):
    assert due(data, "--days", "3650").returncode == 0
    warc = sorted(data.rglob("*.warc.gz"))[-1]  # of a site of its own: nothing refers to it
    name = warc.relative_to(data).as_posix()
    shutil.rmtree(data / "cdxj" / name.split("/")[1])
    warc.unlink()
    gone = due(data, "--days", "3650")
    assert (gone.returncode, gone.stdout.split(": ")[:2]) == (9, [name, "fixity-gone"])

    assert khcn("verify", "--forget", name, data=data).returncode == 0

    assert due(data, "--days", "3650").returncode == 0
    unknown = khcn("verify", "--forget", name, data=data)
    assert (unknown.returncode, f"it knows no {name}" in unknown.stderr) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--days", "7"), "--days goes with --due"),
        (("--due", "x.warc.gz"), "give them without PATHS"),
        (("--due", "--days", "0"), "0 is not in the range"),
        (("--due", "--data"), "No such option"),
    ],
)
def test_bad_arguments(tmp_path, arguments, said):
    done = khcn("verify", *arguments, data=tmp_path)

    assert (done.returncode, said in done.stderr) == (2, True)
    assert not (tmp_path / "status").exists()


def test_no_data_root_and_none_that_can_be_written(tmp_path):
    missing = due(tmp_path / "none")
    assert (missing.returncode, "no data root" in missing.stderr) == (2, True)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "status").write_text("a file")
    assert "can not be written" in due(tmp_path / "data").stderr


def test_two_at_once(data):
    with opened(data):
        done = due(data)

    assert (done.returncode, "another run checks the archive" in done.stderr) == (7, True)


def test_a_full_disk_ends_with_3_and_room_goes_on(data):
    assert due(data, "--days", "3650").returncode == 0
    before = (data / PLACE).read_bytes()
    limit = len(before) + 100

    full = subprocess.run(
        [COMMAND, "verify", "--due", "--days", "1"],
        env={"PATH": "/usr/bin:/bin", "KHCN_DATA": str(data), "KHCN_CATALOG_URL": f"sqlite:///{data}/none"},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
        capture_output=True,
        text=True,
    )

    assert full.returncode == 3, full.stderr
    assert f"{data / PLACE}: no space left" in full.stderr
    assert (data / PLACE).read_bytes() == before
    assert due(data, "--days", "1").returncode == 0


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_run_that_is_ended_has_noted_what_it_had_read_and_no_more(data, number):
    env = {"PATH": "/usr/bin:/bin", "KHCN_DATA": str(data)}
    fault = {"call": "archive.fixity.ledger:Ledger.add", "nth": 3, "when": "after", "signal": number.name}
    command = [sys.executable, "-m", "tests.crawler.faulty", json.dumps(fault), "verify", "--due", "--days", "1"]
    run = subprocess.run(command, env=env, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False)

    assert run.returncode in (-number, 8), run.stderr
    noted = sound(data)
    for name, digest in noted.items():
        assert hashlib.sha256((data / name).read_bytes()).hexdigest() == digest
    again = due(data, "--days", "3650", "--json")
    assert (again.returncode, again.stdout) == (0, "")
    added = set(sound(data)) - set(noted)
    assert added  # what was read longest ago, so never, comes first
    assert due(data, "--days", "1").returncode == 0
    assert set(sound(data)) == {path.relative_to(data).as_posix() for path in closed(data)}


def sound(data: Path) -> dict[str, str]:
    standings = read(data).standings if (data / PLACE).exists() else {}
    return {name: one.sha256 for name, one in standings.items() if one.state == "sound"}
