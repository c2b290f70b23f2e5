"""One service, asked with manners: what every request of a recovery goes through."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from crawler.recover.client import Answer, Client, Unanswered
from crawler.recover.frontier import Asked, Frontier
from crawler.recover.manners import HeldOff, Manners
from crawler.recover.questions import Question, address_of, indexes_of, questions_of
from crawler.recover.rows import NotAnIndex, Rows, read_array, read_lines, said
from crawler.recover.settings import Settings
from crawler.recover.sources import Source
from crawler.recover.stopping import Stopping
from crawler.sites import Site

REFUSALS = (429, 503)
SILENT = 10
"""After so many requests in a row without any answer the run ends: the service is not there."""


class Refused(Exception):
    """The service wants to be left alone; the hold is noted."""

    def __init__(self, status: int) -> None:
        super().__init__(f"status {status}: the service wants to be left alone")
        self.is_general = status == 429
        """Whether it says nothing of the one address that was asked for."""


@dataclass(slots=True)
class Service:
    """Sends requests when they may be sent."""

    client: Client
    manners: Manners
    stopping: Stopping
    requests: int = 0
    bytes: int = 0
    unanswered: int = 0
    """Requests in a row to which nothing came."""

    def get(self, url: str, kind: str, headers: Mapping[str, str] | None = None, limit: int | None = None) -> Answer:
        """Return what is answered to a request, whatever its status; at most *limit* bytes of it.

        Raises Unanswered, Refused, HeldOff, Interrupted.
        """
        self.manners.await_turn(url, kind)
        self.requests += 1
        try:
            with self.stopping.heard():
                answer = self.client.get(url, headers, limit)
        except Unanswered as error:
            self.unanswered += 1
            if self.unanswered >= SILENT:
                raise HeldOff(f"no answer to {SILENT} requests in a row ({error})") from None
            raise
        self.unanswered = 0
        self.bytes += answer.size + answer.head.length
        if answer.status in REFUSALS and not answer.field("Memento-Datetime"):
            self.manners.refused(url, answer)
            raise Refused(answer.status)
        self.manners.answered(url)
        return answer


@dataclass(slots=True)
class Index:
    """The index of a source, read to its end and kept in the frontier."""

    source: Source
    service: Service
    frontier: Frontier
    settings: Settings
    last: str = ""

    def questions(self, site: Site, since: date | None, until: date | None) -> Iterator[Question]:
        """Yield what is to be asked about a site.

        Common Crawl is asked for the list of its indexes first. Raises NotAnIndex when it can not be had.
        """
        for api in self._apis(since, until):
            yield from questions_of(site, api, since, until)

    def read(self) -> None:
        """Ask all pending questions; those that get no answer are failed, each with its cause.

        Raises HeldOff, Interrupted, ArchiveError, DiskError.
        """
        while pending := self.frontier.pending_questions():
            asked = pending[0]
            if asked.attempts:
                self.service.stopping.sleep(min(60.0, self.settings.retry_s * 2.0 ** (asked.attempts - 1)))
            self._ask(asked)

    def _apis(self, since: date | None, until: date | None) -> list[str]:
        if self.source.kind != "commoncrawl":
            return [self.source.index]
        cause = ""
        for attempt in range(self.settings.retries + 1):
            if attempt:
                self.service.stopping.sleep(self.settings.retry_s * 2.0 ** (attempt - 1))
            try:
                answer = self.service.get(self.source.index, "index")
                if answer.status == 200 and answer.cut is None:
                    return indexes_of(json.loads(answer.text()), since, until)
                cause = f"status {answer.status}" if answer.status != 200 else f"cut ({answer.cut})"
            except (Unanswered, Refused, ValueError) as error:
                cause = str(error)
        raise NotAnIndex(cause)

    def _ask(self, asked: Asked) -> None:
        url = address_of(self.source.kind, asked.question, asked.position, self.settings.index_rows)
        try:
            answer = self.service.get(url, "index")
            found, position = self._read(asked, answer)
        except (Unanswered, NotAnIndex, Refused) as error:
            if isinstance(error, Refused) and error.is_general:
                return  # it is asked again when the hold is over
            with self.frontier.transaction():
                self.frontier.fail_question(asked, str(error), is_final=asked.attempts >= self.settings.retries)
            return
        with self.frontier.transaction():
            self.frontier.answer(asked, found.rows, found.unread, position, self.service.manners.clock())

    def _read(self, asked: Asked, answer: Answer) -> tuple[Rows, str]:
        """Return the rows of an answer, and from where the question goes on."""
        text = answer.text()
        kind = self.source.kind
        if answer.status == 404 and said(text) is not None:
            return Rows(()), ""
        if answer.status == 400 and kind == "commoncrawl" and int(asked.position or 0) > 0:
            return Rows(()), ""  # past the last page
        if answer.status != 200:
            raise NotAnIndex(f"status {answer.status}{f': {told}' if (told := said(text)) else ''}")
        if answer.cut is not None:
            raise NotAnIndex(f"the answer was cut ({answer.cut})")
        found = read_array(text) if kind == "wayback" else read_lines(text)
        if found.resume and found.resume == asked.position:
            raise NotAnIndex("the index leads to the same place again")
        if kind != "commoncrawl":
            return found, found.resume
        if not found.rows:
            return found, ""
        if asked.position and text == self.last:
            raise NotAnIndex("the index gives the same page again")
        self.last = text
        return found, str(int(asked.position or 0) + 1)
