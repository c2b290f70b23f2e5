"""The text of the documents in a ZIP file: of so many, of so many bytes, and of none in a ZIP within it."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable

from archive.documents.errors import Unreadable
from archive.documents.model import DocumentText, State
from archive.documents.running_text import MAX_CHARS

MAX_MEMBERS = 200
"""Files that are read; forms and annexes come by the dozen."""
MAX_MEMBER = 64 << 20
"""Bytes of one, unpacked: as of a document that stands alone."""
MAX_ALL = 128 << 20
"""Bytes of all, unpacked."""
MAX_RATIO = 200
"""So many times its packed size a file may have when it is larger than :data:`SMALL`; office files reach 30."""
SMALL = 1 << 20

_NO_DOCUMENTS = ("__MACOSX/", "Thumbs.db", "desktop.ini", ".DS_Store")
_WORST: tuple[State, ...] = ("too_large", "broken", "encrypted", "unsupported", "no_text")


def bundle_lines(data: bytes, read: Callable[[bytes, str | None], DocumentText]) -> tuple[list[str], str]:
    """Return the lines of all documents in a ZIP file, of each after its name, and how many gave none and why.

    *read* reads one of them, by its bytes and media type. Raises Unreadable when none gives a text; its state is the
    worst of theirs.
    """
    try:
        package = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise Unreadable("broken", str(error)[:200]) from None
    members = [member for member in package.infolist() if not member.is_dir() and _is_document(member.filename)]
    lines: list[str] = []
    silent: Counter[State] = Counter()
    left, chars = MAX_ALL, 0
    if len(members) > MAX_MEMBERS:
        silent["too_large"] = len(members) - MAX_MEMBERS
    for member in members[:MAX_MEMBERS]:
        try:
            content = _content(package, member, min(left, MAX_MEMBER))
        except Unreadable as error:
            silent[error.state] += 1
            continue
        left -= len(content)
        found = read(content, "text/plain" if member.filename.lower().endswith(".txt") else None)
        if found.state != "text":
            silent[found.state] += 1
            continue
        lines += [member.filename, *found.text.split("\n")]
        chars += len(found.text)
        if chars > MAX_CHARS:
            break
    told = ", ".join(f"{number} {state}" for state, number in sorted(silent.items()))
    if not lines:
        raise Unreadable(next((state for state in _WORST if silent[state]), "no_text"), told)
    return lines, told


def _is_document(name: str) -> bool:
    return not name.startswith(_NO_DOCUMENTS[0]) and name.rpartition("/")[2] not in _NO_DOCUMENTS[1:]


def _content(package: zipfile.ZipFile, member: zipfile.ZipInfo, most: int) -> bytes:
    if member.flag_bits & 1:
        raise Unreadable("encrypted")
    if member.file_size > max(SMALL, MAX_RATIO * member.compress_size):
        raise Unreadable("too_large")
    try:
        with package.open(member) as file:
            content = file.read(most + 1)  # whatever size is declared
    except (NotImplementedError, RuntimeError):
        raise Unreadable("unsupported") from None  # packed in another way
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, EOFError):
        raise Unreadable("broken") from None
    if len(content) > most:
        raise Unreadable("too_large")
    return content
