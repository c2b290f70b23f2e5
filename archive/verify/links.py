"""Records that name other records: within an exchange, a file, and across all files."""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b

from archive.verify.findings import Finding, finding
from archive.verify.records import Record, Report
from archive.wacz.names import PART
from archive.warc.names import SUFFIX

_SHARED = ("warc-date", "warc-target-uri", "warc-ip-address", "warc-cipher-suite", "warc-warcinfo-id")
"""Fields that the records of one exchange of ours share."""
_PROFILES = frozenset(
    f"http://netpreserve.org/warc/1.1/revisit/{name}" for name in ("identical-payload-digest", "server-not-modified")
)
_NEAR = 16

Row = tuple[int, int, int, int]
"""Of a record: hash of its id, offset, hash of its payload digest, hash of address and date."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A record that names one which may lie anywhere."""

    offset: int
    rule: str
    target: int
    """Hash of the id that is named."""
    text: str
    digest: int = 0
    """Hash of the payload digest that both should have; 0: nothing is said."""
    place: int = 0
    """Hash of the address and date that the other should have; 0: nothing is said."""
    filename: str = ""
    """File in which the other lies, as the reference says."""
    at: int | None = None
    """Offset likewise."""


@dataclass(slots=True)
class Links:
    """What one file says of records, to be compared with all others."""

    rows: list[Row] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)


def hashed(*parts: str) -> int:
    """Return 63 bits that stand for text."""
    return int.from_bytes(blake2b("\0".join(parts).encode("utf-8", "replace"), digest_size=8).digest()) >> 1


class FileLinks:
    """Follows the records of one file, in its order."""

    def __init__(self, report: Report) -> None:
        self.links = Links()
        self._report = report
        self._near: deque[str] = deque(maxlen=_NEAR)
        self._warcinfos: set[str] = set()
        self._exchange: list[Record] = []
        self._after_damage = False

    def damage(self) -> None:
        """A record was lost here: what belonged to it is not blamed for that."""
        self._exchange = []
        self._after_damage = True

    def add(self, record: Record, moment: datetime | None, *, is_ours: bool) -> None:
        fields, at = record.fields, record.offset
        digest = fields.get("warc-payload-digest", "")
        # Nobody refers to requests and the like by more than their id.
        place = hashed(record.url, str(moment)) if record.type in ("response", "resource", "revisit") else 0
        self.links.rows.append((hashed(record.id), at, hashed(digest) if digest else 0, place))
        self._near.append(record.id)
        if record.type == "warcinfo":
            self._end_exchange()
            self._warcinfos.add(record.id)
            return
        named = [value.strip("<>") for name, value in record.many if name == "warc-concurrent-to"]
        self._after_damage = self._after_damage and bool(named)
        if not self._after_damage:
            for value in named:
                if value not in self._near:
                    self._refer(at, "link-concurrent", value)
        info = fields.get("warc-warcinfo-id", "").strip("<>")
        if info and info not in self._warcinfos:
            self._refer(at, "link-warcinfo", info)
        if fields.get("warc-refers-to"):
            self._revisit(record, digest, moment)
        if not is_ours:
            return
        if record.type == "revisit" and fields.get("warc-profile") not in _PROFILES:
            self._report(at, "field-form", f"its WARC-Profile is {fields.get('warc-profile', '')[:80]!r}")
        if not named:
            self._end_exchange()
            self._exchange = [record]
        elif self._exchange and named[0] == self._exchange[0].id:
            self._exchange.append(record)
            self._compare(self._exchange[0], record)
        elif not self._after_damage:
            self._end_exchange()

    def stands_for(self, warcinfo: str) -> None:
        """Take the id of a warcinfo record whose fields an import kept in a record of its own."""
        self._warcinfos.add(warcinfo)

    def forgive(self, at: int) -> None:
        """Let the record at an offset, the last that named any, name others of its source that are not here."""
        references = self.links.references
        while references and references[-1].offset == at and references[-1].rule != "link-refers":
            references.pop()

    def end(self) -> None:
        """Take the end of the file."""
        self._end_exchange()

    def _refer(self, at: int, rule: str, value: str) -> None:
        self.links.references.append(Reference(at, rule, hashed(value), value))

    def _revisit(self, record: Record, digest: str, moment: datetime | None) -> None:
        from archive.verify.fields import moment_of

        fields = record.fields
        url, date = fields.get("warc-refers-to-target-uri"), moment_of(fields.get("warc-refers-to-date", ""))
        offset = fields.get("warc-refers-to-file-offset", "")
        self.links.references.append(
            Reference(
                record.offset,
                "link-refers",
                hashed(fields["warc-refers-to"].strip("<>")),
                fields["warc-refers-to"],
                hashed(digest) if digest else 0,
                hashed(url.strip("<>"), str(date)) if url and date else 0,
                fields.get("warc-refers-to-filename", ""),
                int(offset) if offset.isdigit() else None,
            )
        )

    def _compare(self, first: Record, other: Record) -> None:
        for name in _SHARED:
            if first.fields.get(name) != other.fields.get(name):
                given = f"{first.fields.get(name)!r} and {other.fields.get(name)!r}"
                self._report(other.offset, "exchange-differs", f"{name} of one exchange is {given}")
                return
        protocols = [[value for name, value in record.many if name == "warc-protocol"] for record in (first, other)]
        if protocols[0] != protocols[1]:
            self._report(other.offset, "exchange-differs", f"warc-protocol of one exchange is {protocols}")

    def _end_exchange(self) -> None:
        records, self._exchange = self._exchange, []
        if not records:
            return
        types = [record.type for record in records]
        needed = {"request", "metadata"} if types[0] in ("response", "resource", "revisit") else {"metadata"}
        if lacking := sorted(needed - set(types)):
            self._report(records[0].offset, "exchange-parts", f"of {records[0].id} there is no {', '.join(lacking)}")


class Ledger:
    """All records of all files, on disk when they are many: who is there twice, who is not there."""

    def __init__(self) -> None:
        self._files: list[str] = []
        self._groups: dict[str, int] = {}
        # The empty name: a temporary database, in memory as long as it is small.
        self._db = sqlite3.connect("")
        self._db.execute("create table ids (h int, grp int, file int, at int, digest int, place int)")
        self._db.execute(
            "create table refs "
            "(h int, grp int, file int, at int, rule text, told text, digest int, place int, name text, spot int)"
        )

    def close(self) -> None:
        self._db.close()

    def add(self, file: str, links: Links, group: str = "") -> None:
        """Take a file; *group*: the WACZ it lies in, which may hold what other files hold too."""
        number = len(self._files)
        place_of = self._groups.setdefault(group, len(self._groups)) if group else -1
        self._files.append(file)
        rows = ((h, place_of, number, at, digest, place) for h, at, digest, place in links.rows)
        self._db.executemany("insert into ids values (?, ?, ?, ?, ?, ?)", rows)
        refs = (
            (r.target, place_of, number, r.offset, r.rule, r.text, r.digest, r.place, r.filename, r.at)
            for r in links.references
        )
        self._db.executemany("insert into refs values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", refs)

    def findings(self, elsewhere: Callable[[str, str, int | None], str | None]) -> Iterator[Finding]:
        """Yield what does not fit.

        *elsewhere* is asked for a referred record that none of the files holds: with its id,
        the file and the offset told; it returns what is wrong, None when nothing is.
        """
        self._db.execute("create index by_id on ids (h, grp)")
        twice = "select h, grp from ids group by h, grp having count(*) > 1"
        seen: dict[tuple[int, int], str] = {}
        repeated = f"select h, grp, file, at from ids where (h, grp) in ({twice}) order by file, at"  # noqa: S608
        for h, group, file, at in self._db.execute(repeated):
            if (h, group) in seen:
                told = f"its id is that of the record at {seen[h, group]}"
                yield finding(self._files[file], at, "id-repeated", told)
            seen.setdefault((h, group), f"{self._files[file]}:{at}")
        joined = (
            "select r.grp, r.file, r.at, r.rule, r.told, r.digest, r.place, r.name, r.spot, "
            "i.file, i.at, i.digest, i.place "
            "from refs r left join ids i on i.h = r.h and i.grp = r.grp order by r.file, r.at"
        )
        for row in self._db.execute(joined):
            yield from self._judge(row, elsewhere)

    def _judge(
        self, row: Sequence[object], elsewhere: Callable[[str, str, int | None], str | None]
    ) -> Iterator[Finding]:
        group, number, at, rule, told, digest, place, name, spot, file, there, its_digest, its_place = row
        assert isinstance(number, int)
        assert isinstance(at, int | None)
        assert isinstance(rule, str)
        where = self._files[number]
        if file is None:
            wrong: str | None = ""
            if rule == "link-refers" and group != -1:
                return  # of a WACZ others may hold the original
            if rule == "link-refers":
                wrong = elsewhere(str(told), str(name), spot if isinstance(spot, int) else None)
            if wrong is not None:
                yield finding(where, at, rule, f"no record is {told}{wrong and '; ' + wrong}")
            return
        if rule != "link-refers":
            return
        assert isinstance(file, int)
        odd = []
        if digest and its_digest and digest != its_digest:
            odd.append("another payload digest")
        if place and its_place and place != its_place:
            odd.append("another address or date")
        held, named = self._files[file].rpartition("/")[2], str(name or "").rpartition("/")[2]
        # In a part of a file that was exported, a place still is the one in the file it was taken from.
        is_part = held == named.removesuffix(SUFFIX) + PART + SUFFIX
        is_named = not named or held == named
        if not is_part and (not is_named or (spot is not None and spot != there)):
            odd.append(f"another place, {self._files[file]}:{there}")
        if odd:
            yield finding(where, at, "revisit-differs", f"{told} has {' and '.join(odd)}")
