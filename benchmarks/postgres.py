"""Measure the catalog and the frontier on PostgreSQL, and show by which index each question is answered.

    python -m benchmarks.postgres [--articles 20000] [--captures 200000] [--url postgresql+psycopg://...]

Without a URL a server from the wheel is started, which does not wait for the disk. With one, the schema must be empty.
Rows are those of :mod:`benchmarks.held`. A question is asked 200 times, each time with other values; its figure is the
median on the clock, from the call to the rows. "plan" is what EXPLAIN says of its statements: the indexes, and every
table that is read from end to end; "pages" are those of 8 kB that the server looked at, on a busy machine the only
figure to compare.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event, text

from archive.catalog import Catalog
from archive.catalog.browsing import Browsing, Span
from archive.catalog.dialect import PARTITIONS
from archive.catalog.engine import put
from archive.catalog.tables import captures
from benchmarks.held import START, capture_name, make
from benchmarks.search import SITES
from crawler.frontier import Entry, Frontier, url_key
from tests.archive.facts import changes_of

ASKED = 200
END = datetime(2026, 1, 1, tzinfo=UTC)


@contextmanager
def server(url: str | None) -> Iterator[str]:
    """Give the URL of an empty schema."""
    if url is not None:
        yield url
        return
    from tests import postgres

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        yield postgres.start(Path(folder) / "server").new_schema()


def questions(many: int, each: int, dice: random.Random) -> dict[str, Callable[[Catalog], object]]:
    """Return what is asked of a catalog, by name."""

    def address() -> str:
        number = dice.randrange(many)
        return f"https://sokhcn.tinh{number % SITES}.example.vn/tin-tuc/bai-so-{number}.html"

    def site() -> str:
        return f"site_{dice.randrange(SITES)}"

    return {
        "a capture by its id": lambda c: c.capture(capture_name(dice.randrange(many), dice.randrange(each))),
        "the latest capture of an address": lambda c: c.closest(address()),
        "the capture closest to a time": lambda c: c.closest(address(), START + (END - START) * dice.random()),
        "the original of a payload": lambda c: c.whole(site(), "sha1:" + "B" * 32),
        "200 captures known?": lambda c: c.held([capture_name(dice.randrange(many), 0) for _ in range(200)]),
        "an article by its address": lambda c: c.article(address()),
        "its versions": lambda c: c.versions(address()),
        "what became of it": lambda c: c.ledger(address()),
        "what says the same elsewhere": lambda c: c.same_as(address()),
        "the newest 20 of a site": lambda c: c._ask(lambda each: Browsing(each).articles(Span((site(),)), 20)),
        "articles a day of a site": lambda c: c.published_days(site()),
        "new versions of a crawl": lambda c: list(c.new_versions(site(), "none")),
        "changes after a number": lambda c: changes_of(c, dice.randrange(many), 100),
        "all sites": lambda c: c.sites(),
    }


def median_ms(ask: Callable[[], object], times: int = ASKED) -> float:
    """Return the median time of a call."""
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        ask()
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken) * 1000


def plans_of(catalog: Catalog, ask: Callable[[Catalog], object]) -> tuple[str, int]:
    """Return the indexes that the statements of a question use, what they read from end to end, and how many pages."""
    asked: list[tuple[str, Any]] = []

    def note(connection: Any, cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        asked.append((statement, parameters))

    event.listen(catalog._engine, "before_cursor_execute", note)
    try:
        ask(catalog)
    finally:
        event.remove(catalog._engine, "before_cursor_execute", note)
    used: dict[str, None] = {}
    pages = 0
    with catalog._engine.connect() as connection:
        for statement, parameters in asked:
            plan = explained(connection, statement, parameters)
            pages += pages_of(plan)
            for node in _nodes(plan):
                if "Index Name" in node:
                    used[_of_all_pieces(node["Index Name"])] = None
                elif node["Node Type"] == "Seq Scan":
                    used[f"ALL OF {_of_all_pieces(node['Relation Name'])}"] = None
    return ", ".join(used), pages


def explained(connection: Connection, statement: str, parameters: Any) -> dict[str, Any]:
    """Return how the server answered a statement."""
    query = f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) {statement}"
    plan: Any = connection.exec_driver_sql(query, parameters).scalar()
    told: dict[str, Any] = (plan if isinstance(plan, list) else json.loads(plan))[0]["Plan"]
    return told


def pages_of(plan: dict[str, Any]) -> int:
    """Return how many pages were looked at."""
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from _nodes(child)


def _of_all_pieces(name: str) -> str:
    """Return the name of an index, or a table, without the number of the piece it belongs to."""
    for number in range(PARTITIONS):
        name = name.replace(f"captures_{number}_", "captures_").replace(f"captures_{number}", "captures")
    return name


SHAPES = {
    "one table": ("", "id", ()),
    "by hash of the id": ("PARTITION BY HASH (id)", "id", [f"WITH (MODULUS 8, REMAINDER {n})" for n in range(8)]),
    "by hash of the site": (
        "PARTITION BY HASH (site)",
        "site, id",
        [f"WITH (MODULUS 8, REMAINDER {n})" for n in range(8)],
    ),
    "by year": (
        "PARTITION BY RANGE (date)",
        "id, date",
        [f"FROM ('{year}') TO ('{year + 1}')" for year in range(2014, 2027)],
    ),
}


def shape(connection: Connection, how: str, many: int, each: int, dice: random.Random) -> list[str]:
    """Lay the captures out in another way; return its row of figures."""
    partition, key, pieces = SHAPES[how]
    connection.execute(text(f"CREATE TABLE shaped (LIKE captures, PRIMARY KEY ({key})) {partition}"))
    for number, bounds in enumerate(pieces):
        connection.execute(text(f"CREATE TABLE shaped_{number} PARTITION OF shaped FOR VALUES {bounds}"))
    for columns in ("key, date", "site, date", "crawl", "site, digest"):
        connection.execute(text(f"CREATE INDEX ON shaped ({columns})"))
    begun = time.perf_counter()
    connection.execute(text("INSERT INTO shaped SELECT * FROM captures"))
    filled = time.perf_counter() - begun
    connection.execute(text("ANALYZE shaped"))

    def ask(name: str, order: str = "") -> int:
        found = []
        for _ in range(ASKED):
            number = dice.randrange(many)
            key = f"vn,example,tinh{number % SITES},sokhcn)/tin-tuc/bai-so-{number}.html"
            value = {"id": capture_name(number, dice.randrange(each)), "key": key, "site": f"site_{number % SITES}"}[
                name
            ]
            statement = f"SELECT * FROM shaped WHERE {name} = %s {order}"  # noqa: S608
            found.append(pages_of(explained(connection, statement, (value,))))
        return int(statistics.median(found))

    row = [
        how,
        f"{filled:.1f}",
        f"{ask('id')}",
        f"{ask('key', 'ORDER BY date DESC LIMIT 1')}",
        f"{ask('site', 'ORDER BY date DESC LIMIT 100')}",
    ]
    connection.execute(text("DROP TABLE shaped"))
    return row


def frontier(url: str, rows: int = 20_000) -> dict[str, float]:
    """Return how many addresses a second come into a frontier, and out of it."""
    entries = [Entry(url_key(f"https://a.vn/{n}"), f"https://a.vn/{n}", "{}") for n in range(rows)]
    with Frontier.open(url, "site_0") as held:
        held.begin("crawl", "")
        begun = time.perf_counter()
        held.add(entries)
        held.commit()
        added = time.perf_counter()
        while some := held.lease(16):
            held.done([entry.key for entry in some])
        held.commit()
        return {"added": rows / (added - begun), "leased and done": rows / (time.perf_counter() - added)}


def table(head: tuple[str, ...], rows: list[list[str]]) -> None:
    """Print a table in Markdown."""
    for row in (head, tuple("---" for _ in head), *rows):
        print("| " + " | ".join(row) + " |")
    print()


def main() -> None:
    """Measure, and print tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=20_000)
    parser.add_argument("--captures", type=int, default=200_000)
    parser.add_argument("--url")
    given = parser.parse_args()
    dice = random.Random(5)  # noqa: S311
    each = given.captures // given.articles
    with tempfile.TemporaryDirectory() as folder, server(given.url) as url:
        root = Path(folder) / "held"
        make(root, given.articles, given.captures)
        with Catalog.open(url) as catalog, Catalog.open(root / "catalog.sqlite3", read_only=True) as source:
            begun = time.perf_counter()
            catalog.replace_sites(None, source)
            moved = time.perf_counter() - begun
            with catalog._engine.begin() as connection:
                connection.execute(text("ANALYZE"))
                size = connection.execute(text("SELECT sum(pg_total_relation_size(c.oid)) FROM pg_class c WHERE "
                    "relnamespace = current_schema()::regnamespace AND relkind = 'r'")).scalar()  # fmt: skip
                rows = [dict(row._mapping) for row in connection.execute(captures.select().limit(20_000))]
            print(f"{given.articles} articles, {given.captures} captures, {int(size or 0) / 1e6:.0f} MB\n")
            begun = time.perf_counter()
            with catalog.transaction():
                put(catalog._writer, captures, rows)
            table(
                ("bulk", "a second"),
                [
                    ["captures with all that belongs to them, SQLite to PostgreSQL (COPY, triggers and all)",
                     f"{given.captures / moved:.0f}"],
                    ["captures put one by one (what a crawl does)",
                     f"{len(rows) / (time.perf_counter() - begun):.0f}"],
                ],
            )  # fmt: skip
            table(
                ("question", "PostgreSQL ms", "SQLite ms", "pages", "plan"),
                [
                    [name, f"{median_ms(lambda q=ask: q(catalog)):.2f}", f"{median_ms(lambda q=ask: q(source)):.2f}",
                     *map(str, plans_of(catalog, ask)[::-1])]
                    for name, ask in questions(given.articles, each, dice).items()
                ],
            )  # fmt: skip
            with catalog._engine.connect() as connection:
                table(
                    (
                        "captures laid out",
                        "filled in s",
                        "by id, pages",
                        "latest of an address",
                        "100 latest of a site",
                    ),
                    [shape(connection, how, given.articles, each, dice) for how in SHAPES],
                )
        table(
            ("frontier", "addresses a second"),
            [[name, f"{rate:.0f}"] for name, rate in frontier(url).items()],
        )


if __name__ == "__main__":
    main()
