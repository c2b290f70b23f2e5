"""What broke and what was mended is noted once, whatever happens meanwhile."""

from __future__ import annotations

import errno
import logging
import os
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from multiprocessing import get_context

import pytest

from archive.errors import DiskError
from archive.health.ledger import Ledger, read_broken
from tests.health.made import NOW, row

DAY = timedelta(days=1)


def look(root, *rows, at=NOW):
    with Ledger(root) as ledger:
        return [(event.event, event.site, event.name) for event in ledger.look(rows, at)]


def lines(root):
    return (root / "status/ledger.jsonl").read_text("utf-8").splitlines()


def test_it_is_noted_once_that_something_broke_and_once_that_it_was_mended(tmp_path):
    found = [
        look(tmp_path, row("ha_tinh", "answers"), at=NOW),
        look(tmp_path, row("ha_tinh", "answers"), at=NOW + DAY),
        look(tmp_path, row("ha_tinh", ok=("answers",)), at=NOW + 2 * DAY),
        look(tmp_path, row("ha_tinh", ok=("answers",)), at=NOW + 3 * DAY),
        look(tmp_path, row("ha_tinh", "answers"), at=NOW + 4 * DAY),
    ]

    assert found == [[("broke", "ha_tinh", "answers")], [], [("mended", "ha_tinh", "answers")], [], found[0]]
    with Ledger(tmp_path) as ledger:
        events = list(ledger.notices.waiting.values())
    assert len({event.id for event in events}) == 3
    assert events[1].since == NOW


def test_what_can_not_be_seen_now_stays_as_it_was(tmp_path):
    look(tmp_path, row("ha_tinh", "articles_a_month"))

    assert look(tmp_path, row("ha_tinh", ok=("answers",)), row("nghe_an")) == []
    assert set(read_broken(tmp_path)) == {("ha_tinh", "articles_a_month")}


def test_a_site_of_which_nothing_is_expected_any_more_is_mended(tmp_path):
    look(tmp_path, row("ha_tinh", "answers"), row("nghe_an", "answers"))

    assert look(tmp_path, row("ha_tinh", watched=False)) == [("mended", "ha_tinh", "answers")]
    assert set(read_broken(tmp_path)) == {("nghe_an", "answers")}


def test_an_acknowledgement_lasts_until_it_is_mended(tmp_path):
    look(tmp_path, row("ha_tinh", "answers", "robots"))
    with Ledger(tmp_path) as ledger:
        ledger.acknowledge("ha_tinh", "answers", NOW + DAY)
        with pytest.raises(KeyError):
            ledger.acknowledge("ha_tinh", "layout", NOW)
    look(tmp_path, row("ha_tinh", "answers", "robots"), at=NOW + 2 * DAY)

    assert read_broken(tmp_path)["ha_tinh", "answers"].acknowledged == NOW + DAY
    assert read_broken(tmp_path)["ha_tinh", "robots"].acknowledged is None

    look(tmp_path, row("ha_tinh", ok=("answers",)))
    look(tmp_path, row("ha_tinh", "answers"))

    assert read_broken(tmp_path)["ha_tinh", "answers"].acknowledged is None


def test_a_torn_end_is_set_aside_and_the_event_noted_again(tmp_path, caplog):
    look(tmp_path, row("ha_tinh", "answers"))
    look(tmp_path, row("ha_tinh", "answers", "robots"))
    path = tmp_path / "status/ledger.jsonl"
    torn = path.read_bytes()[:-20]
    path.write_bytes(torn)

    with caplog.at_level(logging.WARNING):
        assert look(tmp_path, row("ha_tinh", "answers", "robots")) == [("broke", "ha_tinh", "robots")]

    (kept,) = (tmp_path / "quarantine/status").iterdir()
    assert kept.read_bytes() == torn
    assert len(lines(tmp_path)) == 2
    assert "set aside" in caplog.text


@pytest.mark.parametrize(
    "damage", [b"\x00\x01\xff\n", b"{}\n", b'{"at":"2025-06-11T20:00:00Z","event":"exploded"}\n', b"\n"]
)
def test_a_line_that_can_not_be_read_takes_no_other_with_it(tmp_path, caplog, damage):
    look(tmp_path, row("ha_tinh", "answers"))
    path = tmp_path / "status/ledger.jsonl"
    path.write_bytes(damage + path.read_bytes())

    assert look(tmp_path, row("ha_tinh", "answers")) == []
    assert set(read_broken(tmp_path)) == {("ha_tinh", "answers")}
    assert len(list((tmp_path / "quarantine/status").iterdir())) == 1
    assert "lines of the ledger can not be read" in caplog.text


def test_a_ledger_that_is_no_file_is_said_with_its_name(tmp_path):
    (tmp_path / "status/ledger.jsonl").mkdir(parents=True)

    with pytest.raises(Exception, match=r"status/ledger\.jsonl"), Ledger(tmp_path):
        pass


def test_a_full_disk_leaves_no_half_of_a_line(tmp_path, monkeypatch):
    look(tmp_path, row("ha_tinh", "answers"))
    before = lines(tmp_path)

    def full(descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with Ledger(tmp_path) as ledger:
        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(DiskError):
            ledger.look([row("nghe_an", "answers")], NOW)
    monkeypatch.undo()

    assert lines(tmp_path) == before
    assert look(tmp_path, row("nghe_an", "answers")) == [("broke", "nghe_an", "answers")]


def _look_alone(root):
    return look(root, row("ha_tinh", "answers", "robots"))


def test_runs_that_look_at_the_same_time_note_it_once(tmp_path):
    with ProcessPoolExecutor(4, mp_context=get_context("fork")) as pool:
        found = list(pool.map(_look_alone, [tmp_path] * 12))

    assert sum(map(len, found)) == 2
    assert len(lines(tmp_path)) == 2
