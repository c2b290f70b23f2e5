"""What is asked of the catalog for every answer costs as much in a large archive as in a small one."""

from __future__ import annotations

import pytest

from archive.catalog import Catalog
from archive.catalog.answered import _ANSWER
from archive.catalog.bulk import Filling
from archive.catalog.quiet import _GONE
from archive.catalog.read import _LATEST, _WHOLE, _WHOLE_AT
from tests.archive.facts import make_article, make_capture

VALUES = {"site": "a", "digest": "sha1:A", "url": "http://a.vn/", "key": "vn,a)/", "most": 3}


@pytest.mark.parametrize(
    ("question", "index"),
    [
        (_WHOLE, "INDEX captures_by_digest (site=? AND digest=?)"),
        (_WHOLE_AT, "INDEX captures_by_digest (site=? AND digest=?)"),
        (_LATEST, "INDEX captures_by_key (key=?)"),
        (_ANSWER, "INDEX captures_by_key (key=?)"),
        (_GONE, "COVERING INDEX captures_gone (site=? AND status=?)"),
    ],
)
@pytest.mark.parametrize("is_rebuilt", [False, True])
def test_a_question_reads_the_rows_that_answer_it_and_no_others(tmp_path, question, index, is_rebuilt):
    path = tmp_path / "catalog.sqlite3"
    if is_rebuilt:  # of two indexes that serve SQLite takes the one that was made last, and these are made by name
        with Filling(path) as filling:
            filling.finish()
    with Catalog.open(path) as catalog, catalog._engine.connect() as connection:
        names = question._statement.compile(dialect=connection.dialect).params
        written = question._write(connection, {name: VALUES[name] for name in names if name in VALUES})
        given = {**written.values, **VALUES}
        values = tuple(given[name] for name in written.order)
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {written.sql}", values).all()

    assert [row.detail for row in plan if "captures" in row.detail] == [f"SEARCH captures USING {index}"]


def test_what_an_article_is_can_be_asked_without_writing_it_again(tmp_path):
    first, second, third = (make_capture(number) for number in (1, 2, 3))
    readings = [make_article(first), make_article(second), make_article(third, title="Một tiêu đề khác")]
    with Catalog.open(tmp_path / "catalog.sqlite3") as catalog:
        catalog.add_captures([first, second, third])
        told = [catalog.add_article(each) for each in readings]
        before = list(catalog.dump())

        assert [catalog.state_of(each) for each in readings] == told == ["new", "unchanged", "changed"]
        assert list(catalog.dump()) == before
