"""What a check finds, and the rules: a stable code each, with what to do."""

from __future__ import annotations

from dataclasses import dataclass

_RESTORE = "restore the file from a copy; without one keep it, the rest can be read"
_FOREIGN = "ask whoever wrote the file for a sound one; without one keep it, the rest can be read"
_AGAIN = "restore the file from a copy; if that was done on purpose: khcn verify --forget FILE"
_STORED = "restore the object, from an older version or a copy of the bucket, or remove it: `khcn repair` sends again"
_INDEX = "khcn index"
_REBUILD = "khcn rebuild"
_PACK = "export the WACZ again, or fetch it again from where it came"


@dataclass(frozen=True, slots=True)
class Rule:
    """What a code stands for."""

    meaning: str
    """What is wrong, of any file."""
    remedy: str
    """What to do about it."""


RULES: dict[str, Rule] = {
    # Files
    "file-unreadable": Rule("The file cannot be read.", "look at its permissions and at the disk"),
    "file-unknown": Rule("The file is neither WARC nor WACZ.", "move it out of the data root, or name another path"),
    "file-open": Rule("The file was left open by a run that was killed; no process holds it.", "khcn repair"),
    "file-stray": Rule("No part of the archive has a file of this name here.", "move it out of the data root"),
    "file-misplaced": Rule(
        "The file's warcinfo or name says another site, name or year.", "move it to where it belongs"
    ),
    "report-form": Rule("A crawl's report is no JSON, or that of another crawl.", "restore the file from a copy"),
    # What `khcn verify --due` knows from one check to the next
    "fixity-changed": Rule("The file is not, byte by byte, the one that was checked before.", _AGAIN),
    "fixity-gone": Rule("A file that was here at an earlier check is not there any more.", _AGAIN),
    "ledger-line": Rule("A line of the ledger of checks is damaged.", "none: what it was about is read again"),
    # Object storage
    "stored-lost": Rule(
        "A file was stored, and is neither in the storage nor here.",
        "restore the object, from an older version or a copy of the bucket",
    ),
    "stored-differs": Rule("The storage has another file under this name than the one that was stored.", _STORED),
    "spool-lost": Rule(
        "A capture lay in a WARC file that is neither here nor in the storage: the file was lost before it was stored.",
        "restore the WARC file from a copy; without one fetch the page again, then khcn rebuild",
    ),
    # Gzip members
    "gzip-torn": Rule("The file ends inside a gzip member.", _RESTORE),
    "gzip-broken": Rule("A gzip member cannot be inflated, or its CRC or length is wrong.", _RESTORE),
    "gzip-junk": Rule("There are bytes between or after the gzip members.", _RESTORE),
    "gzip-many": Rule("A gzip member holds more than one record, or none.", "warcio recompress OLD NEW"),
    "gzip-header": Rule("Bits of a gzip member that nothing reads are not as our writer leaves them.", _RESTORE),
    "gzip-bomb": Rule("A gzip member inflates to more than 1 GiB and 100 times its size.", _FOREIGN),
    # Framing of records
    "record-version": Rule("A record does not begin with `WARC/1.0` or `WARC/1.1`.", _RESTORE),
    "record-header": Rule("A record's named fields are no lines of `name: value` in UTF-8, each with CRLF.", _RESTORE),
    "record-length": Rule("Content-Length is missing, repeated or no number.", _RESTORE),
    "record-torn": Rule("A record ends before its Content-Length is reached.", _RESTORE),
    "record-end": Rule("A record's block is not followed by two CRLF.", _RESTORE),
    "record-junk": Rule("There are bytes between or after the records.", _RESTORE),
    # Fields and digests
    "field-missing": Rule("A field is missing that every record of the type has.", _FOREIGN),
    "field-form": Rule("A field is repeated that must not be, or no id or profile is where one should be.", _FOREIGN),
    "date-form": Rule("WARC-Date is no time in UTC as WARC 1.1 writes it.", _FOREIGN),
    "date-range": Rule("WARC-Date is before 1996, or more than a day in the future.", _FOREIGN),
    "digest-form": Rule("A digest is not `algorithm:value` of a known algorithm.", _FOREIGN),
    "digest-missing": Rule("A record has no digest, though others of its type and file have one.", _RESTORE),
    "block-digest": Rule("The block is not the one whose digest the record states.", _RESTORE),
    "payload-digest": Rule("The payload is not the one whose digest the record states.", _RESTORE),
    "http-length": Rule("A body that no digest vouches for is not as long as its HTTP head says.", _RESTORE),
    # Links
    "id-repeated": Rule("Two records have one WARC-Record-ID.", _RESTORE),
    "link-concurrent": Rule("WARC-Concurrent-To names a record that is not there.", _RESTORE),
    "link-warcinfo": Rule("WARC-Warcinfo-ID names a warcinfo that is not there.", _RESTORE),
    "link-refers": Rule("WARC-Refers-To names a record that is not there.", _RESTORE),
    "revisit-differs": Rule("A revisit says of its original what the original does not.", _RESTORE),
    "exchange-parts": Rule("Our writer's records of one exchange are not all there.", _RESTORE),
    "exchange-differs": Rule("Our writer's records of one exchange differ in date, address or connection.", _RESTORE),
    "recover-source": Rule(
        "A capture fetched from another web archive does not say from where, or says what it is not.", _RESTORE
    ),
    # CDXJ
    "cdxj-missing": Rule("A closed WARC file has no index.", _INDEX),
    "cdxj-line": Rule("A line of an index is no CDXJ.", _INDEX),
    "cdxj-unsorted": Rule("A line of an index is out of the order of its bytes.", _INDEX),
    "cdxj-extra": Rule("A line or a whole index stands for nothing in the WARC files.", _INDEX),
    "cdxj-lacks": Rule("A capture is not in the index.", _INDEX),
    "cdxj-differs": Rule(
        "The index says of a capture what the WARC does not.", f"{_INDEX}, if the WARC has no finding"
    ),
    # Catalog
    "catalog-missing": Rule("There are WARC files and no catalog.", _REBUILD),
    "catalog-damaged": Rule("The catalog cannot be read, or the database finds faults in itself.", _REBUILD),
    "catalog-extra": Rule("A row stands for a capture that no WARC file holds.", _REBUILD),
    "catalog-lacks": Rule("A capture is not in the catalog.", _REBUILD),
    "catalog-differs": Rule(
        "The catalog says of a capture what the WARC does not.", f"{_REBUILD}, if the WARC has no finding"
    ),
    "asset-differs": Rule("A picture's or document's SHA-256 or size is not that of its capture.", _REBUILD),
    # JSON Lines
    "jsonl-missing": Rule("A crawl that gave new versions has no file of articles.", _REBUILD),
    "jsonl-line": Rule("A line of a file of articles is no JSON object, or has no end.", _REBUILD),
    "jsonl-extra": Rule("A line or a whole file of articles is not in the catalog.", _REBUILD),
    "jsonl-lacks": Rule("A version of the catalog is not in its file of articles.", _REBUILD),
    "jsonl-differs": Rule("A line of articles differs from the catalog, or stands elsewhere.", _REBUILD),
    # WACZ
    "wacz-zip": Rule("The ZIP cannot be read, or the CRC of a file in it is wrong.", _PACK),
    "wacz-name": Rule("A name in the ZIP is absolute, leads out of it, or is there twice.", _PACK),
    "wacz-stored": Rule("A WARC file or a compressed index in the ZIP is compressed once more.", _PACK),
    "wacz-junk": Rule("There are bytes in the ZIP that belong to no file.", _PACK),
    "wacz-package": Rule("datapackage.json is missing or does not list its resources.", _PACK),
    "wacz-resource": Rule("A file differs in size or digest from what datapackage.json says, or is missing.", _PACK),
    "wacz-unlisted": Rule("A file in the ZIP is not in datapackage.json.", _PACK),
    "wacz-digest": Rule("datapackage-digest.json does not fit datapackage.json, or its signature is none.", _PACK),
    "wacz-pages": Rule("A line of pages is no page, or its address was not captured.", _PACK),
    "wacz-index": Rule("A line of an index is broken, unsorted, or opens another record than it names.", _PACK),
    "wacz-unindexed": Rule("A capture in the WACZ is not in its index.", _PACK),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, and where."""

    file: str
    """Path, below the data root where it lies there; within a WACZ after ``!/``."""
    offset: int | None
    """Byte where the record, line or member begins; null when it is the file as a whole."""
    rule: str
    """Code, see :data:`RULES`."""
    detail: str
    """What was seen."""
    remedy: str
    """What to do."""

    def __str__(self) -> str:
        place = self.file if self.offset is None else f"{self.file}:{self.offset}"
        return f"{place}: {self.rule}: {self.detail} -> {self.remedy}"


def finding(file: str, offset: int | None, rule: str, detail: str) -> Finding:
    """Return a finding with its rule's remedy."""
    return Finding(file, offset, rule, detail, RULES[rule].remedy)
