"""The ZIP of a WACZ being written: members in one pass, each hashed on its way, the manifest last."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from types import TracebackType
from typing import TYPE_CHECKING, Any, BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from archive.times import UTC, warc_date
from archive.wacz.names import DATAPACKAGE, DIGEST, WACZ_VERSION

if TYPE_CHECKING:  # few are signed, and what does it takes long to load
    from archive.wacz.signing import Signer

_UNSURE = 1 << 30
"""A member said to become this large gets room for sizes of 64 bits: it may become larger still."""


class Package:
    """A WACZ being written to a seekable file. The same members at the same time give the same bytes."""

    def __init__(self, file: BinaryIO, created: datetime) -> None:
        """Begin; *created* goes into the manifest and is the time of every member."""
        self._zip = ZipFile(file, "w", allowZip64=True)
        self._created = created.astimezone(UTC)
        self._resources: list[dict[str, Any]] = []

    @contextmanager
    def member(self, path: str, *, size: int = 0, deflated: bool = False) -> Iterator[BinaryIO]:
        """Give a file to write a member to; it is listed in the manifest.

        *size* is how large it will become, or more. Stored members can be read with one seek: WARC files and
        gzipped indexes must be (WACZ 1.1.1, "Zip Compression").
        """
        info = self._info(path, ZIP_DEFLATED if deflated else ZIP_STORED)
        with self._zip.open(info, "w", force_zip64=size >= _UNSURE) as file:
            hashing = _Hashing(file)
            yield hashing  # type: ignore[misc]
        self._resources.append(
            {
                "name": path.rpartition("/")[2].lower(),
                "path": path,
                "hash": f"sha256:{hashing.digest.hexdigest()}",
                "bytes": hashing.size,
            }
        )

    def finish(self, about: Mapping[str, Any], signer: Signer | None = None) -> None:
        """Write the manifest, with what *about* says, and its digest; signed when there is a *signer*."""
        created = warc_date(self._created)
        manifest = {
            "profile": "data-package",
            "resources": self._resources,
            "wacz_version": WACZ_VERSION,
            "created": created,
            **about,
        }
        text = as_json(manifest)
        digest: dict[str, Any] = {"path": DATAPACKAGE, "hash": f"sha256:{sha256(text).hexdigest()}"}
        if signer is not None:
            digest["signedData"] = signer.sign(digest["hash"], created, str(about.get("software", "")))
        self._zip.writestr(self._info(DATAPACKAGE, ZIP_STORED), text)
        self._zip.writestr(self._info(DIGEST, ZIP_STORED), as_json(digest))
        self._zip.close()

    def __enter__(self) -> Package:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # A ZIP given up is not closed: that would write its directory, and look whole.
        if error is not None:
            self._zip.fp = None

    def _info(self, path: str, compression: int) -> ZipInfo:
        moment = self._created
        info = ZipInfo(path, (moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second))
        info.compress_type = compression
        info.external_attr = 0o644 << 16
        return info


def as_json(value: object) -> bytes:
    """Return JSON for people and programs, equal for equal values."""
    return json.dumps(value, ensure_ascii=False, indent=2).encode() + b"\n"


class _Hashing:
    """A file that is only written, its digest and size known at any time."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self.digest = sha256()
        self.size = 0

    def write(self, data: bytes) -> int:
        self.digest.update(data)
        self.size += len(data)
        self._file.write(data)
        return len(data)
