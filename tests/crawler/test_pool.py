"""Which connections are kept for the next request, and for how long. What is sent over them: test_wire."""

from __future__ import annotations

from typing import Any

import pytest

from crawler import pool
from crawler.pool import Pool


class Kept:
    """A connection that waits; no network is needed to say which one is taken."""

    def __init__(self, *, is_quiet: bool = True) -> None:
        self.is_closed, self._is_quiet = False, is_quiet

    def is_idle(self) -> bool:
        return self._is_quiet

    def close(self) -> None:
        self.is_closed = True


def kept(one: Pool, *wires: Kept) -> None:
    for wire in wires:
        _as_any(one)._keep(("http", "a.vn"), wire)


def taken(one: Pool) -> Any:
    return _as_any(one)._take(("http", "a.vn"))


def _as_any(one: Any) -> Any:
    return one


def test_the_oldest_is_closed_where_there_are_too_many():
    one, wires = Pool(None, 2), [Kept() for _ in range(3)]
    kept(one, *wires)

    assert [wire.is_closed for wire in wires] == [True, False, False]
    assert [taken(one), taken(one), taken(one)] == [wires[2], wires[1], None]


def test_one_on_which_something_came_meanwhile_is_closed_and_another_taken():
    one, noisy, quiet = Pool(None, 4), Kept(is_quiet=False), Kept()
    kept(one, quiet, noisy)

    assert taken(one) is quiet
    assert (noisy.is_closed, quiet.is_closed) == (True, False)


def test_one_that_waited_too_long_is_closed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pool, "IDLE_S", 0.0)
    one, wire = Pool(None, 4), Kept()
    kept(one, wire)

    assert taken(one) is None
    assert wire.is_closed
