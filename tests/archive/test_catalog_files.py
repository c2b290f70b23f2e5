"""The catalog as a file: opening, sharing, and what goes wrong with a sentence."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from archive.catalog import Catalog
from archive.catalog.tables import SCHEMA_VERSION
from archive.errors import CatalogError
from tests.archive.facts import PAGE, keep, make_article, make_capture

NOBODY = 65534


def as_nobody(call: Callable[[], str]) -> str:
    """Return what *call* gives in a process that may write nowhere."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.setuid(NOBODY)
            os.write(writing, call().encode())
        except BaseException as error:
            os.write(writing, repr(error).encode())
        finally:
            os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with open(reading, encoding="utf-8") as pipe:
        return pipe.read()


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "sub" / "catalog.sqlite3"


def test_a_new_catalog_is_made_and_kept(path):
    with Catalog.open(path) as catalog:
        keep(catalog, [make_article(make_capture(1))])

    with Catalog.open(f"sqlite:///{path}", create=False) as catalog:
        assert catalog.counts()["articles"] == 1
        assert catalog.path == path


def test_it_is_in_wal_mode_with_foreign_keys(path):
    with Catalog.open(path) as catalog, catalog.transaction():
        connection = catalog._writer
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "foreign_keys", "synchronous")
        }

    assert pragmas == {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 2}


def keep_half(catalog: Catalog) -> None:
    with catalog.transaction():
        keep(catalog, [make_article(make_capture(1))])
        raise RuntimeError


def test_a_failed_transaction_keeps_nothing(path):
    with Catalog.open(path) as catalog:
        with pytest.raises(RuntimeError):
            keep_half(catalog)

        assert catalog.counts()["captures"] == 0


def test_an_article_without_its_capture_is_refused_at_the_end(path):
    with Catalog.open(path) as catalog:
        with pytest.raises(CatalogError, match="FOREIGN KEY"):
            catalog.add_article(make_article(make_capture(1)))

        assert catalog.counts()["articles"] == 0


def test_readers_see_what_is_committed_while_a_writer_is_at_work(path):
    with Catalog.open(path) as writer, Catalog.open(path, read_only=True) as reader:
        with writer.transaction():
            keep(writer, [make_article(make_capture(1))])

            assert reader.counts()["articles"] == 0
        assert reader.counts()["articles"] == 1


def test_an_iterator_left_lying_does_not_stop_a_writer(path):
    with Catalog.open(path) as catalog:
        captures = [make_capture(n, f"{PAGE}-{n}") for n in range(3)]
        keep(catalog, [make_article(entry) for entry in captures], captures)
        iterator = catalog.articles()
        next(iterator)

        keep(catalog, [make_article(make_capture(9))])

        assert len(list(iterator)) == 2


def test_two_catalogs_write_in_turn(path):
    with Catalog.open(path) as one, Catalog.open(path) as other:
        for number in range(20):
            keep(one if number % 2 else other, [make_article(make_capture(number), title=str(number))])

        assert one.counts()["versions"] == 20
        assert list(one.dump()) == list(other.dump())


def test_a_read_only_catalog_takes_no_facts(path):
    Catalog.open(path).close()

    with Catalog.open(path, read_only=True) as catalog:
        assert catalog.path == path
        with pytest.raises(CatalogError, match=f"{path}: the catalog can not be written"):
            keep(catalog, [make_article(make_capture(1))])


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user")
@pytest.mark.parametrize("left_open", [False, True], ids=["closed", "with -wal and -shm"])
def test_a_catalog_in_a_folder_that_can_not_be_written_is_read(left_open):
    folder = Path(tempfile.mkdtemp(prefix="khcn-"))
    try:
        catalog = Catalog.open(folder / "catalog.sqlite3")
        keep(catalog, [make_article(make_capture(1))])
        if not left_open:
            catalog.close()
        for file in folder.iterdir():
            file.chmod(0o444)
        folder.chmod(0o555)

        def read_title() -> str:
            with Catalog.open(folder / "catalog.sqlite3", read_only=True) as copy:
                return copy.article(PAGE).title

        assert as_nobody(read_title) == "Hà Tĩnh đẩy mạnh chuyển đổi số"
        catalog.close()
    finally:
        shutil.rmtree(folder)


def no_database(path: Path) -> None:
    path.write_text("không phải cơ sở dữ liệu " * 100)


def other_program(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE notes (text)")


def newer_schema(path: Path, version: int = 99) -> None:
    Catalog.open(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE meta SET value = ? WHERE key = 'schema_version'", (str(version),))


def older_schema(path: Path) -> None:
    newer_schema(path, 4)


def damaged(path: Path) -> None:
    Catalog.open(path).close()
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)


@pytest.mark.parametrize("read_only", [False, True])
@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (no_database, "this file is no catalog; move it away, then run `khcn rebuild`"),
        (other_program, "another program's database|this database is no catalog"),
        (
            newer_schema,
            f"schema 99, this program knows {SCHEMA_VERSION}: a newer khcn made it; use that one, or run `khcn rebuild`",
        ),
        (older_schema, f"schema 4, this program knows {SCHEMA_VERSION}; run `khcn rebuild`"),
        (damaged, "damaged .* run `khcn rebuild`"),
        (Path.mkdir, "a folder, where the catalog's file should be"),
    ],
)
def test_a_file_that_is_no_catalog_is_refused_with_what_to_do(path, spoil, sentence, read_only):
    path.parent.mkdir()
    spoil(path)

    with pytest.raises(CatalogError, match=sentence) as caught:
        list(Catalog.open(path, read_only=read_only).dump())
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("options", [{"read_only": True}, {"create": False}])
def test_a_missing_catalog_is_not_made_by_a_reader(path, options):
    with pytest.raises(CatalogError, match="there is no catalog"):
        Catalog.open(path, **options)

    assert not path.parent.exists()


def test_a_place_that_can_not_be_written_is_named(tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(CatalogError, match=r"file/catalog\.sqlite3: the catalog can not be written"):
        Catalog.open(tmp_path / "file" / "catalog.sqlite3")


@pytest.mark.parametrize("url", ["no url", "mysql://host/db", "postgresql+nodriver://host/db"])
def test_a_url_that_names_no_catalog_is_refused(url):
    with pytest.raises(CatalogError):
        Catalog.open(url)
