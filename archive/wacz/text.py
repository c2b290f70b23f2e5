"""Lines of a text file of unknown origin, gzipped or not, none of them endless."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from typing import BinaryIO, cast

from archive.errors import ArchiveError


def read_text_lines(file: BinaryIO, limit: int, where: str) -> Iterator[bytes]:
    """Yield the lines of a file without their ends; *where* names it in errors.

    Raises ArchiveError at a line of more than *limit* bytes, and when its gzip members are damaged.
    """
    gzipped = file.read(2) == b"\x1f\x8b"
    file.seek(0)
    text = cast(BinaryIO, gzip.GzipFile(fileobj=file)) if gzipped else file
    try:
        while line := text.readline(limit + 1):
            if len(line) > limit:
                raise ArchiveError(f"{where}: a line has more than {limit} bytes; it is not read")
            yield line.rstrip(b"\r\n")
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise ArchiveError(f"{where} is damaged ({error}); get the file again") from error
