"""What is exported of one version of one article: the article, and what it rests on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from archive.errors import ArchiveError
from archive.jsonform import to_json
from archive.model import Article, Attachment, Location, Origin, Recovered

if TYPE_CHECKING:
    from archive.catalog.holdings import Holding


@dataclass(frozen=True, slots=True, kw_only=True)
class Document(Attachment):
    """A document of an article, with its text."""

    text: str | None
    """Text of the file; null when it has none, or none was read yet (``khcn index --documents``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record(Article):
    """One version of one article, with where it comes from. What is a Record is an Article too."""

    attachments: tuple[Document, ...]
    """Documents in reading order."""
    id: str
    """Article id, 32 hexadecimal digits: the same for all versions of an article, and in every rebuild."""
    n: int
    """Number of the version, as ``khcn history`` and ``khcn diff`` count: 1 for the one that was seen first; of one
    that came back, its first."""
    state: Literal["live", "gone"]
    """Whether the article is still on its site, as far as the archive knows."""
    origin: Origin
    """How the capture came into the archive: ``crawl``, ``import`` or ``recover``."""
    status: int | None
    """HTTP status of the capture."""
    location: Location
    """Where the record of the capture lies in the archive."""
    crawl: str
    """Crawl id of the capture."""
    agent: str | None
    """``User-Agent`` with which the page was asked for, which names the crawler's version; null when unknown."""
    settings: str | None
    """SHA-256 of the settings of the crawl, null when unknown: crawls of equal settings have equal ones."""
    software: str
    """Program that wrote this form, and its version, such as ``khcn/0.1.0``."""
    recovered: Recovered | None = None
    """Of a recovered capture, where it comes from; null for others, and when its WARC file can not be read."""


TextOf = Callable[[str | None], str | None]
"""Gives the text of a file by its SHA-256, null when none is known."""
RecoveredOf = Callable[["Holding"], Recovered | None]
"""Gives where a recovered capture comes from, see :mod:`archive.recovered`."""
_PLAIN = tuple(field.name for field in fields(Article) if field.name != "attachments")
FIELDS = tuple(field.name for field in fields(Record))


def record_of(held: Holding, text_of: TextOf, software: str, recovered_of: RecoveredOf) -> Record:
    """Return the record of what the catalog holds.

    *text_of* gives the text of a file, *recovered_of* where a capture was recovered from; *software* writes the record.
    """
    article = held.article
    return Record(
        **{name: getattr(article, name) for name in _PLAIN},
        attachments=tuple(_document(entry, text_of(entry.sha256)) for entry in article.attachments),
        id=held.id,
        n=held.n,
        state=held.state,
        origin=held.origin,
        status=held.status,
        location=held.location,
        crawl=held.crawl,
        agent=held.info.get("http-header-user-agent"),
        settings=held.info.get("settings-sha256"),
        software=software,
        recovered=recovered_of(held) if held.origin == "recover" else None,
    )


def _document(entry: Attachment, text: str | None) -> Document:
    return Document(**{field.name: getattr(entry, field.name) for field in fields(Attachment)}, text=text)


def checked_json(record: Record) -> bytes:
    """Return the JSON object of a record on one line, after a look whether it is what ``khcn schema export`` says.

    Raises ArchiveError, naming the article, when it is not.
    """
    try:
        line = to_json(record)
        _RECORD.decode(line)
    except (msgspec.DecodeError, ValueError) as error:
        raise ArchiveError(
            f"{record.url}: the catalog holds what is no record ({error}); run `khcn rebuild {record.site}`"
        ) from None
    return line


_RECORD = msgspec.json.Decoder(Record)


def checked(record: Record) -> Record:
    """Return a record, after the same look."""
    checked_json(record)
    return record


def without_documents(record: Record) -> dict[str, Any]:
    """Return the JSON object of a record without the texts of its documents, for forms that people look at."""
    value: dict[str, Any] = msgspec.json.decode(checked_json(record))
    for document in value["attachments"]:
        del document["text"]
    return value
