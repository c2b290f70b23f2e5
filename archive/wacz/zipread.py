"""Members of somebody's ZIP, opened for random access, with nothing of it believed unchecked."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, BinaryIO, cast
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from archive.errors import ArchiveError
from archive.wacz.names import check_names
from archive.wacz.text import read_text_lines

_LOCAL = struct.Struct("<4s5H3I2H")


class ZipMembers:
    """The members of a ZIP by their names."""

    def __init__(self, path: Path) -> None:
        """Open a ZIP; raises ArchiveError when it is none, is cut, or has a name that is not safe."""
        self.path = path
        try:
            self._file = path.open("rb")
        except OSError as error:
            raise ArchiveError(f"{path}: can not be read ({error.strerror})") from error
        try:
            # ValueError: a name that is no UTF-8; zipfile tells of odd fields by these and struct.error.
            self._zip = ZipFile(self._file)
            check_names(self._zip.infolist())
            if any(info.header_offset < 0 for info in self._zip.infolist()):
                raise BadZipFile("a member lies before its beginning")
        except (BadZipFile, NotImplementedError, ValueError, struct.error, OSError) as error:
            self._file.close()
            raise ArchiveError(f"{path}: no whole ZIP file ({error}); get it again") from error
        except ArchiveError as error:
            self._file.close()
            raise ArchiveError(f"{path}: {error}") from error
        self._infos = {info.filename: info for info in self._zip.infolist() if not info.is_dir()}

    @property
    def names(self) -> list[str]:
        """Names of all files in it, in its order."""
        return list(self._infos)

    def __contains__(self, name: str) -> bool:
        return name in self._infos

    def size(self, name: str) -> int:
        """Return how many bytes a member has once inflated, as the ZIP says."""
        return self._info(name).file_size

    def is_stored(self, name: str) -> bool:
        """Whether a member lies in the ZIP as it is."""
        return self._info(name).compress_type == ZIP_STORED

    def open(self, name: str) -> BinaryIO:
        """Return a seekable file of a member; a stored one is read with one seek, a deflated one from its start.

        Raises ArchiveError when there is no such member, or its header does not agree with the directory.
        """
        info = self._info(name)
        if info.compress_type == ZIP_STORED:
            start = self._start(info)
            return cast(BinaryIO, io.BufferedReader(Slice(self._file, start, info.file_size), 1 << 16))
        if info.compress_type != ZIP_DEFLATED:
            raise ArchiveError(f"{self.path}: {name} is compressed by method {info.compress_type}; pack it anew")
        try:
            explained = _Explained(self._zip.open(info), f"{self.path}: {name}")
            return cast(BinaryIO, io.BufferedReader(explained, 1 << 16))
        except (BadZipFile, RuntimeError, NotImplementedError) as error:
            raise ArchiveError(f"{self.path}: {name} can not be read ({error}); get the file again") from error

    def read(self, name: str, limit: int) -> bytes:
        """Return a small member whole; raises ArchiveError when it has more than *limit* bytes."""
        with self.open(name) as file:
            data = file.read(limit + 1)
        if len(data) > limit:
            raise ArchiveError(f"{self.path}: {name} has more than {limit} bytes; it is not read")
        return data

    def lines(self, name: str, limit: int) -> Iterator[bytes]:
        """Yield the lines of a text member, gzipped or not, without their ends; none may be longer than *limit*."""
        with self.open(name) as file:
            yield from read_text_lines(file, limit, f"{self.path}: {name}")

    def close(self) -> None:
        """Close the ZIP, and with it what was opened from it."""
        self._zip.close()
        self._file.close()

    def _info(self, name: str) -> ZipInfo:
        try:
            return self._infos[name]
        except KeyError:
            raise ArchiveError(f"{self.path}: has no {name}") from None

    def _start(self, info: ZipInfo) -> int:
        """Return where the bytes of a stored member begin."""
        self._file.seek(info.header_offset)
        header = self._file.read(_LOCAL.size)
        if len(header) == _LOCAL.size:
            magic, *_, name_length, extra_length = _LOCAL.unpack(header)
            name = self._file.read(name_length)
            start: int = info.header_offset + _LOCAL.size + name_length + extra_length
            named = info.orig_filename.encode("utf-8" if info.flag_bits & 0x800 else "cp437", "replace")
            whole = start + info.file_size <= self._zip.start_dir and info.compress_size == info.file_size
            if magic == b"PK\x03\x04" and name == named and whole:
                return start
        raise ArchiveError(f"{self.path}: {info.filename} does not lie where the ZIP says; get the file again")

    def __enter__(self) -> ZipMembers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Slice(io.RawIOBase):
    """A part of a file as a file of its own; several of one file do not disturb each other."""

    def __init__(self, file: BinaryIO, start: int, size: int) -> None:
        self._file = file
        self._start = start
        self._size = size
        self._place = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._place

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._size}[whence]
        self._place = max(0, base + offset)
        return self._place

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        wanted = max(0, min(len(buffer), self._size - self._place))
        self._file.seek(self._start + self._place)
        data = self._file.read(wanted)
        buffer[: len(data)] = data
        self._place += len(data)
        return len(data)


class _Explained(io.RawIOBase):
    """A deflated member whose damage is told in our words."""

    def __init__(self, file: IO[bytes], where: str) -> None:
        self._inner = file
        self._where = where

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._inner.tell()

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        try:
            return self._inner.seek(offset, whence)
        except (BadZipFile, zlib.error, EOFError) as error:
            raise ArchiveError(f"{self._where} is damaged ({error}); get the file again") from error

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        try:
            data = self._inner.read(len(buffer))
        except (BadZipFile, zlib.error, EOFError) as error:
            raise ArchiveError(f"{self._where} is damaged ({error}); get the file again") from error
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._inner.close()
        super().close()
