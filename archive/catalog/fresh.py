"""Write articles into a catalog that knows nothing of them, when all their readings are there.

What is known of an article need not be looked up then, and the rows of many articles are written at once. They are
those that :meth:`archive.catalog.Catalog.add_article` writes, reading by reading.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, pairwise
from typing import Any

from sqlalchemy import Connection, Table

from archive.catalog import similar
from archive.catalog.arrange import Reading, arranged, missing_of
from archive.catalog.engine import put
from archive.catalog.identity import article_key, content_hash
from archive.catalog.rows import attachment_values, image_values, version_values
from archive.catalog.tables import articles, attachments, details, images, observations, versions
from archive.catalog.times import utc_text
from archive.catalog.write import State, add_article
from archive.model import Article

BATCH = 200
"""Articles whose rows are written at once."""


class Fresh:
    """Articles on their way into a catalog in which no redirect leads anywhere, none moved, and none is known."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._rows: dict[Table, list[dict[str, Any]]] = {}
        self._said: list[similar.Text] = []

    def add(self, identity: str, told: Sequence[Article]) -> list[State]:
        """Keep an article (id) by all its readings; return what each one was when it came, in the order given."""
        readings = [Reading(each, each.capture or "", utc_text(each.captured), missing_of(each)) for each in told]
        moments = [(reading.captured, reading.capture) for reading in readings]
        if not all(capture for _, capture in moments) or any(one >= two for one, two in pairwise(moments)):
            # What a reading was when it came follows from the end alone only where they came in the order of time.
            return [add_article(self._connection, each) for each in told]
        contents = {reading.capture: content_hash(reading.article) for reading in readings}
        version_of: dict[str, str] = {}
        values: dict[str, dict[str, Any]] = {}
        by_content = sorted(readings, key=lambda each: contents[each.capture])
        for content, some in groupby(by_content, key=lambda each: contents[each.capture]):
            wanted = arranged(identity, content, list(some))
            version_of |= {row["capture"]: row["version"] for row in wanted.observations}
            for version, reading in wanted.standing.items():
                values[version] = version_values(version, identity, reading.article, content)
                self._add(images, image_values(version, reading.article.images))
                self._add(attachments, attachment_values(version, reading.article.attachments))
            self._add(observations, wanted.observations)
            for key, text in wanted.details.items():
                self._add(details, [{"id": key, "article": identity, "value": text}])
        self._add(versions, list(values.values()))
        last, site = readings[-1], told[-1].site
        current = version_of[last.capture]
        row = {"id": identity, "site": site, "key": article_key(told[-1]), "current": current}
        self._add(articles, [row | {"first_seen": readings[0].captured, "last_seen": last.captured}])
        self._said.append(similar.text_of(site, values[current]))
        if len(self._said) >= BATCH:
            self.write()
        changes = (version_of[one.capture] != version_of[two.capture] for one, two in pairwise(readings))
        return ["new", *("changed" if differs else "unchanged" for differs in changes)]

    def write(self) -> None:
        """Write what was added."""
        for table in (articles, versions, details, observations, images, attachments):
            put(self._connection, table, self._rows.pop(table, []))
        similar.keep_keys(self._connection, self._said)
        self._said.clear()

    def _add(self, table: Table, rows: list[dict[str, Any]]) -> None:
        self._rows.setdefault(table, []).extend(rows)
