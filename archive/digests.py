"""Labelled digests of records and payloads, hexadecimal digests of files."""

from __future__ import annotations

import hashlib
from base64 import b32encode
from collections.abc import Iterable
from typing import BinaryIO

BLOCK = 1 << 16
"""How much is read at once wherever bytes are streamed."""

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"

EMPTY_SHA1 = "sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ"
"""The labelled SHA-1 of nothing."""


def address_hash(url: str) -> int:
    """Return 64 bits that stand for an address, where many are held and nobody reads them.

    >>> address_hash("http://a.vn/") == address_hash("http://a.vn/1")
    False
    """
    return int.from_bytes(hashlib.blake2b(url.encode("utf-8", "replace"), digest_size=8).digest(), "big")


def payload_digest(payload: bytes | BinaryIO, algorithm: str = "sha1") -> str:
    """Return the labelled digest of a payload, as used for revisits.

    *payload* is the body after transfer decoding and before content decoding
    (a gzipped page is digested gzipped); a file is read from where it stands.
    Result: ``"sha1:"`` + 32 base32 letters.

    Raises ValueError if *algorithm* is not in :mod:`hashlib`.
    Source: WARC 1.1, section 5.9 "WARC-Payload-Digest".

    >>> payload_digest(b"")
    'sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ'
    """
    if isinstance(payload, bytes):
        return digest_of((payload,), algorithm)
    return digest_of(iter(lambda: payload.read(BLOCK), b""), algorithm)


def digest_of(pieces: Iterable[bytes], algorithm: str = "sha1") -> str:
    """Return the labelled digest of the bytes that *pieces* make together.

    >>> digest_of([b"xin ", b"chao"]) == payload_digest(b"xin chao")
    True
    """
    # SHA-1 names bytes here, it guards nothing: it is what every CDX index and revisit record uses.
    digest = hashlib.new(algorithm, usedforsecurity=False)
    for piece in pieces:
        digest.update(piece)
    return f"{algorithm}:{_base32(digest.digest())}"


_PAIRS = [first + second for first in _LETTERS for second in _LETTERS]


def _base32(digest: bytes) -> str:
    """Return what ``b32encode`` does. Each record has two: those of SHA-1 are told in a quarter of its time."""
    if len(digest) != 20:
        return b32encode(digest).decode("ascii")
    number = int.from_bytes(digest, "big")
    return "".join([_PAIRS[number >> shift & 1023] for shift in range(150, -1, -10)])
