"""Transfer and content codings undone, as browsers undo them: what can be read is read.

Nothing here raises on any bytes. What was odd is told by short codes ("notes"):

=================  ==============================================================
``not-chunked``    said to be chunked and is not: body as it came
``bad-chunk``      broken chunk framing: body up to there
``cut-chunk``      the bytes end inside the chunk framing: body up to there
``not-encoded``    said to be gzip or deflate and is not: body as it came
``torn-encoding``  compressed data broken or cut: what could be inflated
``unknown-coding`` a coding not read here (br, zstd ...): body as it came
``cut-at-limit``   inflates to more than allowed: cut there
=================  ==============================================================

Brotli and zstd are left alone even where a library for them is installed: a
page must be read alike on every machine, and the crawl asks for gzip only.
"""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import BinaryIO

from archive.digests import BLOCK

MAX_BODY = 64 << 20
"""Bytes of a decoded body that are read at most (64 MiB)."""

_SIZE_LINE = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,16})[ \t]*(?:;[^\n]*?)?\r?(\n?)")
_MAX_SIZE_LINE = 16384
_GZIP_MAGIC = b"\x1f\x8b"
_MAX_MEMBERS = 1000  # a bomb of its own: empty members, 3 million of them in 64 MiB


def dechunked(stream: BinaryIO, notes: list[str]) -> Iterator[bytes]:
    """Yield the data of a chunked body that starts where *stream* stands.

    Extensions, trailers and whatever follows the last chunk are passed over.
    Line ends may be LF alone. Framing that breaks ends the body there; a body
    whose very first line is no chunk size was never chunked and comes as it is.
    """
    start = stream.tell()
    while True:
        line = stream.readline(_MAX_SIZE_LINE)
        match = _SIZE_LINE.fullmatch(line)
        if match is None:
            if line and stream.tell() - len(line) == start:
                notes.append("not-chunked")
                stream.seek(start)
                yield from iter(lambda: stream.read(BLOCK), b"")
            else:
                notes.append("bad-chunk" if line else "cut-chunk")
            return
        left = int(match[1], 16)
        if not match[2]:
            notes.append("cut-chunk")
            return
        if left == 0:
            return
        while left:
            piece = stream.read(min(left, BLOCK))
            if not piece:
                notes.append("cut-chunk")
                return
            left -= len(piece)
            yield piece
        end = stream.readline(2)
        if end not in (b"\r\n", b"\n"):
            notes.append("bad-chunk" if len(end) == 2 else "cut-chunk")
            return


def dechunk(body: bytes, notes: list[str] | None = None) -> bytes:
    """Return the data of a chunked *body*; see :func:`dechunked`.

    >>> dechunk(b"3;x=y\\r\\nabc\\r\\n2\\r\\nde\\r\\n0\\r\\nTrailer: 1\\r\\n\\r\\n")
    b'abcde'
    >>> dechunk(b"5\\r\\nabc")
    b'abc'
    """
    return b"".join(dechunked(io.BytesIO(body), [] if notes is None else notes))


def decode_content(
    body: bytes, encodings: Sequence[str], max_size: int = MAX_BODY, notes: list[str] | None = None
) -> bytes:
    """Undo the content codings of *body*, given in the order in which they were applied.

    At most *max_size* bytes come out of each coding. Codings that were announced
    and not applied leave the body as it is.

    >>> decode_content(b"not gzip at all", ["gzip"])
    b'not gzip at all'
    """
    notes = [] if notes is None else notes
    for encoding in reversed(encodings):
        match encoding.strip().lower():
            case "" | "identity":
                continue
            case "gzip" | "x-gzip":
                body = _gunzip(body, max_size, notes)
            case "deflate" | "x-deflate":
                body = _inflate_either(body, max_size, notes)
            case _:
                notes.append("unknown-coding")
                break
    return body


def _gunzip(body: bytes, max_size: int, notes: list[str]) -> bytes:
    if not body:
        return body
    decoded, at = bytearray(), 0
    # Members may follow each other (RFC 1952, 2.2); padding after the last one is passed over.
    for _ in range(_MAX_MEMBERS):
        if not body.startswith(_GZIP_MAGIC, at):
            break
        piece, at, note = _inflate(body, at, 16 + zlib.MAX_WBITS, max_size - len(decoded))
        decoded += piece
        if note == "not-encoded" and not decoded:
            at = 0
            break
        if note:
            notes.append("torn-encoding" if note == "not-encoded" else note)
            return bytes(decoded)
    else:
        notes.append("cut-at-limit")
    if at == 0:
        notes.append("not-encoded")
        return body
    return bytes(decoded)


def _inflate_either(body: bytes, max_size: int, notes: list[str]) -> bytes:
    """Inflate "deflate", which servers send with and without the zlib wrapper."""
    if not body:
        return body
    wrapped = len(body) > 1 and body[0] & 0x0F == 8 and int.from_bytes(body[:2], "big") % 31 == 0
    for wbits in (zlib.MAX_WBITS, -zlib.MAX_WBITS) if wrapped else (-zlib.MAX_WBITS,):
        decoded, _, note = _inflate(body, 0, wbits, max_size)
        if note != "not-encoded":
            notes.extend([note] if note else [])
            return decoded
    notes.append("not-encoded")
    return body


def _inflate(data: bytes, at: int, wbits: int, max_size: int) -> tuple[bytes, int, str]:
    """Inflate what starts at offset *at*; return (what came out, offset of what follows, a note or "")."""
    inflater = zlib.decompressobj(wbits)
    out = bytearray()
    for start in range(at, len(data), BLOCK):
        block = data[start : start + BLOCK]
        before, mark = inflater.copy(), len(out)
        try:
            _feed(inflater, block, out, max_size)
        except zlib.error:
            # The failing call keeps what it had inflated: go over the block again byte by
            # byte, so that a page with a wrong checksum at its end is still whole.
            del out[mark:]
            with suppress(zlib.error):
                for i in range(len(block)):
                    _feed(before, block[i : i + 1], out, max_size)
            return bytes(out[:max_size]), len(data), "torn-encoding" if out else "not-encoded"
        if len(out) > max_size:
            return bytes(out[:max_size]), len(data), "cut-at-limit"
        if inflater.eof:
            return bytes(out), start + len(block) - len(inflater.unused_data), ""
    return bytes(out), len(data), "torn-encoding"


def _feed(inflater: zlib._Decompress, block: bytes, out: bytearray, max_size: int) -> None:
    """Inflate *block* into *out*, one byte beyond *max_size* at most."""
    while len(out) <= max_size:
        piece = inflater.decompress(block, max_size + 1 - len(out))
        out += piece
        block = inflater.unconsumed_tail
        if not piece and not block:
            return


_MAGIC = re.compile(
    rb"\xff\xd8\xff"  # JPEG
    rb"|\x89PNG\r\n\x1a\n|GIF8[79]a|RIFF....(?:WEBP|AVI )|....ftyp"  # ftyp: MP4, MOV, HEIC, AVIF
    rb"|\x1f\x8b|PK\x03\x04|PK\x05\x06|7z\xbc\xaf\x27\x1c|Rar!\x1a\x07|BZh[1-9]|\xfd7zXZ\x00|\x28\xb5\x2f\xfd|MSCF"
    rb"|%PDF-|wOFF|wOF2|\x1aE\xdf\xa3|OggS|fLaC|ID3|\xff[\xfb\xf3\xf2]|FLV\x01|[CZ]WS",
    re.DOTALL,
)


def is_compressed(beginning: bytes, encodings: Sequence[str]) -> bool:
    """Whether a body that begins with these bytes is compressed already, so that deflating it is vain.

    The bytes decide; only codings without a mark of their own are believed.
    ZIP covers DOCX, XLSX, EPUB and the like; old DOC and XLS files deflate well and are none.

    >>> is_compressed(b"\\xff\\xd8\\xff\\xe0", []), is_compressed(b"<html>", ["gzip"])
    (True, False)
    """
    return _MAGIC.match(beginning) is not None or any(coding in ("br", "zstd") for coding in encodings)
