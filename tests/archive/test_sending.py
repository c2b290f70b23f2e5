"""Closed files go into a storage, and are removed here only when they are safe there."""

from __future__ import annotations

import hashlib
import json
import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import time_machine

from archive import open_archive
from archive.errors import ConfigError
from archive.storage import Far, attach, ledger
from archive.storage.opening import behind
from archive.storage.send import Differs, keep_days, send_waiting, told
from archive.times import UTC, now
from archive.warc.files import find_warc, list_warcs
from archive.warc.reader import iter_captures, read_exchange
from tests.archive.stored import WARC, check, file_of
from tests.archive.verify_samples import HOST, SITE, make_root, rules

# What is sent.


def test_all_closed_files_are_sent_once_and_written_down(far_root):
    sent = send_waiting(far_root)

    names = {each.rpartition(".")[2]: each for each in sent.stored}
    assert len(sent.stored) == 3
    assert set(names) == {"gz", "cdxj", "jsonl"}
    known = ledger.read(far_root, behind(far_root).url)
    assert {name: entry.sha256 for name, entry in known.items()} == {
        name: hashlib.sha256((far_root / name).read_bytes()).hexdigest() for name in sent.stored
    }
    assert send_waiting(far_root).stored == []
    assert check(far_root) == []


def test_a_file_that_changed_since_takes_its_older_form_s_place(far_root):
    send_waiting(far_root)
    lines = next(far_root.glob("articles/*/*/*.jsonl"))
    lines.write_bytes(lines.read_bytes() + b"{}\n")

    assert send_waiting(far_root, [SITE]).stored == [name := lines.relative_to(far_root).as_posix()]
    assert behind(far_root).read(name, 0, 1 << 20) == lines.read_bytes()


def test_what_is_there_already_counts_when_it_is_the_same(far_root):
    send_waiting(far_root)
    (far_root / ledger.PLACE).unlink()

    again = send_waiting(far_root)

    assert len(again.stored) == 3
    assert not again.failed


def test_another_file_of_the_name_is_an_error_with_both_digests_and_nothing_is_removed(far_root, tmp_path):
    path, digest = file_of(tmp_path, b"khac")
    behind(far_root).put(path, WARC, digest)

    sent = send_waiting(far_root, keep=0)

    ((name, cause),) = sent.failed
    assert name == WARC
    assert isinstance(cause, Differs)
    assert digest in str(cause)
    assert hashlib.sha256((far_root / WARC).read_bytes()).hexdigest() in str(cause)
    assert (far_root / WARC).is_file()
    assert sent.removed == []
    assert behind(far_root).read(WARC, 0, 9) == b"khac"
    assert any(WARC in sentence for sentence in told(sent))


def test_a_torn_line_of_the_ledger_is_passed_over(far_root):
    send_waiting(far_root)
    place = far_root / ledger.PLACE
    whole = place.read_bytes()
    place.write_bytes(whole[:-30])
    assert len(ledger.read(far_root, behind(far_root).url)) == 2

    send_waiting(far_root)

    assert len(ledger.read(far_root, behind(far_root).url)) == 3
    assert all(json.loads(line) for line in place.read_bytes().splitlines()[-1:])


# What is removed.


def test_local_files_are_kept_for_as_long_as_the_policy_says(far_root):
    assert send_waiting(far_root, keep=keep_days("all")).removed == []
    assert send_waiting(far_root, keep=2).removed == []
    with time_machine.travel(now() + timedelta(days=3)):
        assert send_waiting(far_root, keep=2).removed == [WARC]

    assert not (far_root / WARC).exists()
    assert next(far_root.glob("cdxj/*/*/*.cdxj")).is_file()
    assert list_warcs(far_root) == [WARC]
    assert isinstance(find_warc(far_root, WARC), Far)


def test_nothing_is_removed_that_the_storage_does_not_have_any_more(far_root, monkeypatch):
    send_waiting(far_root)
    storage = behind(far_root)
    monkeypatch.setattr(type(storage), "stat", lambda *_: None)

    with time_machine.travel(now() + timedelta(seconds=5)):
        sent = send_waiting(far_root, keep=0)

    assert sent.removed == []
    assert "is not there any more" in str(sent.failed[0][1])
    assert (far_root / WARC).is_file()


def test_a_file_of_this_second_goes_only_when_its_name_can_not_be_given_again(far_root):
    named = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
    os.utime(far_root / WARC, (named.timestamp(), named.timestamp()))

    with time_machine.travel(named + timedelta(milliseconds=1)):
        assert send_waiting(far_root, keep=0).removed == [WARC]
        assert now() >= named + timedelta(seconds=1)


@pytest.mark.parametrize("value", ["", "none", "-1", "1.5", "٣"])
def test_a_policy_that_is_none_is_a_fault_of_the_settings(value):
    with pytest.raises(ConfigError, match="STORED_KEEP_DAYS"):
        keep_days(value)


# What is read.


def test_readers_find_what_is_not_here_in_the_storage(far_root):
    before = [(capture, read_exchange(far_root, capture.location)) for capture, _ in iter_captures(far_root, WARC)]
    send_waiting(far_root)
    (far_root / WARC).unlink()

    assert [
        (capture, read_exchange(far_root, capture.location)) for capture, _ in iter_captures(far_root, WARC)
    ] == before
    assert check(far_root) == []


def test_an_archive_is_opened_with_the_storage_behind_it(far_root, storage_url):
    send_waiting(far_root)
    (far_root / WARC).unlink()
    attach(far_root, "")

    with open_archive(far_root, archive_url=storage_url) as archive:
        assert archive.capture(f"{HOST}/e").payload().body == b"no"


# What is lost.


def test_what_was_stored_and_is_nowhere_is_found(far_root, storage_url):
    send_waiting(far_root)
    (far_root / WARC).unlink()
    attach(far_root, storage_url + "-khac")
    lines = (far_root / ledger.PLACE).read_text().replace(storage_url, storage_url + "-khac")
    (far_root / ledger.PLACE).write_text(lines)
    if storage_url.startswith("file:"):
        Path(behind(far_root).place("")).mkdir()

    found = check(far_root)

    assert {"stored-lost", "spool-lost"} <= rules(found)
    lost = [one for one in found if one.rule == "spool-lost"]
    assert [one.detail.split(" ")[0] for one in lost] == [
        f"{HOST}{path}" for path in ("/", "/a", "/b", "/c.jpg", "/d.pdf", "/e")
    ]
    assert {one.file for one in lost} == {WARC}


def test_a_stored_file_that_rots_is_found(tmp_path):
    root = tmp_path / "data"
    make_root(root)
    (tmp_path / "far").mkdir()
    attach(root, (tmp_path / "far").as_uri())
    send_waiting(root)
    (root / WARC).unlink()
    place = Path(behind(root).place(WARC))
    data = bytearray(place.read_bytes())
    data[len(data) // 2] ^= 1
    place.write_bytes(data)

    assert rules(check(root)) & {"gzip-broken", "block-digest"}
