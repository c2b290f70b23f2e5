import errno
import gzip
import os
import resource
import subprocess
import sys
import tempfile
import tracemalloc
import zlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive.cdxj import sidecar_path
from archive.digests import EMPTY_SHA1
from archive.errors import ArchiveError, DiskFailed, DiskFull
from archive.model import Location
from archive.warc import writer as writing
from archive.warc.reader import iter_captures, iter_exchanges, list_warcs, read_record, warcinfo
from archive.warc.writer import CONFORMS_TO, WarcWriter
from tests.archive.exchanges import CHUNKED, JPEG, ODD, PAGE, UNANSWERED, exchange

TOOLS = Path(sys.executable).parent
NAME = "warcs/ha_tinh/2024/ha_tinh-20240506070809-0000{}.warc.gz"


def clock():
    return datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)


def open_writer(root, **more):
    return WarcWriter(root, "ha_tinh", "ha_tinh-1", info={"robots": "obey"}, clock=clock, **more)


def write_all(root, answers):
    with open_writer(root) as writer:
        return {name: writer.write(exchange(ODD[name], f"https://a.vn/{name}")) for name in answers}


def run(tool, *arguments):
    path = TOOLS / tool
    if not path.exists():
        pytest.skip(f"{tool} is not installed; it comes with the extra for development")
    return subprocess.run([path, *map(str, arguments)], capture_output=True, text=True)


def test_a_file_is_open_until_it_is_closed(tmp_path):
    closed = []
    writer = open_writer(tmp_path, on_close=closed.append)

    assert list_warcs(tmp_path) == []
    capture = writer.write(exchange())
    assert capture.location.warc == NAME.format(0)
    assert list_warcs(tmp_path) == [NAME.format(0) + ".open"]
    assert closed == []
    writer.close()
    writer.close()
    assert list_warcs(tmp_path) == closed == [NAME.format(0)]
    assert [path.name for path in tmp_path.rglob("*.open")] == []


def test_a_writer_that_wrote_nothing_leaves_nothing(tmp_path):
    open_writer(tmp_path).close()

    assert list(tmp_path.iterdir()) == []


def test_what_is_returned_is_in_the_file_already(tmp_path):
    writer = open_writer(tmp_path)
    capture = writer.write(exchange())

    assert [found for found, _ in iter_captures(tmp_path, capture.location.warc)] == [capture]
    assert read_record(tmp_path, capture.location).read() == ODD["plain"]


def test_files_roll_over_by_size(tmp_path):
    with open_writer(tmp_path, max_bytes=20_000) as writer:
        captures = [writer.write(exchange(ODD["jpeg"], f"https://a.vn/{n}")) for n in range(5)]

    assert list_warcs(tmp_path) == [NAME.format(n) for n in range(3)]
    assert [capture.location.warc[-9] for capture in captures] == list("00112")
    assert {warcinfo(tmp_path / warc)["isPartOf"] for warc in list_warcs(tmp_path)} == {"ha_tinh-1"}
    assert [c for warc in list_warcs(tmp_path) for c, _ in iter_captures(tmp_path, warc)] == captures


def test_two_crawls_in_one_second_take_two_serials(tmp_path):
    with open_writer(tmp_path) as one, open_writer(tmp_path) as other:
        locations = {one.write(exchange()).location.warc, other.write(exchange()).location.warc}
    with open_writer(tmp_path) as third:
        locations.add(third.write(exchange()).location.warc)

    assert locations == {NAME.format(n) for n in range(3)} == set(list_warcs(tmp_path))


def test_what_a_killed_run_left_stays_as_it_is(tmp_path):
    left = tmp_path / (NAME.format(0) + ".open")
    left.parent.mkdir(parents=True)
    left.write_bytes(b"half a record")

    with open_writer(tmp_path) as writer:
        assert writer.write(exchange()).location.warc == NAME.format(1)

    assert left.read_bytes() == b"half a record"


@pytest.mark.skipif(not os.path.exists("/proc/self"), reason="needs /proc")
def test_a_killed_run_leaves_whole_records(tmp_path):
    script = (
        "import os, signal, sys; from pathlib import Path; sys.path.insert(0, os.getcwd())\n"
        "from tests.archive.test_writer import open_writer; from tests.archive.exchanges import exchange\n"
        "writer = open_writer(Path(sys.argv[1]))\n"
        "for n in range(20): print(writer.write(exchange(url=f'https://a.vn/{n}')).id, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    died = subprocess.run([sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True)
    torn = []
    found = [capture.id for capture, _ in iter_captures(tmp_path, NAME.format(0), on_torn=torn.append)]

    assert died.returncode == -9, died.stderr
    assert found == died.stdout.split()
    assert torn == []


def test_one_gzip_member_a_record_each_readable_alone(tmp_path):
    captures = write_all(tmp_path, ODD)
    data = (tmp_path / NAME.format(0)).read_bytes()

    for capture in captures.values():
        member = data[capture.location.offset :][: capture.location.length]
        inflater = zlib.decompressobj(31)
        assert f"<{capture.id}>".encode() in inflater.decompress(member)
        assert inflater.eof
        assert inflater.unused_data == b""
    assert gzip.decompress(data).count(b"WARC/1.1\r\n") == 1 + 3 * len(ODD)


def test_compressed_bodies_lie_in_stored_members(tmp_path):
    captures = write_all(tmp_path, ["jpeg", "plain"])
    data = (tmp_path / NAME.format(0)).read_bytes()

    assert JPEG in data
    assert PAGE not in data
    assert read_record(tmp_path, captures["jpeg"].location).read() == ODD["jpeg"]


def test_warcinfo_says_who_wrote_the_file(tmp_path):
    write_all(tmp_path, ["plain"])
    fields = warcinfo(tmp_path / NAME.format(0))

    assert fields["software"].startswith("khcn")
    assert fields["format"] == "WARC File Format 1.1"
    assert fields["conformsTo"] == CONFORMS_TO
    assert (fields["robots"], fields["site"], fields["crawl"]) == ("obey", "ha_tinh", "ha_tinh-1")
    assert fields["hostname"]


@pytest.mark.parametrize("name", UNANSWERED)
def test_an_exchange_without_an_answer_is_no_capture_but_is_kept(tmp_path, name):
    with open_writer(tmp_path) as writer:
        assert writer.write(exchange(UNANSWERED[name], error="reset")) is None
    (stored,) = iter_exchanges(tmp_path, NAME.format(0))

    assert stored.capture is None
    assert stored.told["error"] == "reset"
    assert stored.exchange().request.startswith(b"GET /a")
    assert sidecar_path(tmp_path, NAME.format(0)).read_bytes() == b""


def test_warcio_and_fastwarc_find_only_payload_digests_of_chunked_bodies(tmp_path):
    captures = write_all(tmp_path, ODD)
    warc = tmp_path / NAME.format(0)
    chunked = {captures[name].id for name in CHUNKED - {"chunked-lying"}}
    checked = run("warcio", "check", warc)
    run("fastwarc", "check", "-q", "-p", "-o", tmp_path / "found", warc)
    found = [line.split(":", 3)[-1] for line in (tmp_path / "found").read_text().splitlines()]
    bad = {line.split(">")[0].strip("<") for line in (tmp_path / "found").read_text().splitlines() if "FAIL" in line}

    assert {line.split("<")[1].split(">")[0] for line in checked.stdout.splitlines() if "offset" in line} == chunked
    assert "block" not in checked.stdout
    assert checked.stderr == ""
    assert bad == chunked
    assert len(found) == 1 + 3 * len(ODD)


def test_a_failed_write_leaves_nothing_of_its_exchange(tmp_path):
    class Broken:
        def __getattr__(self, name):
            return getattr(file, name)

        def read(self, size=-1):
            if file.tell() > 3_000_000:
                raise OSError(errno.EIO, "the disk gave up")
            return file.read(size)

    with open_writer(tmp_path) as writer:
        before = writer.write(exchange())
        broken = exchange(b"HTTP/1.1 200 OK\r\n\r\n" + bytes(4_000_000))
        file = broken.response
        broken.response = Broken()
        with pytest.raises(DiskFailed, match="the disk gave up"):
            writer.write(broken)
        after = writer.write(exchange())

    assert [capture for capture, _ in iter_captures(tmp_path, NAME.format(0))] == [before, after]
    assert len(sidecar_path(tmp_path, NAME.format(0)).read_text().splitlines()) == 2


def test_a_disk_that_refuses_more_leaves_whole_records(tmp_path):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    noise = os.urandom(400_000)
    large = b"HTTP/1.1 200 OK\r\n\r\n" + noise
    with open_writer(tmp_path) as writer:
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, hard))
            captures = [writer.write(exchange(large)), writer.write(exchange(large))]
            with pytest.raises(DiskFull, match="no space left"):
                writer.write(exchange(large))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    assert [capture for capture, _ in iter_captures(tmp_path, NAME.format(0))] == captures


def test_a_full_disk_leaves_whole_records(tmp_path):
    script = (
        "import os, sys; from pathlib import Path; sys.path.insert(0, os.getcwd())\n"
        "from archive.errors import DiskFull; from archive.warc.reader import iter_captures\n"
        "from tests.archive.test_writer import NAME, open_writer; from tests.archive.exchanges import exchange\n"
        "root, answer, captures = Path(sys.argv[1]), b'HTTP/1.1 200 OK\\r\\n\\r\\n' + os.urandom(300_000), []\n"
        "writer = open_writer(root)\n"
        "try:\n"
        "    while True: captures.append(writer.write(exchange(answer)))\n"
        "except DiskFull as error: print(error)\n"
        "print([capture for capture, _ in iter_captures(root, NAME.format(0))] == captures, len(captures))\n"
    )
    mount = f'mount -t tmpfs -o size=1m none {tmp_path} && exec {sys.executable} -c "$1" {tmp_path}'
    shell = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", mount, "sh", script]
    try:
        done = subprocess.run(shell, capture_output=True, text=True)
    except FileNotFoundError:
        pytest.skip("needs unshare(1)")
    if "unshare" in done.stderr or "mount" in done.stderr:
        pytest.skip(f"needs a file system of its own: {done.stderr.strip()}")

    assert "no space left" in done.stdout, done.stderr
    assert done.stdout.splitlines()[1] == "True 3"


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_no_space_is_an_error_of_its_own(tmp_path, number):
    with pytest.raises(DiskFull, match="no space"), writing._explained(tmp_path):
        raise OSError(number, os.strerror(number))


def test_a_root_that_can_not_be_written_is_named(tmp_path):
    (tmp_path / "warcs").write_text("a file in its way")

    with pytest.raises(ArchiveError, match="warcs"):
        open_writer(tmp_path).write(exchange())


@pytest.mark.parametrize("chunked", [False, True])
def test_memory_stays_flat_for_a_large_body(tmp_path, chunked):
    block, count = b"\0\0\0\x18ftypmp42" + os.urandom((1 << 20) - 12), 64
    with tempfile.TemporaryFile() as file:
        file.write(b"HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\n")
        file.write(b"Transfer-Encoding: chunked\r\n\r\n" if chunked else b"\r\n")
        for _ in range(count):
            file.write(b"100000\r\n" + block + b"\r\n" if chunked else block)
        if chunked:
            file.write(b"0\r\n\r\n")
        live = exchange()
        live.response, live.size = file, file.tell()
        with open_writer(tmp_path) as writer:
            tracemalloc.start()
            capture = writer.write(live)
            written = tracemalloc.get_traced_memory()[1]
            record = read_record(tmp_path, capture.location)
            read = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()

    assert record.size == live.size
    assert capture.digest != EMPTY_SHA1
    assert written < 8 << 20
    assert read < 24 << 20
    assert capture.location == Location(NAME.format(0), capture.location.offset, capture.location.length)
