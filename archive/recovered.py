"""Where a capture that was fetched from another web archive comes from: read from the metadata record beside it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from archive.errors import ArchiveError, DamagedRecord
from archive.model import Location, Recovered
from archive.times import parse_warc_date
from archive.warc.captures import told_by
from archive.warc.files import RECOVER, find_warc
from archive.warc.framing import Torn, read_members
from archive.warc.stored import group_members

if TYPE_CHECKING:
    from archive.catalog.holdings import Holding

logger = logging.getLogger(__name__)


def recovered_of(told: Mapping[str, str]) -> Recovered | None:
    """Return what the metadata record of an exchange (its fields) says; null when it tells of no recovery.

    >>> recovered_of({"origin": "recover", "source": "https://a/1id_/b", "rebuilt": "status-line, headers"}).rebuilt
    ('status-line', 'headers')
    >>> recovered_of({"via": "https://a/"})
    """
    if told.get("origin") != RECOVER or not told.get("source"):
        return None
    try:
        fetched = parse_warc_date(told.get("fetched", ""))
    except ValueError:
        fetched = None
    return Recovered(
        source=told["source"],
        kind=told.get("source-kind"),
        fetched=fetched,
        rebuilt=tuple(filter(None, (word.strip() for word in told.get("rebuilt", "").split(",")))),
        digest_match=told.get("digest-match"),
        record=told.get("source-record-id", "").strip("<>") or None,
        offset=_number(told, "source-offset"),
        length=_number(told, "source-length"),
    )


def read_recovered(root: Path, location: Location) -> Recovered | None:
    """Return where the capture at a location comes from; null when nothing beside it tells that.

    Raises ArchiveError when the record can not be read.
    """
    with find_warc(root, location.warc).open("rb") as file:
        try:
            members = next(group_members(read_members(file, location.offset)), [])
        except Torn as torn:
            raise DamagedRecord(f"{location.warc}: {torn}; run `khcn verify`") from torn
        return recovered_of(told_by(member.record for member in members))


def from_warcs(root: Path) -> Callable[[Holding], Recovered | None]:
    """Return what gives the source of recovered versions; null, and a line in the log, for one that can not be read."""

    def read(held: Holding) -> Recovered | None:
        try:
            return read_recovered(root, held.location)
        except ArchiveError as error:
            logger.warning("source of a recovered capture can not be read", extra={"error": str(error)})
            return None

    return read


def _number(told: Mapping[str, str], name: str) -> int | None:
    text = told.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
