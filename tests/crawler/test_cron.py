"""The commands as cron calls them: with no environment, from anywhere, from code on a read-only disk, at a wrong time."""

from __future__ import annotations

import json
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive.catalog import Catalog
from tests.crawler.other_sites import ROOT
from tests.khcn import COMMAND, FAST, khcn
from tests.play import play

SITE = "ha_tinh"


@pytest.fixture(scope="module")
def played():
    with play(seeds=False, oldest=2) as world:
        yield world


def bare(*arguments: str, cwd: Path, **environ: str) -> subprocess.CompletedProcess[bytes]:
    """Run ``khcn`` as ``env -i`` does."""
    return subprocess.run([COMMAND, *arguments], env=environ, cwd=cwd, capture_output=True, timeout=300, check=False)


@pytest.fixture(scope="module")
def crawled(played, tmp_path_factory):
    """A data root, made from a folder with files that have the names of ours."""
    folder = tmp_path_factory.mktemp("elsewhere")
    for name in ("settings.py", "archive.py", "crawler.py", "json.py", "sitecustomize.py"):
        (folder / name).write_text("raise SystemExit('not this one')\n")
    (folder / "scrapy.cfg").write_text("[settings]\ndefault = settings\n")
    data = folder / "data"
    done = bare("--data", str(data), "crawl", SITE, "--limit", "2", *FAST, cwd=folder, KHCN_RESOLVE=played.resolve)
    return data, done


def test_a_crawl_needs_no_environment_and_no_place(crawled):
    data, done = crawled

    assert done.returncode == 0, done.stderr
    assert done.stderr == b""
    assert SITE in done.stdout.decode("utf-8")
    assert {path.name for path in data.parent.iterdir() if not path.suffix} == {"data"}


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("verify",), 0, ""),
        (("verify", "--due"), 0, ""),
        (("search", "sở"), 0, "Sở"),
        (("crawl", "ha_tin"), 2, ""),
        (("verify", "--nothing"), 2, ""),
    ],
)
def test_other_commands_neither_and_their_words_are_utf_8(crawled, arguments, code, told):
    data, _ = crawled

    done = bare("--data", str(data), *arguments, cwd=Path("/"))

    assert done.returncode == code, done.stderr
    assert told in done.stdout.decode("utf-8")
    assert "Traceback" not in done.stderr.decode("utf-8")


def test_the_data_root_is_below_the_place_when_none_is_named_and_no_other_is_made(tmp_path):
    done = bare("verify", "--due", cwd=tmp_path)

    assert done.returncode == 2
    assert f"{tmp_path}/data: no data root" in done.stderr.decode()
    assert list(tmp_path.iterdir()) == []


def test_the_code_may_lie_on_a_read_only_disk(played, tmp_path):
    if not shutil.which("unshare"):
        pytest.skip("needs unshare(1)")
    venv = COMMAND.parents[1]
    script = f"""
    for place in {ROOT} {venv}; do mount --bind $place $place && mount -o remount,ro,bind $place || exit 99; done
    touch {ROOT}/probe 2>/dev/null && exit 98
    {COMMAND} crawl {SITE} --limit 1 {" ".join(FAST)} && {COMMAND} verify && {COMMAND} verify --due
    """
    env = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "KHCN_DATA": str(tmp_path / "data"), "KHCN_RESOLVE": played.resolve}
    done = subprocess.run(
        ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script],
        env=env,
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    if done.returncode == 99 or done.stderr.startswith("unshare:"):
        pytest.skip(f"needs mounts of its own: {done.stderr.strip()}")

    assert done.returncode == 0, (done.stdout, done.stderr)
    assert list(tmp_path.glob("data/warcs/*/*/*.warc.gz"))


def test_a_clock_that_jumps_a_day_forth_and_back_loses_nothing(played, tmp_path):
    data = tmp_path / "data"
    start = (datetime.now(UTC) - timedelta(days=3)).replace(microsecond=0)
    moments = [start + timedelta(hours=hours) for hours in (0, 24, 1)]
    reports = []
    for moment in moments:
        done = khcn("crawl", SITE, "--json", *FAST, data=data, resolve=played.resolve, at=moment)
        assert done.returncode == 0, done.stderr
        reports.append(json.loads(done.stdout))
        due = khcn("verify", "--due", "--days", "2", data=data, at=moment)
        assert (due.returncode, due.stdout) == (0, ""), due.stderr

    assert [report["articles"]["new"] > 0 for report in reports] == [True, False, False]
    assert [report["complete"] for report in reports] == [True] * 3
    with Catalog.open(data / "catalog.sqlite3", read_only=True) as catalog:
        expected = {article.url for article in played.articles if article.site == SITE}
        assert {article.url for article in catalog.articles()} == expected
        assert len(catalog.crawls(SITE)) == 3
        before = list(catalog.dump())
    # At a time before the last crawl it is due as if that had not been; the same archive comes of it again.
    assert "no site is due before" in khcn("crawl", SITE, "--due", data=data, at=start + timedelta(hours=2)).stderr
    assert khcn("verify", data=data).stdout == ""
    assert khcn("rebuild", data=data).returncode == 0
    with Catalog.open(data / "catalog.sqlite3", read_only=True) as catalog:
        assert list(catalog.dump()) == before
