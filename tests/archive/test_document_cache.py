"""The texts of an archive's documents: read once, kept beside the catalog, gone on with after a stop."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import time
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive.catalog import Catalog
from archive.documents import texts
from archive.documents.cache import NAME, DocumentCache
from archive.documents.fill import fill
from archive.documents.model import DocumentText
from archive.errors import ArchiveError
from archive.model import Attachment
from archive.warc.writer import WarcWriter
from tests.archive.exchanges import exchange
from tests.archive.facts import PAGE, SITE, changes_of, make_article
from tests.khcn import COMMAND, khcn

pytest.importorskip("pypdfium2", reason="the extra `documents` is not installed")

HERE = Path(__file__).with_name("documents")
KILLS = int(os.environ.get("DOCUMENT_KILLS", "2"))
SEED = int(os.environ.get("KILL_SEED", random.SystemRandom().randrange(10**6)))
DAY = datetime(2025, 3, 1, 8, 0, tzinfo=UTC)
FILES = {
    "quyet_dinh.pdf": (HERE / "quyet_dinh.pdf").read_bytes(),
    "quyet_dinh.docx": (HERE / "quyet_dinh.docx").read_bytes(),
    "hong.pdf": b"%PDF-1.7\nhong",
    "nen.rar": b"Rar!\x1a\x07",
}
SHA256 = {name: hashlib.sha256(data).hexdigest() for name, data in FILES.items()}


def record(writer: WarcWriter, number: int, url: str, mime: str, body: bytes):
    moment, raw = DAY + timedelta(minutes=number), f"HTTP/1.1 200 OK\r\nContent-Type: {mime}\r\n\r\n".encode() + body
    return writer.write(exchange(raw, url, date=moment, ended=moment))


@pytest.fixture(scope="module")
def archive(tmp_path_factory) -> Path:
    """Two articles that attach four files, one of them both."""
    root = tmp_path_factory.mktemp("archive")
    writer = WarcWriter(root, SITE, "ha_tinh-1", info={})
    held = {}
    for number, (name, data) in enumerate(FILES.items()):
        held[name] = record(writer, number, f"{PAGE}/{name}", "application/octet-stream", data)
    with Catalog.open(root / "catalog.sqlite3") as catalog, catalog.transaction():
        catalog.add_captures(held.values())
        for number, names in enumerate([list(FILES), ["quyet_dinh.pdf"]]):
            page = record(writer, 10 + number, f"{PAGE}-{number}", "text/html", b"<html>")
            files = [Attachment(held[n].url, i, n, None, None, SHA256[n], held[n].id) for i, n in enumerate(names)]
            catalog.add_captures([page])
            catalog.add_article(make_article(page, attachments=tuple(files)))
    writer.close()
    return root


@pytest.fixture
def root(archive, tmp_path) -> Path:
    return shutil.copytree(archive, tmp_path / "data")


def run(root: Path, most: int | None = None) -> list[str]:
    """Read documents, at most so many; return their states by their order."""
    with Catalog.open(root / "catalog.sqlite3") as catalog, DocumentCache(root) as cache:
        work, done = fill(root, catalog, cache), []
        for _, found in work:
            done.append(found.state)
            if len(done) == most:
                work.close()
                break
    return done


def test_each_file_is_read_once_and_its_text_found_by_its_digest(root):
    with texts(root) as before:
        assert before(SHA256["quyet_dinh.pdf"]) is None

    assert sorted(run(root)) == ["broken", "text", "text", "unsupported"]
    assert run(root) == []
    with texts(str(root)) as text_of:
        assert text_of(SHA256["quyet_dinh.docx"]).startswith("Quyết định phê duyệt đề tài cấp tỉnh\n")
        assert text_of(SHA256["hong.pdf"]) is text_of("0" * 64) is text_of(None) is None
        assert text_of.document(SHA256["hong.pdf"]).state == "broken"
        assert text_of.document("0" * 64) is None


def test_a_run_that_was_stopped_is_gone_on_with_and_readers_of_changes_hear_of_each_text(root):
    with Catalog.open(root / "catalog.sqlite3") as catalog:
        last = changes_of(catalog, 0, 100)[-1].seq
        assert len(run(root, most=1)) == 1
        told = changes_of(catalog, last, 100)
        assert len(told) >= 1
        assert len(run(root)) == 3
        again = changes_of(catalog, told[-1].seq, 100)

    assert len({change.article for change in again}) == 2
    with DocumentCache(root) as cache:
        assert cache.untold() == []
        assert cache.counts() == {"text": 2, "broken": 1, "unsupported": 1}


def test_what_a_killed_run_kept_is_told_by_the_next(root):
    with DocumentCache(root) as cache:
        cache.keep(SHA256["quyet_dinh.pdf"], "1", DocumentText("text", "Quyết định"))
    with Catalog.open(root / "catalog.sqlite3") as catalog:
        last = changes_of(catalog, 0, 100)[-1].seq
        run(root, most=1)
        assert len(changes_of(catalog, last, 100)) == 2


def kept_rows(root: Path) -> list[tuple]:
    with closing(sqlite3.connect(root / NAME)) as file:
        return file.execute("SELECT * FROM documents ORDER BY sha256").fetchall()


def test_a_command_killed_at_any_moment_and_run_again_leaves_the_same(root, tmp_path):
    clean = shutil.copytree(root, tmp_path / "clean")
    began = time.monotonic()
    assert khcn("index", "--documents", data=clean).returncode == 5  # one file is broken
    lasted, dice = time.monotonic() - began, random.Random(SEED)
    print(f"DOCUMENT_KILLS={KILLS} KILL_SEED={SEED}")
    for _ in range(KILLS):
        # A group of its own, so that whoever reads for it is killed with it.
        run = subprocess.Popen(
            [str(COMMAND), "--data", str(root), "index", "--documents"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        with suppress(subprocess.TimeoutExpired):
            run.wait(dice.uniform(0.3, 1) * lasted)
        with suppress(ProcessLookupError):
            os.killpg(run.pid, signal.SIGKILL)
        run.wait()

    # What a killed run had read already is not told of again.
    assert khcn("index", "--documents", data=root).returncode in (0, 5)
    assert kept_rows(root) == kept_rows(clean)
    found = [khcn("search", "khoa", "--json", data=each).stdout for each in (root, clean)]
    assert found[0] == found[1] != ""


def test_a_new_version_of_the_reader_reads_again_and_a_lost_file_is_looked_for_again(root):
    kept = DocumentText("text", "cũ"), DocumentText("not_held")
    with DocumentCache(root) as cache:
        for name, version, document in zip(FILES, ("0", "1"), kept, strict=False):
            cache.keep(SHA256[name], version, document)
        assert not cache.has(SHA256["quyet_dinh.pdf"], "1")
        assert cache.has(SHA256["quyet_dinh.pdf"], "0")

    assert len(run(root)) == 4


def test_the_command_names_what_failed_and_says_so_by_its_exit_code(root):
    first = khcn("index", "--documents", "--json", data=root)
    lines = {line["url"].rsplit("/")[-1]: line for line in map(json.loads, first.stdout.splitlines())}

    assert first.returncode == 5
    assert first.stderr.startswith(f"khcn: {PAGE}/hong.pdf: broken (")
    assert lines["quyet_dinh.pdf"] | {"sha256": "", "url": ""} == {
        "sha256": "",
        "url": "",
        "state": "text",
        "kind": "pdf",
        "pages": 1,
        "chars": len("Quyết định phê duyệt đề tài cấp tỉnh Nghiên cứu giống lúa chịu mặn; xem kế hoạch.")
        + len(" STT Nội dung 1 Tập huấn kỹ năng số"),
        "truncated": False,
        "detail": "",
    }
    second = khcn("index", "--documents", SITE, data=root)
    assert (second.returncode, second.stderr) == (0, "")
    assert second.stdout == "0 documents read; 4 known: 1 broken, 2 text, 1 unsupported (1 rar)\n"
    assert khcn("index", "--documents", "nghe_an", data=root).returncode == 2


def test_a_file_that_is_damaged_in_the_archive_is_damage(root):
    (warc,) = (root / "warcs").rglob("*.warc.gz")
    data = bytearray(warc.read_bytes())
    data[len(data) // 3 : len(data) // 3 + 400] = bytes(400)
    warc.write_bytes(data)
    done = khcn("index", "--documents", data=root)

    assert done.returncode == 9
    assert "not_held (" in done.stderr


def test_a_cache_is_read_where_nothing_can_be_written_and_while_another_process_fills_it(root):
    run(root)
    with DocumentCache(root) as cache, texts(root) as text_of:
        cache._file.execute("BEGIN IMMEDIATE")
        assert text_of(SHA256["quyet_dinh.docx"]) is not None
        cache._file.execute("ROLLBACK")
    copy = root.parent / "copy"
    copy.mkdir()
    shutil.copy(root / NAME, copy)
    copy.chmod(0o555)
    (copy / NAME).chmod(0o444)
    with texts(copy) as text_of:
        assert text_of(SHA256["quyet_dinh.docx"]) is not None
    copy.chmod(0o755)


@pytest.mark.parametrize("kind", ["no database", "another version"])
def test_a_cache_that_is_none_says_what_to_do(tmp_path, kind):
    if kind == "no database":
        (tmp_path / NAME).write_bytes(b"none" * 2000)
    else:
        with sqlite3.connect(tmp_path / NAME) as made:
            made.execute("PRAGMA user_version = 99")

    for door in (texts, DocumentCache):
        with pytest.raises(ArchiveError, match=r"delete .*`khcn index --documents`"):
            door(tmp_path)
