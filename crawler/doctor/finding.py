"""What a check found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from crawler.exits import Exit

State = Literal["ok", "note", "warning", "fault"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    check: str
    """Which check it is of."""
    state: State
    """``ok``; ``note`` for what may be so; ``warning`` for what will do harm one day; ``fault`` for what does now."""
    told: str
    """What was found."""
    do: str = ""
    """What to do; empty when nothing is to be done."""
    exit: Exit = Exit.OK
    """Exit code of a fault."""


def fault(check: str, told: str, do: str, exit: Exit = Exit.CONFIG) -> Finding:
    """Return a finding that keeps the program from its work."""
    return Finding(check, "fault", told, do, exit)
