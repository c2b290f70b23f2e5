"""What files of other programs hold: read to their ends before anything is written."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from archive.catalog import Catalog
from archive.foreign import ForeignFile, NotAnArchive, open_foreign, read_exchanges
from archive.report import Failure
from archive.urls import is_http
from archive.warc.captures import ANSWERS
from archive.warc.files import Context, find_warc, list_warcs
from archive.warc.framing import Torn, read_members
from archive.warc.lenient import Loss
from archive.warc.record import parse_fields
from crawler.belonging import Belonging
from crawler.imported import ImportedFile

logger = logging.getLogger(__name__)

Progress = Callable[[str], object]


@dataclass(slots=True)
class Planned:
    """What is known of one exchange before it is copied."""

    id: str
    site: str
    is_answer: bool
    is_revisit: bool
    records: int
    is_taken: bool = True


@dataclass(slots=True)
class Survey:
    """What one file holds."""

    file: ForeignFile
    exchanges: list[Planned] = field(default_factory=list)
    """In the order of the file."""
    losses: list[Loss] = field(default_factory=list)
    unread: Counter[str] = field(default_factory=Counter)
    repeated: set[str] = field(default_factory=set)
    """Ids of records that stand there again under the id of another."""
    crawls: set[str] = field(default_factory=set)
    """Crawl ids in its warcinfo records, when an archive like this one wrote it."""

    def told(self) -> ImportedFile:
        """Return what is to be told of it."""
        taken = sum(entry.records for entry in self.exchanges if entry.is_taken)
        every = sum(entry.records for entry in self.exchanges)
        return ImportedFile(
            file=self.file.shown,
            sha256=self.file.sha256,
            size_bytes=self.file.size,
            kind=self.file.kind,
            records=every,
            taken=taken,
            duplicates=every - taken,
            unread=dict(sorted(self.unread.items())),
            lost=len(self.losses),
        )

    def failures(self) -> tuple[Failure, ...]:
        """Return the places from which nothing could be taken."""
        return tuple(
            Failure(f"{self.file.shown}: {loss.part + ': ' if loss.part else ''}byte {loss.offset}", loss.cause, 1)
            for loss in self.losses
        )


def survey_files(paths: Sequence[Path], belonging: Belonging, max_bytes: int, progress: Progress) -> list[Survey]:
    """Read files to their ends; raise NotAnArchive, with a line for each, when some are none."""
    files, faults = [], []
    for path in paths:
        try:
            files.append(open_foreign(path))
        except NotAnArchive as error:
            faults.append(str(error))
    if faults:
        raise NotAnArchive("\n".join(faults))
    seen: set[str] = set()
    surveys = []
    for file in files:
        progress(f"reading {file.name}")
        surveys.append(_survey(file, belonging, max_bytes, seen))
    return surveys


def _survey(file: ForeignFile, belonging: Belonging, max_bytes: int, seen: set[str]) -> Survey:
    survey = Survey(file)
    places: list[str | None] = []
    belonging.next_file()
    for found in read_exchanges(file, max_block=max_bytes):
        if isinstance(found, Loss):
            survey.losses.append(found)
            continue
        answer = found.answer
        planned = Planned(
            found.id,
            "",
            is_answer=answer is not None,
            is_revisit=answer is not None and answer.type == "revisit",
            records=len(found.records),
            is_taken=found.id not in seen,
        )
        seen.add(found.id)
        for record in found.records:
            if record.id != found.id and record.id in seen:
                survey.repeated.add(record.id)
            seen.add(record.id)
            if planned.is_taken and (why := _unread(record.type, record.url)):
                survey.unread[why] += 1
        if found.warcinfo is not None:
            survey.crawls.update(value for name, value in parse_fields(found.warcinfo.read()) if name == "crawl")
        places.append(belonging.place(found))
        survey.exchanges.append(planned)
    most = belonging.most()
    for planned, place in zip(survey.exchanges, places, strict=True):
        planned.site = place or most
    return survey


def _unread(kind: str, url: str) -> str | None:
    """Return by what name a record that no page can be read from is counted."""
    if kind in ("response", "revisit"):
        return None if is_http(url) else url.partition(":")[0]
    return None if kind in ("request", "metadata") else kind


def leave_out_held(root: Path, catalog: Catalog, surveys: Iterable[Survey]) -> None:
    """Mark what the archive holds already, by the record ids."""
    surveys = list(surveys)
    entries = [entry for survey in surveys for entry in survey.exchanges if entry.is_taken]
    held = catalog.held(entry.id for entry in entries if entry.is_answer)
    if any(not entry.is_answer for entry in entries):
        # The catalog has no row of these; they lie in files of earlier imports, or in those of
        # the crawl that wrote them.
        held |= _other_ids(root, {crawl for survey in surveys for crawl in survey.crawls})
    for entry in entries:
        entry.is_taken = entry.id not in held


def _other_ids(root: Path, crawls: set[str]) -> set[str]:
    ids: set[str] = set()
    for warc in list_warcs(root):
        context = Context.of(root, warc)
        if not context.is_foreign and context.crawl not in crawls:
            continue
        with find_warc(root, warc).open("rb") as file:
            try:
                ids.update(member.record.id for member in read_members(file) if member.record.type not in ANSWERS)
            except Torn as torn:
                logger.warning("damage in warc", extra={"warc": warc, "offset": torn.offset, "detail": torn.detail})
    return ids
