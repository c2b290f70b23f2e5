"""The index follows the catalog, whoever writes, is killed or can not write."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from archive import open_archive
from archive.catalog import Catalog
from archive.catalog.swap import swap_in
from archive.search import CaughtUp, QueryError, catch_up
from archive.search import update as updating
from archive.search.index import FOLDER, Cursor, current_folder, cursor_document, schema
from tests.archive.facts import changes_of, keep, make_article, make_capture

HOST = "https://skhcn.hatinh.gov.vn"
BY_TWOS = updating.LARGE._replace(batch=2)


def add(catalog, *numbers, text="Lúa xuân trổ đều."):
    captures = [make_capture(number, f"{HOST}/bai-{number}") for number in numbers]
    keep(catalog, [make_article(each, title=f"Bài {each.url[-3:]}", text=text) for each in captures], captures)


@pytest.fixture
def root(tmp_path):
    with Catalog.open(tmp_path / "catalog.sqlite3") as catalog:
        add(catalog, 101, 102, 103)
    return tmp_path


def found(root, query="lúa", **options):
    with open_archive(root) as archive:
        return sorted(int(hit.url[-3:]) for hit in archive.search(query, limit=1000, **options))


def test_an_archive_is_searched_by_its_python_interface(root):
    with open_archive(root) as archive:
        assert [hit.rank for hit in archive.search("lúa", site="ha_tinh")] == [1, 2, 3]
        assert archive.facets("lúa", site=["ha_tinh"]).articles == 3
        assert list(archive.search("lúa", limit=0)) == []
        with pytest.raises(QueryError):
            archive.search("-lúa")


def test_only_what_changed_is_taken_in(root):
    with Catalog.open(root / "catalog.sqlite3") as catalog:
        first = catch_up(root, catalog)
        again = catch_up(root, catalog)
        add(catalog, 104)
        add(catalog, 101)  # seen again as it was
        later = catch_up(root, catalog)

    assert first == CaughtUp(3, 0, "there was none")
    assert again == CaughtUp(0, 0, None)
    assert later.articles <= 2
    assert later.behind == 0
    assert found(root) == [101, 102, 103, 104]


def test_an_article_that_changes_while_the_index_is_made_is_in_it_once(root, monkeypatch):
    take_in, met = updating._batch, []

    def batch(*arguments, **options):
        found = take_in(*arguments, **options)
        if not met:
            with Catalog.open(root / "catalog.sqlite3") as writer:
                later = make_capture(300, f"{HOST}/bai-101")
                keep(writer, [make_article(later, title="Bài 101", text="Lúa mùa đã gặt.")], [later])
        met.extend(change.article for change in found)
        return found

    monkeypatch.setattr(updating, "_batch", batch)
    with Catalog.open(root / "catalog.sqlite3") as catalog:
        catch_up(root, catalog, room=BY_TWOS)

    assert len(met) > len(set(met))
    assert found(root) == [101, 102, 103]
    assert found(root, "xuân") == [102, 103]


def test_an_article_seen_again_unchanged_is_no_change(root):
    with Catalog.open(root / "catalog.sqlite3") as catalog:
        before = changes_of(catalog, 0, 100)
        later = make_capture(300, f"{HOST}/bai-101")
        keep(catalog, [make_article(later, title="Bài 101", text="Lúa xuân trổ đều.")], [later])

        assert changes_of(catalog, 0, 100) == before
        assert catalog.counts()["versions"] == 3


def test_changes_and_generation_are_no_facts(root, tmp_path):
    with Catalog.open(root / "catalog.sqlite3") as catalog, Catalog.open("sqlite://") as other:
        add(other, 103)
        add(other, 101, 102)

        assert list(other.dump()) == list(catalog.dump())
        assert other.generation() != catalog.generation()


def test_a_site_put_in_anew_and_removed_articles_are_changes(root):
    with Catalog.open(root / "catalog.sqlite3") as catalog, Catalog.open("sqlite://") as fresh:
        add(fresh, 102, 105)
        last = changes_of(catalog, 0, 100)[-1].seq
        catalog.replace_sites(["ha_tinh"], fresh)

        assert len(changes_of(catalog, last, 100)) == 4
    assert found(root) == [102, 105]


def test_a_text_of_a_document_that_came_later_is_a_change(root):
    from archive.model import Attachment

    with Catalog.open(root / "catalog.sqlite3") as catalog:
        capture = make_capture(106, f"{HOST}/bai-106")
        paper = Attachment(HOST + "/a.pdf", 0, "Tờ trình", sha256="ab" * 32)
        keep(catalog, [make_article(capture, attachments=(paper,))], [capture])
        last = changes_of(catalog, 0, 100)[-1].seq

        assert catalog.note_documents(["ab" * 32, "cd" * 32]) == 1
        assert len(changes_of(catalog, last, 100)) == 1


def test_a_rebuilt_catalog_gets_another_index(root, caplog):
    assert found(root) == [101, 102, 103]
    with Catalog.open(root / "fresh.sqlite3") as fresh:
        add(fresh, 102, 107)
    swap_in(root / "fresh.sqlite3", root / "catalog.sqlite3")

    assert found(root) == [102, 107]
    assert "index made anew" in caplog.text


def test_a_search_that_stays_open_sees_what_comes(root):
    with open_archive(root) as archive:
        assert len(list(archive.search("lúa"))) == 3
        with Catalog.open(root / "catalog.sqlite3") as catalog:
            add(catalog, 108)
        assert len(list(archive.search("lúa"))) == 4
        swap = root / "fresh.sqlite3"
        with Catalog.open(swap) as fresh:
            add(fresh, 109)
        swap_in(swap, root / "catalog.sqlite3")
        assert len(list(archive.search("lúa"))) == 1


def test_an_older_catalog_begins_to_keep_its_changes(root):
    import sqlite3

    path = root / "catalog.sqlite3"
    with sqlite3.connect(path) as file:
        for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            file.execute(f"DROP TRIGGER {name}")
        file.execute("DROP TABLE changes")
        file.execute("DELETE FROM meta WHERE key = 'generation'")

    with Catalog.open(path) as catalog:
        assert len(changes_of(catalog, 0, 100)) == 3
        add(catalog, 110)
    assert found(root) == [101, 102, 103, 110]


@pytest.mark.parametrize(
    "damage", ["no meta", "empty meta", "cut files", "no files", "no cursor", "no pointer", "format"]
)
def test_an_index_that_can_not_be_used_is_made_anew(root, damage, caplog):
    assert found(root) == [101, 102, 103]
    folder = current_folder(root)
    match damage:
        case "no meta":
            (folder / "meta.json").unlink()
        case "empty meta":
            (folder / "meta.json").write_bytes(b"")
        case "cut files":
            for path in folder.glob("*.*"):
                if path.suffix in (".idx", ".term", ".store", ".fast", ".pos"):
                    os.truncate(path, path.stat().st_size // 2)
        case "no files":
            for path in folder.iterdir():
                path.unlink()
        case "no cursor":
            shutil.rmtree(folder)
            folder.mkdir()
            import tantivy

            tantivy.Index(schema(), str(folder))
        case "no pointer":
            (root / FOLDER / "current").unlink()
        case "format":
            _write_cursor(folder, Cursor(999, "0.1", "x", 1))

    assert found(root) == [101, 102, 103]
    assert len(list((root / FOLDER).glob("index-*"))) == 1
    assert damage == "no pointer" or "index made anew" in caplog.text


def _write_cursor(folder, cursor):
    import tantivy

    writer = tantivy.Index.open(str(folder)).writer(20_000_000, 1)
    writer.delete_documents_by_term("id", "cursor")
    writer.add_document(cursor_document(cursor))
    writer.commit()
    writer.wait_merging_threads()


def test_bytes_that_changed_on_the_disk_end_in_no_traceback(root):
    with Catalog.open(root / "catalog.sqlite3") as catalog:
        add(catalog, *range(200, 400))
    found(root)
    folder = current_folder(root)
    for path in folder.iterdir():
        if path.suffix in (".idx", ".term", ".pos", ".fieldnorm"):
            data = bytearray(path.read_bytes())
            for place in range(0, max(len(data) - 100, 0), 7):
                data[place] ^= 0x5A
            path.write_bytes(bytes(data))

    with open_archive(root) as archive:
        list(archive.search("lúa"))
        list(archive.search('"lúa xuân" trổ*', order="newest"))
        archive.facets("xuân")


def test_a_bounded_time_leaves_the_rest_for_the_next(root):
    with Catalog.open(root / "catalog.sqlite3") as catalog:
        catch_up(root, catalog)
        add(catalog, 104, 105, 106, 107)

        assert catch_up(root, catalog, budget_s=0, room=BY_TWOS) == CaughtUp(2, 2, None)
        assert catch_up(root, catalog, budget_s=0, room=BY_TWOS) == CaughtUp(2, 0, None)
        assert catch_up(root, catalog, budget_s=0, anew=True, room=BY_TWOS) == CaughtUp(0, 7, "asked for")


def test_while_another_writes_what_is_there_is_searched(root, monkeypatch, caplog):
    found(root)
    monkeypatch.setattr(updating, "WAIT_S", 0.0)
    with Catalog.open(root / "catalog.sqlite3") as catalog, updating._locked(root, 0):
        add(catalog, 104)

        assert found(root) == [101, 102, 103]
        assert "another process is writing" in caplog.records[-1].cause
    assert found(root) == [101, 102, 103, 104]


def test_without_an_index_the_one_that_makes_it_is_waited_for(root):
    with ThreadPoolExecutor(6) as threads:
        assert set(map(tuple, threads.map(lambda _: found(root), range(6)))) == {(101, 102, 103)}


WRITER = """
import sys
from pathlib import Path
from archive.catalog import Catalog
from archive.search import catch_up, update
update.COMMIT_AFTER_S = 0.0
root = Path(sys.argv[1])
with Catalog.open(root / "catalog.sqlite3", read_only=True) as catalog:
    print("begun", flush=True)
    while True:
        catch_up(root, catalog, anew=len(sys.argv) > 2, room=update.Room(50_000_000, 3))
"""


def writer(root, *more):
    process = subprocess.Popen([sys.executable, "-c", WRITER, str(root), *more], stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"begun\n"
    return process


@pytest.mark.parametrize("more", [(), ("anew",)], ids=["in place", "anew"])
def test_a_writer_is_killed_and_nothing_is_lost(root, more):
    numbers = iter(range(200, 1000))
    with Catalog.open(root / "catalog.sqlite3") as catalog:
        for kill in range(3):
            process = writer(root, *more)
            end = time.monotonic() + 0.1 + 0.07 * kill
            while time.monotonic() < end:
                add(catalog, next(numbers))
            process.send_signal(signal.SIGKILL)
            process.wait()
            process.stdout.close()

    expected = [101, 102, 103, *range(200, next(numbers))]
    assert found(root) == expected
    assert len(list((root / FOLDER).glob("index-*"))) == 1


def test_readers_in_other_processes_are_never_torn(root):
    process = writer(root)
    try:
        with Catalog.open(root / "catalog.sqlite3") as catalog:
            for number in range(200, 206):
                add(catalog, number)
                seen = found(root)
                assert seen == [101, 102, 103, *range(200, 200 + len(seen) - 3)]
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
    assert found(root)[-1] == 205


READ_ONLY = """
mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && ! touch "$1/x" 2>/dev/null && exec "$2" -c "
import sys
from archive import open_archive
with open_archive('$1') as archive:
    print(*(hit.url[-3:] for hit in archive.search('lúa', order='newest')))
    print(archive.facets('lúa').articles)
"
"""


def read_only(root):
    command = ["unshare", "-rm", "sh", "-c", READ_ONLY, "sh", str(root), sys.executable]
    return subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[2])


can_mount = pytest.mark.skipif(
    not shutil.which("unshare") or subprocess.run(["unshare", "-rm", "true"], capture_output=True).returncode != 0,
    reason="no user namespaces here: nothing can be mounted read-only",
)


@can_mount
def test_a_read_only_archive_is_searched_as_it_is(root):
    found(root)
    with Catalog.open(root / "catalog.sqlite3") as catalog:
        add(catalog, 104)
    run = read_only(root)

    assert sorted(run.stdout.split()) == ["101", "102", "103", "3"], run.stderr
    assert "index searched as it is" in run.stderr


@can_mount
def test_a_read_only_archive_without_an_index_gets_one_for_the_search(root):
    run = read_only(root)

    assert sorted(run.stdout.split()) == ["101", "102", "103", "3"], run.stderr
    assert "index kept elsewhere" in run.stderr
    assert not (root / FOLDER).exists()
