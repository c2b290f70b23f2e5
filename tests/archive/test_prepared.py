"""Prepared questions: the driver is asked what SQLAlchemy wrote, and errors stay SQLAlchemy's."""

from __future__ import annotations

import sqlite3

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table, bindparam, create_engine, event, insert, select
from sqlalchemy.exc import OperationalError

from archive.catalog.prepared import Prepared

PAGES = Table("pages", MetaData(), Column("id", String, primary_key=True), Column("status", Integer))
SOME = Prepared(
    select(PAGES.c.id, PAGES.c.status)
    .where(PAGES.c.id.in_(bindparam("ids", expanding=True)), PAGES.c.status.in_((200, 404)))
    .order_by(PAGES.c.id)
)
ONE = Prepared(select(PAGES).where(PAGES.c.id == bindparam("id")))


@pytest.fixture
def engine(tmp_path):
    sqlite3.connect(tmp_path / "pages.sqlite3").execute("PRAGMA journal_mode = WAL")
    engine = create_engine(f"sqlite:///{tmp_path}/pages.sqlite3")
    with engine.begin() as connection:
        PAGES.create(connection)
        connection.execute(insert(PAGES), [{"id": name, "status": 200 + number} for number, name in enumerate("abc")])
        connection.execute(insert(PAGES), [{"id": "gone", "status": 404}])
    yield engine
    engine.dispose()


@pytest.mark.parametrize(
    ("ids", "found"),
    [
        (["a"], ["a"]),
        (["a", "b", "gone"], ["a", "gone"]),
        (("gone", "a"), ["a", "gone"]),
        (["a", "a"], ["a"]),
        (["x' OR '1'='1", "a\0", "%(ids_1)s", "?"], []),
        ([], []),
    ],
    ids=str,
)
def test_a_list_of_any_length_is_asked_for(engine, ids, found):
    with engine.connect() as connection:
        rows = SOME.rows(connection, ids=ids)

    assert [row.id for row in rows] == found


def test_rows_are_named_and_a_first_one_may_be_missing(engine):
    with engine.connect() as connection:
        held, missing = ONE.first(connection, id="gone"), ONE.first(connection, id="nowhere")

    assert (held.id, held.status) == ("gone", 404)
    assert missing is None


def test_all_questions_of_a_connection_are_of_one_state(engine):
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    with engine.connect() as reader, engine.connect() as writer:
        before = ONE.rows(reader, id="new")
        writer.execute(insert(PAGES), [{"id": "new", "status": 200}])
        writer.commit()
        meanwhile = ONE.rows(reader, id="new")
        reader.rollback()
        after = ONE.rows(reader, id="new")

    assert (before, meanwhile, len(after)) == ([], [], 1)


def test_what_the_driver_raises_is_what_sqlalchemy_raises(engine):
    missing = Prepared(select(Table("nowhere", MetaData(), Column("id", String))))

    with engine.connect() as connection, pytest.raises(OperationalError, match="no such table: nowhere"):
        missing.rows(connection)
