"""WARC framing: where each record begins and ends, and what it says."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from archive.verify.payloads import Digest, Payload

ALGORITHMS = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512")
MAX_FIELDS = 1 << 20
MAX_KEPT = 64 << 10
_USUAL_FIELDS = 4096

_END = b"\r\n\r\n"
_VERSION = re.compile(rb"WARC/(?:1\.[01]|0\.1[78])")
_NEXT = re.compile(rb"(?:\A|\n)(?=WARC/[01]\.\d+\r?\n)")
_NAME = re.compile(r"[^\s:]+")
_SHORT, _MOST = 100, 1024
_LABEL = re.compile(r"([A-Za-z0-9-]+):([A-Za-z0-9+/=_-]+)")
_MANY = frozenset({"warc-concurrent-to", "warc-protocol"})

Report = Callable[[int, str, str], None]
"""Called with offset, rule and detail."""


@dataclass(slots=True)
class Record:
    """One record as it was read, its block gone by."""

    offset: int
    length: int = 0
    """Bytes in the file, of the gzip member or of the record with its two CRLF."""
    type: str = ""
    """WARC-Type in lower case."""
    id: str = ""
    """WARC-Record-ID without its angle brackets."""
    fields: dict[str, str] = field(default_factory=dict)
    """First value of each field, by its name in lower case."""
    many: list[tuple[str, str]] = field(default_factory=list)
    """Fields that may be repeated."""
    size: int = 0
    """Content-Length."""
    block_label: tuple[str, str] | None = None
    """Algorithm and value of the block digest that it states."""
    payload_label: tuple[str, str] | None = None
    block: Digest | None = None
    payload: Payload | None = None
    kept: bytes = b""
    """The beginning of the block of one that :attr:`tells`, and of what a recovery says of a capture."""
    faults: list[tuple[str, str]] = field(default_factory=list)
    """Rules that its framing breaks, with what was seen."""

    @property
    def tells(self) -> bool:
        """Whether it says something of the records that follow: warcinfo, or from where they were imported."""
        return self.type == "warcinfo" or (self.type == "metadata" and not self.url)

    @property
    def url(self) -> str:
        return self.fields.get("warc-target-uri", "").strip("<>")


def label(text: str | None) -> tuple[str, str] | None:
    """Return algorithm and value of a labelled digest, None when it is none that is known.

    >>> label("SHA-256:00ff"), label("crc32:1")
    (('sha256', '00ff'), None)
    """
    if text and text.startswith("sha1:") and text.isascii() and text[5:].isalnum():  # nearly all
        return "sha1", text[5:]
    match = _LABEL.fullmatch(text or "")
    name = match[1].lower().replace("-", "") if match else ""
    return (name, match[2]) if match and name in ALGORITHMS else None


class Framing:
    """Cuts a stream into records: a plain WARC file as a whole, or what one gzip member inflates to."""

    def __init__(self, take: Callable[[Record], None], report: Report, wanted: Callable[[str], bool]) -> None:
        """*take* gets each record; *wanted* says of an id whether the file in it is to be digested."""
        self._take = take
        self._report = report
        self._wanted = wanted
        self.keeps_metadata = False
        """Whether the blocks of all metadata records are kept."""
        self.start(0)

    def start(self, offset: int) -> None:
        """Begin a stream whose first byte counts as *offset*."""
        self._at = offset  # of the first byte in _held
        self._held = b""
        self._record: Record | None = None
        self._left = 0
        self._lost: int | None = None
        self.count = 0

    @property
    def is_lost(self) -> bool:
        """Whether what came last is no record."""
        return self._lost is not None

    def feed(self, data: bytes | memoryview) -> None:
        """Take the next bytes; of a view nothing is held."""
        if isinstance(data, memoryview):
            data = self._in_view(data)
        if not self._held and self._record is None and self._lost is None and self._at_once(data):
            return
        data = self._held + data if self._held else data
        while data:
            if self._lost is not None:
                rest = self._seek_record(data)
            elif self._record is None:
                rest = self._begin(data)
            elif self._left:
                part = data if len(data) <= self._left else data[: self._left]
                self._block(part)
                rest = data[len(part) :]
            else:
                rest = self._finish(data)
            if rest is None:
                break
            self._at += len(data) - len(rest)
            data = rest
        self._held = data

    def end(self) -> None:
        """Take the end of the stream."""
        if self._lost is not None:
            self._tell_lost(self._at + len(self._held))
        elif self._record is not None and self._left:
            self._report(self._record.offset, "record-torn", f"{self._left} bytes of its block are missing")
        elif self._record is not None:
            self._record.faults.append(("record-end", f"{self._held[:8]!r} follows its block, and then nothing"))
            self._record.length = self._at + len(self._held) - self._record.offset
            self._deliver()
        elif self._held:
            self._report(self._at, "record-torn", "it ends within its named fields")

    def _in_view(self, data: memoryview) -> bytes:
        """Take a beginning and a block without a copy; return what is left."""
        if self._record is None and not self._held and self._lost is None:
            beginning = bytes(data[:_USUAL_FIELDS])
            if beginning.startswith(b"WARC/") and _END in beginning:
                rest = self._begin(beginning) or b""
                data = data[len(beginning) - len(rest) :]
                self._at += len(beginning) - len(rest)
        if self._record is not None and not self._held and self._left:
            part = data[: self._left]
            self._block(part)
            data = data[len(part) :]
            self._at += len(part)
        return bytes(data)

    def _begin(self, data: bytes) -> bytes | None:
        if len(data) < 5 and b"WARC/".startswith(data):
            return None
        if not data.startswith(b"WARC/"):
            self._lost = self._at
            return data
        end = data.find(_END)
        if end < 0:
            if len(data) < MAX_FIELDS:
                return None
            return self._lose("record-header", "its named fields have no end within 1 MiB", data)
        record = self._header(data[:end])
        length = record.fields.get("content-length", "")
        if not _is_length(length):
            return self._lose("record-length", f"its Content-Length is {length[:40]!r}", data)
        self._open(record, int(length))
        return data[end + 4 :]

    def _at_once(self, data: bytes) -> bool:
        """Take one whole record and nothing else; say whether these bytes are that, else nothing is done."""
        if not (data.startswith(b"WARC/") and data.endswith(_END)):
            return False
        end = data.find(_END)
        record = self._header(data[:end])
        length = record.fields.get("content-length", "")
        if not _is_length(length) or end + 8 + int(length) != len(data):
            return False
        self._open(record, int(length))
        if self._left:
            self._block(memoryview(data)[end + 4 : -4])
        record.length = len(data)
        self._at += len(data)
        self._deliver()
        return True

    def _header(self, lines: bytes) -> Record:
        record = Record(self._at)
        version, _, rest = lines.partition(b"\r\n")
        if _VERSION.fullmatch(version) is None:
            record.faults.append(("record-version", f"it begins with {version[:40]!r}"))
        _read_fields(rest, record)
        return record

    def _lose(self, rule: str, detail: str, data: bytes) -> bytes:
        self._report(self._at, rule, detail)
        self._lost = -1
        return data[5:]

    def _seek_record(self, data: bytes) -> bytes | None:
        match = _NEXT.search(data)
        if match is None:
            # Enough is kept to know a version line that is cut here.
            return data[-16:] if len(data) > 16 else None
        self._tell_lost(self._at + match.end())
        return data[match.end() :]

    def _tell_lost(self, until: int) -> None:
        if self._lost is not None and self._lost >= 0:
            self._report(self._lost, "record-junk", f"{until - self._lost} bytes are no record")
        self._lost = None

    def _open(self, record: Record, size: int) -> None:
        self._record, self._left, record.size = record, size, size
        fields = record.fields
        record.type = fields.get("warc-type", "").lower()
        record.id = fields.get("warc-record-id", "").strip("<>")
        if "warc-block-digest" in fields and (stated := label(fields["warc-block-digest"])):
            record.block_label, record.block = stated, Digest(stated[0])
        kind = record.type
        payload = fields.get("warc-payload-digest")
        is_http = fields.get("content-type", "").lower().startswith("application/http") and kind != "resource"
        if kind in ("response", "resource", "revisit") or (payload and kind != "revisit"):
            named = record.payload_label = label(payload) if payload else None
            wants = kind in ("response", "resource") and self._wanted(record.id)
            record.payload = Payload(
                is_http=is_http,
                stated=named[0] if named else None,
                wants_file=wants,
                is_request=kind == "request",
            )

    def _block(self, part: bytes | memoryview) -> None:
        record = self._record
        assert record is not None
        self._left -= len(part)
        if record.block is not None:
            record.block.update(part)
        if record.payload is not None:
            record.payload.feed(part)
        if (record.tells or (self.keeps_metadata and record.type == "metadata")) and len(record.kept) < MAX_KEPT:
            record.kept += part[:MAX_KEPT]

    def _finish(self, data: bytes) -> bytes | None:
        if len(data) < 4 and _END.startswith(data):
            return None
        record = self._record
        assert record is not None
        if data.startswith(_END):
            rest = data[4:]
        else:
            record.faults.append(("record-end", f"{data[:8]!r} follows its block"))
            rest = data.lstrip(b"\r\n") if data[:1] in b"\r\n" else data
        record.length = self._at + len(data) - len(rest) - record.offset
        self._deliver()
        return rest

    def _deliver(self) -> None:
        record, self._record = self._record, None
        assert record is not None
        if record.payload is not None:
            record.payload.finish()
        self.count += 1
        self._take(record)


def _read_fields(lines: bytes, record: Record) -> None:
    try:
        text = lines.decode("utf-8")
    except UnicodeDecodeError:
        record.faults.append(("record-header", "its named fields are not UTF-8"))
        text = lines.decode("latin-1")
    split = text.split("\r\n")
    if text.count("\n") == text.count("\r") == len(split) - 1 and _read_plain(split, record):
        return
    last = ""
    for line in text.split("\r\n"):
        if line[:1] in (" ", "\t") and last:
            record.fields[last] += " " + line.strip()
            continue
        name, colon, value = line.partition(":")
        last = name.lower()
        if not colon or not name or name != name.strip() or "\n" in line or "\r" in line:
            record.faults.append(("record-header", f"a line of it is {line[:60]!r}"))
            last = last.strip()
        if last in _MANY:
            record.many.append((last, value.strip()))
        elif last in record.fields:
            record.faults.append((_twice(last), f"{name} is there twice"))
        record.fields.setdefault(last, value.strip())


def _read_plain(lines: list[str], record: Record) -> bool:
    """Read lines that all are ``name: value``; say whether they are, else nothing is done."""
    fields: dict[str, str] = {}
    many: list[tuple[str, str]] = []
    faults: list[tuple[str, str]] = []
    for line in lines:
        name, colon, value = line.partition(":")
        key = _keys.get(name) or _key_of(name)
        if not key or not colon:
            return False
        if key in _MANY:
            many.append((key, value.strip()))
        elif key in fields:
            faults.append((_twice(key), f"{name} is there twice"))
        else:
            fields[key] = value.strip()
    record.fields, record.many = fields, many
    record.faults += faults
    return True


def _is_length(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


def _key_of(name: str) -> str:
    """Return the name of a field in lower case, "" of one with white space."""
    key = name.lower() if _NAME.fullmatch(name) else ""
    if len(name) < _SHORT and len(_keys) < _MOST:
        _keys[name] = key
    return key


_keys: dict[str, str] = {}
"""Names of fields as written, and in lower case: a file has few of them, each thousands of times."""


def _twice(name: str) -> str:
    return "record-length" if name == "content-length" else "field-form"
