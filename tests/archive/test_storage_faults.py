"""What goes wrong on the way to a storage: it is tried again, then told; nothing is kept half."""

from __future__ import annotations

import random
import threading

import pytest

from archive.errors import DiskFull, StorageLost
from archive.storage import attach
from archive.storage.opening import opened
from archive.storage.send import send_waiting
from archive.storage.store import AlreadyStored, Refused
from tests.archive.stored import WARC, file_of
from tests.archive.verify_samples import make_root
from tests.s3 import KEYS, error, way_to


@pytest.fixture
def way(s3_endpoint, s3_url, monkeypatch):
    """A way to the server on which things go wrong, and a storage at its end."""
    monkeypatch.setattr("archive.storage.s3.CUT_WAITS_S", (0.0, 0.0))
    monkeypatch.setattr("archive.storage.s3.STALE_WAITS_S", (0.0, 0.0))
    with way_to(s3_endpoint) as way:
        monkeypatch.setenv("AWS_ENDPOINT_URL", way.address)
        way.url = s3_url
        yield way


def answers(*faults):
    """Return what gives each request of a file the next of *faults*, then none."""
    left = list(faults)
    return lambda asked: left.pop(0) if left and "tep" in asked.path else None


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(error(500, "InternalError"), id="500"),
        pytest.param(error(503, "SlowDown"), id="SlowDown"),
        pytest.param(error(503, "ServiceUnavailable"), id="503"),
        pytest.param(700, id="cut"),
        pytest.param(("cut", 10), id="cut-answer"),
        pytest.param(error(400, "ExpiredToken"), id="expired"),
        pytest.param(b"", id="silent"),
    ],
)
def test_a_fault_that_passes_is_not_noticed(way, tmp_path, fault):
    storage = opened(way.url)
    data = random.Random(3).randbytes(300_000)
    path, digest = file_of(tmp_path, data)

    way.fault = answers(fault)
    try:
        storage.put(path, "tep-1", digest)
    except AlreadyStored:  # it had come, and its answer had not
        assert fault == ("cut", 10)
    way.fault = answers(fault)
    held = storage.stat("tep-1")
    way.fault = answers(fault if fault != 700 else ("cut", 2000))
    read = storage.read("tep-1", 0, len(data))

    assert (held.size, held.sha256, read) == (len(data), digest, data)


@pytest.mark.parametrize(
    ("fault", "kind", "says"),
    [
        (error(500, "InternalError"), StorageLost, "answers 500"),
        (error(503, "SlowDown"), StorageLost, "503 SlowDown"),
        (700, StorageLost, "no answer"),
        (error(400, "ExpiredToken"), Refused, "credentials have expired"),
        (error(403, "AccessDenied"), Refused, "403 AccessDenied"),
        (error(501, "NotImplemented"), Refused, "no conditional writes"),
    ],
    ids=["500", "SlowDown", "cut", "expired", "denied", "unconditional"],
)
def test_a_fault_that_lasts_ends_with_a_sentence_and_nothing_is_kept_half(
    way, tmp_path, s3_endpoint, fault, kind, says
):
    way.fault = lambda asked: fault if asked.method == "PUT" else None
    path, digest = file_of(tmp_path, bytes(300_000))

    with pytest.raises(kind, match=says) as told:
        opened(way.url).put(path, "tep-2", digest)

    assert way.url in str(told.value)
    assert KEYS["AWS_SECRET_ACCESS_KEY"] not in str(told.value)
    way.fault = lambda asked: None
    assert opened(way.url).stat("tep-2") is None


def test_a_server_that_never_answers_is_not_waited_for_for_ever(way, tmp_path, monkeypatch):
    monkeypatch.setattr("archive.storage.s3.READ_S", 0.2)
    ended = threading.Event()
    way.fault = lambda asked: ended.wait() and None
    path, digest = file_of(tmp_path, b"x")

    try:
        with pytest.raises(StorageLost, match=r"no answer|was cut"):
            opened(way.url).put(path, "tep-6", digest)
        with pytest.raises(StorageLost, match=r"no answer|was cut"):
            opened(way.url).read("tep-6", 0, 9)
    finally:
        ended.set()


def test_an_answer_that_is_cut_again_and_again_ends_with_a_sentence(way, tmp_path):
    path, digest = file_of(tmp_path, bytes(3000))
    opened(way.url).put(path, "tep-3", digest)
    way.fault = lambda asked: ("cut", 900)

    with pytest.raises(StorageLost, match=r"tep-3: the answer was cut"):
        opened(way.url).read("tep-3", 0, 3000)


def test_a_full_storage_is_a_full_disk(way, tmp_path):
    way.fault = lambda asked: error(403, "QuotaExceeded") if asked.method == "PUT" else None
    path, digest = file_of(tmp_path, b"x")

    with pytest.raises(DiskFull, match="takes nothing more"):
        opened(way.url).put(path, "tep-4", digest)


def test_after_a_storage_that_does_not_answer_nothing_more_is_tried(way, tmp_path):
    data = tmp_path / "data"
    make_root(data)
    attach(data, way.url)
    way.fault = lambda asked: error(500, "InternalError") if asked.method == "PUT" else None

    sent = send_waiting(data, keep=0)

    assert [name for name, _ in sent.failed] == [WARC]
    assert len(sent.untried) == 2
    assert not sent.stored
    assert len([asked for asked in way.asked if asked.method == "PUT"]) == 2  # AWS_MAX_ATTEMPTS
    assert (data / WARC).is_file()
    way.fault = lambda asked: None
    assert len(send_waiting(data).stored) == 3


def test_what_is_sent_says_its_checksum_and_its_condition(way, tmp_path):
    path, digest = file_of(tmp_path, b"xin")
    opened(way.url).put(path, "tep-5", digest)

    (asked,) = [asked for asked in way.asked if asked.method == "PUT"]
    head = asked.head.lower()
    assert b"if-none-match: *" in head
    assert b"x-amz-checksum-sha256: " in head
