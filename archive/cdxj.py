"""CDXJ: the sorted index beside each WARC file, ``surt timestamp14 {json}`` a line.

Lines, keys and their order are those of cdxj-indexer, byte for byte: what it lists
(answers, no requests, no metadata), the numbers as strings, the status and media type
as warcio reads them off the head, odd ones included. An answer to a POST has what was posted
in its key (:mod:`archive.posts`), as with its option ``--post-append``. The sidecar of
``warcs/<site>/<yyyy>/<name>.warc.gz`` is ``cdxj/<site>/<yyyy>/<name>.cdxj``.
"""

from __future__ import annotations

import io
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders, StatusAndHeadersParser

from archive.atomic import remove, write_whole
from archive.errors import ArchiveError
from archive.http import MAX_HEAD
from archive.model import Location
from archive.posts import WITH_BODY, address_of, request_of
from archive.times import parse_warc_date, timestamp14
from archive.urls import surt
from archive.warc.captures import ANSWERS, payload_digest_of
from archive.warc.files import OPEN, SUFFIX
from archive.warc.framing import read_members
from archive.warc.record import FIELDS_TYPE, Record


@dataclass(frozen=True, slots=True)
class CdxLine:
    """One line of an index."""

    urlkey: str
    """SURT of the address."""
    timestamp: str
    """14 digits, UTC."""
    fields: Mapping[str, str]
    """url, mime, status, digest, length, offset, filename; absent ones left out."""

    def __str__(self) -> str:
        return f"{self.urlkey} {self.timestamp} {json.dumps(dict(self.fields))}"

    def location(self, folder: str) -> Location:
        """Return where the record lies; *folder* is that of its WARC file below the data root."""
        warc = f"{folder}/{self.fields['filename']}"
        return Location(warc, int(self.fields["offset"]), int(self.fields["length"]))


def parse_line(line: str) -> CdxLine:
    """Read one line of an index.

    Raises ArchiveError when it is none.

    >>> line = 'vn,example)/ 20240506070809 {"url": "https://example.vn/", "offset": "0"}'
    >>> str(parse_line(line)) == line
    True
    """
    urlkey, _, rest = line.rstrip("\n").partition(" ")
    timestamp, _, text = rest.partition(" ")
    try:
        fields = json.loads(text)
    except ValueError:
        fields = None
    if not re.fullmatch(r"[0-9]{14}", timestamp) or not isinstance(fields, dict):
        raise ArchiveError(f"not a CDXJ line: {line[:120]!r}; make the index again with `khcn index`")
    return CdxLine(urlkey, timestamp, fields)


def lines_of(records: Iterable[tuple[Record, Location]]) -> Iterator[CdxLine]:
    """Yield the lines of records that lie one behind the other: an answer stands beside its request."""
    before: tuple[Record, Location] | None = None
    request: Record | None = None
    for record, location in records:
        is_pair = before is not None and _are_one(before[0], record)
        if before is not None and (line := line_of(*before, record if is_pair else request)) is not None:
            yield line
        request = before[0] if is_pair and before is not None else None
        before = record, location
    if before is not None and (line := line_of(*before, request)) is not None:
        yield line


def _are_one(first: Record, second: Record) -> bool:
    is_pair = "request" in (first.type, second.type) and first.url == second.url
    return is_pair and (first.id in second.concurrent_to or second.id in first.concurrent_to)


def line_of(record: Record, location: Location, request: Record | None = None) -> CdxLine | None:
    """Return the line of a record, whose request may stand beside it; None for one that indexes do not list."""
    if record.type not in ANSWERS or record.get("Content-Type") == FIELDS_TYPE:
        return None
    fields = {
        "url": record.url.replace(" ", "%20"),
        "mime": _mime(record),
        "status": _status(record),
        "digest": payload_digest_of(record),
        "length": str(location.length),
        "offset": str(location.offset),
        "filename": location.warc.rpartition("/")[2],
    }
    date = parse_warc_date(record.get("WARC-Date") or "")
    given = {name: value for name, value in fields.items() if value is not None}
    key = given["url"]
    if request is not None and request.type == "request":
        method, body = request_of(request)
        if method in WITH_BODY:
            key = address_of(record.url, method, body)
            given |= {"requestBody": body or "", "method": method}
    return CdxLine(surt(key), timestamp14(date), given)


def _mime(record: Record) -> str | None:
    if record.type == "revisit":
        return "warc/revisit"
    if record.type == "response":
        head = _head(record)
        value = head.get_header("content-type") if head else None
    else:
        value = record.get("content-type")
    return re.split(r"[;\s]", value, maxsplit=1)[0].strip() if value else value


def _status(record: Record) -> str | None:
    head = _head(record)
    return str(head.get_statuscode()) if head else None


def _head(record: Record) -> StatusAndHeaders | None:
    """Read the head as warcio does, which is how cdxj-indexer, pywb and others see it."""
    if not record.holds_http:
        return None
    # What warcio takes for the end of a head never lies behind what we take for it.
    length = min(record.head().length or record.size, MAX_HEAD)
    record.block.seek(record.start)
    parser = StatusAndHeadersParser(["HTTP/1.0", "HTTP/1.1"], verify=False)
    return parser.parse(io.BytesIO(record.block.read(length)))


def sidecar_path(root: Path, warc: str) -> Path:
    """Return the index of a WARC file, both below *root*.

    >>> sidecar_path(Path("data"), "warcs/ha_tinh/2024/ha_tinh-20240506070809-00000.warc.gz").as_posix()
    'data/cdxj/ha_tinh/2024/ha_tinh-20240506070809-00000.cdxj'
    """
    inner = warc.removeprefix("warcs/").removesuffix(OPEN).removesuffix(SUFFIX).removesuffix(".warc")
    return root / "cdxj" / (inner + ".cdxj")


def write_sorted(path: Path, lines: Iterable[bytes]) -> None:
    """Write an index: lines sorted by their bytes (``LC_ALL=C``), to a temporary name, synced, renamed."""
    with write_whole(path) as file:
        file.writelines(sorted(line + b"\n" for line in lines))


def index_warc(root: Path, warc: str) -> Path:
    """Make the index of a closed WARC file again; return its path.

    It equals the one written while crawling, byte for byte.
    Raises ArchiveError for a file that is still being written, DamagedRecord for a damaged one.
    """
    if warc.endswith(OPEN):
        raise ArchiveError(f"{warc}: only closed files are indexed; this one is being written or left over")
    with (root / warc).open("rb") as file:
        found = ((each.record, Location(warc, each.offset, each.length)) for each in read_members(file))
        lines = [str(line).encode() for line in lines_of(found)]
    path = sidecar_path(root, warc)
    write_sorted(path, lines)
    # Left there when the disk was full just as the file was closed.
    remove(path.with_name(path.name + OPEN))
    return path


def read_lines(path: Path) -> Iterator[CdxLine]:
    """Yield the lines of an index in its order."""
    with path.open(encoding="utf-8") as file:
        yield from map(parse_line, file)


def lookup(path: Path, urlkey: str) -> Iterator[CdxLine]:
    """Yield the lines of one SURT key, oldest first, reading a few blocks of a sorted index."""
    wanted = urlkey.encode() + b" "
    with path.open("rb") as file:
        low, high = 0, os.fstat(file.fileno()).st_size
        # The first line that starts at or after an offset in [low, high] and is not below the key.
        while low < high:
            middle = (low + high) // 2
            file.seek(max(0, middle - 1))
            if middle:
                file.readline()
            line = file.readline()
            if line and line < wanted:
                low = middle + 1
            else:
                high = middle
        file.seek(max(0, low - 1))
        if low:
            file.readline()
        for line in file:
            if not line.startswith(wanted):
                return
            yield parse_line(line.decode("utf-8"))
