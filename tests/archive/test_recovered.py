"""Captures of a recovery: from where they come, and what `verify` asks of them."""

from __future__ import annotations

import gzip
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from archive.recovered import read_recovered, recovered_of
from archive.verify import Verification
from archive.warc.reader import Context, iter_captures
from tests.archive.recovered_samples import CRAWL_DATA, FETCHED, Memento, write_recovery
from tests.archive.verify_samples import members

URL = "http://skhcn.haugiang.gov.vn/tin?id=1"
OLD = Memento(URL, datetime(2015, 3, 11, 2, tzinfo=UTC), b"<html>2015</html>")
COPIED = Memento(URL, datetime(2019, 8, 20, tzinfo=UTC), b"<html>2019</html>", kind="commoncrawl")


def found(root):
    return [(one.rule, one.detail) for one in Verification(root, ()).findings() if not one.rule.startswith("catalog")]


def test_a_recovered_capture_has_its_own_date_and_tells_its_source(tmp_path):
    warc = write_recovery(tmp_path, "hau_giang", "c1", [OLD, COPIED])

    captures = [capture for capture, _ in iter_captures(tmp_path, warc)]
    first, second = (read_recovered(tmp_path, capture.location) for capture in captures)

    assert Context.of(tmp_path, warc) == Context("hau_giang", "c1", "recover")
    assert [(capture.origin, capture.date) for capture in captures] == [("recover", OLD.date), ("recover", COPIED.date)]
    assert first is not None
    assert second is not None
    assert (first.source, first.kind, first.fetched) == (OLD.source, "wayback", FETCHED)
    assert (first.rebuilt, first.record, first.offset) == (("status-line", "headers"), None, None)
    assert (second.source, second.rebuilt, second.record) == (CRAWL_DATA, (), COPIED.id)
    assert (second.offset, second.length, second.digest_match) == (1234, 567, "yes")


@pytest.mark.parametrize(
    "told",
    [{}, {"origin": "recover"}, {"source": "https://a/"}, {"origin": "import", "source": "a.warc.gz"}],
    ids=["nothing", "no source", "no origin", "import"],
)
def test_what_tells_of_no_recovery_is_none(told):
    assert recovered_of(told) is None


def test_numbers_and_dates_that_are_none_are_left_out():
    odd = recovered_of(
        {"origin": "recover", "source": "x", "fetched": "hôm qua", "source-offset": "-1", "rebuilt": ","}
    )

    assert odd is not None
    assert (odd.fetched, odd.offset, odd.rebuilt) == (None, None, ())


def test_a_recovery_is_sound_though_records_of_its_source_are_not_here(tmp_path):
    write_recovery(tmp_path, "hau_giang", "c1", [OLD, COPIED])

    assert found(tmp_path) == []


@pytest.mark.parametrize(
    ("memento", "said"),
    [
        (replace(OLD, told={"origin": None}), "no record behind it says from where"),
        (replace(OLD, told={"source": None}), "there is no source"),
        (replace(OLD, told={"fetched": "hôm qua"}), "fetched is 'hôm qua'"),
        (replace(OLD, told={"source-kind": "memory"}), "source-kind is 'memory'"),
        (replace(OLD, told={"rebuilt": None}), "does not say what was rebuilt"),
        (replace(OLD, told={"digest-match": "perhaps"}), "digest-match is 'perhaps'"),
        (replace(OLD, fields={"WARC-Source-URI": None}), "warc-source-uri is ''"),
        (replace(OLD, fields={"WARC-Source-URI": "https://elsewhere/"}), "warc-source-uri is 'https://elsewhere/'"),
        (replace(OLD, fields={"WARC-Creation-Date": "2020-01-01T00:00:00Z"}), "warc-creation-date is '2020"),
        (replace(OLD, date=FETCHED + timedelta(days=2)), "after it was fetched"),
        (replace(COPIED, told={"source-offset": None}), "there is no source-offset"),
        (replace(COPIED, told={"source-length": "-7"}), "source-length is '-7'"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_what_a_recovery_does_not_say_or_says_wrong_is_named(tmp_path, memento, said):
    write_recovery(tmp_path, "hau_giang", "c1", [COPIED, memento] if memento.kind != "commoncrawl" else [memento, OLD])

    told = [(rule, detail) for rule, detail in found(tmp_path) if rule == "recover-source"]

    assert len(told) == 1, told
    assert said in told[0][1]


def test_links_to_records_that_are_not_here_need_the_word_of_the_record_beside(tmp_path):
    write_recovery(tmp_path, "hau_giang", "c1", [replace(COPIED, told={"source-record-id": "<urn:x>"})])

    assert {rule for rule, _ in found(tmp_path)} == {"recover-source", "link-concurrent", "link-warcinfo"}


def test_what_was_recovered_elsewhere_and_imported_here_may_say_anything_and_keeps_its_links(tmp_path):
    odd = [replace(OLD, told={"fetched": None}), COPIED]
    write_recovery(tmp_path, "hau_giang", "c1", odd, origin="import")

    assert found(tmp_path) == []


def test_a_rebuilt_record_of_ours_names_no_record_that_is_not_here(tmp_path):
    write_recovery(tmp_path, "hau_giang", "c1", [replace(OLD, fields={"WARC-Concurrent-To": "<urn:x>"})])

    assert {rule for rule, _ in found(tmp_path)} == {"link-concurrent"}


@pytest.mark.parametrize("name", ["WARC-Payload-Digest", "WARC-Block-Digest"])
def test_a_rebuilt_record_has_our_digests(tmp_path, name):
    write_recovery(tmp_path, "hau_giang", "c1", [OLD, replace(OLD, date=COPIED.date, fields={name: None})])

    assert {rule for rule, _ in found(tmp_path)} == {"digest-missing"}


def test_a_capture_whose_word_was_cut_out_is_named(tmp_path):
    warc = tmp_path / write_recovery(tmp_path, "hau_giang", "c1", [OLD, replace(OLD, date=COPIED.date)])
    kept = members(warc.read_bytes())
    assert b"WARC-Type: metadata" in gzip.decompress(kept[2])
    warc.write_bytes(b"".join([*kept[:2], *kept[3:]]))

    assert "recover-source" in {rule for rule, _ in found(tmp_path)}
