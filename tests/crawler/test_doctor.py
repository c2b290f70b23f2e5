"""The doctor finds what is wrong with an installation, says what to do, and changes nothing."""

from __future__ import annotations

import json
import os
import resource
import socket
import time
from datetime import UTC, datetime, timedelta
from importlib.metadata import PackageNotFoundError
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest

from archive.catalog import Catalog
from archive.search import catch_up
from crawler.config import read_config
from crawler.doctor import machine, places, services
from crawler.exits import Exit
from crawler.lock import SiteLock
from crawler.owner import Owner, boot, this_process, to_text
from tests.archive.example import make_example
from tests.crawler.other_sites import other_sites
from tests.khcn import khcn

NOW = datetime(2026, 3, 1, 5, 0, tzinfo=UTC)
WANTED = ("Scrapy<2.20,>=2.18", "lxml>=6.1", 'pywb>=2.9; extra == "replay"', 'pytest>=9; extra == "dev"')


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    made = tmp_path_factory.mktemp("doctor") / "data"
    make_example(made)
    return made


def look(data, **environ):
    """Return exit code and findings of the command, by check and state."""
    done = khcn("doctor", "--json", data=data, **environ)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert all(each["do"] for each in found if each["state"] in ("fault", "warning"))
    return done.returncode, {(each["check"], each["state"]): each["told"] for each in found}


def states(found):
    return [(each.state, each.exit) for each in found]


def tree(root):
    """Return the files and when they changed; SQLite makes two of its own beside a database that is read."""
    paths = [path for path in root.rglob("*") if path.is_file() and not path.name.endswith(("-shm", "-wal"))]
    return {path: path.stat().st_mtime_ns for path in paths}


# --- the command ------------------------------------------------------------------------------


def test_a_sound_installation_is_ok_and_stays_as_it_was(root):
    before, used = tree(root), resource.getrusage(resource.RUSAGE_CHILDREN)
    code, found = look(root, KHCN_CONTACT="kho@example.org")
    now = resource.getrusage(resource.RUSAGE_CHILDREN)

    assert code == 0
    assert {check for check, _ in found} >= {
        "python", "libraries", "time zones", "clock", "limits", "data root", "disk", "locks", "catalog", "frontier",
        "settings", "site files", "search", "tools",
    }  # fmt: skip
    assert [check for check, state in found if state == "fault"] == []
    assert tree(root) == before
    assert now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime < 4  # CPU seconds; 1.2 as a rule


def test_a_data_root_that_is_not_there_is_not_made(tmp_path):
    code, found = look(tmp_path / "kho" / "data")

    assert code == 0
    assert "the first crawl makes it" in found["data root", "ok"]
    assert list(tmp_path.iterdir()) == []


def test_whom_alerts_go_to_is_shown_without_what_is_secret(root):
    pytest.importorskip("apprise", reason="apprise is missing: pip install 'khcn[notify]'")
    code, found = look(root, KHCN_NOTIFY="json://khcn:geheim-7@127.0.0.1/x", KHCN_CONTACT="a@b.vn")

    assert code == 0
    assert "geheim-7" not in str(found)


def test_the_table_names_what_to_do(tmp_path):
    (tmp_path / "data").write_text("a file")
    done = khcn("doctor", data=tmp_path / "data")

    assert done.returncode == 4
    assert "KHCN_DATA, or mend its permissions" in done.stdout


@pytest.mark.parametrize(
    ("environ", "exit", "check", "told"),
    [
        ({"KHCN_MIN_FREE": "9" * 18}, 3, "disk", "floor 1,000,000,000.0 GB"),
        ({"KHCN_MIN_FREE": "viel"}, 4, "disk", 'KHCN_MIN_FREE: "viel"'),
        ({"KHCN_CATALOG_URL": "mysql://a/b"}, 4, "catalog", "only sqlite"),
        ({"KHCN_FRONTIER_URL": "nothing"}, 4, "frontier", "database URL"),
        ({"KHCN_CATALOG_URL": "sqlite:////dev/null"}, 4, "catalog", "/dev/null"),
        ({"KHCN_NOTIFY": "nichts://geheim-7"}, 4, "settings", "KHCN_NOTIFY: address 1"),
        ({"KHCN_RESOLVE": "a.vn"}, 4, "settings", 'entry "a.vn" has no "="'),
    ],
)
def test_a_wrong_setting_is_a_fault(root, environ, exit, check, told):
    resolve = environ.pop("KHCN_RESOLVE", None)
    if resolve is not None:
        done = khcn("doctor", "--json", data=root, resolve=resolve)
        found = [json.loads(line) for line in done.stdout.splitlines()]
        code, shown = done.returncode, {(each["check"], each["state"]): each["told"] for each in found}
    else:
        code, shown = look(root, **environ)

    assert code == exit
    assert told in shown[check, "fault"]


def test_a_clock_before_the_newest_capture_is_told(root):
    done = khcn("doctor", data=root, at=datetime(2024, 6, 1, tzinfo=UTC))

    assert done.returncode == 4
    assert "2024-06-01" in done.stdout
    assert "the archive holds a crawl of" in done.stdout


def test_a_wrong_site_file_is_named(tmp_path):
    path = other_sites(tmp_path / "project", only=("ha_tinh", "hau_giang"), ha_tinh="colour = 3\n")
    code, found = look(tmp_path / "data", PYTHONPATH=path)

    assert code == 4
    assert 'no such key "colour"' in found["site files", "fault"]
    assert "1 can be read" in found["site files", "ok"]


# --- the machine ------------------------------------------------------------------------------


def versions(**held):
    def version_of(name):
        if name not in held:
            raise PackageNotFoundError(name)
        return held[name]

    return version_of


@pytest.mark.parametrize(
    ("held", "state", "told"),
    [
        ({"Scrapy": "2.19.0", "lxml": "6.1.3", "pywb": "2.9.1"}, [], ""),
        ({"Scrapy": "2.20.1", "lxml": "6.1.3", "pywb": "2.9.1"}, ["fault"], "Scrapy 2.20.1: <2.20,>=2.18 is needed"),
        ({"Scrapy": "2.19.0", "pywb": "2.9.1"}, ["fault"], "lxml: missing"),
        ({"Scrapy": "2.18.9", "lxml": "6.1.3", "pywb": "2.9.1"}, ["warning"], "Scrapy 2.18.9 (tested: 2.19.0)"),
        ({"Scrapy": "2.19.0", "lxml": "6.1.3"}, ["note"], "the extra replay is not installed: pywb"),
    ],
)
def test_libraries_are_held_against_what_is_needed_and_what_was_tested(tmp_path, held, state, told):
    (tmp_path / "constraints.txt").write_text("# pinned\nscrapy==2.19.0\nlxml==6.1.3\npywb==2.9.1\n")
    *found, last = machine.libraries(tmp_path / "constraints.txt", WANTED, versions(**held))

    assert [each.state for each in found] == state
    assert last.state == "ok"
    assert all(told in each.told for each in found)


@pytest.mark.parametrize("text", [None, b"\xff\xfe", b"no pins"])
def test_without_pins_versions_are_held_against_the_requirements_alone(tmp_path, text):
    if text is not None:
        (tmp_path / "constraints.txt").write_bytes(text)
    found = list(machine.libraries(tmp_path / "constraints.txt", WANTED, versions(Scrapy="2.18.1", lxml="7", pywb="3")))

    assert [each.state for each in found] == ["ok"]


def test_a_requirement_that_can_not_be_read_is_a_fault(tmp_path):
    assert states(machine.libraries(tmp_path, ["Scrapy>>2"])) == [("fault", Exit.CONFIG)]


def test_an_old_python_is_a_fault():
    assert states(machine.python((3, 9, 2))) == [("fault", Exit.CONFIG)]
    assert states(machine.python((3, 12, 0))) == [("ok", Exit.OK)]


YEAR = timedelta(days=365)


@pytest.mark.parametrize(
    ("spans", "synchronised", "state"),
    [
        ([(NOW - YEAR, NOW + YEAR)] * 3, True, "ok"),
        ([(NOW - YEAR, NOW + YEAR)] * 3, None, "ok"),
        ([], False, "warning"),
        ([(NOW - 3 * YEAR, NOW - YEAR)] * 3 + [(NOW - YEAR, NOW + YEAR)], True, "fault"),
        ([(NOW + YEAR, NOW + 9 * YEAR)] * 3, None, "fault"),
    ],
)
def test_the_clock_is_held_against_certificates_and_ntp(tmp_path, spans, synchronised, state):
    found = machine.clock(tmp_path, NOW, certificates=lambda: spans, is_synchronised=lambda: synchronised)

    assert [each.state for each in found] == [state]


@pytest.mark.parametrize("name", ["ha_tinh-99999999999999999.json", "ha_tinh-20250301.json", "x.json", "\x1b[2J"])
def test_a_name_that_is_no_time_says_nothing_of_the_clock(tmp_path, name):
    (tmp_path / "crawls").mkdir()
    (tmp_path / "crawls" / name).touch()

    assert machine.newest_stamp(tmp_path) is None


def test_the_time_zone_of_vietnam_is_needed():
    def none(name):
        raise ZoneInfoNotFoundError(name)

    assert states(machine.time_zones(none)) == [("fault", Exit.CONFIG)]
    assert states(machine.time_zones(lambda name: ZoneInfo("Asia/Tokyo"))) == [("fault", Exit.CONFIG)]


def test_few_open_files_and_missing_tools_are_told():
    assert [each.state for each in machine.limits(256)] == ["warning"]
    assert [each.state for each in machine.tools(lambda name: None, versions())] == ["note", "note"]


# --- the data root ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "broken", "exit", "told"),
    [
        ("fsync", OSError(28, "No space left on device"), Exit.DISK, "No space left"),
        ("fsync", OSError(5, "Input/output error"), Exit.DISK, ""),
        ("fsync", OSError(95, "Operation not supported"), Exit.CONFIG, "Operation not supported"),
        ("open", OSError(30, "Read-only file system"), Exit.CONFIG, "Read-only file system"),
    ],
)
def test_a_file_system_that_refuses_is_a_fault(tmp_path, monkeypatch, name, broken, exit, told):
    def refuse(*_, **__):
        raise broken

    monkeypatch.setattr(places.os, name, refuse)
    (found,) = places.data_root(tmp_path)

    assert (found.state, found.exit) == ("fault", exit)
    assert told in found.told
    assert list(tmp_path.iterdir()) == []


def test_a_file_system_without_locks_is_a_fault(tmp_path, monkeypatch):
    monkeypatch.setattr(places.fcntl, "flock", lambda file, how: None)
    assert "the same lock" in next(places.data_root(tmp_path)).told

    def none(file, how):
        raise OSError(37, "No locks available")

    monkeypatch.setattr(places.fcntl, "flock", none)
    assert "No locks available" in next(places.data_root(tmp_path)).told


def test_a_file_system_with_another_clock_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(places.time, "time", lambda: time.monotonic())

    assert [each.state for each in places.data_root(tmp_path)] == ["warning", "ok"]


def test_a_place_below_a_file_is_a_fault(tmp_path):
    (tmp_path / "file").write_text("")

    assert states(places.data_root(tmp_path / "file" / "data")) == [("fault", Exit.CONFIG)]
    os.symlink(tmp_path / "nowhere", tmp_path / "link")
    assert states(places.data_root(tmp_path / "link")) == [("fault", Exit.CONFIG)]


def test_room_that_gets_short_is_told_before_it_is_a_fault(tmp_path):
    config = read_config({"KHCN_MIN_FREE": "1000", "KHCN_DATA": str(tmp_path)})
    for free, state in ((999, "fault"), (4_999, "warning"), (5_001, "ok")):
        found = next(places.rooms(config, lambda _, free=free: (free, 10**12)))
        assert found.state == state
        assert found.exit == (Exit.DISK if state == "fault" else Exit.OK)


def test_a_lock_that_is_held_is_told_and_not_touched(tmp_path):
    with SiteLock(tmp_path, "ha_tinh", NOW) as lock:
        (found,) = places.leftovers(tmp_path)
        lock.check()
        assert found.told.startswith(f"held: ha_tinh (process {os.getpid()}")


def test_what_killed_runs_left_is_told(tmp_path):
    for folder in ("locks", "crawls", "warcs/ha_tinh/2026"):
        (tmp_path / folder).mkdir(parents=True)
    me = this_process(NOW)
    dead = Owner("0" * 32, me.pid, (me.began or 0) + 1, me.host, boot(), NOW)
    away = Owner("1" * 32, 1, 1, "other", "another life", NOW)
    (tmp_path / "locks/ha_tinh.lock").write_bytes(to_text(dead))
    (tmp_path / "locks/nghe_an.lock").write_bytes(to_text(away))
    (tmp_path / "locks/empty.lock").write_bytes(b"\x00{")
    (tmp_path / "crawls/ha_tinh-20260301020000000.json.open").write_text("{}")
    (tmp_path / "warcs/ha_tinh/2026/ha_tinh-20260301020000-00000.warc.gz.open").write_text("")
    held, killed, left = places.leftovers(tmp_path)

    assert "nghe_an" in held.told
    assert killed.told.endswith(": ha_tinh")
    assert (left.state, left.told) == ("warning", "1 crawls were killed, 1 WARC files are not closed")


# --- services ---------------------------------------------------------------------------------


def test_a_server_that_is_not_there_or_says_nothing_does_not_hold_the_doctor_up(tmp_path):
    pytest.importorskip("psycopg", reason="psycopg is missing: pip install 'khcn[postgres]'")
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        for port in (1, silent.getsockname()[1]):
            url = f"postgresql+psycopg://khcn:geheim-7@127.0.0.1:{port}/khcn"
            found = list(services.databases(read_config({"KHCN_CATALOG_URL": url, "KHCN_DATA": str(tmp_path)})))

            assert (found[0].check, found[0].state) == ("catalog", "fault")
            assert "no answer from 127.0.0.1" in found[0].told
            assert "geheim-7" not in found[0].told


def test_damaged_databases_are_faults(tmp_path):
    for name in ("catalog", "frontier"):
        (tmp_path / f"{name}.sqlite3").write_bytes(b"no database at all" * 1000)
    found = list(services.databases(read_config({"KHCN_DATA": str(tmp_path)})))

    assert [(each.check, each.state) for each in found] == [("catalog", "fault"), ("frontier", "fault")]
    assert all(each.do for each in found)


def test_the_state_of_the_search_is_told(tmp_path):
    make_example(tmp_path)
    config = read_config({"KHCN_DATA": str(tmp_path)})
    before = [each.state for each in services.search(config)]
    with Catalog.open(tmp_path / "catalog.sqlite3") as catalog:
        catch_up(tmp_path, catalog)
    (made,) = services.search(config)
    for path in (tmp_path / "search").rglob("*"):
        if path.is_file() and path.name != "current":
            path.write_bytes(b"damaged")
    (damaged,) = services.search(config)

    assert before == ["note"]
    assert (made.state, made.told) == ("ok", "0 changes behind the catalog")
    assert damaged.state == "warning"


def test_a_check_that_breaks_does_not_keep_the_others_from_telling(tmp_path, monkeypatch):
    from crawler.cli import doctor

    monkeypatch.setattr(doctor.machine, "limits", lambda: 1 / 0)
    found = [
        each for check in doctor._checks(read_config({"KHCN_DATA": str(tmp_path)})) for each in doctor._safely(check)
    ]

    assert [(each.check, each.exit) for each in found if each.state == "fault"] == [("limits", Exit.ERROR)]
    assert found[-1].check == "tools"
