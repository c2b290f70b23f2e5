"""What a recovery must say of each capture that it fetched from another web archive, in the record beside it."""

from __future__ import annotations

from collections.abc import Mapping

from archive.verify.fields import CLOCK_ERROR, moment_of
from archive.verify.links import FileLinks
from archive.verify.records import Record, Report

_REPLAYS = ("wayback", "pywb")
_COPIES = ("commoncrawl",)
_NEEDED = ("source", "source-kind", "fetched", "digest-match")
_PLACE = ("source-offset", "source-length", "source-record-id")
_MATCHES = ("yes", "no", "decoded", "unknown")


class Recoveries:
    """Follows the captures of one file of a recovery, in its order.

    Each must have a metadata record that says where it comes from, right behind it. One that came through a replay
    says so itself, as other tools write it. One that was copied as a record may name records of its source that
    were not fetched with it. In what was imported, of which anything may be said, that is all that counts.
    """

    def __init__(self, report: Report, links: FileLinks, *, is_ours: bool) -> None:
        self._report: Report = report if is_ours else lambda offset, rule, detail: None
        self._links = links
        self._capture: Record | None = None

    def add(self, record: Record, told: Mapping[str, str], *, is_capture: bool) -> None:
        """Take a record; *told* is what it says when it is a metadata record."""
        if is_capture:
            self.end()
            self._capture = record
        elif record.type == "metadata" and told.get("origin") == "recover":
            capture, self._capture = self._capture, None
            if capture is None or not any(value.strip("<>") == capture.id for _, value in record.many):
                self._say(record, "it tells of a capture that is not the one before it")
            else:
                self._judge(capture, record, told)
            if record.block_label is None:
                self._report(record.offset, "digest-missing", "this metadata has no digest")

    def end(self) -> None:
        """Take the end of the file, or of an exchange."""
        if self._capture is not None:
            self._say(self._capture, "no record behind it says from where it was recovered")
            self._capture = None

    def lost(self) -> None:
        """A record was damaged here: what belonged to it is not blamed for that."""
        self._capture = None

    def _judge(self, capture: Record, record: Record, told: Mapping[str, str]) -> None:
        kind = told.get("source-kind", "")
        for name in (*_NEEDED, *(_PLACE if kind in _COPIES else ())):
            if not told.get(name):
                self._say(record, f"there is no {name}")
                return
        fetched, made = moment_of(told["fetched"]), moment_of(capture.fields.get("warc-date", ""))
        if fetched is None:
            self._say(record, f"fetched is {told['fetched'][:60]!r}")
            return
        if made is not None and made > fetched + CLOCK_ERROR:
            self._say(record, f"it was captured at {capture.fields['warc-date']}, after it was fetched")
        if told["digest-match"] not in _MATCHES:
            self._say(record, f"digest-match is {told['digest-match'][:60]!r}")
        if kind in _COPIES:
            self._judge_copy(capture, record, told)
        elif kind in _REPLAYS:
            self._judge_replay(capture, record, told)
        else:
            self._say(record, f"source-kind is {kind[:60]!r}")

    def _judge_copy(self, capture: Record, record: Record, told: Mapping[str, str]) -> None:
        for name in ("source-offset", "source-length"):
            if not (told[name].isascii() and told[name].isdigit()):
                self._say(record, f"{name} is {told[name][:60]!r}")
        if told["source-record-id"].strip("<>") != capture.id:
            self._say(record, f"source-record-id is {told['source-record-id'][:80]}, the record's is {capture.id}")
        else:
            self._links.forgive(capture.offset)

    def _judge_replay(self, capture: Record, record: Record, told: Mapping[str, str]) -> None:
        if not told.get("rebuilt"):
            self._say(record, "it does not say what was rebuilt")
        for name, other in (("warc-source-uri", "source"), ("warc-creation-date", "fetched")):
            stated = capture.fields.get(name, "").strip("<>")
            if stated != told[other]:
                self._say(capture, f"{name} is {stated[:120]!r}, and {other} {told[other][:120]!r}")
        if capture.payload_label is None or capture.block_label is None:
            self._report(capture.offset, "digest-missing", "this rebuilt record has no digest")

    def _say(self, record: Record, detail: str) -> None:
        self._report(record.offset, "recover-source", detail)
