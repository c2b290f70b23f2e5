"""One WARC file (or a part of a file that is one), read once from its first byte to its last."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import BinaryIO

from archive.storage import Place
from archive.verify.fields import CLOCK_ERROR, check_digests, check_fields
from archive.verify.findings import Finding, finding
from archive.verify.links import FileLinks, Links
from archive.verify.members import MAGIC, walk
from archive.verify.records import Framing, Record
from archive.verify.recovered import Recoveries
from archive.warc.names import CRAWL, RECOVER, origin_of

BLOCK = 1 << 20
MAX_FINDINGS = 10_000
"""Of one file; a file with more is rotten, and nobody reads them."""

LISTED = ("response", "resource", "revisit")
FIELDS_TYPE = "application/warc-fields"


@dataclass(frozen=True, slots=True)
class Capture:
    """What index and catalog should say of a record."""

    id: str
    url: str
    offset: int
    length: int
    """Bytes of its gzip member; of a record that lies plain those up to the end of its block."""
    span: int
    """Bytes up to what follows: some tools count a plain record's two CRLF, some do not."""
    moment: datetime | None
    type: str
    digest: str | None
    """Payload digest as stated, else as computed."""
    status: int | None
    mime: str | None
    is_plain: bool
    """Whether status and mime are what every reader reads."""
    refers_to: str | None
    truncated: str | None
    files: frozenset[tuple[int, str]]
    """Sizes and SHA-256 that the file in it may have; empty when nobody asked."""


@dataclass(slots=True)
class Scan:
    """What a WARC file holds."""

    file: str
    size: int = 0
    records: int = 0
    captures: dict[int, Capture] = field(default_factory=dict)
    """By offset."""
    damaged: set[int] = field(default_factory=set)
    """Offsets where something lies that could not be read."""
    info: dict[str, str] = field(default_factory=dict)
    """Fields of the first warcinfo, names as written."""
    links: Links = field(default_factory=Links)
    findings: list[Finding] = field(default_factory=list)
    is_ours: bool = False
    """Whether this program captured it, so that its own habits can be held against it."""

    def report(self, offset: int | None, rule: str, detail: str) -> None:
        """Note a finding."""
        if len(self.findings) < MAX_FINDINGS:
            self.findings.append(finding(self.file, offset, rule, detail))


def scan(
    path: Place, file: str, *, start: int = 0, end: int | None = None, wanted: Callable[[str], bool] = lambda _: False
) -> Scan:
    """Read a WARC file once; what lies between *start* and *end* when given.

    *wanted* says of a record id whether the file in it is to be digested. Raises OSError.
    """
    found = Scan(file)
    with path.open("rb", buffering=0) as source:
        end = source.seek(0, 2) if end is None else end
        found.size = end - start
        source.seek(start)
        beginning = source.read(min(64, found.size))
        reader = _Reader(found, wanted)
        if beginning.startswith(MAGIC[:2]):
            walk(source, start, end, _Shifted(reader, start))
        elif beginning.startswith(b"WARC/") or not beginning:
            reader.read_plain(source, start, end)
            if not beginning:
                found.report(None, "file-unknown", "it is empty")
        else:
            kind = "an ARC file; `warcio recompress` makes a WARC of it" if b"filedesc" in beginning else "no WARC file"
            found.report(None, "file-unknown", f"it begins with {beginning[:16]!r}: {kind}")
        reader.finish()
    return found


class _Reader:
    """Takes the records of one file and checks each."""

    def __init__(self, found: Scan, wanted: Callable[[str], bool]) -> None:
        self._found = found
        self._links = FileLinks(found.report)
        self._recoveries: Recoveries | None = None
        self._latest = datetime.now(UTC) + CLOCK_ERROR
        self._digested: Counter[str] = Counter()
        self._bare: defaultdict[str, list[int]] = defaultdict(list)
        self._in_member = False
        self._is_foreign = False
        self._pending: list[Record] = []
        self._framing = Framing(self._take, self._fault, wanted)

    # Plain files.

    def read_plain(self, source: BinaryIO, start: int, end: int) -> None:
        source.seek(start)
        left = end - start
        while left > 0 and (block := source.read(min(BLOCK, left))):
            left -= len(block)
            self._framing.feed(block)
        self._framing.end()

    # Gzip members.

    def begin(self, offset: int) -> None:
        self._in_member = True
        self._framing.start(offset)
        self._faults: list[tuple[str, str]] = []
        self._pending = []
        self._offset = offset

    def feed(self, data: bytes | memoryview) -> bool:
        self._framing.feed(data)
        return not self._framing.is_lost

    def end(self, length: int, oddity: str | None) -> None:
        self._framing.end()
        records, offset = self._pending, self._offset
        if self._faults:
            self._lost(offset)
        for rule, detail in self._faults:
            self._found.report(offset, rule, detail)
        if len(records) != 1 and not self._faults:
            self._found.report(offset, "gzip-many", f"a gzip member holds {len(records)} records")
        for record in records:
            record.offset, record.length = offset, length
            self._judge(record)
        if oddity and self._found.is_ours:
            self._found.report(offset, "gzip-header", f"a gzip member as our writer makes none: {oddity}")

    def broken(self, offset: int, rule: str, detail: str) -> None:
        self._lost(offset)
        self._found.report(offset, rule, detail)

    # Both.

    def _fault(self, offset: int, rule: str, detail: str) -> None:
        if self._in_member:
            self._faults.append((rule, detail))
        else:
            self._lost(offset)
            self._found.report(offset, rule, detail)

    def _lost(self, offset: int) -> None:
        self._found.damaged.add(offset)
        self._links.damage()
        if self._recoveries is not None:
            self._recoveries.lost()

    def _take(self, record: Record) -> None:
        if self._in_member:
            self._pending.append(record)
        else:
            self._judge(record)

    def _judge(self, record: Record) -> None:
        found = self._found
        found.records += 1
        if record.type == "warcinfo" and not found.info:
            found.info = _pairs(record.kept)
            ours = found.info.get("software", "").startswith("khcn/")
            origin = origin_of(found.info)
            self._is_foreign = origin != CRAWL
            found.is_ours = ours and not self._is_foreign
            if name := record.fields.get("warc-filename"):
                found.info["filename"] = name
            if ours and self._is_foreign:
                self._framing.keeps_metadata = True
                self._recoveries = Recoveries(found.report, self._links, is_ours=origin == RECOVER)
        if self._is_foreign and record.type == "metadata" and record.tells:
            self._links.stands_for(_pairs(record.kept).get("warcinfo-id", ""))
        moment = check_fields(record, found.report, self._latest)
        check_digests(record, found.report, is_ours=found.is_ours, is_wire=not self._is_foreign)
        self._links.add(record, moment, is_ours=found.is_ours)
        is_capture = record.type in LISTED and record.fields.get("content-type") != FIELDS_TYPE
        if self._recoveries is not None:
            told = _pairs(record.kept) if record.type == "metadata" else {}
            self._recoveries.add(record, told, is_capture=is_capture)
        if "warc-block-digest" in record.fields or "warc-payload-digest" in record.fields:
            self._digested[record.type] += 1
        elif found.is_ours or len(self._bare[record.type]) < 1000:
            self._bare[record.type].append(record.offset)
        if is_capture:
            found.captures[record.offset] = _capture(record, moment, is_member=self._in_member)

    def finish(self) -> None:
        self._links.end()
        if self._recoveries is not None:
            self._recoveries.end()
        found = self._found
        found.links = self._links.links
        for kind, offsets in self._bare.items():
            if found.is_ours or len(offsets) < self._digested[kind]:
                for offset in offsets:
                    found.report(offset, "digest-missing", f"this {kind} has no digest")


class _Shifted:
    """Offsets counted from where a WARC begins within another file."""

    def __init__(self, reader: _Reader, start: int) -> None:
        self._reader = reader
        self._start = start
        self.feed = reader.feed
        self.end = reader.end

    def begin(self, offset: int) -> None:
        self._reader.begin(offset - self._start)

    def broken(self, offset: int, rule: str, detail: str) -> None:
        self._reader.broken(offset - self._start, rule, detail)


def _capture(record: Record, moment: datetime | None, *, is_member: bool) -> Capture:
    fields, payload = record.fields, record.payload
    head = payload.head if payload else None
    digest = fields.get("warc-payload-digest")
    if digest is None and payload is not None and record.type != "revisit":
        digest = str(payload.digest)
    content = fields.get("content-type", "").partition(";")[0].strip()
    return Capture(
        id=record.id,
        url=record.url,
        offset=record.offset,
        length=record.length - (0 if is_member else 4),
        span=record.length,
        moment=moment,
        type=record.type,
        digest=digest,
        status=head.status if head else None,
        mime=content if record.type == "resource" else head.mime if head else None,
        is_plain=record.type == "resource" or (head is not None and head.is_plain),
        refers_to=fields.get("warc-refers-to", "").strip("<>") or None,
        truncated=fields.get("warc-truncated"),
        files=frozenset(payload.file.forms()) if payload and payload.file else frozenset(),
    )


def _pairs(block: bytes) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for line in block.decode("utf-8", "replace").splitlines():
        name, colon, value = line.partition(":")
        if colon:
            pairs.setdefault(name.strip(), value.strip())
    return pairs
