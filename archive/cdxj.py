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
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from archive.atomic import explained, make_folder, remove, write_whole
from archive.errors import ArchiveError
from archive.http import MAX_HEAD
from archive.model import Location
from archive.posts import WITH_BODY, address_of, request_of
from archive.sorting import LineSorter
from archive.times import parse_warc_date, timestamp14
from archive.urls import surt
from archive.warc.captures import ANSWERS, payload_digest_of
from archive.warc.files import OPEN, SUFFIX, find_warc
from archive.warc.framing import read_members
from archive.warc.record import FIELDS_TYPE, Record

_BEGINNING = 4096
# A head of which every reader reads the same: nearly all.
_PLAIN_HEAD = re.compile(rb"HTTP/1\.[01] ([0-9]{3})(?: [\x20-\x7e]*)?\r\n(?:[A-Za-z0-9_-]+:[\t\x20-\x7e]*\r\n)*\r\n")
_CONTENT_TYPE = re.compile(rb"\ncontent-type:([^\r]*)", re.IGNORECASE)

_read_json = json.JSONDecoder().decode


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
        fields = _read_json(text)
    except (ValueError, RecursionError):
        fields = None
    is_time = len(timestamp) == 14 and timestamp.isascii() and timestamp.isdigit()
    if not is_time or not isinstance(fields, dict):
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
    head = _head(record)
    fields = {
        "url": record.url.replace(" ", "%20"),
        "mime": _mime(record, head[1] if head else None),
        "status": head[0] if head else None,
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


def _mime(record: Record, value: str | None) -> str | None:
    if record.type == "revisit":
        return "warc/revisit"
    if record.type != "response":
        value = record.get("content-type")
    return re.split(r"[;\s]", value, maxsplit=1)[0].strip() if value else value


def _head(record: Record) -> tuple[str, str | None] | None:
    """Return status and media type as warcio reads them off the head: so do cdxj-indexer, pywb and others."""
    if not record.holds_http:
        return None
    record.block.seek(record.start)
    if (plain := _PLAIN_HEAD.match(record.block.read(_BEGINNING))) is not None:
        mime = _CONTENT_TYPE.search(plain[0])
        return plain[1].decode(), mime[1].decode().strip() if mime else None
    from warcio.statusandheaders import StatusAndHeadersParser  # with it comes what reads archives of the cloud

    # What warcio takes for the end of a head never lies behind what we take for it.
    length = min(record.head().length or record.size, MAX_HEAD)
    record.block.seek(record.start)
    head = StatusAndHeadersParser(["HTTP/1.0", "HTTP/1.1"], verify=False).parse(io.BytesIO(record.block.read(length)))
    return str(head.get_statuscode()), head.get_header("content-type")


def sidecar_path(root: Path, warc: str) -> Path:
    """Return the index of a WARC file, both below *root*.

    >>> sidecar_path(Path("data"), "warcs/ha_tinh/2024/ha_tinh-20240506070809-00000.warc.gz").as_posix()
    'data/cdxj/ha_tinh/2024/ha_tinh-20240506070809-00000.cdxj'
    """
    inner = warc.removeprefix("warcs/").removesuffix(OPEN).removesuffix(SUFFIX).removesuffix(".warc")
    return root / "cdxj" / (inner + ".cdxj")


def write_sorted(path: Path, lines: Iterable[bytes]) -> None:
    """Write an index: lines sorted by their bytes (``LC_ALL=C``), to a temporary name, synced, renamed.

    Memory is flat: some lines at a time are in it.
    """
    with explained(path):
        make_folder(path.parent)
    with LineSorter(path.parent) as sorter:
        for line in lines:
            sorter.add(line)
        with write_whole(path) as file:
            file.writelines(line + b"\n" for line in sorter)


def index_warc(root: Path, warc: str) -> Path:
    """Make the index of a closed WARC file again; return its path.

    It equals the one written while crawling, byte for byte.
    Raises ArchiveError for a file that is still being written, DamagedRecord for a damaged one.
    """
    if warc.endswith(OPEN):
        raise ArchiveError(f"{warc}: only closed files are indexed; this one is being written or left over")
    path = sidecar_path(root, warc)
    with find_warc(root, warc).open("rb") as file:
        found = ((each.record, Location(warc, each.offset, each.length)) for each in read_members(file))
        write_sorted(path, (str(line).encode() for line in lines_of(found)))
    # Left there when the disk was full just as the file was closed.
    remove(path.with_name(path.name + OPEN))
    return path


def read_lines(path: Path) -> Iterator[CdxLine]:
    """Yield the lines of an index in its order."""
    with path.open(encoding="utf-8") as file:
        yield from map(parse_line, file)


def lookup(path: Path, urlkey: str) -> Iterator[CdxLine]:
    """Yield the lines of one SURT key, oldest first, reading a few blocks of a sorted index.

    The keys that every search comes by first are kept, of a few files and while those stay as they are.
    """
    wanted = urlkey.encode() + b" "
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        told = os.fstat(file)
        # Up to its first space a line is above or below any key that has none in it, as the whole one is.
        marks = _marks_of((told.st_dev, told.st_ino, told.st_size, told.st_mtime_ns)) if " " not in urlkey else {}
        low, high, steps = 0, told.st_size, 0
        # The first line that starts at or after an offset in [low, high] and is not below the key.
        while high - low > _READ_THROUGH:
            middle = (low + high) // 2
            line = marks.get(middle)
            if line is None:
                line = _line_after(file, middle - 1, len(wanted))
                if steps < _KEPT_STEPS and (length := line.find(b" ") + 1):
                    marks[middle] = line[:length]
            steps += 1
            if line and line < wanted:
                low = middle + 1
            else:
                high = middle
        for line in _lines_of_key(file, low, high, wanted):
            yield parse_line(line.decode("utf-8"))
    finally:
        os.close(file)


_READ_THROUGH = 8192
"""So little of an index is read at once."""
_BEHIND = 1024
"""And so much behind it, where the lines go on."""
_KEPT_STEPS, _KEPT_FILES = 12, 16
"""Steps of a search whose keys are kept, at most 4,095 of one index; and of how many indexes."""

_marks: dict[tuple[int, ...], dict[int, bytes]] = {}
"""Keys, each with its space, by the offsets at or after which their lines start; of files as they were."""


def _marks_of(file: tuple[int, ...]) -> dict[int, bytes]:
    found = _marks.get(file)
    if found is None:
        found = _marks[file] = {}
        with suppress(KeyError, RuntimeError, StopIteration):  # another thread was faster
            while len(_marks) > _KEPT_FILES:
                del _marks[next(iter(_marks))]
    return found


def _lines_of_key(descriptor: int, low: int, high: int, wanted: bytes) -> Iterator[bytes]:
    """Yield the lines that begin with *wanted*; the first one starts at, or soon after, an offset in [low, high]."""
    count = high - low + _BEHIND
    block = os.pread(descriptor, count, low - 1) if low else b"\n" + os.pread(descriptor, count, 0)
    start = block.find(b"\n" + wanted) + 1
    if start:
        while block.startswith(wanted, start) and (end := block.find(b"\n", start)) >= 0:
            yield block[start:end]
            start = end + 1
        if len(block) - start >= len(wanted) and not block.startswith(wanted, start):
            return
        low += start - 1
    with open(descriptor, "rb", closefd=False) as file:
        file.seek(max(0, low - 1))
        if low:
            file.readline()
        for line in file:
            if line < wanted:
                continue
            if not line.startswith(wanted):
                return
            yield line


def _line_after(descriptor: int, offset: int, count: int) -> bytes:
    """Return so many bytes or more, from the line on that begins behind the first line end at or after *offset*."""
    size = 1024
    while True:
        block = os.pread(descriptor, size, offset)
        start = block.find(b"\n") + 1
        if (start and len(block) - start >= count) or len(block) < size:
            return block[start:] if start else b""
        size *= 4
