"""An archive that stands already, for measuring those that read one: a played Department, as a crawl would keep it.

The answers are those of :mod:`benchmarks.crawl_site`, written into WARC files without a network. Lists, articles,
pictures as heavy as photographs, documents: of 400 articles some 1,560 answers in 200 MB.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from archive.times import warc_date
from archive.warc.records import LiveExchange
from archive.warc.writer import WarcWriter
from benchmarks.crawl_site import HOST, SITE, Site
from crawler.cli.common import load_site
from crawler.rebuild import rebuild

START = datetime(2026, 1, 1, tzinfo=UTC)
MAX_BYTES = 64 << 20
"""Of a WARC file, so that there are some."""
REQUEST = "GET {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: benchmark\r\nAccept-Encoding: gzip\r\n\r\n"

Answered = tuple[str, bytes, bytes]
"""Address, request and answer, as they go over the wire."""


def answers(articles: int) -> Iterator[Answered]:
    """Yield all that a crawl of the site brings home."""
    site = Site(articles)
    for target in site.targets():
        made = site.answer(target)
        head = f"HTTP/1.1 200 OK\r\nContent-Type: {made.mime}\r\nContent-Length: {len(made.body)}\r\n\r\n"
        yield f"http://{HOST}{target}", REQUEST.format(target, HOST).encode(), head.encode() + made.body


def keep(path: Path, articles: int) -> None:
    """Write the answers one after the other, to be read by :func:`kept`."""
    with path.open("wb") as file:
        for each in answers(articles):
            pickle.dump(each, file)


def kept(path: Path) -> Iterator[Answered]:
    """Yield the answers in a file."""
    with path.open("rb") as file:
        while file.peek(1):
            yield pickle.load(file)  # noqa: S301 (our own)


def write(root: Path, some: Iterator[Answered], max_bytes: int = MAX_BYTES) -> int:
    """Write WARC files of exchanges, with their indexes; return how many there are."""
    info = {"robots": "obey", "operator": "benchmark", "started": warc_date(START)}
    moment = START
    with WarcWriter(root, SITE, f"{SITE}-20260101000000", info=info, max_bytes=max_bytes) as writer:
        for url, request, response in some:
            moment += timedelta(milliseconds=300)
            exchange = LiveExchange(
                url=url,
                method="GET",
                date=moment,
                ended=moment + timedelta(milliseconds=100),
                ip="127.0.0.1",
                tls=None,
                protocols=("http/1.1",),
                request=request,
                response=io.BytesIO(response),
                size=len(response),
            )
            writer.write(exchange, via=None, purpose="unknown")
        return writer.written


def build(root: Path, articles: int, *, with_catalog: bool = False) -> list[Path]:
    """Write an archive, with its catalog where it is asked for; return its WARC files."""
    count = write(root, answers(articles))
    if with_catalog:
        rebuild(root, catalog=root / "catalog.sqlite3", load_site=load_site)
    files = sorted((root / "warcs").rglob("*.warc.gz"))
    size = sum(path.stat().st_size for path in files)
    print(f"{articles} articles: {count} answers in {len(files)} WARC files, {size / 1e6:.0f} MB", flush=True)
    return files
