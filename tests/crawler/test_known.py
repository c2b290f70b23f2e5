"""The set of known articles: small, and without an answer that is wrong."""

from __future__ import annotations

import tracemalloc

import pytest

from crawler.known import KnownSet


def test_it_holds_what_was_put_in_and_nothing_else():
    known = KnownSet(f"tin/{number}" for number in range(0, 20_000, 2))

    assert len(known) == 10_000
    assert all((f"tin/{number}" in known) == (number % 2 == 0) for number in range(20_000))


def test_the_same_twice_is_there_once():
    known = KnownSet(["a", "b", "a"])
    known.add("b")
    known.add("c")

    assert len(known) == 3
    assert "c" in known


def test_what_is_taken_out_is_out_and_nothing_else():
    known = KnownSet(map(str, range(1000)))

    assert [known.discard("7"), known.discard("7"), known.discard("none")] == [True, False, False]
    assert [number for number in range(1000) if str(number) not in known] == [7]


@pytest.mark.parametrize("number", [0, 1, 300, 20_000])
def test_it_is_the_same_when_it_was_bytes(number):
    known = KnownSet(map(str, range(number)))

    again = KnownSet.from_bytes(known.to_bytes())

    assert len(known.to_bytes()) == 8 * number
    assert again.to_bytes() == known.to_bytes()
    assert len(again) == number
    assert all(str(each) in again for each in range(number))
    assert "another" not in again
    again.add("another")
    assert "another" in again


def test_bytes_are_the_same_on_every_machine():
    assert KnownSet(["a", "b"]).to_bytes().hex() == "40f89e395b66422f8472c2e34d854f75"


def test_odd_strings_are_strings_like_others():
    odd = ["", "\x00", "tin-tức", "lone \ud800", "a" * 100_000]

    known = KnownSet(odd)

    assert all(each in known for each in odd)
    assert "a" * 99_999 not in known
    assert None not in known


def test_a_hundred_thousand_take_a_megabyte_and_little_beside_while_they_come():
    tracemalloc.start()
    known = KnownSet(f"https://skhcn.hatinh.gov.vn/chi-tiet-tin-tuc/{number}" for number in range(100_000))
    held, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert len(known) == 100_000
    assert held < 1_200_000
    assert peak < 2_000_000
