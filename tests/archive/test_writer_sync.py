"""What is on the disk, when, and what a writer does when the disk refuses."""

import errno
import io
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive.cdxj import sidecar_path
from archive.errors import DiskFailed, DiskFull
from archive.warc import appender
from archive.warc.reader import iter_captures, list_warcs
from archive.warc.writer import WarcWriter
from tests.archive.exchanges import exchange
from tests.archive.test_writer import NAME, open_writer

RECORDS = 3
"""Records of an exchange: response, request, metadata."""


class Disk:
    """Counts what is synced, by the last name of the path, and fails on command."""

    def __init__(self, monkeypatch):
        self.synced: list[str] = []
        self.fails: dict[str, int] = {}
        self._fsync, self._rename = os.fsync, os.rename
        monkeypatch.setattr(os, "fsync", self.fsync)
        monkeypatch.setattr(os, "rename", self.rename)

    def fsync(self, file):
        self._maybe_fail("fsync")
        descriptor = file if isinstance(file, int) else file.fileno()
        self.synced.append(Path(os.readlink(f"/proc/self/fd/{descriptor}")).name)
        self._fsync(descriptor)

    def rename(self, source, target):
        self._maybe_fail("rename")
        self._rename(source, target)

    def _maybe_fail(self, call):
        if call in self.fails:
            number = self.fails.pop(call)
            raise OSError(number, os.strerror(number))


@pytest.fixture
def disk(monkeypatch):
    if not os.path.exists("/proc/self/fd"):
        pytest.skip("needs /proc")
    return Disk(monkeypatch)


def index_lines(root):
    path = sidecar_path(root, NAME.format(0))
    return path.with_name(path.name + ".open").read_bytes().splitlines()


def test_records_are_synced_in_batches(tmp_path, disk):
    writer = open_writer(tmp_path, sync_records=1 + 4 * RECORDS)
    durable = []
    for _ in range(9):
        writer.write(exchange())
        durable.append(writer.durable)

    # The first batch holds the warcinfo record too.
    assert durable == [0, 0, 0, 4, 4, 4, 4, 4, 9]
    assert disk.synced.count(Path(NAME.format(0)).name + ".open") == 2


def test_the_index_lists_only_what_is_on_the_disk(tmp_path):
    writer = open_writer(tmp_path)
    for _ in range(3):
        writer.write(exchange())
    assert (writer.written, writer.durable, index_lines(tmp_path)) == (3, 0, [])

    writer.sync()

    assert (writer.written, writer.durable) == (3, 3)
    assert len(index_lines(tmp_path)) == 3


def test_a_sync_with_nothing_behind_asks_nothing_of_the_disk(tmp_path, disk):
    writer = open_writer(tmp_path)
    writer.sync()
    writer.write(exchange())
    writer.sync()
    before = len(disk.synced)

    writer.sync()

    assert len(disk.synced) == before


def test_folders_are_synced_when_a_file_is_made_and_when_it_is_closed(tmp_path, disk):
    with open_writer(tmp_path) as writer:
        writer.write(exchange())
        assert {tmp_path.name, "warcs", "ha_tinh", "2024"} <= set(disk.synced)
        disk.synced.clear()

    name = Path(NAME.format(0)).name
    assert disk.synced[:2] == [name + ".open", "2024"]
    assert disk.synced[2:] == [name.replace(".warc.gz", ".cdxj.tmp"), "2024"]


def test_files_roll_over_by_age(tmp_path):
    time = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
    writer = WarcWriter(tmp_path, "ha_tinh", "ha_tinh-1", info={}, max_age=timedelta(hours=1), clock=lambda: time)
    writer.write(exchange())
    time += timedelta(minutes=59)
    writer.write(exchange())
    time += timedelta(minutes=1)
    writer.write(exchange())

    assert [len(list(iter_captures(tmp_path, warc))) for warc in list_warcs(tmp_path)] == [2, 1]
    assert writer.durable == 2


def test_a_file_is_locked_while_it_is_written_and_not_after(tmp_path):
    writer = open_writer(tmp_path)
    writer.write(exchange())
    name = tmp_path / NAME.format(0)
    with io.FileIO(name.with_name(name.name + ".open")) as other:
        assert not appender.lock(other)
    writer.close()

    with io.FileIO(name) as other:
        assert appender.lock(other)


@pytest.mark.parametrize(("number", "kind"), [(errno.EIO, DiskFailed), (errno.ENOSPC, DiskFull)])
@pytest.mark.parametrize("call", ["fsync", "rename"])
def test_what_may_not_be_on_the_disk_is_never_called_durable(tmp_path, disk, call, number, kind):
    writer = open_writer(tmp_path)
    kept = writer.write(exchange())
    writer.sync()
    writer.write(exchange())
    disk.fails[call] = number

    with pytest.raises(kind):
        writer.close()
    # Asked again, a disk says that all is well: the writer does not believe it.
    for again in (writer.sync, lambda: writer.write(exchange())):
        with pytest.raises(kind):
            again()

    assert writer.durable == (1 if call == "fsync" else 2)
    assert len(index_lines(tmp_path)) == writer.durable
    assert list_warcs(tmp_path) == [NAME.format(0) + ".open"]
    assert next(capture for capture, _ in iter_captures(tmp_path, NAME.format(0))) == kept


def test_a_failed_sync_in_the_middle_of_a_crawl_ends_the_writer(tmp_path, disk):
    writer = open_writer(tmp_path, sync_records=1)
    writer.write(exchange())
    disk.fails["fsync"] = errno.EIO

    with pytest.raises(DiskFailed, match="Input/output error"):
        writer.write(exchange())
    with pytest.raises(DiskFailed, match="Input/output error"):
        writer.close()

    assert writer.durable == 1
    assert list_warcs(tmp_path) == [NAME.format(0) + ".open"]


def test_a_write_that_can_not_be_taken_back_ends_the_writer(tmp_path, monkeypatch):
    writer = open_writer(tmp_path)
    writer.write(exchange())

    def refuse(*_):
        raise OSError(errno.EIO, "the disk gave up")

    broken = exchange(b"HTTP/1.1 200 OK\r\n\r\n" + os.urandom(2_000_000))
    monkeypatch.setattr(appender.Appender, "flush", refuse)
    monkeypatch.setattr(appender.Appender, "cut", refuse)
    with pytest.raises(DiskFailed, match="gave up"):
        writer.write(broken)
    monkeypatch.undo()

    with pytest.raises(DiskFailed, match="gave up"):
        writer.write(exchange())
    assert writer.durable == 0
