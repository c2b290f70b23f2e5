"""Every rule: one archive that breaks it, and nothing else."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
import sqlite3
import zipfile
from base64 import b32encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive.catalog import Catalog
from archive.fixity.run import DueCheck
from archive.jsonl import write_articles
from archive.storage import attach, behind
from archive.storage.send import send_waiting
from archive.verify import RULES, Finding
from archive.verify import members as gzip_members
from archive.wacz.signing import Signer
from tests.archive.exchanges import DATE
from tests.archive.facts import make_capture
from tests.archive.recovered_samples import Memento, write_recovery
from tests.archive.verify_samples import (
    CRAWL,
    HOST,
    SITE,
    Sample,
    check,
    make_root,
    make_wacz,
    members,
    packed,
    read_wacz,
    records,
    rules,
    with_manifest,
    write_wacz,
)
from tests.docs.pages import read

BODY = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
CASES: dict[str, Callable[[Path], list[Finding]]] = {}


def breaks(rule: str) -> Callable[[Callable[[Path], list[Finding]]], Callable[[Path], list[Finding]]]:
    def register(case: Callable[[Path], list[Finding]]) -> Callable[[Path], list[Finding]]:
        CASES[rule] = case
        return case

    return register


def sha1(data: bytes) -> str:
    return "sha1:" + b32encode(hashlib.sha1(data).digest()).decode()


def record(number: int, block: bytes = BODY, /, *extra: str, without: str = "", **changed: str) -> bytes:
    """Return a record as another program writes it; *changed* fields by their names with ``_``."""
    fields = {
        "WARC_Type": "response",
        "WARC_Record_ID": f"<urn:uuid:{number}>",
        "WARC_Date": "2024-05-06T07:08:09Z",
        "WARC_Target_URI": f"http://a.vn/{number}",
        "WARC_Block_Digest": sha1(block),
        "Content_Type": "application/http; msgtype=response",
        "Content_Length": str(len(block)),
        **changed,
    }
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in fields.items() if name not in without.split()]
    return "\r\n".join(["WARC/1.0", *lines, *extra]).encode() + b"\r\n\r\n" + block + b"\r\n\r\n"


def alone(to: Path, data: bytes, name: str = "x.warc") -> list[Finding]:
    (to / name).write_bytes(data)
    return check(to / "no-root", to / name)


def plain(rule: str, make: Callable[[], bytes]) -> None:
    CASES[rule] = lambda to: alone(to, make())


PAIR = record(1), record(2)
ZIPPED = [gzip.compress(part, mtime=0) for part in (*PAIR, record(3))]

# --- framing, fields, digests, links ----------------------------------------------------------

plain("file-unknown", lambda: b"hello")
plain("gzip-torn", lambda: b"".join(ZIPPED)[:-3])
plain("gzip-broken", lambda: ZIPPED[0] + ZIPPED[1][:-6] + b"\0" + ZIPPED[1][-5:] + ZIPPED[2])
plain("gzip-junk", lambda: ZIPPED[0] + b"junk" + ZIPPED[1] + b"\0\0\0")
plain("gzip-many", lambda: gzip.compress(PAIR[0] + PAIR[1]))
plain("record-version", lambda: PAIR[0] + PAIR[1].replace(b"WARC/1.0", b"WARC/3.0"))
plain("record-header", lambda: PAIR[0] + record(2, BODY, "no colon") + record(3))
plain("record-length", lambda: PAIR[0] + record(2, without="Content_Length") + record(3))
plain("record-torn", lambda: PAIR[0] + PAIR[1][:-6])
plain("record-end", lambda: PAIR[0][:-2] + PAIR[1])
plain("record-junk", lambda: PAIR[0] + b"\0junk\r\n" + PAIR[1])
plain("field-missing", lambda: PAIR[0] + record(2, without="WARC_Target_URI"))
plain("field-form", lambda: PAIR[0] + record(2, WARC_Record_ID="urn:uuid:2"))
plain("date-form", lambda: PAIR[0] + record(2, WARC_Date="2024-05-06T07:08:09+07:00"))
plain("date-range", lambda: PAIR[0] + record(2, WARC_Date="1995-12-31T23:59:59Z"))
plain("digest-form", lambda: PAIR[0] + record(2, WARC_Payload_Digest="crc32:00"))
plain("digest-missing", lambda: b"".join(PAIR) + record(3, without="WARC_Block_Digest"))
plain("block-digest", lambda: PAIR[0] + record(2, WARC_Block_Digest=sha1(b"other")))
plain("payload-digest", lambda: PAIR[0] + record(2, WARC_Payload_Digest=sha1(b"other")))
plain("http-length", lambda: record(1, BODY + b"!", without="WARC_Block_Digest"))
plain("id-repeated", lambda: b"".join(PAIR) + PAIR[0])
plain("link-concurrent", lambda: PAIR[0] + record(2, WARC_Concurrent_To="<urn:uuid:9>"))
plain("link-warcinfo", lambda: PAIR[0] + record(2, WARC_Warcinfo_ID="<urn:uuid:9>"))


def revisit(**changed: str) -> bytes:
    head = b"HTTP/1.1 200 OK\r\n\r\n"
    fields = {
        "WARC_Type": "revisit",
        "WARC_Profile": "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest",
        "WARC_Payload_Digest": sha1(b"ok"),
        "WARC_Refers_To": "<urn:uuid:1>",
        "WARC_Refers_To_Target_URI": "http://a.vn/1",
        "WARC_Refers_To_Date": "2024-05-06T07:08:09Z",
        "WARC_Refers_To_Filename": "x.warc",
        "WARC_Refers_To_File_Offset": "0",
    }
    return record(2, head, **{**fields, **changed})


ORIGINAL = record(1, WARC_Payload_Digest=sha1(b"ok"))

plain("link-refers", lambda: ORIGINAL + revisit(WARC_Refers_To="<urn:uuid:9>"))
plain("revisit-differs", lambda: ORIGINAL + revisit(WARC_Payload_Digest=sha1(b"other")))


@pytest.mark.parametrize(
    "changed",
    [
        {"WARC_Refers_To_Target_URI": "http://a.vn/other"},
        {"WARC_Refers_To_Date": "2024-05-06T07:08:10Z"},
        {"WARC_Refers_To_File_Offset": "7"},
        {"WARC_Refers_To_Filename": "y.warc"},
    ],
)
def test_what_a_revisit_says_of_its_original_is_compared(changed, tmp_path):
    assert alone(tmp_path, ORIGINAL + revisit()) == []

    assert rules(alone(tmp_path, ORIGINAL + revisit(**changed))) == {"revisit-differs"}


def test_a_revisit_of_a_file_that_nobody_gave_is_no_finding(tmp_path):
    lonely = revisit(WARC_Refers_To="<urn:uuid:9>", WARC_Refers_To_Filename="other.warc")

    assert alone(tmp_path, ORIGINAL + lonely) == []


def test_a_server_not_modified_revisit_without_a_block_is_no_finding(tmp_path):
    profile = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
    empty = revisit(WARC_Profile=profile, Content_Length="0", WARC_Block_Digest=sha1(b""))

    assert alone(tmp_path, ORIGINAL + empty.replace(b"HTTP/1.1 200 OK\r\n\r\n", b"")) == []


def test_a_date_is_at_most_a_day_ahead(tmp_path):
    near, far = (f"{datetime.now(UTC) + timedelta(hours=hours):%Y-%m-%dT%H:%M:%SZ}" for hours in (23, 25))

    assert alone(tmp_path, record(1, WARC_Date=near)) == []
    assert rules(alone(tmp_path, record(1, WARC_Date=far))) == {"date-range"}


@breaks("gzip-bomb")
def bomb(to: Path) -> list[Finding]:
    before = gzip_members.MAX_INFLATED
    gzip_members.MAX_INFLATED = 8 << 20  # type: ignore[misc]
    try:
        return alone(to, ZIPPED[0] + gzip.compress(record(2, bytes(32 << 20)), 6) + ZIPPED[2])
    finally:
        gzip_members.MAX_INFLATED = before  # type: ignore[misc]


# --- a data root ------------------------------------------------------------------------------


def root_case(rule: str) -> Callable[[Callable[[Sample], object]], object]:
    def register(damage: Callable[[Sample], object]) -> object:
        def case(to: Path) -> list[Finding]:
            sample = make_root(to / "data")
            assert check(sample.root) == []
            damage(sample)
            return check(sample.root)

        CASES[rule] = case
        return damage

    return register


def replace_member(sample: Sample, number: int, change: Callable[[bytes], bytes]) -> None:
    parts = members(sample.path.read_bytes())
    parts[number] = change(parts[number])
    sample.path.write_bytes(b"".join(parts))


@root_case("file-unreadable")
def _(sample: Sample) -> None:
    sample.path.with_name("gone.warc.gz").symlink_to("nowhere")


@root_case("file-open")
def _(sample: Sample) -> None:
    sample.path.with_name("left.warc.gz.open").write_bytes(b"")


@root_case("file-stray")
def _(sample: Sample) -> None:
    sample.path.with_name("notes.txt").write_text("x")


@root_case("file-misplaced")
def _(sample: Sample) -> None:
    info = records(sample.path.read_bytes())[0]
    for number in range(1, 100_000):
        renamed = packed(info.replace(b"-00000.warc.gz", b"-%05d.warc.gz" % number))
        if len(renamed) == len(packed(info)):  # what lies behind it stays where it was
            replace_member(sample, 0, lambda _: renamed)  # noqa: B023
            return


@root_case("gzip-header")
def _(sample: Sample) -> None:
    replace_member(sample, 1, lambda member: member[:5] + b"\1" + member[6:])


@breaks("exchange-parts")
def drop_metadata(to: Path) -> list[Finding]:
    sample = make_root(to / "data")
    return alone(to, b"".join(members(sample.path.read_bytes())[:-1]))


@breaks("exchange-differs")
def change_request(to: Path) -> list[Finding]:
    sample = make_root(to / "data")
    replace_member(sample, -2, lambda member: packed(gzip.decompress(member).replace(b"127.0.0.1", b"127.0.0.2")))
    return check(to, sample.path.rename(to / sample.path.name))


@breaks("recover-source")
def say_no_source(to: Path) -> list[Finding]:
    silent = Memento(HOST + "/", DATE, b"<html>2024</html>", told={"source": None})
    return check(to / "no-root", to / write_recovery(to, SITE, CRAWL, [silent]))


@root_case("cdxj-missing")
def _(sample: Sample) -> None:
    sample.index.unlink()


@root_case("cdxj-line")
def _(sample: Sample) -> None:
    sample.index.write_bytes(sample.index.read_bytes() + b"nonsense\n")


@root_case("cdxj-unsorted")
def _(sample: Sample) -> None:
    sample.index.write_bytes(b"".join(reversed(sample.index.read_bytes().splitlines(keepends=True))))


@root_case("cdxj-extra")
def _(sample: Sample) -> None:
    line = b'vn,zz)/ 20240506070809 {"url": "http://zz.vn/", "offset": "1"}\n'
    sample.index.write_bytes(sample.index.read_bytes() + line)


@root_case("cdxj-lacks")
def _(sample: Sample) -> None:
    sample.index.write_bytes(b"".join(sample.index.read_bytes().splitlines(keepends=True)[1:]))


@root_case("cdxj-differs")
def _(sample: Sample) -> None:
    sample.index.write_bytes(sample.index.read_bytes().replace(b'"status": "404"', b'"status": "200"'))


def sql(sample: Sample, statement: str) -> None:
    with sqlite3.connect(sample.root / "catalog.sqlite3") as connection:
        assert connection.execute(statement).rowcount
    connection.close()


@root_case("catalog-missing")
def _(sample: Sample) -> None:
    for path in sample.root.glob("catalog*"):
        path.unlink()


@root_case("catalog-damaged")
def _(sample: Sample) -> None:
    (sample.root / "catalog.sqlite3").write_bytes(b"no database at all" * 100)


@root_case("catalog-extra")
def _(sample: Sample) -> None:
    held = sample.captures[0]
    with Catalog.open(sample.root / "catalog.sqlite3") as catalog:
        more = make_capture(9, site=SITE, crawl=CRAWL, location=held.location.__class__(sample.warc, 1, 1))
        gone = make_capture(10, site=SITE, crawl=CRAWL)
        catalog.add_captures([more, gone])


@root_case("catalog-lacks")
def _(sample: Sample) -> None:
    sql(sample, "delete from captures where status = 404")


@root_case("catalog-differs")
def _(sample: Sample) -> None:
    sql(sample, "update captures set digest = 'sha1:OTHER' where status = 404")


@root_case("asset-differs")
def _(sample: Sample) -> None:
    sql(sample, "update images set sha256 = '00'")
    sql(sample, "update attachments set size_bytes = 1")
    with Catalog.open(sample.root / "catalog.sqlite3") as catalog:
        write_articles(catalog, sample.root, SITE, CRAWL)


@root_case("jsonl-missing")
def _(sample: Sample) -> None:
    sample.lines.unlink()


@root_case("report-form")
def _(sample: Sample) -> None:
    reports = sample.root / "crawls"
    reports.mkdir()
    (reports / f"{CRAWL}.json").write_text(json.dumps({"crawl": CRAWL}))
    (reports / f"{SITE}-20240506070809999.json").write_bytes(b"")
    (reports / f"{SITE}-20240506070809998.json").write_text(json.dumps({"crawl": CRAWL}))


@root_case("jsonl-line")
def _(sample: Sample) -> None:
    sample.lines.write_bytes(sample.lines.read_bytes() + b"{\n[]\n")


@root_case("jsonl-extra")
def _(sample: Sample) -> None:
    sample.lines.write_bytes(sample.lines.read_bytes() * 2)
    (sample.lines.parent / "other.jsonl").write_bytes(b"")


@root_case("jsonl-lacks")
def _(sample: Sample) -> None:
    sample.lines.write_bytes(sample.lines.read_bytes().splitlines(keepends=True)[1])


@root_case("jsonl-differs")
def _(sample: Sample) -> None:
    sample.lines.write_bytes(sample.lines.read_bytes().replace("Bài khác".encode(), "Bài nọ".encode()))


# --- WACZ -------------------------------------------------------------------------------------


def wacz_case(rule: str) -> Callable[[Callable[[Path, dict[str, bytes]], object]], object]:
    def register(damage: Callable[[Path, dict[str, bytes]], object]) -> object:
        def case(to: Path) -> list[Finding]:
            sample = make_root(to / "data")
            path = make_wacz(sample.path, to / "x.wacz", sample.index.read_bytes())
            assert check(to, path) == []
            damage(path, read_wacz(path))
            return check(to, path)

        CASES[rule] = case
        return damage

    return register


@wacz_case("wacz-zip")
def _(path: Path, content: dict[str, bytes]) -> None:
    path.write_bytes(path.read_bytes()[:-60])


@wacz_case("wacz-name")
def _(path: Path, content: dict[str, bytes]) -> None:
    write_wacz(path, {**content, "../evil": b"", "/etc/evil": b""})


@wacz_case("wacz-stored")
def _(path: Path, content: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w") as file:
        for name, data in content.items():
            file.writestr(name, data, zipfile.ZIP_DEFLATED if name.startswith("archive") else zipfile.ZIP_STORED)


@wacz_case("wacz-junk")
def _(path: Path, content: dict[str, bytes]) -> None:
    path.write_bytes(path.read_bytes() + b"\0")


@wacz_case("wacz-package")
def _(path: Path, content: dict[str, bytes]) -> None:
    del content["datapackage.json"]
    write_wacz(path, content)


@wacz_case("wacz-resource")
def _(path: Path, content: dict[str, bytes]) -> None:
    content["pages/pages.jsonl"] = content["pages/pages.jsonl"].replace(b'"id": "1"', b'"id": "2"')
    write_wacz(path, content)


@wacz_case("wacz-unlisted")
def _(path: Path, content: dict[str, bytes]) -> None:
    write_wacz(path, {**content, "pages/more.txt": b""})


@wacz_case("wacz-digest")
def _(path: Path, content: dict[str, bytes]) -> None:
    write_wacz(path, {**content, "datapackage.json": content["datapackage.json"] + b"\n"})


@wacz_case("wacz-pages")
def _(path: Path, content: dict[str, bytes]) -> None:
    page = json.dumps({"url": "http://nowhere.vn/", "ts": "2024-05-06T07:08:09Z"}).encode() + b"\n"
    content["pages/pages.jsonl"] += page + b"nonsense\n"
    write_wacz(path, with_manifest(content))


@wacz_case("wacz-index")
def _(path: Path, content: dict[str, bytes]) -> None:
    lines = content["indexes/index.cdx"].splitlines(keepends=True)
    extra = re.sub(rb'"offset": "\d+"', b'"offset": "1"', lines[-1])
    content["indexes/index.cdx"] = b"".join(reversed(lines)) + extra + b"nonsense\n"
    write_wacz(path, with_manifest(content))


@wacz_case("wacz-unindexed")
def _(path: Path, content: dict[str, bytes]) -> None:
    content["indexes/index.cdx"] = b"".join(content["indexes/index.cdx"].splitlines(keepends=True)[:-1])
    write_wacz(path, with_manifest(content))


def wrong_year(sample: Sample) -> None:
    """Move file and index to the folder of another year; the catalog follows, as after a rebuild."""
    for path in (sample.path, sample.index):
        moved = path.parent.parent / "2023" / path.name
        moved.parent.mkdir()
        path.rename(moved)
    sql(sample, "update captures set warc = replace(warc, '/2024/', '/2023/')")


@pytest.mark.parametrize(
    ("rule", "change"),
    [
        ("file-misplaced", wrong_year),
        ("jsonl-line", lambda sample: sample.lines.write_bytes(sample.lines.read_bytes()[:-1])),
        ("catalog-differs", lambda sample: sql(sample, "update captures set mime = 'x/y' where url like '%.jpg'")),
        ("catalog-damaged", lambda sample: sql(sample, "update articles set last_seen = '2030'")),
        ("catalog-damaged", lambda sample: sql(sample, "delete from observations")),
        (
            "catalog-damaged",
            lambda sample: sql(sample, "insert into details select 'x', id, '{}' from articles limit 1"),
        ),
        ("catalog-damaged", lambda sample: sql(sample, "update captures set crawl = 'x' where url like '%/e'")),
    ],
)
def test_what_only_one_place_says_wrongly_is_found(rule, change, tmp_path):
    sample = make_root(tmp_path)

    change(sample)

    assert rule in rules(check(tmp_path))


def test_a_profile_that_our_writer_does_not_know_is_found_in_a_file_of_ours_only(tmp_path):
    ours = records(make_root(tmp_path / "root").path.read_bytes())[0]
    odd = revisit(WARC_Profile="http://a.vn/profile")

    assert alone(tmp_path, ORIGINAL + odd) == []
    found = alone(tmp_path, ours + ORIGINAL + odd)
    assert "its WARC-Profile is 'http://a.vn/profile'" in [one.detail for one in found]


def signed(content: dict[str, bytes], key: Path, **changed: str) -> dict[str, bytes]:
    digest = json.loads(content["datapackage-digest.json"])
    digest["signedData"] = Signer.open(key).sign(digest["hash"], "2024-05-06T07:08:09Z", "khcn/1") | changed
    return {**content, "datapackage-digest.json": json.dumps(digest).encode()}


def test_the_signature_of_a_wacz_is_checked(tmp_path):
    sample = make_root(tmp_path / "root")
    path = make_wacz(sample.path, tmp_path / "a.wacz", sample.index.read_bytes())
    content, key = read_wacz(path), tmp_path / "key.pem"

    for changed, told in (
        ({}, set()),
        ({"signature": "A" * 128}, {"wacz-digest"}),
        ({"hash": "sha256:00"}, {"wacz-digest"}),
    ):
        write_wacz(path, signed(content, key, **changed))
        assert rules(check(tmp_path / "none", path)) == told


def test_a_file_without_digest_in_the_manifest_of_a_wacz_is_found(tmp_path):
    sample = make_root(tmp_path / "root")
    path = make_wacz(sample.path, tmp_path / "a.wacz", sample.index.read_bytes())
    content = read_wacz(path)
    manifest = json.loads(content["datapackage.json"])
    del manifest["resources"][0]["hash"]
    data = json.dumps(manifest).encode()
    digest = {"path": "datapackage.json", "hash": f"sha256:{hashlib.sha256(data).hexdigest()}"}

    write_wacz(path, {**content, "datapackage.json": data, "datapackage-digest.json": json.dumps(digest).encode()})

    assert rules(check(tmp_path / "none", path)) == {"wacz-resource"}


@breaks("fixity-changed")
def changed_since(to: Path) -> list[Finding]:
    wacz = with_wacz(to)
    due(to)
    state, content = wacz.stat(), read_wacz(wacz)
    with zipfile.ZipFile(wacz, "w") as file:  # the same, but for the times in it
        for name, data in content.items():
            file.writestr(zipfile.ZipInfo(name, (1999, 1, 1, 0, 0, 0)), data)
    os.utime(wacz, ns=(state.st_atime_ns, state.st_mtime_ns))
    return due(to)


@breaks("fixity-gone")
def gone_since(to: Path) -> list[Finding]:
    wacz = with_wacz(to)
    due(to)
    wacz.unlink()
    return due(to)


@breaks("ledger-line")
def damaged_ledger(to: Path) -> list[Finding]:
    make_root(to)
    due(to)
    ledger = to / "status" / "fixity.jsonl"
    ledger.write_bytes(ledger.read_bytes().replace(b"sound", b"found", 1))
    return due(to)


@breaks("stored-lost")
def stored_and_nowhere(to: Path) -> list[Finding]:
    sample = stored(to)
    report = to / "crawls" / f"{CRAWL}.json"
    report.parent.mkdir()
    report.write_text(json.dumps({"crawl": CRAWL}))
    send_waiting(sample.root)
    report.unlink()
    Path(behind(to).place(f"crawls/{CRAWL}.json")).unlink()
    return check(to)


@breaks("stored-differs")
def stored_as_another(to: Path) -> list[Finding]:
    sample = stored(to)
    place = Path(behind(to).place(sample.warc))
    place.write_bytes(place.read_bytes()[:-1])
    return check(to)


@breaks("spool-lost")
def lost_before_it_was_stored(to: Path) -> list[Finding]:
    sample = make_root(to)
    (to / "stored").mkdir()
    attach(to, (to / "stored").as_uri())
    sample.path.unlink()
    sample.index.unlink()
    return check(to)


def stored(root: Path) -> Sample:
    """Make a data root with a storage that has all of it."""
    sample = make_root(root)
    (root / "stored").mkdir()
    attach(root, (root / "stored").as_uri())
    assert len(send_waiting(root).stored) == 3
    return sample


def with_wacz(root: Path) -> Path:
    """Make a data root with a WACZ in it."""
    sample = make_root(root)
    wacz = root / "wacz" / "a.wacz"
    wacz.parent.mkdir()
    return make_wacz(sample.path, wacz, sample.index.read_bytes())


def due(root: Path) -> list[Finding]:
    return list(DueCheck(root, root / "catalog.sqlite3", 1, lambda: datetime.now(UTC)).findings())


# ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_is_broken_by_one_thing_and_no_other_with_it(rule, tmp_path):
    found = CASES[rule](tmp_path)

    assert rules(found) == {rule}, found
    assert all(one.file and one.detail and one.remedy.startswith(RULES[rule].remedy) for one in found)


def test_every_rule_is_documented_as_the_program_has_it():
    rows = re.findall(r"^\| `([a-z0-9-]+)` \| (.+) \| (.+) \|$", read("docs/verify.md").partition("## Rules")[2], re.M)

    assert {code: (meaning, remedy) for code, meaning, remedy in rows} == {
        code: (rule.meaning, rule.remedy) for code, rule in RULES.items()
    }
