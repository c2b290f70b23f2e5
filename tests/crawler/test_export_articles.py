"""``khcn export`` of articles as people call it."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.archive.export_site import TITLES, make_catalog
from tests.crawler.small_disk import on_small_disk
from tests.khcn import COMMAND, khcn

ARTICLES = len(TITLES) + 14


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return make_catalog(tmp_path_factory.mktemp("data") / "catalog.sqlite3").parent


MISSING = "WARNING source of a recovered capture can not be read"


def said(done) -> list[str]:
    """Return the lines of stderr but the one of the recovered capture, whose WARC file is not there."""
    return [line for line in done.stderr.splitlines() if MISSING not in line]


@pytest.mark.parametrize("form", ["jsonl", "csv", "atom", "parquet", "text"])
def test_every_form_is_written_and_told(data, tmp_path, form):
    if form == "parquet":
        pytest.importorskip("pyarrow", reason="needs the extra parquet")
    path = tmp_path / "out" / form
    done = khcn("export", "--format", form, "-o", str(path), "--json", data=data)

    assert (done.returncode, said(done), done.stderr.count(MISSING)) == (0, [], 1)
    told = json.loads(done.stdout)
    assert (told["path"], told["articles"], told["kept"]) == (str(path), ARTICLES, 0)
    folder = path if path.is_dir() else path.parent
    package = json.loads((folder / "datapackage.json").read_bytes())
    assert len(package["resources"]) == told["files"]
    assert sum(entry["bytes"] for entry in package["resources"]) == told["bytes"]
    about = package if path.is_dir() else package["resources"][0]
    assert about["sources"][0]["title"] == "Sở Khoa học và Công nghệ tỉnh Hà Tĩnh"


def test_a_span_of_one_site_in_all_versions_goes_to_stdout(data):
    options = ("--site", "ha_tinh", "--since", "2024-03-01", "--until", "2024-03-31", "--versions", "all")
    done = khcn("export", "--format", "jsonl", "-o", "-", *options, data=data)
    lines = [json.loads(line) for line in done.stdout.splitlines()]

    assert (done.returncode, done.stderr) == (0, "")
    assert [line["n"] for line in lines] == [1, 2, 1]
    assert {line["published"][:7] for line in lines} == {"2024-03"}


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--since", "2050-01-01", "--until", "2051-01-01"), "no article of ha_tinh, hau_giang is held in that span"),
        (("--site", "lam_dong"), 'nothing of "lam_dong" is held'),
        (("--sign", "k.pem"), "--sign does not go with csv, but with wacz"),
        (("--limit", "5"), "--limit does not go with csv, but with atom"),
        (("--versions", "old"), "'old' is not one of 'latest', 'all'"),
        (("-o", "there.csv"), "there.csv: exists; name another file, or replace it with --force"),
        (("-o", "."), "is a folder; name a file"),
        (("-o", "-", "--format", "text"), "text is a folder, which can not go to stdout"),
    ],
)
def test_what_can_not_be_done_is_told(data, tmp_path, options, told):
    (tmp_path / "there.csv").write_bytes(b"mine")
    done = khcn("export", "--format", "csv", "-o", "a.csv", *options, data=data, cwd=tmp_path)

    assert done.returncode == 2
    assert told in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["there.csv"]


def test_the_archive_itself_is_not_overwritten(data):
    def files():
        # SQLite keeps two files beside a database that somebody has read.
        return sorted(path for path in data.rglob("*") if not path.name.endswith(("-shm", "-wal")))

    before = files()
    for path in ("exports/../catalog.sqlite3", "warcs"):
        done = khcn("export", "--format", "csv", "-o", str(data / path), "--force", data=data)

        assert done.returncode == 2
        assert "lies in the data root, where only" in done.stderr
    assert files() == before


def test_what_goes_to_stdout_can_be_compressed(data):
    arguments = [str(COMMAND), "--data", str(data), "export", "--format", "csv", "-o", "-"]
    plain, packed = (subprocess.run([*arguments, *more], capture_output=True, check=True).stdout for more in ((), ("--compress", "gz")))  # fmt: skip

    assert gzip.decompress(packed) == plain
    assert plain.count(b"\r\n") == ARTICLES + 1


def test_what_becomes_of_stdout_is_not_the_catalogs_fault(data):
    arguments = [str(COMMAND), "--data", str(data), "export", "--format", "csv", "-o", "-"]
    with open("/dev/full", "wb") as full:
        packed = [*arguments, "--compress", "gz"]
        done = subprocess.run(packed, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, *(line[:37] for line in said(done))) == (3, "khcn: output: no space left on the di")

    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(arguments, stdout=write, stderr=subprocess.PIPE, text=True, check=False)
    os.close(write)
    assert (done.returncode, said(done)) == (0, [])


@pytest.mark.parametrize(
    ("form", "place"),
    [("text", "file/text"), ("csv", "file/a/b.csv"), ("jsonl", "/proc/none/a.jsonl"),
     ("atom", "x" * 300), ("text", "x" * 300)],
)  # fmt: skip
def test_a_place_that_can_not_be_written_is_told(data, tmp_path, form, place):
    (tmp_path / "file").write_bytes(b"")
    path = tmp_path / place
    done = khcn("export", "--format", form, "-o", str(path), data=data)

    assert done.returncode == 4
    assert f"khcn: {path}: can not be written" in done.stderr
    assert "make the folder writable" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_a_full_disk_ends_with_its_code_and_leaves_nothing(data, tmp_path, form):
    script = f'$KHCN export --format {form} -o "$M/out"; echo "code $?"; ls -A "$M"; echo end'
    said = on_small_disk(tmp_path / "disk", "16k", script, KHCN_DATA=str(data))

    assert "no space left on the disk" in said
    assert said.endswith("code 3\nend\n")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 8), (signal.SIGKILL, -9)])
def test_an_export_that_a_signal_ends_is_gone_on_with_by_the_same_command(data, tmp_path, number, code):
    path = tmp_path / "text"
    arguments = ["export", "--format", "text", "-o", str(path), "--json"]
    env = {"PATH": os.environ["PATH"], "KHCN_DATA": str(data)}
    fault = {"call": "os:fsync", "path": "ha_tinh-2024.json", "when": "after", "signal": number.name}
    command = [sys.executable, "-m", "tests.crawler.faulty", json.dumps(fault), *arguments]
    run = subprocess.run(command, env=env, cwd=Path(__file__).parents[2], capture_output=True, check=False)
    assert run.returncode == code, run.stderr
    assert not path.exists()
    done = khcn(*arguments, data=data)

    assert done.returncode == 0
    assert json.loads(done.stdout)["kept"] > 0
    assert json.loads(done.stdout)["articles"] == ARTICLES


def test_nothing_is_loaded_for_other_forms(data):
    code = (
        "import sys; from crawler.cli import export, export_records; "
        "print(*(name for name in ('pyarrow', 'pandas', 'scrapy', 'archive.wacz.write') if name in sys.modules))"
    )
    done = subprocess.run([str(COMMAND.parent / "python"), "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.split() == []
