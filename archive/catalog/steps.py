"""What makes of the catalog of an earlier schema the one of the next: each step says by itself what tables were like.

A catalog so brought up has the rows that a rebuild would give it.
"""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, text

from archive.catalog.dialect import is_postgres
from archive.catalog.upgrade import Step
from archive.warc.files import CRAWL, origin_of


def _tell_origins(connection: Connection) -> None:
    """Schema 6: each capture says how it came into the archive, until then only its crawl did; an index of pictures."""
    connection.execute(text("CREATE INDEX images_by_sha256 ON images (sha256)"))
    kind = 'TEXT COLLATE "C"' if is_postgres(connection) else "TEXT"
    connection.execute(text(f"ALTER TABLE captures ADD COLUMN origin {kind} DEFAULT 'crawl' NOT NULL"))
    for crawl, info in connection.execute(text("SELECT id, info FROM crawls")).all():
        if (origin := origin_of(msgspec.json.decode(info, type=dict[str, str]))) != CRAWL:
            changed = text("UPDATE captures SET origin = :origin WHERE crawl = :crawl")
            connection.execute(changed, {"origin": origin, "crawl": crawl})


def _index_gone(connection: Connection) -> None:
    """Schema 7: the few captures that say that nothing is there any more have an index."""
    connection.execute(text("CREATE INDEX captures_gone ON captures (site, status, key) WHERE status IN (404, 410)"))


STEPS: dict[int, Step] = {5: _tell_origins, 6: _index_gone}
"""By the number of the schema that they start from."""
