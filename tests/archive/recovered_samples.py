"""WARC files of a recovery, written as one writes them: captures that came through a replay, and copied records."""

from __future__ import annotations

import io
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from archive.digests import digest_of
from archive.times import timestamp14, warc_date
from archive.warc.record import Record
from archive.warc.writer import WarcWriter

FETCHED = datetime(2025, 8, 1, 2, 3, 4, tzinfo=UTC)
REPLAY = "https://web.archive.org/web/{stamp}id_/{url}"
CRAWL_DATA = "https://data.commoncrawl.org/crawl-data/CC-MAIN-2019-35/segments/1/warc/CC-1.warc.gz"


@dataclass
class Memento:
    """One capture that another archive holds."""

    url: str
    date: datetime
    body: bytes
    status: str = "200 OK"
    mime: str = "text/html; charset=utf-8"
    kind: str = "wayback"
    told: dict[str, str | None] = field(default_factory=dict)
    """Fields of its metadata record that are otherwise; null for those that are not there."""
    fields: dict[str, str | None] = field(default_factory=dict)
    """Fields of its own record likewise."""

    @property
    def id(self) -> str:
        """The same for the same capture: two data roots can be compared."""
        return uuid.uuid5(uuid.NAMESPACE_URL, f"{self.url} {self.date} {self.kind}").urn

    @property
    def source(self) -> str:
        if self.kind == "commoncrawl":
            return CRAWL_DATA
        return REPLAY.format(stamp=timestamp14(self.date), url=self.url)


def write_recovery(
    root: Path, site: str, crawl: str, mementos: Iterable[Memento], fetched: datetime = FETCHED, origin: str = "recover"
) -> str:
    """Write one file of a recovery below *root*; return its path there."""
    info = {"origin": origin, "recovered-from": "https://web.archive.org/", "started": warc_date(fetched)}
    with WarcWriter(root, site, crawl, info=info, clock=lambda: fetched) as writer:
        for memento in mementos:
            writer.copy(records_of(memento, fetched), ())
    return max(path.relative_to(root).as_posix() for path in (root / "warcs" / site).rglob("*.warc.gz"))


def records_of(memento: Memento, fetched: datetime = FETCHED) -> list[Record]:
    """Return the records of one capture: itself, and what is known of it."""
    head = f"HTTP/1.1 {memento.status}\r\nContent-Type: {memento.mime}\r\n\r\n".encode()
    own: dict[str, str | None] = {
        "WARC-Type": "response",
        "WARC-Record-ID": f"<{memento.id}>",
        "WARC-Date": warc_date(memento.date),
        "WARC-Target-URI": memento.url,
        "WARC-Payload-Digest": digest_of([memento.body]),
    }
    told: dict[str, str | None] = {
        "purpose": "page",
        "method": "GET",
        "origin": "recover",
        "source": memento.source,
        "source-kind": memento.kind,
        "fetched": warc_date(fetched),
    }
    if memento.kind == "commoncrawl":
        # What was fetched beside it there was not fetched here.
        lost = f"<{uuid.uuid5(uuid.NAMESPACE_URL, memento.id).urn}>"
        own |= {"WARC-Concurrent-To": lost, "WARC-Warcinfo-ID": lost}
        told |= {"source-offset": "1234", "source-length": "567", "source-record-id": f"<{memento.id}>"}
        told |= {"digest-match": "yes"}
    else:
        own |= {"WARC-Source-URI": memento.source, "WARC-Creation-Date": warc_date(fetched)}
        told |= {"rebuilt": "status-line, headers", "digest-match": "yes"}
    response = _record(own | memento.fields, "application/http; msgtype=response", head + memento.body)
    block = "".join(f"{name}: {value}\r\n" for name, value in (told | memento.told).items() if value is not None)
    metadata: dict[str, str | None] = {
        "WARC-Type": "metadata",
        "WARC-Record-ID": f"<{uuid.uuid5(uuid.NAMESPACE_URL, memento.id + ' told').urn}>",
        "WARC-Date": warc_date(memento.date),
        "WARC-Target-URI": memento.url,
        "WARC-Concurrent-To": f"<{memento.id}>",
    }
    return [response, _record(metadata, "application/warc-fields", block.encode())]


def _record(fields: dict[str, str | None], content: str, block: bytes) -> Record:
    more = {"WARC-Block-Digest": digest_of([block]), "Content-Type": content, "Content-Length": str(len(block))}
    kept = [(name, value) for name, value in (more | fields).items() if value is not None]
    order = sorted(kept, key=lambda pair: pair[0] != "WARC-Type")
    return Record(order, io.BytesIO(block), 0, len(block))
