"""Captures, asked for one after the other, checked, and put into WARC files."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from time import monotonic

from archive.http import read_payload
from archive.model import Capture, Location, Payload
from archive.report import Failure
from archive.times import now, timestamp14
from archive.urls import identity_key
from archive.warc.captures import capture_of, told_by
from archive.warc.record import Record
from archive.warc.writer import WarcWriter
from crawler.reading import Result
from crawler.reading_process import reader
from crawler.recover.client import Unanswered
from crawler.recover.frontier import Entry, Frontier
from crawler.recover.held import Held
from crawler.recover.job import Job
from crawler.recover.leads import Told, told_by_page
from crawler.recover.mementos import Elsewhere, Memento, NoMemento, read_answer
from crawler.recover.ranges import BadRange, range_header, record_of
from crawler.recover.records import Provenance, copied_records, rebuilt_records
from crawler.recover.rows import bare_digest
from crawler.recover.service import Refused
from crawler.sites import Site

logger = logging.getLogger(__name__)

MAX_HOPS = 3
SYNC_CAPTURES = 20
SYNC_S = 2.0
_READ = frozenset({"page", "unknown"})


class Failed(Exception):
    """A capture could not be got; ``is_final`` when asking again is vain."""

    def __init__(self, cause: str, *, is_final: bool = False) -> None:
        super().__init__(cause)
        self.is_final = is_final


@dataclass(slots=True)
class _Written:
    entry: Entry
    capture: Capture
    told: Told


class Fetching:
    """Works off what the frontier wants."""

    def __init__(self, job: Job, writer: WarcWriter, held: Held, chosen: int) -> None:
        """*chosen* is how many captures were planned."""
        self.job, self.writer, self.held, self.chosen = job, writer, held, chosen
        self.site, self.source, self.service, self.frontier = job.site, job.source, job.service, job.frontier
        self.settings = job.settings
        self.kept = 0
        self.doubts: list[Failure] = []
        """What was kept and is not what the index names."""
        self._doubted: Failure | None = None
        self._waiting: list[_Written] = []
        self._synced = monotonic()

    def run(self) -> bool:
        """Ask for all that is wanted, as far as the limit allows; say whether nothing is left.

        Raises HeldOff, Interrupted, FloorReached, DiskError, ArchiveError; what was written is noted, or will be
        found again.
        """
        try:
            while (entry := self.frontier.next_wanted()) is not None:
                self.service.stopping.check()
                if entry.id in {written.entry.id for written in self._waiting}:
                    self.flush()
                    continue
                if self.job.limit is not None and self.kept >= self.job.limit:
                    return False
                self._one(entry)
                if len(self._waiting) >= SYNC_CAPTURES or monotonic() - self._synced > SYNC_S:
                    self.flush()
        finally:
            self.flush()
        return True

    def flush(self) -> None:
        """Bring what was written to the disk, and only then note it."""
        if self._waiting:
            self.writer.sync()
            with self.frontier.transaction():
                for written in self._waiting:
                    self.frontier.set_state(written.entry.id, "done")
                    note_told(self.frontier, written.capture, written.told)
            self._waiting.clear()
        self._synced = monotonic()

    def _one(self, entry: Entry) -> None:
        if entry.attempts:
            self.service.stopping.sleep(min(60.0, self.settings.retry_s * 2.0 ** (entry.attempts - 1)))
        self._doubted = None
        try:
            records = self._records(entry)
        except Refused as error:
            if not error.is_general:
                self._fail(entry, Failed(str(error)))
        except (Failed, Unanswered, BadRange) as error:
            self._fail(entry, error if isinstance(error, Failed) else Failed(str(error)))
        else:
            self._keep(entry, records)

    def _records(self, entry: Entry) -> list[Record]:
        return self._copied(entry) if self.source.kind == "commoncrawl" else self._replayed(entry)

    def _replayed(self, entry: Entry) -> list[Record]:
        row = entry.row
        stamp, target = row.timestamp, row.url
        for _ in range(MAX_HOPS + 1):
            url = self.source.capture_url(stamp, target)
            answer = self.service.get(url, "capture")
            match read_answer(answer, row):
                case Elsewhere(timestamp, other):
                    if identity_key(other) != identity_key(row.url):
                        raise Failed("the service gives a capture of another page in its place", is_final=True)
                    stamp, target = timestamp, other if "://" in other else target
                case NoMemento(cause, _, is_final):
                    raise Failed(cause, is_final=is_final)
                case Memento() as memento:
                    self._doubt(entry, memento, answer.size)
                    told = Provenance(self.source.kind, url, now(), row, entry.purpose, entry.via)
                    return rebuilt_records(memento, answer, told, memento.url)
        raise Failed("the service leads from capture to capture")

    def _doubt(self, entry: Entry, memento: Memento, size: int) -> None:
        """Raise Failed for what is not what the index lists, as long as another try may give it."""
        row = entry.row
        is_other = memento.digest_match == "no" and memento.cut is None
        if is_other and timestamp14(memento.date) != row.timestamp:
            raise Failed(f"the service gives the capture of {timestamp14(memento.date)} in its place", is_final=True)
        if entry.attempts or not self.settings.retries:
            if is_other:
                told = "kept, though its body is not the one that the index names"
                self._doubted = Failure(self.source.capture_url(row.timestamp, row.url), told, entry.attempts + 1)
        elif memento.cut and memento.digest_match != "yes":  # on the way to us, or earlier: the second time tells
            raise Failed(f"cut: {size} bytes came ({memento.cut})")
        elif is_other:
            raise Failed("its body is not the one that the index names")

    def _copied(self, entry: Entry) -> list[Record]:
        row = entry.row
        if not row.filename or row.offset < 0 or row.length <= 0:
            raise Failed("the index does not say where its record lies", is_final=True)
        url = f"{self.source.replay}{row.filename.lstrip('/')}"
        answer = self.service.get(url, "capture", range_header(row), row.length + 1)
        record = record_of(answer, row, self.settings.max_bytes)
        if record.type == "revisit":
            raise Failed(f"a revisit of {record.get('WARC-Refers-To-Target-URI') or 'a record'} that is not listed",
                         is_final=True)  # fmt: skip
        return copied_records(record, Provenance(self.source.kind, url, now(), row, entry.purpose, entry.via))

    def _keep(self, entry: Entry, records: list[Record]) -> None:
        capture = capture_of(records[0], told_by(records), Location("", 0, 0), self.site.id, self.writer.crawl)
        payload = read_payload(records[0].block, is_wire=False)
        is_held = capture.truncated is None and (
            self.held.has_payload(capture.url, bare_digest(capture.digest or ""))
            or self.held.has_body(capture.url, payload.status, payload.body)
            or self.held.has_capture(capture.id)
        )
        if is_held:
            with self.frontier.transaction():
                self.frontier.set_state(entry.id, "same")
            return
        self.writer.copy(records, ())
        self.doubts += [self._doubted] if self._doubted else []
        self.held.note(capture, payload)
        self.kept += 1
        told = told_by_page(self.site, capture, payload, read_result(self.site, capture, payload))
        self._waiting.append(_Written(entry, capture, told))
        self.job.progress(f"{self.site.id}: {self.kept} captures; {self.chosen} were planned, and their files")
        self.settings.floor.wrote(records[0].size)

    def _fail(self, entry: Entry, error: Failed) -> None:
        with self.frontier.transaction():
            tries = self.frontier.tried(entry.id, str(error))
            if error.is_final or tries > self.settings.retries:
                self.frontier.set_state(entry.id, "lost" if error.is_final else "failed", cause=str(error))
                if not self.frontier.take_spare(entry.id):
                    logger.warning("not recovered", extra={"url": entry.row.url, "cause": str(error)})


def read_result(site: Site, capture: Capture, payload: Payload) -> Result | None:
    """Return what is read from a page, null when it is none or reading breaks on it."""
    if capture.purpose not in _READ or capture.truncated or payload.status != 200:
        return None
    try:
        return reader().derive(site, capture, payload)
    except Exception:  # as in a crawl: one page must never end it, and its reading is told of there
        logger.debug("page not readable", exc_info=True, extra={"url": capture.url})
        return None


def note_told(frontier: Frontier, capture: Capture, told: Told) -> None:
    """Note what a capture that is on the disk tells."""
    for need in told.needs:
        frontier.add_need(need)
    for url in told.known:
        frontier.add_known(url, capture.url)
