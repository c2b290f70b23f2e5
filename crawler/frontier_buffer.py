"""What a crawl did to its frontier and what is not written yet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Row = dict[str, Any]


class Buffer:
    """Changes in the order they were made, grouped so that many are written by one statement.

    Two changes of one row are never swapped. Changes of different rows are,
    which nobody sees: all are written in one transaction.
    """

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Forget everything: it is written."""
        self.states: dict[int, int] = {}
        """State that each row in the buffer will have, by key."""
        self.size = 0
        """How many changes there are."""
        self._groups: list[dict[str, list[Row]]] = [{}]
        self._keys: set[int] = set()  # of the last group

    def put(self, kind: str, key: int, state: int, row: Row) -> None:
        """Add one change of the row of *key*; *kind* names the statement that writes it."""
        if key in self._keys:
            self._groups.append({})
            self._keys = set()
        self._groups[-1].setdefault(kind, []).append(row)
        self._keys.add(key)
        self.states[key] = state
        self.size += 1

    def in_order(self) -> Iterator[tuple[str, list[Row]]]:
        """Yield statements by kind, with the rows that each is run for."""
        for group in self._groups:
            yield from group.items()
