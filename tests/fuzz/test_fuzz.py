"""Nothing but the promised errors comes of what strangers write; ``python -m tests.fuzz`` looks further."""

from __future__ import annotations

import os
import zlib

import pytest

from tests.fuzz.drive import Report, drive, run_one
from tests.fuzz.mutate import Mutator
from tests.fuzz.target import SEEDS, Target, read_seeds
from tests.fuzz.targets import TARGETS

INPUTS = int(os.environ.get("FUZZ", "40000"))
"""Inputs of the cheapest target; of all together 100,000 and more."""
FEWEST = 12


def inputs_of(target: Target) -> int:
    return max(FEWEST + len(target.seeds()), INPUTS // target.cost)


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
def test_only_promised_errors_come_of_any_bytes(target):
    report = drive(target, inputs_of(target))

    assert not report.crashes, str(report)


def test_all_targets_together_get_a_hundred_thousand_inputs():
    assert sum(map(inputs_of, TARGETS.values())) >= 2.5 * INPUTS


def test_every_file_of_seeds_is_of_a_target():
    files = sorted(SEEDS.glob("*"))

    assert [path.stem for path in files if path.stem not in TARGETS] == []
    assert all(read_seeds(path) for path in files)


def test_the_same_numbers_give_the_same_inputs():
    from random import Random

    first, second = (Mutator(TARGETS["heads"], Random("x")) for _ in range(2))

    assert [zlib.crc32(first.next()) for _ in range(200)] == [zlib.crc32(second.next()) for _ in range(200)]


def test_what_is_not_promised_is_a_crash_and_the_shortest_input_is_kept():
    def run(data: bytes) -> None:
        if len(data) > 3:
            raise KeyError("x")
        if data:
            raise ValueError("promised")

    report = Report("x")
    for data in (b"", b"a", b"123456", b"1234", b"12345"):
        run_one(Target("x", run, (ValueError,)), data, report)

    assert list(report.crashes.values()) == [b"1234"]
    assert report.inputs == 5


def test_an_input_that_takes_too_long_is_one(monkeypatch):
    monkeypatch.setattr("tests.fuzz.drive.HANG_S", 0.05)

    def run(data: bytes) -> None:
        try:
            while True:
                pass
        except Exception:
            pass

    report = Report("x")
    run_one(Target("x", run), b"a", report)

    assert "Hang" in next(iter(report.crashes))
