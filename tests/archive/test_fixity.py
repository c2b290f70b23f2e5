"""Every closed file is read once in so many days, and what rots, goes or comes back is told."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from archive.errors import ConfigError
from archive.fixity import ledger as ledgers
from archive.fixity.due import Unit, due
from archive.fixity.ledger import PLACE, Entry, Ledger, LedgerBusy, Standing, entry_of, line_of, opened, read
from archive.fixity.run import DueCheck, NotInLedger, forget
from archive.storage import attach, far_files
from archive.storage.s3 import S3
from archive.storage.send import send_waiting
from archive.verify import Finding
from tests.archive.verify_samples import make_root, make_wacz, rules
from tests.archive.wacz_site import make_archive

START = datetime(2031, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    return make_archive(tmp_path_factory.mktemp("many") / "data", odd=False, max_bytes=3000)


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    root = make_archive(tmp_path_factory.mktemp("sound") / "data", odd=False)
    one = make_root(tmp_path_factory.mktemp("one"))
    (root / "wacz").mkdir()
    make_wacz(one.path, root / "wacz" / "a.wacz", one.index.read_bytes())
    return root


@pytest.fixture
def root(sound, tmp_path):
    return shutil.copytree(sound, tmp_path / "data")


def run(root: Path, day: float = 0, *, days: int = 1) -> tuple[list[Finding], DueCheck]:
    check = DueCheck(root, root / "catalog.sqlite3", days, lambda: START + timedelta(days=day))
    return list(check.findings()), check


def lines(root: Path) -> list[Entry]:
    return [entry_of(line) for line in (root / PLACE).read_bytes().splitlines(keepends=True)]


def closed(root: Path) -> list[Path]:
    return sorted(path for pattern in ("*.warc.gz", "*.cdxj", "*.wacz") for path in root.rglob(pattern))


def flip(path: Path, place: int, bit: int = 1) -> None:
    """Change one bit as a disk does, which tells nobody when."""
    state = path.stat()
    content = bytearray(path.read_bytes())
    content[place] ^= bit
    path.write_bytes(content)
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))


# --- what is due --------------------------------------------------------------------------------


@example(sizes=[0, 0, 0], added=[], days=2)
@settings(max_examples=60, deadline=None)
@given(
    sizes=st.lists(st.integers(0, 10**6), min_size=1, max_size=30),
    added=st.lists(st.integers(0, 10**6), max_size=20),
    days=st.integers(1, 12),
)
def test_one_run_a_day_reads_each_file_once_in_so_many_days_and_little_more_than_a_slice(sizes, added, days):
    held = {f"{number}": size for number, size in enumerate(sizes)}
    standings: dict[str, Standing] = {}
    last: dict[str, int] = {}
    place = 0
    for day in range(3 * days):
        now = START + timedelta(days=day)
        if day < len(added):
            held[f"new {day}"] = added[day]
        for file in held:
            if file not in standings:
                place += 1
                standings[file], last[file] = Standing("seen", now, place), day
        chosen = due([Unit((file,), size) for file, size in held.items()], standings, days, now)
        for unit in chosen:
            place += 1
            standings[unit.files[0]], last[unit.files[0]] = Standing("sound", now, place), day

        assert all(day - seen < days for seen in last.values())
        weights = [size or 1 for size in held.values()]
        if not added:  # what came at once also falls due at once
            assert sum(unit.size or 1 for unit in chosen) <= sum(weights) / days + max(weights)


def test_what_was_read_longest_ago_comes_first_whatever_the_clock_said():
    units = [Unit((name,), 10) for name in "abcd"]
    told = {"a": START, "b": START + timedelta(days=900), "c": START - timedelta(days=900), "d": None}
    standings = {name: Standing("sound", told[name], 4 - place) for place, name in enumerate("abcd")}

    assert [unit.files[0] for unit in due(units[:2] + units[3:], standings, 3, START)] == ["d"]
    assert [unit.files[0] for unit in due(units, standings, 4, START)] == ["d", "c"]  # c is overdue too


def test_what_is_faulty_takes_no_room_from_the_slice():
    units = [Unit(("large",), 1000), Unit(("a",), 10), Unit(("b",), 10)]
    standings = {
        "large": Standing("faulty", START, 1),
        "a": Standing("sound", START, 2),
        "b": Standing("sound", START, 3, is_doubted=True),
    }

    assert [unit.files[0] for unit in due(units, standings, 90, START)] == ["large", "a", "b"]


# --- runs ---------------------------------------------------------------------------------------


def test_a_sound_archive_is_read_in_slices(many):
    files = closed(many)
    assert len(files) > 12
    largest = max(path.stat().st_size for path in files)
    total = sum(path.stat().st_size for path in files)
    for day in range(6):
        found, check = run(many, day, days=6)
        assert found == []
        assert 0 < check.bytes <= total / 6 + 2 * largest
        assert (check.held, check.held_bytes) == (len(files), total)

    read_ = Counter(entry.file for entry in lines(many) if entry.state == "sound")
    assert set(read_) == {str(path.relative_to(many)) for path in files}
    assert max(read_.values()) <= 2


def test_days_without_a_run_are_made_up_for(root):
    run(root, 0, days=10)

    found, check = run(root, 9.5, days=10)

    assert (found, check.files) == ([], check.held)
    assert check.oldest == START + timedelta(days=9.5)


@pytest.mark.parametrize("jump", [1, -1, 3650, -3650])
def test_a_clock_that_jumps_forth_and_back_loses_no_file(root, jump):
    run(root, 0, days=3)
    assert run(root, 1 + jump, days=3)[0] == []
    for day in (2, 3):
        assert run(root, day, days=3)[0] == []

    read_ = {entry.file for entry in lines(root) if entry.state == "sound"}
    assert read_ == {str(path.relative_to(root)) for path in closed(root)}


KINDS = ("warcs", "cdxj", "wacz")


@pytest.mark.parametrize("kind", KINDS)
def test_a_bit_that_changes_is_told_of_until_the_file_is_restored(root, kind):
    assert run(root)[0] == []
    path = next(path for path in closed(root) if path.is_relative_to(root / kind))
    name = path.relative_to(root).as_posix()
    for place in (0, path.stat().st_size // 2, path.stat().st_size - 1):
        flip(path, place, 1 << place % 8)

        for found, _ in (run(root, 1), run(root, 2, days=3650)):
            assert {one.file for one in found if one.rule == "fixity-changed"} == {name}, place

        flip(path, place, 1 << place % 8)
        assert run(root, 3, days=3650)[0] == []


def test_a_file_that_was_never_sound_has_nothing_to_be_compared_with_and_is_read_in_every_run(root):
    path = next(root.rglob("*.warc.gz"))
    whole = path.read_bytes()
    path.write_bytes(whole[:-9])

    run(root)
    for day in (1, 2):
        found, _ = run(root, day, days=3650)
        assert "gzip-torn" in rules(found)
        assert "fixity-changed" not in rules(found)
    path.write_bytes(whole)
    assert run(root, 3)[0] == []


def test_an_index_made_again_is_no_finding_and_a_warc_written_again_is(root):
    run(root)
    index, warc = next(root.rglob("*.cdxj")), next(root.rglob("*.warc.gz"))
    text = index.read_bytes()
    index.write_bytes(text.replace(b'": "', b'":"'))
    assert index.read_bytes() != text
    assert run(root, 1)[0] == []

    data = bytearray(warc.read_bytes())
    data[4:8] = b"\1\2\3\4"  # a time in a gzip head, which nobody reads in files of others
    warc.write_bytes(data)
    name = warc.relative_to(root).as_posix()
    assert {(one.file, one.rule) for one in run(root, 2)[0]} >= {(name, "fixity-changed")}


def test_a_file_that_vanished_is_told_of_until_it_is_back_or_forgotten(root):
    run(root)
    warc = next(root.rglob("*.warc.gz"))
    wacz = next(root.rglob("*.wacz"))
    names = [path.relative_to(root).as_posix() for path in (warc, wacz)]
    kept = [path.read_bytes() for path in (warc, wacz)]
    warc.unlink()
    wacz.unlink()

    for day in (1, 2):
        found, _ = run(root, day, days=3650)
        assert {one.file for one in found if one.rule == "fixity-gone"} == set(names)
        assert "SHA-256" in next(one.detail for one in found if one.rule == "fixity-gone")
    assert sum(entry.state == "gone" for entry in lines(root)) == 2
    warc.write_bytes(kept[0])
    forget(root, [names[1]], START)
    assert run(root, 3, days=3650)[0] == []

    states = [entry.state for entry in lines(root) if entry.file == names[0]]
    assert states == ["seen", "sound", "gone", "sound"]
    with pytest.raises(NotInLedger, match="knows no wacz/b"):
        forget(root, ["wacz/b.wacz"], START)


def test_a_missing_index_is_told_of_once_in_a_run_and_its_warc_knows_it_again(root):
    run(root)
    index = next(root.rglob("*.cdxj"))
    text = index.read_bytes()
    index.unlink()

    found, _ = run(root, 1)
    assert [one.rule for one in found] == ["cdxj-missing"]
    assert index.relative_to(root).as_posix() in found[0].detail
    index.write_bytes(text)
    assert run(root, 2)[0] == []


def test_an_index_that_stood_for_nothing_is_a_finding_and_nobody_misses_it(root):
    stray = next(root.rglob("*.cdxj")).with_name("x.cdxj")
    stray.write_bytes(b"")
    assert rules(run(root)[0]) == {"cdxj-extra"}
    stray.unlink()

    assert run(root, 1, days=3650)[0] == []

    assert stray.relative_to(root).as_posix() not in read(root).standings


@pytest.fixture
def gone_far(far_root):
    """A data root whose WARC file is in the storage alone."""
    run(far_root)
    assert send_waiting(far_root, keep=0).removed
    return far_root


def test_a_file_that_only_the_storage_has_is_read_there_and_held_against_its_digest(gone_far):
    found, check = run(gone_far, 1)

    warc = next(line.file for line in lines(gone_far) if line.file.endswith(".warc.gz"))
    sizes = {each.name: each.size for each in far_files(gone_far, "warcs/")}
    assert found == []
    assert (check.files, check.held) == (2, 2)
    assert check.bytes == check.held_bytes == sizes[warc] + sum(path.stat().st_size for path in closed(gone_far))
    sound, again = (line for line in lines(gone_far) if line.file == warc and line.state == "sound")
    assert (sound.sha256, sound.bytes) == (again.sha256, again.bytes)
    assert [path.name for path in (gone_far / "status").iterdir() if path.name.startswith((".", "tmp"))] == []


def test_what_rots_in_the_storage_is_told_of(gone_far, tmp_path):
    attach(gone_far, (far := tmp_path / "rotten").as_uri())
    storage = far / next(line.file for line in lines(gone_far) if line.file.endswith(".warc.gz"))
    storage.parent.mkdir(parents=True)
    storage.write_bytes(b"\x1f\x8b" + bytes(100))

    found, _ = run(gone_far, 1)

    assert "fixity-changed" in rules(found)
    assert "gzip-junk" in rules(found)
    assert run(gone_far, 2)[0]


def test_what_was_never_read_here_is_held_against_what_the_storage_was_told(far_root, s3_url, monkeypatch):
    attach(far_root, s3_url)
    assert send_waiting(far_root, keep=0).removed
    read = S3.read
    monkeypatch.setattr(S3, "read", lambda self, name, start, length: read(self, name, start, length)[::-1])

    found, _ = run(far_root)

    assert "fixity-changed" in rules(found)


def test_a_file_changed_on_purpose_is_forgotten_and_known_anew(root):
    run(root)
    warc = next(root.rglob("*.warc.gz"))
    name = warc.relative_to(root).as_posix()
    os.utime(warc, (0, 0))
    assert run(root, 1)[0] == []
    data = bytearray(warc.read_bytes())
    data[9] ^= 8
    warc.write_bytes(data)
    changed = run(root, 2)[0]
    assert "fixity-changed" in rules(changed)

    forget(root, [name], START)

    assert "fixity-changed" not in rules(run(root, 3)[0])


@pytest.mark.parametrize("kind", ["dangling", "pipe", "error", "folder"])
def test_what_can_not_be_read_to_its_end_is_a_finding_and_not_noted_as_checked(root, kind):
    run(root)
    warc = next(root.rglob("*.warc.gz"))
    name = warc.relative_to(root).as_posix()
    warc.unlink()
    if kind == "dangling":
        warc.symlink_to("nowhere")
    elif kind == "pipe":
        os.mkfifo(warc)
    elif kind == "error":
        warc.symlink_to("/proc/self/mem")  # its first page can not be read: EIO
    else:
        warc.mkdir()
    before = len(lines(root))

    found, check = run(root, 1)

    rule = "fixity-gone" if kind == "folder" else "file-unreadable"
    assert rule in [one.rule for one in found if one.file == name]
    added = {entry.state for entry in lines(root)[before:] if entry.file == name}
    assert added == ({"gone"} if kind == "folder" else set())
    assert check.files < check.held or kind == "folder"


def test_a_file_that_changes_while_it_is_read_is_not_noted_as_checked(root, monkeypatch):
    run(root)
    warc = next(root.rglob("*.warc.gz"))
    name = warc.relative_to(root).as_posix()
    before = len(lines(root))
    inside = DueCheck._inside

    def changing(self: DueCheck, file: str) -> list[Finding]:
        found = inside(self, file)
        if file == name:
            os.utime(warc)
        return found

    monkeypatch.setattr(DueCheck, "_inside", changing)
    run(root, 1)

    assert name not in {entry.file for entry in lines(root)[before:]}


def test_a_file_is_noted_only_after_its_findings_were_taken(root):
    check = DueCheck(root, root / "catalog.sqlite3", 1, lambda: START)
    warc = sorted(root.rglob("*.warc.gz"))[0]
    warc.write_bytes(warc.read_bytes()[:-9])

    next(iter(check.findings()))  # and no further

    assert {entry.state for entry in lines(root)} == {"seen"}


# --- the ledger ---------------------------------------------------------------------------------

LINE = line_of(Entry("2031-01-01T00:00:00Z", "sound", "warcs/ha_tinh/2030/“lạ”.warc.gz", 12, 34, "ab" * 32))


def test_every_bit_of_a_line_is_vouched_for():
    assert entry_of(LINE).file == "warcs/ha_tinh/2030/“lạ”.warc.gz"
    for place in range(len(LINE) - 1):
        for bit in range(8):
            changed = bytearray(LINE)
            changed[place] ^= 1 << bit
            with pytest.raises(ValueError, match="checksum"):
                entry_of(bytes(changed))


@pytest.mark.parametrize("left", range(0, len(LINE), 13))
def test_a_line_that_a_killed_run_left_is_cut_off_and_no_finding(tmp_path, left):
    (tmp_path / "status").mkdir()
    (tmp_path / PLACE).write_bytes(LINE + LINE[:left])

    with opened(tmp_path) as ledger:
        assert ledger.faults == []
        ledger.add(Entry("2031-01-02T00:00:00Z", "gone", "a"))

    assert [entry.state for entry in lines(tmp_path)] == ["sound", "gone"]


@pytest.mark.parametrize("state", ["seen", "sound"])
def test_a_damaged_line_is_told_of_once_and_what_it_is_about_is_read_again(root, state):
    run(root)
    text = (root / PLACE).read_bytes()
    number, entry = [(n, e) for n, e in enumerate(lines(root)) if e.state == state][-1]
    offset = sum(len(line) + 1 for line in text.split(b"\n")[:number])
    flip(root / PLACE, offset + 8)
    before = len(text.splitlines())

    found, _ = run(root, 1, days=3650)

    assert [(one.file, one.offset, one.rule) for one in found] == [(PLACE, offset, "ledger-line")]
    with (root / PLACE).open("rb") as file:
        added = [entry_of(line) for line in file.read().splitlines(keepends=True)[before:]]
    assert added[0].state == "told"
    if state == "sound":  # of a lost sight a later line says all that is to be known
        assert entry.file in {each.file for each in added if each.state == "sound"}
    assert run(root, 2, days=3650)[0] == []


def test_a_ledger_that_is_nothing_but_rubbish_is_told_of_and_the_archive_read_anew(root):
    run(root)
    (root / PLACE).write_bytes(os.urandom(5000).replace(b"\n", b" ") + b"\n\0\0\n\n")

    found, _ = run(root, 1)
    assert rules(found) == {"ledger-line"}
    found, check = run(root, 2)
    assert (found, check.files) == ([], check.held)


def test_a_line_of_a_newer_program_is_refused(tmp_path):
    for entry in (Entry("2031-01-01T00:00:00Z", "mended", "a"), {"at": "x", "colour": 1}):  # type: ignore[arg-type]
        (tmp_path / "status").mkdir(exist_ok=True)
        line = line_of(entry) if isinstance(entry, Entry) else _foreign(entry)
        (tmp_path / PLACE).write_bytes(line)
        with pytest.raises(ConfigError, match="a newer khcn wrote"), opened(tmp_path):
            pass


def _foreign(fields: dict[str, object]) -> bytes:
    import json
    import zlib

    text = json.dumps(fields, separators=(",", ":")).encode()
    return text[:-1] + b',"crc32":"%08x"}\n' % zlib.crc32(text)


def test_one_run_at_a_time_writes_it_and_others_may_read(root):
    run(root)
    with opened(root) as ledger:
        assert read(root).standings == ledger.standings
        with pytest.raises(LedgerBusy, match="another run checks the archive"):
            run(root, 1)
    assert read(root / "nothing").standings == {}


def test_what_could_not_be_written_whole_is_not_there(tmp_path, monkeypatch):
    real = os.write

    def half(descriptor: int, data: bytes) -> int:
        if len(data) < 20:
            raise OSError(28, "No space left on device")
        return real(descriptor, data[: len(data) - 10])

    with opened(tmp_path) as ledger:
        ledger.add(Entry("2031-01-01T00:00:00Z", "seen", "a"))
        monkeypatch.setattr(ledgers.os, "write", half)
        with pytest.raises(Exception, match="no space left"):
            ledger.add(Entry("2031-01-01T00:00:00Z", "seen", "b"))
        monkeypatch.undo()
        ledger.add(Entry("2031-01-01T00:00:00Z", "seen", "c"))

    assert [entry.file for entry in lines(tmp_path)] == ["a", "c"]
    assert isinstance(ledger, Ledger)
    assert set(ledger.standings) == {"a", "c"}
