"""Measure the search: how fast the index is made, how large it is, how fast it answers; SQLite's FTS5 beside.

    python -m benchmarks.search [--articles 100000] [--queries 300] [--no-peer]

Articles are made up: of syllables that Vietnamese could have, some 400 in each, drawn as words are in a language
(Zipf), part of them from the few of a topic, so that half of the words of an article differ, as in the news. They
stand in a real catalog, and the index is made by what a search calls. "ids" is from the typed query to the ids of 20
articles, "hits" to 20 hits with title, snippet and state. FTS5 is given folded text and asked for row numbers, which
are in the order of the dates. Milliseconds are of a query, medians; CPU is user and system.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import statistics
import tempfile
import time
import unicodedata
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from typing import Any

from sqlalchemy import Column, DefaultClause, Integer, Table

from archive.catalog import Catalog
from archive.catalog.following import Following
from archive.catalog.tables import articles, captures, observations, versions
from archive.catalog.times import page_text, utc_text
from archive.search import Search, catch_up
from archive.search.words import indexed
from archive.times import VN

SYLLABLES = 3_000
LENGTH = 400
SITES = 34
BATCH = 2_000
HITS = 20

_listed = str.split
_ONSETS = ("", *_listed("b c ch d đ g gh gi h k kh l m n ng nh p ph qu r s t th tr v x"))
_RIMES = _listed("a a a ă â e ê i i o o ô ơ u u ư ai ao au ay âu ây eo êu ia iê oa oi ôi ơi ua uâ ui uô ươ ưu")
_CODAS = ("", "", "", "c", "ch", "m", "n", "n", "ng", "ng", "nh", "p", "t")
_TONES = ("", "", "", "\u0300", "\u0301", "\u0309", "\u0303", "\u0323")


class Language:
    """Words to draw from, and articles of them; the same for the same seed."""

    def __init__(self, seed: int = 7) -> None:
        self._chance = random.Random(seed)  # noqa: S311 - nothing is secret here
        words: dict[str, None] = {}
        while len(words) < SYLLABLES:
            parts = (self._chance.choice(group) for group in (_ONSETS, _RIMES, _TONES, _CODAS))
            words[unicodedata.normalize("NFC", "".join(parts))] = None
        # Frequent words are short, in Vietnamese too.
        self._words = sorted(words, key=lambda word: len(word) + self._chance.gauss(0, 2))
        self._weights = list(accumulate(1 / (place + 6) for place in range(SYLLABLES)))

    def draw(self, many: int) -> list[str]:
        """Return words as they stand in texts."""
        return self._chance.choices(self._words, cum_weights=self._weights, k=many)

    def text(self, many: int) -> str:
        """Return sentences and paragraphs of so many words."""
        topic = self.draw(50)
        words = [self._chance.choice(topic) if self._chance.random() < 0.4 else word for word in self.draw(many)]
        place = 0
        while place < many:
            words[place] = words[place].capitalize()
            end = min(place + self._chance.randrange(8, 30), many)
            words[end - 1] += self._chance.choice((".", ".", ".\n\n"))
            if end - place > 12:
                words[place + 5] += ","
            place = end
        return " ".join(words)

    def queries(self, many: int, texts: list[str]) -> list[str]:
        """Return queries of one to three words, every fourth a phrase out of a text."""
        found = []
        for number in range(many):
            if number % 4 == 3:
                words = self._chance.choice(texts).split()
                start = self._chance.randrange(len(words) - 3)
                found.append(f'"{" ".join(words[start : start + self._chance.randrange(2, 4)])}"')
            else:
                found.append(" ".join(self.draw(self._chance.choice((1, 2, 2, 3)))))
        return found


def row(table: Table, **values: Any) -> dict[str, Any]:
    """Return a row of a table; what must not be null and is not given is its default, else empty."""
    return {column.name: _unsaid(column) for column in table.c if not column.nullable} | values


def _unsaid(column: Column[Any]) -> Any:
    if isinstance(column.server_default, DefaultClause):
        return column.server_default.arg
    return 0 if isinstance(column.type, Integer) else ""


def fill(catalog: Catalog, language: Language, many: int) -> list[str]:
    """Put articles into a catalog, faster than a crawl would; return some of their texts."""
    start, some = datetime(2010, 1, 1, tzinfo=UTC), []
    for first in range(0, many, BATCH):
        rows: dict[Table, list[dict[str, Any]]] = {captures: [], articles: [], versions: [], observations: []}
        for number in range(first, min(first + BATCH, many)):
            name, site, url = f"{number:032x}", f"site_{number % SITES}", f"https://sokhcn.example.vn/tin/{number}"
            moment = start + timedelta(minutes=80 * number)
            at = utc_text(moment)
            text = language.text(LENGTH - 12)
            version = {"url": url, "title": language.text(12), "text": text, "dated": at, "captured": at}
            version |= {"authors": "[]", "photographers": "[]", "tags": "[]", "schema_version": 1}
            version["published"] = page_text(moment.astimezone(VN))
            rows[captures].append(row(captures, id=name, url=url, key=name, date=at, site=site, purpose="page"))
            rows[articles].append(
                row(articles, id=name, site=site, key=name, first_seen=at, last_seen=at, current=name)
            )
            rows[versions].append(row(versions, id=name, article=name, capture=name, content=name, **version))
            rows[observations].append(row(observations, capture=name, article=name, captured=at, version=name))
            some += [text] if number % 100 == 0 else []
        with catalog.transaction():
            for table, values in rows.items():
                catalog._writer.execute(table.insert(), values)
    return some


class Clock:
    """The CPU time that calls of one function take."""

    def __init__(self, call: Callable[..., Any]) -> None:
        self._call, self.spent = call, 0.0

    def __call__(self, *arguments: Any) -> Any:
        """Call it."""
        start = time.process_time()
        try:
            return self._call(*arguments)
        finally:
            self.spent += time.process_time() - start


def make_index(root: Path, catalog: Catalog, many: int) -> Iterator[tuple[str, str]]:
    """Make the index; yield what it cost."""
    said_by = Following.said_by
    reading = Clock(said_by)
    Following.said_by = lambda state, ids: reading(state, ids)  # type: ignore[method-assign]
    start = time.process_time()
    done = catch_up(root, catalog)
    spent = time.process_time() - start
    Following.said_by = said_by  # type: ignore[method-assign]
    assert done.articles == many
    size = sum(path.stat().st_size for path in (root / "search").rglob("*") if path.is_file())
    yield "index, articles a CPU-second", f"{many / (spent - reading.spent):,.0f}"
    yield "  with reading the catalog", f"{many / spent:,.0f}"
    yield "  bytes an article", f"{size / many:,.0f}"


def medians(queries: list[str], ask: Callable[[str], object]) -> tuple[float, float]:
    """Return wall and CPU milliseconds of a query, medians; each is asked once before."""
    wall, cpu = [], []
    for query in queries:
        ask(query)
        before, start = time.process_time(), time.perf_counter()
        ask(query)
        wall.append(time.perf_counter() - start)
        cpu.append(time.process_time() - before)
    return statistics.median(wall) * 1000, statistics.median(cpu) * 1000


def ask_index(root: Path, catalog: Catalog, queries: list[str]) -> Iterator[tuple[str, str]]:
    """Ask the index; yield what it took."""
    search = Search(root, catalog)
    for name, order in (("ranked", "rank"), ("newest first", "newest")):

        def ids(query: str, order: Any = order) -> object:
            return search.find(query, order=order, limit=HITS)

        def hits(query: str, order: Any = order) -> object:
            return list(search.find(query, order=order, limit=HITS))

        for what, ask in (("ids", ids), ("hits", hits)):
            wall, cpu = medians(queries, ask)
            yield f"{name}, {what}: ms (CPU)", f"{wall:.2f} ({cpu:.2f})"


def peer(root: Path, catalog: Catalog, queries: list[str], many: int) -> Iterator[tuple[str, str]]:
    """Make and ask an FTS5 table of the same folded texts; yield what it cost."""
    path = root / "fts5.sqlite3"
    file = sqlite3.connect(path)
    file.execute("CREATE VIRTUAL TABLE texts USING fts5(title, body, content='')")
    spent = number = 0
    with catalog.following() as state:
        while found := state.after(number, BATCH):
            said = state.said_by([change.article for change in found])
            number = found[-1].seq
            start = time.process_time()
            file.executemany(
                "INSERT INTO texts (rowid, title, body) VALUES (?, ?, ?)",
                (
                    (int(name, 16) + 1, indexed(one.row.title)[0], indexed(one.row.text)[0])
                    for name, one in said.items()
                ),
            )
            spent += time.process_time() - start
    start = time.process_time()
    file.commit()
    spent += time.process_time() - start
    yield "index, articles a CPU-second", f"{many / spent:,.0f}"
    yield "  bytes an article", f"{path.stat().st_size / many:,.0f}"
    for name, order in (("ranked", "bm25(texts, 3.0, 1.0)"), ("newest first", "rowid DESC")):

        def ids(query: str, order: str = order) -> object:
            words = indexed(query)[0].split()
            wanted = f'"{" ".join(words)}"' if query.startswith('"') else " ".join(f'"{word}"' for word in words)
            statement = f"SELECT rowid FROM texts WHERE texts MATCH ? ORDER BY {order} LIMIT {HITS}"  # noqa: S608
            return file.execute(statement, (wanted,)).fetchall()

        wall, cpu = medians(queries, ids)
        yield f"{name}, ids: ms (CPU)", f"{wall:.2f} ({cpu:.2f})"
    file.close()


def main() -> None:
    """Print the table."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--articles", type=int, default=100_000)
    arguments.add_argument("--queries", type=int, default=300)
    arguments.add_argument("--no-peer", action="store_true", help="leave out FTS5")
    chosen = arguments.parse_args()
    language = Language()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        with Catalog.open(root / "catalog.sqlite3") as catalog:
            texts = fill(catalog, language, chosen.articles)
            queries = language.queries(chosen.queries, texts)
            ours = dict(make_index(root, catalog, chosen.articles))
            ours |= dict(ask_index(root, catalog, queries))
            theirs = {} if chosen.no_peer else dict(peer(root, catalog, queries[:60], chosen.articles))
    print(f"{chosen.articles:,} articles{'':<22} {'search':>16} {'FTS5':>16}")
    for name, figure in ours.items():
        print(f"{name:<38} {figure:>16} {theirs.get(name, ''):>16}")


if __name__ == "__main__":
    main()
