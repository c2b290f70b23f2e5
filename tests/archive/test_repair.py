"""What is left of a run that died is mended, and no byte of it is lost."""

import io
import random
import shutil

import pytest

from archive import repair
from archive.cdxj import sidecar_path
from archive.errors import DiskFailed, DiskFull
from archive.repair import Mended, mend, unfinished
from archive.warc.framing import read_members
from archive.warc.reader import iter_captures, list_warcs
from tests.archive.exchanges import CHUNKED, ODD, exchange
from tests.archive.test_writer import NAME, open_writer, run
from tests.looked_at import looked_at

WARC = NAME.format(0)
SITE = "ha_tinh"


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A data root with one file, as a killed run leaves it when all its records were written."""
    root = tmp_path_factory.mktemp("whole")
    writer = open_writer(root)
    for name, answer in ODD.items():
        writer.write(exchange(answer, f"https://a.vn/{name}"))
    writer.sync()
    left = shutil.copytree(root, root / "left")
    writer.close()
    return left


@pytest.fixture
def left(tmp_path, whole):
    return shutil.copytree(whole, tmp_path / "data")


def opened(root):
    return root / (WARC + ".open")


def repaired(root):
    return list(mend(root, unfinished(root, SITE)))


def ends(path):
    """Return where each record ends."""
    with path.open("rb") as file:
        return [member.offset + member.length for member in read_members(file)]


def files(root):
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()}


def check_tools(path):
    """warcio finds every record, and nothing but what it says of chunked bodies."""
    checked = run("warcio", "check", path)
    assert "block" not in checked.stdout
    assert checked.stderr == ""
    return len([line for line in checked.stdout.splitlines() if "offset" in line])


def test_whole_records_before_any_cut_are_kept_and_nothing_else_changes(tmp_path, whole):
    original = opened(whole).read_bytes()
    borders = ends(opened(whole))
    checked = 0
    for number, cut in enumerate(random.Random(7).sample(range(len(original)), 200)):
        root = tmp_path / str(number)
        opened(root).parent.mkdir(parents=True)
        opened(root).write_bytes(original[:cut])
        (mended,) = repaired(root)
        end = max((border for border in borders if border <= cut), default=0)
        tails = [path.read_bytes() for path in (root / "quarantine").rglob("*.tail")]
        kept = (root / WARC).read_bytes() if end else b""

        assert kept == original[:end], cut
        assert kept + b"".join(tails) == original[:cut], cut
        assert mended.records == sum(border <= cut for border in borders)
        assert mended.cut_bytes == cut - end
        assert list(root.rglob("*.open")) == list(root.rglob("*.tmp")) == []
        assert not unfinished(root, SITE)
        if end:
            assert len(ends(root / WARC)) == mended.records
            captures = [capture for capture, _ in iter_captures(root, WARC)]
            assert len(sidecar_path(root, WARC).read_bytes().splitlines()) == len(captures)
        if end and number % 20 == 0:
            assert check_tools(root / WARC) <= len(CHUNKED)
            checked += 1
    assert checked >= 8


def test_a_file_that_was_cut_nowhere_becomes_the_one_that_its_writer_would_have_closed(left, whole):
    (mended,) = repaired(left)

    assert mended == Mended(WARC, "closed", records=1 + 3 * len(ODD))
    assert files(left) == {name: data for name, data in files(whole.parent).items() if not name.startswith("left/")}


@pytest.mark.parametrize("junk", [bytes(5000), b"\x1f\x8b", b"WARC/1.1\r\n", b"noise" * 999], ids=repr)
def test_what_a_power_cut_adds_goes_into_quarantine(left, junk):
    original = opened(left).read_bytes()
    opened(left).write_bytes(original + junk)
    (mended,) = repaired(left)

    assert (left / WARC).read_bytes() == original
    assert mended.quarantine == f"quarantine/ha_tinh/ha_tinh-20240506070809-00000.warc.gz.{len(original)}.tail"
    assert (left / mended.quarantine).read_bytes() == junk


def test_a_file_with_its_warcinfo_alone_is_closed(tmp_path, whole):
    opened(tmp_path).parent.mkdir(parents=True)
    opened(tmp_path).write_bytes(opened(whole).read_bytes()[: ends(opened(whole))[0]])

    assert repaired(tmp_path) == [Mended(WARC, "closed", records=1)]
    assert sidecar_path(tmp_path, WARC).read_bytes() == b""


@pytest.mark.parametrize("content", [b"", b"\x1f\x8bhalf a record"])
def test_a_file_without_a_whole_record_is_no_warc_file(tmp_path, content):
    opened(tmp_path).parent.mkdir(parents=True)
    opened(tmp_path).write_bytes(content)
    (mended,) = repaired(tmp_path)

    assert (mended.state, mended.cut_bytes) == ("emptied", len(content))
    assert [name for name in files(tmp_path) if name.startswith("warcs")] == []
    assert b"".join(path.read_bytes() for path in tmp_path.rglob("*.tail")) == content
    assert not unfinished(tmp_path, SITE)


def test_a_closed_file_without_its_index_gets_it(left):
    repaired(left)
    index = sidecar_path(left, WARC)
    expected = files(left)
    index.rename(index.with_name(index.name + ".open"))

    assert repaired(left) == [Mended(WARC, "indexed")]
    assert files(left) == expected


def test_an_index_left_open_is_taken_away(left):
    repaired(left)
    expected = files(left)
    index = sidecar_path(left, WARC)
    for name in (index.name, "ha_tinh-20200101000000-00000.cdxj"):
        index.with_name(name + ".open").write_bytes(b"lines")

    assert repaired(left) == []
    assert files(left) == expected


def test_a_file_that_a_living_process_writes_is_left_alone(tmp_path):
    writer = open_writer(tmp_path)
    writer.write(exchange())
    with opened(tmp_path).open("ab") as file:
        file.write(b"half of the next record")
    before = files(tmp_path)

    assert [(mended.warc, mended.state) for mended in repaired(tmp_path)] == [(WARC, "busy")]
    assert files(tmp_path) == before


def test_damage_in_a_closed_file_is_reported_and_does_not_stop_the_rest(left):
    closed = left / NAME.format(1)
    data = bytearray(opened(left).read_bytes())
    data[len(data) // 2] ^= 0xFF
    closed.write_bytes(data)
    mended = repaired(left)

    assert [(found.warc, found.state) for found in mended] == [(WARC, "closed"), (NAME.format(1), "damaged")]
    assert closed.read_bytes() == bytes(data)


def test_a_closed_file_of_the_same_name_is_never_written_over(left):
    (left / WARC).write_bytes(b"there already")
    before = opened(left).read_bytes()
    mended = repaired(left)

    assert {found.state for found in mended} == {"damaged"}
    assert (left / WARC).read_bytes() == b"there already"
    assert opened(left).read_bytes() == before


class Died(BaseException):
    """The process ends here."""


STEPS = {
    "quarantine": ("_set_aside", "after"),
    "fsync": ("os.fsync", "before"),
    "rename": ("os.rename", "before"),
    "renamed": ("os.rename", "after"),
    "folder": ("sync_folder", "before"),
    "index": ("index_warc", "before"),
    "indexed": ("index_warc", "after"),
}


@pytest.mark.parametrize("step", STEPS)
def test_a_repair_that_dies_is_repaired_by_the_next(left, monkeypatch, step):
    opened(left).write_bytes(opened(left).read_bytes() + b"torn")
    expected = shutil.copytree(left, left.with_name("expected"))
    repaired(expected)
    name, when = STEPS[step]
    place, _, attribute = name.rpartition(".")
    target = repair.os if place else repair
    real = getattr(target, attribute)

    def die(*arguments):
        if when == "after":
            real(*arguments)
        raise Died

    monkeypatch.setattr(target, attribute, die)
    with pytest.raises(Died):
        repaired(left)
    monkeypatch.undo()
    repaired(left)

    assert files(left) == files(expected)


@pytest.mark.parametrize(("number", "kind"), [(28, DiskFull), (5, DiskFailed)], ids=["ENOSPC", "EIO"])
@pytest.mark.parametrize("call", ["fsync", "rename"])
def test_a_disk_that_refuses_ends_the_repair_and_loses_nothing(left, monkeypatch, call, number, kind):
    opened(left).write_bytes(opened(left).read_bytes() + b"torn")
    before = opened(left).read_bytes()

    def refuse(*_):
        raise OSError(number, "refused")

    monkeypatch.setattr(repair.os, call, refuse)
    with pytest.raises(kind):
        repaired(left)
    monkeypatch.undo()

    held = opened(left).read_bytes() + b"".join(path.read_bytes() for path in left.rglob("*.tail"))
    assert held == before
    repaired(left)
    assert list_warcs(left) == [WARC]
    assert b"".join(path.read_bytes() for path in (left / WARC, *left.rglob("*.tail"))) == before


def test_other_bytes_under_the_name_of_a_tail_are_kept(left):
    size = len(opened(left).read_bytes())
    opened(left).write_bytes(opened(left).read_bytes() + b"torn")
    other = left / f"quarantine/ha_tinh/ha_tinh-20240506070809-00000.warc.gz.{size}.tail"
    other.parent.mkdir(parents=True)
    other.write_bytes(b"from another day")
    (mended,) = repaired(left)

    assert other.read_bytes() == b"from another day"
    assert (left / mended.quarantine).read_bytes() == b"torn"


def test_nothing_to_do_is_known_from_a_thousand_names_in_no_time(tmp_path):
    for number in range(1000):
        for path in (tmp_path / NAME.format(0), sidecar_path(tmp_path, NAME.format(0))):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.with_name(path.name.replace("-00000", f"-{number:05d}")).touch()
    with looked_at() as files:
        found = unfinished(tmp_path, SITE)

    assert not found
    assert len(files) < 10  # folders: not one of the files


def test_a_site_without_any_file_has_nothing_to_mend(tmp_path):
    assert not unfinished(tmp_path, "lam_dong")


def test_the_lock_of_a_mended_file_is_free(left):
    repaired(left)

    with io.FileIO(left / WARC) as file:
        assert repair.lock(file)
