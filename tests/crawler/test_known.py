"""The set of known articles: small, and without an answer that is wrong."""

from __future__ import annotations

import tracemalloc

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
