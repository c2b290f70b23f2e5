"""Which files are read today: a slice of the archive, that read longest ago first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from archive.fixity.ledger import Standing


@dataclass(frozen=True, slots=True)
class Unit:
    """Files that are read together: a WARC file and its index, or one file alone."""

    files: tuple[str, ...]
    """Paths below the data root; the first one is that which the others belong to."""
    size: int
    """Bytes of them all."""


def due(units: Iterable[Unit], standings: Mapping[str, Standing], days: int, now: datetime) -> list[Unit]:
    """Return the units that are to be read now, so that one run a day reads each once in *days* days.

    They are as many as make up that part of all bytes, those read longest ago first, in the order of the ledger:
    so a clock that was wrong for a time moves nothing. What the days without a run have left behind comes with
    them. Whatever was faulty, gone, or spoken of by a damaged line is read in every run until it is sound.
    Every file of *units* stands in the ledger.
    """
    held = sorted(units, key=lambda unit: min(standings[file].place for file in unit.files))
    limit = sum(_weight(unit) for unit in held) / days
    # Half a day before the next run would be too late: runs do not begin at the same second each day.
    latest = now - timedelta(days=days - 0.5)
    chosen, taken = [], 0
    for unit in held:
        if any(_is_urgent(standings[file]) for file in unit.files):
            chosen.append(unit)  # beside the slice: else a large file that stays faulty would leave no room in it
        elif taken < limit or any(_at(standings[file], now) <= latest for file in unit.files):
            chosen.append(unit)
            taken += _weight(unit)
    return chosen


def _weight(unit: Unit) -> int:
    return unit.size or 1


def _is_urgent(standing: Standing) -> bool:
    return standing.is_doubted or standing.state in ("faulty", "gone")


def _at(standing: Standing, now: datetime) -> datetime:
    return standing.at or now
