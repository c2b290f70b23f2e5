"""Targets: WARC, WACZ and index files of anybody."""

from __future__ import annotations

import gzip
import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice

from archive.cdxj import CdxLine, lines_of, lookup, parse_line, write_sorted
from archive.errors import ArchiveError, DamagedRecord
from archive.foreign import NotAnArchive, open_foreign, read_exchanges
from archive.model import Location
from archive.posts import request_of
from archive.times import parse_warc_date
from archive.wacz.read import open_wacz
from archive.warc.files import Context
from archive.warc.framing import Member, read_members
from archive.warc.lenient import Loss, next_member, read_foreign
from archive.warc.stored import group, payload_of
from tests.archive.exchanges import ODD
from tests.archive.test_foreign import record
from tests.fuzz.target import Target, file_of

LIMIT = 1 << 20
CONTEXT = Context("x", "c1", "import")
_SPLIT = re.compile(rb"\n%% ([^\n]*)\n")


def cdxj(data: bytes) -> None:
    """A line that is read is written as it was, and found by its key."""
    line = parse_line(data.decode("utf-8", "replace"))
    assert parse_line(str(line)) == line
    assert str(parse_line(str(line))) == str(line)
    if "\n" in line.urlkey or not line.urlkey:
        return
    path = file_of("x.cdxj", b"")
    write_sorted(path, [str(line).encode(), b'vn,a)/ 20240506070809 {"url": "http://a.vn/"}'])
    assert line in list(lookup(path, line.urlkey))


def framed(data: bytes) -> bytes:
    """Return a WARC file: the bytes as they are, as one gzip member, or each record in one of its own."""
    way, data = (data[0] % 3, data[1:]) if data else (0, b"")
    if way == 0:
        return data
    pieces = re.split(rb"(?=WARC/1\.[01]\r\n)", data) if way == 2 else [data]
    return b"".join(gzip.compress(piece, 1, mtime=0) for piece in pieces if piece)


def warc(data: bytes) -> None:
    """What is read are whole records; the rest is told as damage, and the next one is found."""
    file = io.BytesIO(framed(data))
    members, is_torn = [], False
    try:
        for member in read_members(file, max_block=LIMIT):
            members.append(member)
    except DamagedRecord:
        is_torn = True
    assert sum(member.length for member in members) <= len(file.getvalue())
    assert is_torn or sum(member.length for member in members) == len(file.getvalue())
    at = next_member(io.BytesIO(file.getvalue()), 0)
    assert at is None or at >= 0
    _look(iter(members))


def foreign(data: bytes) -> None:
    """Nothing raises: records, and losses with a place and a cause."""
    whole = framed(data)
    found = list(read_foreign(io.BytesIO(whole), max_block=LIMIT))
    for each in found:
        if isinstance(each, Loss):
            assert 0 <= each.offset <= len(whole)
            assert each.cause
        else:
            assert 0 <= each.offset <= len(whole)
            assert each.record.size <= max(LIMIT, len(data))
            assert len(each.record.read()) == each.record.size
    assert [str(each) for each in found if isinstance(each, Loss)] == [
        str(each) for each in read_foreign(io.BytesIO(whole), max_block=LIMIT) if isinstance(each, Loss)
    ]
    opened = open_foreign(file_of("x.warc", whole))
    for each in read_exchanges(opened, max_block=LIMIT):
        if not isinstance(each, Loss):
            assert each.id
            each.source(opened)
            _look(Member(one, 0, 1) for one in each.records)


def _look(members: Iterator[Member]) -> None:
    """Ask of sound records what the archive asks."""
    kept = [member for member in members if _is_dated(member)]
    for line in lines_of((member.record, Location("x.warc.gz", member.offset, member.length)) for member in kept):
        assert str(parse_line(str(line))) == str(line) or re.search(r"\s", line.urlkey)
    for stored in group(iter(kept), "x.warc.gz", CONTEXT):
        assert all(head for head in stored.informational)
        with suppress(ArchiveError):
            stored.exchange()
        if stored.capture is None:
            continue
        answer = next(one for one in stored.records if one.type in ("response", "resource", "revisit"))
        if answer.type != "revisit":
            assert len(payload_of(answer, max_size=LIMIT).body) <= LIMIT
    for member in kept:
        request_of(member.record)


def _is_dated(member: Member) -> bool:
    try:
        parse_warc_date(member.record.get("WARC-Date") or "")
    except ValueError:
        return False
    return bool(member.record.id and member.record.url)


def wacz(data: bytes) -> None:
    """Pages, lines and records of a package, or an ArchiveError that says why not."""
    with open_wacz(file_of("x.wacz", packed(data)), max_block=LIMIT) as opened:
        for look in (
            lambda: list(opened.resources()),
            lambda: list(islice(opened.pages(), 100)),
            lambda: list(opened.captures()),
        ):
            _promised(look)
        lines: list[CdxLine] = []
        _promised(lambda: lines.extend(islice(opened.lines(), 50)))
        for line in lines:
            _promised(lambda line=line: opened.payload(line, max_size=LIMIT))
        _promised(lambda: list(opened.lookup("https://example.vn/1")))
        for name in opened.members.names:
            _promised(lambda name=name: opened.digest(name))
    opened_foreign = open_foreign(file_of("x.wacz", packed(data)))
    list(read_exchanges(opened_foreign, max_block=LIMIT))


def _promised(look) -> None:
    try:
        look()
    except ArchiveError as error:
        said = str(error)
        assert said


def packed(data: bytes) -> bytes:
    """Return a ZIP: the bytes, or members out of ``%% name`` lines; ``=`` before a name deflates, ``~`` gzips it."""
    if data.startswith(b"PK"):
        return data
    parts = _SPLIT.split(b"\n" + data)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as members, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a name that stands twice
        for name, body in zip(parts[1::2], parts[2::2], strict=True):
            kind, text = name[:1], name.lstrip(b"=~").decode("utf-8", "replace") or "x"
            method = zipfile.ZIP_DEFLATED if kind == b"=" else zipfile.ZIP_STORED
            info = zipfile.ZipInfo(text.replace("\0", "")[:200] or "x")
            members.writestr(info, framed(b"\x02" + body) if kind == b"~" else body, method)
    return file.getvalue()


_TOLD = b'via: http://a.vn/\r\npurpose: x\r\nfetchTimeMs: y\r\nhead: "HTTP/1.1 304 x"\r\ninformational: {\r\ntruncated: [\r\n'


def _records() -> bytes:
    answers = [
        record(number, answer, WARC_Type="response", Content_Type="application/http; msgtype=response")
        for number, answer in enumerate(list(ODD.values())[:6], 1)
    ]
    return b"".join((
        record(90, b"software: x\r\nisPartOf: y\r\n", WARC_Type="warcinfo", WARC_Target_URI=None),
        *answers,
        record(20, b"GET /1 HTTP/1.1\r\n\r\n", WARC_Type="request", WARC_Concurrent_To="<urn:uuid:1>"),
        record(21, ODD["304"], WARC_Type="revisit", WARC_Refers_To="<urn:uuid:1>", WARC_Refers_To_Target_URI="https://example.vn/1"),
        record(22, _TOLD, WARC_Type="metadata", Content_Type="application/warc-fields", WARC_Concurrent_To="<urn:uuid:21>"),
        record(23, WARC_Block_Digest="sha1:AAAA", WARC_Payload_Digest="sha256:00", WARC_Truncated="length"),
    ))  # fmt: skip


def _warcs() -> list[bytes]:
    beginnings = b"\x00" + b"WARC/1.1\r\n" * 30_000
    return [bytes([way]) + _records() for way in range(3)] + [
        beginnings,
        b"\x00" + framed(b"\x02" + record(1) + record(2)),
    ]


def _waczs() -> list[bytes]:
    warc_file = record(1, ODD["plain"], WARC_Type="response", WARC_Target_URI="https://example.vn/1")
    line = b'vn,example)/1 20240101000000 {"url": "https://example.vn/1", "offset": "0", "length": "300", "filename": "a.warc"}'
    parts = {
        b"archive/a.warc": warc_file,
        b"~archive/b.warc.gz": _records(),
        b"=pages/pages.jsonl": b'{"format": "json-pages-1.0", "id": "pages"}\n{"url": "https://example.vn/1", "ts": "2024-01-01T00:00:00Z"}',
        b"indexes/index.cdxj": b"!meta 0 {}\n" + line + b"\n" + line.replace(b"a.warc", b"b.warc.gz"),
        b"datapackage.json": b'{"resources": [{"path": "archive/a.warc", "hash": "sha256:0", "bytes": 5}], "profile": "data-package"}',
    }
    idx = {
        **parts,
        b"~indexes/index.cdx.gz": line + b"\n",
        b"indexes/index.idx": b'!meta 0 {"format": "cdxj-gzip-1.0", "filename": "index.cdx.gz"}\nvn,example)/ {"offset": 0, "length": 150}\n',
    }
    texts = [b"".join(b"%%%% %s\n%s\n" % pair for pair in each.items()) for each in (parts, idx)]
    whole = [packed(text) for text in texts]
    # The last lacks its beginning, so that its directory puts members before it.
    deep = [texts[0].replace(each, _DEEP) for each in (b'"json-pages-1.0"', b'"1"', b'"data-package"')]
    deep.append(texts[1].replace(b'"offset": 0', b'"offset": 1e999'))
    deep.append(texts[1].replace(b'"offset": 0', b'"offset": ' + _DEEP))
    return [*texts, *deep, *whole, b"PK" + whole[0][10:]]


_FIELDS = (
    *(
        b"WARC/1.1\r\n",
        b"WARC/0.18\r\n",
        b"Content-Length: 0\r\n",
        b"WARC-Type: response\r\n",
        b"WARC-Type: revisit\r\n",
        b"WARC-Date: x\r\n",
    ),
    *(
        b"WARC-Target-URI: http://[x\r\n",
        b"WARC-Block-Digest: sha1:\r\n",
        b"WARC-Concurrent-To: <urn:uuid:1>\r\n",
        b"\r\n\r\n",
        b"\x1f\x8b\x08",
    ),
)
_PARTS = (
    *(
        b"\n%% ../x\n",
        b"\n%% archive/a.warc\n",
        b"\n%% =indexes/i.cdxj.gz\n",
        b'"offset": "-5"',
        b'"offset": null',
        b"[[[[[",
        b"PK\x03\x04",
    ),
    *(
        b"\n%% indexes/x.idx\n",
        b"\n%% pages/x.jsonl\n",
        b"{}",
        b'"filename": "../x"',
        b'"length": 1e9',
        b"\n%% ~pages/pages.jsonl\n",
    ),
)
_DEEP = b"[" * 30_000
_CDXJ = (
    b'vn,a)/ 20240506070809 {"a": ' + _DEEP,
    b'vn,example)/ 20240506070809 {"url": "https://example.vn/", "offset": "0", "length": "5", "filename": "a.warc.gz"}',
    b'vn,a)/?q=%c4%91 20240506070809 {"url": "x", "requestBody": "a=\\u0111", "status": "200", "n": [1, {"x": null}]}\n',
)

TARGETS = (
    Target(
        "cdxj",
        cdxj,
        (ArchiveError,),
        made=lambda: _CDXJ,
        words=(b"{}", b"[[[[", b"\\ud800", b"NaN", b" 20240506070809 "),
        cost=14,
    ),
    Target("warc", warc, made=_warcs, words=_FIELDS, cost=100, longest=16_384),
    Target("foreign", foreign, (NotAnArchive,), made=_warcs, words=_FIELDS, cost=1000, longest=16_384),
    Target("wacz", wacz, (ArchiveError,), made=_waczs, words=_PARTS, cost=400, longest=16_384, grown=8),
)
