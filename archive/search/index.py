"""The index on the disk: its fields, what is written of an article, where it lies, how it is opened.

``search/`` below the data root holds one index in a folder of its own, whose name ``search/current`` tells. An index
that is made anew gets another folder, and the name is changed when it is whole; one that is caught up is changed in
place, by commits that are whole or did not happen. It can be deleted at any time.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any
from zlib import crc32

import msgspec
import tantivy

from archive.atomic import write_whole
from archive.catalog.current import Said, names
from archive.catalog.times import utc_time
from archive.documents import DocumentTexts
from archive.search.words import indexed
from archive.times import UTC, VN

FOLDER = "search"
CURRENT = "current"
FORM = 3
"""Raised when the fields or the rule of words change: what was made by another is made anew."""

LIBRARY = version("tantivy")

_BREAK = " \x1f "
"""A word that nobody can type stands between two texts, so that no phrase reaches from one into the other."""
CURSOR = "cursor"
_TIE_BITS = 24
SECOND = 1 << _TIE_BITS
"""From one value of the field ``dated`` to that of the next second."""
_YEAR_1 = int(datetime(1, 1, 1, tzinfo=UTC).timestamp())


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far an index has followed the catalog; kept in the index, so that one commit writes both."""

    form: int
    """:data:`FORM` of the program that wrote it."""
    library: str
    """Version of tantivy."""
    generation: str
    """Generation of the catalog."""
    seq: int
    """The last change that was taken in."""


def schema() -> tantivy.Schema:
    """Return the fields. Texts are split at spaces: their words are made by :mod:`archive.search.words`."""
    made = tantivy.SchemaBuilder()
    made.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    for name in ("all", "title", "author", "tag", "section"):
        made.add_text_field(name, tokenizer_name="whitespace", index_option="position")
    made.add_text_field("spelled", tokenizer_name="whitespace", index_option="basic")
    made.add_text_field("site", tokenizer_name="raw", index_option="basic", fast=True)
    made.add_unsigned_field("month", indexed=True, fast=True)
    made.add_unsigned_field("dated", fast=True)
    made.add_text_field(CURSOR, stored=True, tokenizer_name="raw", index_option="basic")
    return made.build()


def document(said: Said, texts: DocumentTexts | None) -> tantivy.Document:
    """Return what the index keeps of an article."""
    row = said.row
    authors, tags = names(row.authors) + names(row.photographers), names(row.tags)
    title, as_spelled = indexed(row.title)
    parts = {"author": authors, "tag": tags, "section": (row.section,) if row.section else ()}
    others = [row.summary, row.text, *said.captions]
    for name, sha256 in said.documents:
        others += [name, texts(sha256) if texts is not None else None]
    made = tantivy.Document()
    made.add_text("id", said.article)
    made.add_text("title", title)
    everything, spelled = [title], [as_spelled]
    for name, values in parts.items():
        if values:
            words = [indexed(value) for value in values]
            made.add_text(name, _BREAK.join(folded for folded, _ in words))
            everything += [folded for folded, _ in words]
            spelled += [as_spelled for _, as_spelled in words]
    for other in filter(None, others):
        folded, as_spelled = indexed(other)
        everything.append(folded)
        spelled.append(as_spelled)
    made.add_text("all", _BREAK.join(everything))
    made.add_text("spelled", " ".join(spelled))
    made.add_text("site", row.site)
    dated = utc_time(row.dated)
    local = dated.astimezone(VN)
    made.add_unsigned("month", local.year * 100 + local.month)
    made.add_unsigned("dated", first_place(dated) | crc32(said.article.encode()) >> (32 - _TIE_BITS))
    return made


def first_place(moment: datetime) -> int:
    """Return the least value of the field ``dated`` at *moment*, to the second.

    Below it there is room for what tells articles of one second apart, so that each order is the same every time.
    """
    return (int(moment.timestamp()) - _YEAR_1) * SECOND


def cursor_document(cursor: Cursor) -> tantivy.Document:
    """Return the one document that is no article."""
    made = tantivy.Document()
    made.add_text("id", CURSOR)
    made.add_text(CURSOR, msgspec.json.encode(cursor).decode())
    return made


class Opened:
    """An index as it was when it was opened, for reading."""

    def __init__(self, folder: Path) -> None:
        """Open what is in *folder*. Raises ValueError or OSError when that is no whole index of this program's."""
        self.folder = folder
        index, self._beside = guarded(_open, folder)
        self.schema: tantivy.Schema = index.schema
        self.searcher: tantivy.Searcher = guarded(index.searcher)
        found = self.searcher.search(tantivy.Query.term_query(self.schema, "id", CURSOR), 1, count=False).hits
        if not found:
            raise ValueError("nothing was written to it yet")
        stored = self.searcher.doc(found[0][1]).get_first(CURSOR)
        self.cursor = msgspec.json.decode(str(stored), type=Cursor)
        if (self.cursor.form, self.cursor.library) != (FORM, LIBRARY):
            raise ValueError("another version of the program made it")

    @cached_property
    def months(self) -> list[tuple[int, int]]:
        """The months of all articles, as 202506, newest first, each with how many there are."""
        told = guarded(
            self.searcher.aggregate, tantivy.Query.all_query(), {"m": {"terms": {"field": "month", "size": 5_000}}}
        )
        return sorted(((int(each["key"]), int(each["doc_count"])) for each in told["m"]["buckets"]), reverse=True)

    def article_ids(self, addresses: list[tantivy.DocAddress]) -> list[str]:
        """Return the article ids of documents."""
        return [str(self.searcher.doc(address).get_first("id")) for address in addresses]


def guarded(call: Any, *arguments: Any, **options: Any) -> Any:
    """Call into tantivy; what its Rust code panics with is a ValueError, for a damaged file can be its reason."""
    try:
        return call(*arguments, **options)
    except Exception:
        raise
    except BaseException as error:
        # pyo3's PanicException is no Exception, so that nobody takes it for one by chance.
        if type(error).__name__ != "PanicException":
            raise
        raise ValueError(str(error)) from None


def current_folder(root: Path) -> Path | None:
    """Return the folder of the index below a data root, null when there is none."""
    with suppress(OSError):
        name = (root / FOLDER / CURRENT).read_text().strip()
        if name and "/" not in name and (root / FOLDER / name).is_dir():
            return root / FOLDER / name
    return None


def make_current(folder: Path) -> None:
    """Let the index in *folder* be the one that is searched."""
    with write_whole(folder.parent / CURRENT) as file:
        file.write(folder.name.encode())


def _open(folder: Path) -> tuple[tantivy.Index, tempfile.TemporaryDirectory[str] | None]:
    try:
        return tantivy.Index.open(str(folder)), None
    except ValueError:
        if os.access(folder, os.W_OK):
            raise
    # tantivy takes a lock to open an index, in a file that can not be made where nobody may write.
    beside = tempfile.TemporaryDirectory(prefix="khcn-search-")
    for path in folder.iterdir():
        if not path.name.endswith(".lock"):
            Path(beside.name, path.name).symlink_to(path.absolute())
    return tantivy.Index.open(beside.name), beside
