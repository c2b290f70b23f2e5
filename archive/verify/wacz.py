"""WACZ 1.1.1: what the ZIP holds, what its manifest says of it, and what its index opens."""

from __future__ import annotations

import hashlib
import json
import re
import struct
import zlib
from base64 import b32encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from archive.verify.findings import Finding, finding
from archive.verify.index import differences, number, parse
from archive.verify.records import label
from archive.verify.scan import Scan, scan
from archive.verify.zipnum import read_index

MANIFEST, DIGEST = "datapackage.json", "datapackage-digest.json"
MAX_JSON = 64 << 20
_BLOCK = 1 << 20
_WARC = re.compile(r"archive/.+\.warc(?:\.gz)?", re.IGNORECASE)
_INDEX = re.compile(r"indexes/.+\.cdxj?(?:\.gz)?", re.IGNORECASE)
_BOMB_SIZE, _BOMB_RATIO = 1 << 30, 100
_FAULTS = (BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, struct.error, ValueError)
"""What zipfile raises for a broken ZIP: it promises none of them."""


def check_wacz(path: Path, file: str) -> tuple[list[Finding], list[Scan]]:
    """Return what is wrong with a WACZ, and what the WARC files in it hold (their findings included)."""
    package = _Package(path, file)
    try:
        with ZipFile(path) as archive:
            package.check(archive)
    except _FAULTS as error:
        package.report(None, "wacz-zip", f"{type(error).__name__}: {error}")
    return package.findings, list(package.scans.values())


class _Package:
    def __init__(self, path: Path, file: str) -> None:
        self._path = path
        self._file = file
        self.findings: list[Finding] = []
        self.scans: dict[str, Scan] = {}
        """By path in the ZIP."""
        self._digests: dict[str, dict[str, str]] = {}
        self._sizes: dict[str, int] = {}

    def report(self, offset: int | None, rule: str, detail: str, name: str = "") -> None:
        self.findings.append(finding(f"{self._file}!/{name}" if name else self._file, offset, rule, detail))

    def check(self, archive: ZipFile) -> None:
        infos = [info for info in archive.infolist() if not info.is_dir()]
        self._check_names(archive.infolist())
        starts = self._check_layout(archive)
        for info in infos:
            self._read_member(archive, info)
        self._check_manifest(archive)
        for info in infos:
            if _WARC.fullmatch(info.filename) and info.compress_type == ZIP_STORED and info.filename in starts:
                start = starts[info.filename]
                found = scan(self._path, f"{self._file}!/{info.filename}", start=start, end=start + info.file_size)
                self.scans[info.filename] = found
        urls = self._check_index(archive)
        for info in infos:
            if info.filename.startswith("pages/") and info.filename.endswith(".jsonl"):
                self._check_pages(archive, info, urls)

    def _check_names(self, infos: list[ZipInfo]) -> None:
        seen: set[str] = set()
        for info in infos:
            # zipfile cuts a name at its first NUL, and keeps what was there.
            name = info.orig_filename
            parts = name.replace("\\", "/").split("/")
            if name.startswith(("/", "\\")) or ".." in parts or "\0" in name or ":" in parts[0]:
                self.report(info.header_offset, "wacz-name", f"{name!r} leads out of the ZIP")
            if info.filename in seen:
                self.report(info.header_offset, "wacz-name", f"{name!r} is there twice")
            seen.add(info.filename)
            is_indexed = _WARC.fullmatch(name) or (_INDEX.fullmatch(name) and name.endswith(".gz"))
            if is_indexed and info.compress_type != ZIP_STORED:
                self.report(info.header_offset, "wacz-stored", f"{name} is compressed in the ZIP")

    def _check_layout(self, archive: ZipFile) -> dict[str, int]:
        """Report bytes that belong to nothing; return where the data of each member begins."""
        starts: dict[str, int] = {}
        size = self._path.stat().st_size
        with self._path.open("rb") as source:
            at = 0
            for info in sorted(archive.infolist(), key=lambda info: info.header_offset):
                if info.header_offset > at:
                    told = f"{info.header_offset - at} bytes before {info.filename!r} are no file"
                    self.report(at, "wacz-junk", told)
                source.seek(info.header_offset)
                head = source.read(30)
                name, extra = struct.unpack("<HH", head[26:30])
                starts[info.filename] = info.header_offset + 30 + name + extra
                at = starts[info.filename] + info.compress_size
                if info.flag_bits & 8:
                    source.seek(at)
                    at += _descriptor_size(source.read(24), info)
            if archive.start_dir > at:
                self.report(at, "wacz-junk", f"{archive.start_dir - at} bytes before the directory are no file")
            source.seek(max(0, size - 65_557))
            tail = source.read()
            end = tail.rfind(b"PK\5\6")
            length = struct.unpack("<H", tail[end + 20 : end + 22])[0]
            behind = len(tail) - (end + 22 + length)
            if behind:
                self.report(size - behind, "wacz-junk", f"{behind} bytes follow the end of the ZIP")
        return starts

    def _read_member(self, archive: ZipFile, info: ZipInfo) -> None:
        if info.file_size > _BOMB_SIZE and info.file_size > _BOMB_RATIO * info.compress_size:
            told = f"{info.filename} inflates from {info.compress_size} to {info.file_size} bytes; it is not read"
            self.report(info.header_offset, "wacz-zip", told)
            return
        digests = {name: hashlib.new(name, usedforsecurity=False) for name in ("sha256",)}
        size = 0
        try:
            with archive.open(info) as member:
                while block := member.read(_BLOCK):
                    size += len(block)
                    for digest in digests.values():
                        digest.update(block)
        except _FAULTS as error:
            self.report(info.header_offset, "wacz-zip", f"{info.filename}: {error}")
            return
        self._sizes[info.filename] = size
        raw = {name: digest.digest() for name, digest in digests.items()}
        self._digests[info.filename] = {
            f"{name} {form}": text
            for name, value in raw.items()
            for form, text in (("hex", value.hex()), ("base32", b32encode(value).decode().rstrip("=")))
        }

    def _is(self, name: str, told: object) -> bool:
        """Whether a digest told of a member is its own; True for an algorithm that is not known."""
        named = label(told if isinstance(told, str) else None)
        if named is None:
            return False
        algorithm, value = named
        if algorithm != "sha256":
            return True
        mine = self._digests[name]
        return value.lower() == mine["sha256 hex"] or value.rstrip("=").upper() == mine["sha256 base32"]

    def _check_manifest(self, archive: ZipFile) -> None:
        manifest = self._json(archive, MANIFEST)
        entries = manifest.get("resources") if isinstance(manifest, dict) else None
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            self.report(None, "wacz-package", f"{MANIFEST} is missing, or lists no resources")
            return
        listed: set[str] = set()
        for entry in entries:
            name = str(entry.get("path", ""))
            listed.add(name)
            told = {**entry.get("stats", {}), **entry} if isinstance(entry.get("stats", {}), dict) else entry
            if name not in archive.NameToInfo:
                self.report(None, "wacz-resource", f"{name!r} is not in the ZIP", MANIFEST)
            elif name in self._sizes and told.get("bytes") != self._sizes[name]:
                odd = f"{name} has {self._sizes[name]} bytes, not {told.get('bytes')}"
                self.report(None, "wacz-resource", odd, MANIFEST)
            elif name in self._sizes and not told.get("hash"):
                self.report(None, "wacz-resource", f"{name} has no digest", MANIFEST)
            elif name in self._sizes and not self._is(name, told.get("hash")):
                odd = f"{name} gives sha256:{self._digests[name]['sha256 hex']}, not {told.get('hash')}"
                self.report(None, "wacz-resource", odd, MANIFEST)
        for name in sorted(archive.NameToInfo.keys() - listed):
            if name.startswith(("archive/", "indexes/", "pages/")) and not name.endswith("/"):
                self.report(archive.NameToInfo[name].header_offset, "wacz-unlisted", f"{name} is not in {MANIFEST}")
        if DIGEST in archive.NameToInfo:
            told = self._json(archive, DIGEST)
            stated = told.get("hash") if isinstance(told, dict) else None
            if not self._is(MANIFEST, stated):
                mine = self._digests[MANIFEST]["sha256 hex"]
                self.report(None, "wacz-digest", f"{MANIFEST} gives sha256:{mine}, not {stated}", DIGEST)
            signed = told.get("signedData") if isinstance(told, dict) else None
            if isinstance(signed, dict) and "publicKey" in signed:  # anonymous; others need certificates to check
                from archive.wacz.signing import is_signed

                if signed.get("hash") != stated:
                    self.report(None, "wacz-digest", f"what is signed is {signed.get('hash')}, not {stated}", DIGEST)
                elif not is_signed(signed):
                    self.report(None, "wacz-digest", "its signature is not made with the key that it names", DIGEST)

    def _json(self, archive: ZipFile, name: str) -> Any:
        if name not in self._sizes or self._sizes[name] > MAX_JSON:
            return None
        try:
            return json.loads(archive.read(name))
        except (ValueError, RecursionError):
            return None

    def _check_index(self, archive: ZipFile) -> set[str]:
        """Check every index; return the addresses that they list."""
        urls: set[str] = set()
        seen: set[tuple[str, int]] = set()
        by_name = {name.rpartition("/")[2]: found for name, found in self.scans.items()}
        names = [name for name in archive.NameToInfo if _INDEX.fullmatch(name) and name in self._sizes]
        for name in names:
            lines = read_index(archive, name, lambda at, told, name=name: self.report(at, "wacz-index", told, name))  # type: ignore[misc]
            report = lambda at, rule, told, name=name: self.report(at, rule, told, name)  # noqa: E731
            for at, key, fields in parse(lines, report, rule="wacz-index"):
                urls.add(fields.get("url", ""))
                warc = fields.get("filename", "").rpartition("/")[2]
                offset = number(fields.get("offset"))
                found = by_name.get(warc)
                is_unread = found is None and any(path.endswith(f"/{warc}") for path in archive.NameToInfo)
                if is_unread or (found is not None and offset in found.damaged):
                    continue
                capture = found.captures.get(offset) if found is not None and offset is not None else None
                if capture is None or offset is None:
                    if not fields.get("mime", "").startswith("application/warc-fields"):
                        self.report(at, "wacz-index", f"{key!r}: no capture begins at byte {offset} of {warc!r}", name)
                    continue
                seen.add((warc, offset))
                if odd := differences(capture, key, fields, warc):
                    self.report(at, "wacz-index", f"{capture.id}: {odd}", name)
        for warc, found in by_name.items():
            for offset, capture in found.captures.items():
                if (warc, offset) not in seen:
                    told = f"{capture.id} ({capture.url}) is in no index"
                    self.findings.append(finding(found.file, offset, "wacz-unindexed", told))
        return urls

    def _check_pages(self, archive: ZipFile, info: ZipInfo, urls: set[str]) -> None:
        at = 0
        for number_, line in enumerate(_lines(archive, info)):
            start, at = at, at + len(line)
            try:
                page = json.loads(line)
            except (ValueError, RecursionError):
                page = None
            if not isinstance(page, dict):
                self.report(start, "wacz-pages", f"no JSON object: {line[:60]!r}", info.filename)
            elif number_ == 0 and "format" in page:
                continue
            elif not page.get("url") or not page.get("ts"):
                self.report(start, "wacz-pages", f"a page without url or ts: {line[:60]!r}", info.filename)
            else:
                url = str(page["url"])
                if not {url, url.partition("#")[0], url.replace(" ", "%20")} & urls:
                    self.report(start, "wacz-pages", f"no index lists {url}", info.filename)


def _lines(archive: ZipFile, info: ZipInfo) -> Iterator[bytes]:
    try:
        with archive.open(info) as member:
            while line := member.readline(MAX_JSON):
                yield line
    except _FAULTS:
        return  # told when the member was read


def _descriptor_size(data: bytes, info: ZipInfo) -> int:
    """Return how long the sizes after a streamed member are: with or without mark, of 32 or 64 bits."""
    mark = 4 if data.startswith(b"PK\7\x08") else 0
    wide = struct.pack("<QQ", info.compress_size, info.file_size)
    return mark + (20 if data[mark + 4 : mark + 20] == wide else 12)
