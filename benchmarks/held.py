"""A large archive to serve, made up in bulk: the rows that crawls over years would have left, and their sidecars.

An article has a page that was captured three times, a picture or more, and captures of listings beside. Every sixth
changed once; every tenth says the same as one on another site. Texts are those of :mod:`benchmarks.search`. Records
are made of the last few captures only, for all others would be read by nobody.
"""

from __future__ import annotations

import json
import random
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Table

from archive.catalog import Catalog
from archive.catalog.bulk import Filling
from archive.catalog.tables import (
    articles,
    captures,
    crawls,
    images,
    likeness_keys,
    likenesses,
    observations,
    versions,
)
from archive.catalog.times import page_text, utc_text
from archive.model import Article
from archive.times import VN, timestamp14
from archive.urls import identity_key, surt
from archive.warc.records import LiveExchange
from archive.warc.writer import WarcWriter
from benchmarks.filled import put
from benchmarks.search import LENGTH, SITES, Language, row
from tests.archive.exchanges import exchange

BATCH = 2_000
START = datetime(2014, 1, 1, tzinfo=UTC)
END = datetime(2026, 1, 1, tzinfo=UTC)
CHECKS = 3
"""Captures of an article's page."""
IN_SIDECAR = 5_000
"""Captures in one WARC file."""
REAL = 100
"""Captures that have a record."""
REAL_SITE = "site_0"
KEYS = 12
"""Keys by which an article meets those that say the same."""
_DIGEST = "sha1:" + "A" * 32

Rows = dict[Table, list[dict[str, Any]]]


@dataclass(slots=True)
class Held:
    """What was made."""

    articles: int
    captures: int
    titles: list[str] = field(default_factory=list)
    """Some titles, for questions."""


def article_name(number: int) -> str:
    """Return the id of an article."""
    return f"{number:032x}"


def capture_name(number: int, nth: int) -> str:
    """Return the id of a capture: the *nth* that was made for an article."""
    return f"urn:uuid:00000000-0000-4000-{nth:04x}-{number:012x}"


def make(root: Path, many: int, all_captures: int) -> Held:
    """Make an archive of so many articles and captures below *root*."""
    made = _Made(many, max(all_captures // many, CHECKS + 1))
    root.mkdir(parents=True, exist_ok=True)
    sidecars: dict[tuple[str, int], list[str]] = defaultdict(list)
    with Filling(root / "catalog.sqlite3") as filling:
        for first in range(0, many, BATCH):
            rows = made.rows(range(first, min(first + BATCH, many)))
            for each in rows[captures]:
                sidecars[each["site"], each["crawl_number"]].append(_line(each))
            put(filling, rows)
        filling.finish()
    _write_sidecars(root, sidecars)
    _write_real(root)
    return Held(many, many * made.each, made.titles)


class _Made:
    def __init__(self, many: int, each: int) -> None:
        self.each = each
        self.titles: list[str] = []
        self._language, self._dice = Language(), random.Random(3)  # noqa: S311
        self._step = (END - START) / many
        self._said: tuple[str, list[int]] = ("", [])

    def rows(self, numbers: range) -> Rows:
        rows: Rows = {
            each: [] for each in (crawls, captures, articles, versions, observations, images, likenesses, likeness_keys)
        }
        for number in numbers:
            self._article(rows, number)
        return rows

    def _article(self, rows: Rows, number: int) -> None:
        name, site, moment = article_name(number), f"site_{number % SITES}", START + number * self._step
        url = f"https://sokhcn.tinh{number % SITES}.example.vn/tin-tuc/bai-so-{number}.html"
        title = self._language.text(12)
        if number % 10:
            self._said = self._language.text(LENGTH - 12), [self._dice.getrandbits(61) for _ in range(KEYS)]
        text, keys = self._said
        is_changed = number % 6 == 0
        if number % (1 + numbers_apart(self._step)) == 0:
            self.titles.append(title)
        place = hash_of(site)
        rows[likenesses].append({"article": name, "version": name, "place": place, "keys": json.dumps(sorted(keys))})
        rows[likeness_keys] += [{"key": key, "place": place, "article": name} for key in keys]
        seen = [moment + timedelta(hours=8), moment + timedelta(days=5), moment + timedelta(days=40)]
        for nth, at in enumerate(seen):
            rows[captures].append(_capture(number, nth, site, url, at, "page", revisit=nth > 0 and not is_changed))
            version = f"{name}-0" if is_changed and nth == 0 else name
            rows[observations].append(
                row(
                    observations,
                    capture=capture_name(number, nth),
                    article=name,
                    captured=utc_text(at),
                    version=version,
                )
            )
        for nth in range(CHECKS, self.each):
            picture = f"https://sokhcn.tinh{number % SITES}.example.vn/upload/anh-{number}-{nth}.jpg"
            if nth == self.each - 1:
                listing = f"https://sokhcn.tinh{number % SITES}.example.vn/tin-tuc?trang={number % 500}"
                rows[captures].append(_capture(number, nth, site, listing, seen[0], "page"))
                continue
            rows[captures].append(_capture(number, nth, site, picture, seen[0], "image", via=url))
            rows[images].append(
                row(images, version=name, place=nth - CHECKS, position=nth - CHECKS, url=picture, caption=title[:60],
                    width=960, height=640, mime="image/jpeg", size_bytes=120_000, capture=capture_name(number, nth),
                    sha256=f"{number:032x}{nth:032x}")
            )  # fmt: skip
        rows[articles].append(
            row(articles, id=name, site=site, key=name, first_seen=utc_text(seen[0]), last_seen=utc_text(seen[-1]),
                current=name)
        )  # fmt: skip
        said = {"url": url, "title": title, "text": text, "authors": '["Lê An"]', "photographers": "[]", "tags": "[]",
                "schema_version": 1, "dated": utc_text(moment), "published": page_text(moment.astimezone(VN)),
                "published_precision": "minute", "parser": "nukeviet/2", "section": "Tin tức",
                "summary": self._language.text(30)}  # fmt: skip
        now = row(versions, id=name, article=name, capture=capture_name(number, 1 if is_changed else 0), content=name,
                  captured=utc_text(seen[1 if is_changed else 0]), **said)  # fmt: skip
        rows[versions].append(now)
        if is_changed:
            before = {"id": f"{name}-0", "content": f"{name}-0", "capture": capture_name(number, 0)}
            rows[versions].append(now | before | {"captured": utc_text(seen[0]), "text": text.replace(",", ";", 1)})


def numbers_apart(step: timedelta) -> int:
    """Return how many articles lie between two whose titles are noted."""
    return max(int((END - START) / step) // 500, 1)


def hash_of(site: str) -> int:
    """Return a number for a site, the same in every process."""
    return int.from_bytes(site.encode()[-7:], "big")


def _capture(
    number: int, nth: int, site: str, url: str, at: datetime, purpose: str, *, revisit: bool = False, via: str = ""
) -> dict[str, Any]:
    crawl = f"{site}-{at:%Y%m}01000000000"
    in_file = number // SITES * 10 // IN_SIDECAR
    return row(
        captures, id=capture_name(number, nth), url=url, key=identity_key(url), date=utc_text(at), status=200,
        mime="image/jpeg" if purpose == "image" else "text/html", digest=_DIGEST, site=site, crawl=crawl,
        warc=f"warcs/{site}/2020/{site}-20200101000000-{in_file:05}.warc.gz", offset=number * 7_000 + nth * 700,
        length=650, revisit_of=capture_name(number, 0) if revisit else None, via=via or None, purpose=purpose,
        method="GET",
    ) | {"crawl_number": in_file}  # fmt: skip


def _line(capture: dict[str, Any]) -> str:
    moment = datetime.fromisoformat(capture["date"][:-1])
    told = {
        "url": capture["url"], "mime": "warc/revisit" if capture["revisit_of"] else capture["mime"], "status": "200",
        "digest": capture["digest"], "length": str(capture["length"]), "offset": str(capture["offset"]),
        "filename": capture["warc"].rpartition("/")[2],
    }  # fmt: skip
    return f"{surt(capture['url'])} {timestamp14(moment.replace(tzinfo=UTC))} {json.dumps(told)}"


def _write_sidecars(root: Path, sidecars: dict[tuple[str, int], list[str]]) -> None:
    for (site, number), lines in sidecars.items():
        path = root / "cdxj" / site / "2020" / f"{site}-20200101000000-{number:05}.cdxj"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(f"{line}\n" for line in sorted(lines)), encoding="utf-8")


def _write_real(root: Path) -> None:
    """Capture some pages with records, as a crawl does."""
    crawl = f"{REAL_SITE}-{END:%Y%m%d%H%M%S}000"
    writer = WarcWriter(root, REAL_SITE, crawl, info={})
    with Catalog.open(root / "catalog.sqlite3") as catalog, catalog.transaction():
        catalog.add_crawl(crawl, REAL_SITE, END, {})
        for number, exchange in enumerate(_exchanges()):
            kept = writer.write(exchange, via="https://sokhcn.tinh0.example.vn/tin-tuc", purpose="page")
            assert kept is not None, number
            catalog.add_captures([kept])
    writer.close()


def _exchanges() -> Iterator[LiveExchange]:
    language = Language(11)
    for number in range(REAL):
        body = f"<!doctype html><title>Bài {number}</title><p>{language.text(900)}</p>".encode()
        url = f"https://sokhcn.tinh0.example.vn/tin-that/{number}"
        yield _exchange(url, END + timedelta(minutes=number), body)


def _exchange(url: str, at: datetime, body: bytes) -> LiveExchange:
    raw = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + body
    request = b"GET / HTTP/1.1\r\nHost: sokhcn.tinh0.example.vn\r\n\r\n"
    return exchange(raw, url, date=at, ended=at, tls=None, protocols=("http/1.1",), request=request)


def write_on(root: Path, per_s: float, seconds: float) -> int:
    """Write captures and articles as a crawl does, some a second; return how many articles."""
    begun, language = time.monotonic(), Language(13)
    moment = datetime.now(UTC).replace(microsecond=0)
    crawl = f"{REAL_SITE}-{moment:%Y%m%d%H%M%S}000"
    writer, number = WarcWriter(root, REAL_SITE, crawl, info={}), 0
    with Catalog.open(root / "catalog.sqlite3") as catalog:
        catalog.add_crawl(crawl, REAL_SITE, moment, {})
        while time.monotonic() - begun < seconds:
            title, text = language.text(12), language.text(LENGTH)
            url = f"https://sokhcn.tinh0.example.vn/tin-moi/{moment:%H%M%S}-{number}"
            body = f"<!doctype html><h1>{title}</h1><p>{text}</p>".encode()
            kept = writer.write(_exchange(url, moment + timedelta(milliseconds=number), body), purpose="page")
            assert kept is not None
            writer.sync()
            article = Article(
                site=REAL_SITE, url=url, source_id=None, title=title, summary=None, text=text, published=moment,
                published_precision="minute", modified=None, authors=(), photographers=(), source=None, section=None,
                tags=(), language="vi", images=(), attachments=(), capture=kept.id, captured=kept.date,
                parser="nukeviet/2",
            )  # fmt: skip
            with catalog.transaction():
                catalog.add_captures([kept])
                catalog.add_reading(kept.id, "article", "nukeviet/2")
                catalog.add_article(article)
            number += 1
            time.sleep(max(begun + number / per_s - time.monotonic(), 0))
    writer.close()
    return number
