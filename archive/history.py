"""The history of one article: its versions with what changed, when it was there, and where else it is.

A *version* here is a span of time in which the article read the same. An article that was changed and changed back
has three of them: the third reads like the first, and says so (``like``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

import msgspec

from archive.similar import Same

Field = Literal[
    "title", "summary", "text", "published", "authors", "photographers", "source", "section",
    "captions", "attachments", "images",
]  # fmt: skip
FIELDS: tuple[Field, ...] = get_args(Field)


@dataclass(frozen=True, slots=True)
class Version:
    """A span of time in which an article read the same."""

    n: int
    """Number, from 1 for the first."""
    captured: datetime
    """When it was seen first (UTC)."""
    last_seen: datetime
    """When it was seen last, before the next one."""
    changed: tuple[Field, ...]
    """Fields that differ from the version before; none in the first."""
    capture: str
    """Capture id of the page that showed it first."""
    like: int | None
    """Number of the first version that reads the same, when the article was changed back to it; else null."""


@dataclass(frozen=True, slots=True)
class HistoryEvent:
    """Something that happened to an article."""

    date: datetime
    """When the check was made that showed it (UTC); of ``gone`` the one that confirmed it."""
    event: Literal["new", "changed", "gone", "back", "moved"]
    """What happened."""
    from_: str | int | None
    """``changed``: number of the version before; ``moved``: the address before; ``gone``: when the first check found
    it missing; else null."""
    to: str | int | None
    """``new``, ``changed``: number of the version; ``moved``: the new address; else null."""


@dataclass(frozen=True, slots=True)
class History:
    """What became of one article, as far as the archive saw it."""

    site: str
    """Site id."""
    id: str
    """Article id."""
    url: str
    """The address at which it was read last."""
    aliases: tuple[str, ...]
    """Its other addresses on the site: at which it was read, or from which it moved."""
    title: str
    """Headline of its last version."""
    state: Literal["live", "gone"]
    """Whether it is still there."""
    first_seen: datetime
    """When it was read first (UTC)."""
    last_seen: datetime
    """When it was read last."""
    checked: datetime
    """When it was asked for last, whatever the answer."""
    versions: tuple[Version, ...]
    """In the order of time."""
    events: tuple[HistoryEvent, ...]
    """In the order of time."""
    same_as: tuple[Same, ...]
    """Articles elsewhere that say the same."""

    def as_json(self) -> dict[str, Any]:
        """Return it as ``khcn history --json`` prints it (``khcn schema history``)."""
        value: dict[str, Any] = msgspec.to_builtins(self)
        for event in value["events"]:
            event["from"] = event.pop("from_")  # a word of Python
            event["to"] = event.pop("to")
        return value
