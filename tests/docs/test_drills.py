"""Disasters, and what docs/operations.md says to type: it is typed, and all is there again."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from moto.server import ThreadedMotoServer

from archive.catalog import Catalog
from archive.catalog.tables import SCHEMA_VERSION
from crawler.exits import Exit
from tests.docs.drills import Line, do, drills, environment, is_like
from tests.docs.pages import read
from tests.play import play
from tests.upgrade.save import unpack

DRILLS = drills()


def remove(data: Path, *patterns: str) -> None:
    for pattern in patterns:
        for path in data.glob(pattern):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def last(data: Path) -> Path:
    """Return the last WARC file: nothing refers to it."""
    return sorted(data.glob("warcs/*/*/*.warc.gz"))[-1]


def rot(data: Path) -> None:
    path = last(data)
    state = path.stat()
    content = bytearray(path.read_bytes())
    content[4] ^= 1  # in a gzip head, which does not matter to what is in it
    path.write_bytes(content)
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))


LOSSES: dict[str, Callable[[Path], None]] = {
    "catalog": lambda data: remove(data, "catalog.sqlite3*"),
    "catalog from its copy": lambda data: remove(data, "catalog.sqlite3*"),
    "frontier": lambda data: remove(data, "frontier.sqlite3*"),
    "cdxj": lambda data: remove(data, "cdxj"),
    "search": lambda data: remove(data, "search"),
    "warc from its copy": lambda data: last(data).unlink(),
    "warc without a copy": lambda data: last(data).unlink(),
    "rot": rot,
    "all from the copy": lambda data: remove(data, "*"),
    "all from a bag": lambda data: remove(data, "*"),
}
COPIES = ("copy", "bag")
IN_A_BUCKET = ("bucket", "all from the bucket")
CRAWLED = ("frontier", "warc without a copy")


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A data root, a copy and a bag of it, made as the page says."""
    folder = tmp_path_factory.mktemp("drills")
    unpack(SCHEMA_VERSION, folder / "data")
    do([Line("khcn rebuild", "[...]\n")], folder, **environment(folder, ""))
    (folder / "copy").mkdir()
    for name in COPIES:
        do(DRILLS[name], folder, **environment(folder, ""))
    return folder


def rows(data: Path) -> list[str]:
    with Catalog.open(data / "catalog.sqlite3", read_only=True) as catalog:
        return list(catalog.dump())


def test_every_drill_of_the_page_is_done():
    assert set(DRILLS) == {*LOSSES, *COPIES, *IN_A_BUCKET}
    assert all(len(lines) for lines in DRILLS.values())


@pytest.mark.parametrize("name", LOSSES)
def test_what_is_lost_is_there_again_after_what_the_page_says_to_type(kept, tmp_path, name):
    for part in ("data", *COPIES):
        shutil.copytree(kept / part, tmp_path / part)
    data = tmp_path / "data"
    before, file = rows(data), last(data).relative_to(data).as_posix()
    LOSSES[name](data)

    if name in CRAWLED:
        with play(seeds=False, oldest=2) as played:
            do(DRILLS[name], tmp_path, FILE=file, **environment(tmp_path, played.resolve))
    else:
        do(DRILLS[name], tmp_path, FILE=file, **environment(tmp_path, ""))

    if name not in CRAWLED:
        assert rows(data) == before
        assert (data / file).read_bytes() == (kept / "data" / file).read_bytes()


@pytest.fixture
def bucket():
    """What the environment needs for rclone to reach an empty bucket of a server of object storage."""
    if shutil.which("rclone") is None:
        pytest.skip("NO COPY IN OBJECT STORAGE TESTED: apt-get install rclone")
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    told = {"TYPE": "s3", "PROVIDER": "Other", "ENDPOINT": f"http://{host}:{port}", "REGION": "us-east-1"}
    told |= {"ACCESS_KEY_ID": "khcn", "SECRET_ACCESS_KEY": "khcn"}
    yield {"BUCKET": "copies:khcn", **{f"RCLONE_CONFIG_COPIES_{name}": value for name, value in told.items()}}
    server.stop()


def test_all_is_there_again_from_object_storage(kept, tmp_path, bucket):
    shutil.copytree(kept / "data", tmp_path / "data")
    data, other = tmp_path / "data", last(kept / "data").relative_to(kept / "data")
    named = {**environment(tmp_path, ""), **bucket}
    (tmp_path / "rclone.conf").touch()  # else it says each time that there is none
    named["RCLONE_CONFIG"] = tmp_path / "rclone.conf"
    do(DRILLS["bucket"], tmp_path, **named)
    rot(data)
    do(DRILLS["bucket"][1:4], tmp_path, **named)  # another day: what rotted takes no sound copy's place
    before = rows(data)
    remove(data, "*")

    do(DRILLS["all from the bucket"], tmp_path, **named)

    assert rows(data) == before
    assert (data / other).read_bytes() == (kept / "data" / other).read_bytes()


def test_the_page_says_of_each_exit_code_what_to_do():
    rows = re.findall(r"^\| (\d+) ([A-Z]+) \| (.+) \| (.+) \|$", read("docs/operations.md"), re.MULTILINE)

    assert [(int(code), name) for code, name, _, _ in rows] == [(code.value, code.name) for code in Exit]


def test_what_a_page_shows_is_compared_line_by_line():
    assert is_like("a b c\n\nd\n", "a [...] c\nd\n")
    assert is_like("a\nb\nc\n", "a\n[...]\n")
    assert not is_like("a\nb\n", "a\n")
    assert not is_like("", "[...] 0 findings\n")
