"""A tree of text files: ``<site>/<yyyy>/<date>-<slug>.md``, an article each, with what is known of it in front.

The front matter is YAML of which every value is also JSON, so that no title can be taken for anything else. Below
it stands the text as it is, without a word of markup.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from archive.atomic import make_folder
from archive.export.form import Kind, Part
from archive.export.record import FIELDS, Record, without_documents
from archive.text import fold
from archive.times import VN

SUFFIX = ".md"
NAME_BYTES = 120
"""The longest name of a file: every file system takes it, with room for what tools add."""
_FIRST = ("title", "summary", "published", "published_precision", "modified", "authors", "photographers", "source")
FRONT = (*_FIRST, *(name for name in FIELDS if name not in (*_FIRST, "text")))
"""The keys of the front matter in their order: all of a record but texts."""
# What YAML calls not printable or a line break, and JSON does not escape (YAML 1.2, sections 5.1 and 5.4).
_ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


class TextTree:
    """UTF-8, LF, NFC. Names are unique without regard to case."""

    name = "text"

    def folders(self, part: Part) -> list[str]:
        """Return the folder of a site's year."""
        return [f"{part.site}/{part.year:04d}"]

    def write_part(self, part: Part, records: Iterable[Record], folder: Path) -> Iterator[tuple[Path, Kind]]:
        """Write a file an article; with several versions of an article in the export, one a version."""
        place = folder / self.folders(part)[0]
        make_folder(place)
        taken: set[str] = set()
        for record in records:
            name = file_name(record)
            if name in taken:
                name = file_name(record, f"-{record.id[:8]}-{record.n}")
            taken.add(name)
            path = place / name
            path.write_bytes(page_of(record))
            yield path, Kind("md", "text/markdown", {"encoding": "utf-8"})

    def schemas(self) -> dict[str, dict[str, Any]]:
        """Return none: a text is no table."""
        return {}


def file_name(record: Record, mark: str = "") -> str:
    """Return the name of an article's file: its day, words of its title, and a *mark* to tell it from others."""
    day = (record.published or record.captured.astimezone(VN)).date().isoformat()
    room = NAME_BYTES - len(f"{day}-{mark}{SUFFIX}")
    return f"{day}-{slug(record.title, room) or record.id[:8]}{mark}{SUFFIX}"


def slug(title: str, room: int) -> str:
    """Return the words of a title without accents, joined by hyphens, in at most *room* bytes.

    >>> slug("Hà Tĩnh: đẩy mạnh “chuyển đổi số” – ../../etc", 40)
    'ha-tinh-day-manh-chuyen-doi-so-etc'
    >>> slug("Hà Tĩnh đẩy mạnh", 9)
    'ha-tinh'
    """
    words = re.findall(r"[^\W_]+", fold(title))
    name = "-".join(words).encode()
    if len(name) <= room:
        return name.decode()
    cut = name[:room].decode(errors="ignore")
    # At the end of a word, unless the first one is longer than that.
    whole = cut if name[len(cut.encode()) :].startswith(b"-") else cut.rpartition("-")[0]
    return whole or cut


def page_of(record: Record) -> bytes:
    """Return the file of an article."""
    value = without_documents(record)
    lines = ["---", *_front(value), "---", "", record.text, ""]
    return "\n".join(lines).encode()


def _front(value: dict[str, Any]) -> Iterator[str]:
    for key in FRONT:
        entry = value[key]
        if isinstance(entry, list) and entry and isinstance(entry[0], dict):
            yield f"{key}:"
            yield from (f"  - {_json(each)}" for each in entry)
        else:
            yield f"{key}: {_json(entry)}"


def _json(value: Any) -> str:
    return _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(value, ensure_ascii=False))
