"""What it costs to find the same article elsewhere: ``python -m benchmarks.similar [--articles N]``.

A catalog of N articles of 63 Departments, made of the words of the played ones; one in twenty is a copy with up to
eight words changed. Then 5,000 reports that fill in one form, the worst there can be.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Table

from archive.catalog import Catalog, similar
from archive.catalog.tables import articles, captures, versions
from archive.catalog.times import utc_text
from benchmarks.search import row
from tests.play.content import articles as played_articles

SITES = [f"so_{number}" for number in range(63)]
AT_ONCE = 500
START = datetime(2025, 3, 1, tzinfo=UTC)
FORM_ARTICLES, FORM_NUMBERS = 5_000, 12
ASKED = 200


class Watch:
    """The processor time that a function takes in all."""

    def __init__(self, function: Callable[..., object]) -> None:
        self._function = function
        self.spent_s = 0.0

    def __call__(self, *given: object) -> object:
        began = time.process_time()
        try:
            return self._function(*given)
        finally:
            self.spent_s += time.process_time() - began


def texts(count: int, rng: random.Random) -> Iterator[str]:
    """Yield texts of 60 to 560 words, of which some are near copies."""
    words = [word for article in played_articles() for word in article.text.split()]
    originals: list[list[str]] = []
    for _ in range(count):
        if originals and rng.random() < 0.05:
            text = list(rng.choice(originals))
            for _ in range(rng.randint(0, 8)):
                text[rng.randrange(len(text))] = rng.choice(words)
        else:
            start = rng.randrange(len(words) - 560)
            text = words[start : start + rng.randint(60, 560)]
            rng.shuffle(text)
            if len(originals) < 500:
                originals.append(text)
        yield " ".join(text)


def forms(rng: random.Random) -> Iterator[str]:
    """Yield reports that differ in some numbers."""
    form = max((article.text for article in played_articles("ha_tinh")), key=len).split()
    for _ in range(FORM_ARTICLES):
        text = list(form)
        for _ in range(FORM_NUMBERS):
            text[rng.randrange(len(text))] = str(rng.randrange(10**6))
        yield " ".join(text)


def fill(catalog: Catalog, numbers: Iterable[int], made: Iterator[str]) -> list[str]:
    """Put articles into a catalog, faster than a crawl would, and without their keys; return their ids."""
    rows: dict[Table, list[dict[str, Any]]] = {captures: [], articles: [], versions: []}
    for number in numbers:
        name, site, at = f"{number:032x}", SITES[number % len(SITES)], utc_text(START + timedelta(minutes=number))
        url, text = f"https://skhcn.{site}.example.vn/tin/{number}", next(made)
        version = {"url": url, "title": f"Tin số {number}", "text": text, "dated": at, "captured": at, "published": at}
        version |= {"authors": "[]", "photographers": "[]", "tags": "[]", "parser": f"{site}/1", "schema_version": 1}
        rows[captures].append(row(captures, id=name, url=url, key=name, date=at, site=site, purpose="page"))
        rows[articles].append(row(articles, id=name, site=site, key=name, first_seen=at, last_seen=at, current=name))
        rows[versions].append(row(versions, id=name, article=name, capture=name, content=name, **version))
    for table, values in rows.items():
        catalog._writer.execute(table.insert(), values)
    names = [each["id"] for each in rows[articles]]
    for name in names:
        similar.touch(catalog._writer, name)
    return names


def measure(name: str, made: Iterator[str], count: int) -> None:
    """Fill a catalog and ask it; print a row."""
    watch = Watch(similar.renew)
    with tempfile.TemporaryDirectory() as folder, Catalog.open(Path(folder) / "catalog.sqlite3") as catalog:
        names: list[str] = []
        last = 0.0
        for start in range(0, count, AT_ONCE):
            before = watch.spent_s
            numbers = range(start, min(start + AT_ONCE, count))
            with catalog.transaction():
                names += fill(catalog, numbers, made)
                watch(catalog._writer)
            last = (watch.spent_s - before) / len(numbers)
        found, spent = 0, []
        for article in names[:: max(1, len(names) // ASKED)]:
            began = time.process_time()
            with catalog.following() as state:
                found += len(similar.same_as(state._connection, article).found)
            spent.append(time.process_time() - began)
    kept, answer = watch.spent_s / count * 1000, sum(spent) / len(spent) * 1000
    print(
        f"{name:12} {count:8,} articles: keys {kept:.2f} ms each, the last ones {last * 1000:.2f}; "
        f"an answer {answer:.1f} ms, at most {max(spent) * 1000:.1f} ms, {found / len(spent):.1f} links"
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=20_000, help="articles of the first catalog (default: 20,000)")
    count = parser.parse_args().articles
    rng = random.Random(3)  # noqa: S311
    measure("mixed", texts(count, rng), count)
    measure("one form", forms(rng), FORM_ARTICLES)


if __name__ == "__main__":
    main()
